//! Stores of rows, on real files and in memory, and the desk on top.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod desk;
