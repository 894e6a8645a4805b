//! One file per resource.

pub(crate) mod catalogue;
pub(crate) mod console;
pub(crate) mod entries;
pub(crate) mod entry;
pub(crate) mod events;
pub(crate) mod export;
pub(crate) mod facets;
pub(crate) mod feed;
pub(crate) mod grants;
pub(crate) mod health;
pub(crate) mod heatmap;
pub(crate) mod histogram;
pub(crate) mod ledger;
pub(crate) mod organizations;
pub(crate) mod roles;
pub(crate) mod sealing;
pub(crate) mod session;
pub(crate) mod settings;
pub(crate) mod suggestions;
pub(crate) mod tokens;
pub(crate) mod verification;
pub(crate) mod viewer_tokens;
