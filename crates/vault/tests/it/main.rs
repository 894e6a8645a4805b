//! The vault on real files.
