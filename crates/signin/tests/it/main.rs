//! Signing in from outside: passwords, sessions, and an issuer that a test answers for.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong should panic")]

mod flow;
mod issuer;
mod logout;
mod passwords;
mod sessions;
mod tokens;
