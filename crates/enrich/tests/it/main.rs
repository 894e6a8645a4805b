//! Places and platforms against known answers and damaged files.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic")]

mod broken;
mod builtin;
mod places;
mod platforms;
