//! One file per command.

pub(crate) mod bench;
pub(crate) mod catalogue;
pub(crate) mod completions;
pub(crate) mod config;
pub(crate) mod demo;
pub(crate) mod export;
pub(crate) mod facets;
pub(crate) mod grant;
pub(crate) mod import;
pub(crate) mod organization;
pub(crate) mod person;
pub(crate) mod reindex;
pub(crate) mod repair;
pub(crate) mod search;
pub(crate) mod send;
pub(crate) mod serve;
pub(crate) mod show;
pub(crate) mod tail;
pub(crate) mod token;
pub(crate) mod verify;
