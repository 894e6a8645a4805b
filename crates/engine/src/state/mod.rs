//! What the threads share, and what all rooms need: configuration, paths, parts, health, how failure is told.

pub(crate) mod bell;
pub(crate) mod config;
pub(crate) mod failure;
pub(crate) mod health;
pub(crate) mod layout;
pub(crate) mod listeners;
pub(crate) mod parts;
pub(crate) mod shared;
pub(crate) mod worker;
