//! One file per resource.

pub(crate) mod catalogue;
pub(crate) mod console;
pub(crate) mod entries;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod facets;
pub(crate) mod feed;
pub(crate) mod health;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod ledger;
pub(crate) mod sealing;
pub(crate) mod suggestions;
pub(crate) mod verification;
