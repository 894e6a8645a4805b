//! Questions against a log made up for the tests, every answer compared with a plain look at every entry.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that is wrong about its own data should stop")]

// Under the name that every dependant gives it.
extern crate indelible_search as search;

mod addresses;
mod answers;
mod ask;
mod batches;
mod catalogues;
mod cursors;
mod entries;
mod feeds;
mod filters;
mod heatmaps;
mod histograms;
mod language;
mod memory;
mod naive;
mod naive_part;
mod parts;
mod predicates;
mod queries;
mod scopes;
