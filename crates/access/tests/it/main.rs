//! Decisions over random grants, administration, allow-lists, and tokens read back.

mod decisions;
mod managing;
mod networks;
mod tokens;
mod viewers;
