//! The vault on real files.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod canary;
mod concurrent;
mod damage;
mod destroy;
mod foreign;
mod golden;
mod identities;
mod keys;
mod memory;
mod sealing;
mod stores;

use std::{path::Path, sync::Arc};

use env::{
    SystemDisk,
    fake::{ManualClock, SeededRandom},
};
use event::{Disclosure, Kind, Person, PersonKey, personal::Scope};
use indelible_vault::{Check, RootKey, SqliteKeys, Surroundings, Vault, VaultError};

/// Case folding good enough for these tests; the index brings the real one.
fn fold(text: &str) -> String {
    text.chars().map(|c| c.to_lowercase().next().unwrap_or(c)).collect()
}

fn surroundings(dir: &Path, seed: u64) -> Surroundings {
    Surroundings {
        disk: Arc::new(SystemDisk),
        keys: Arc::new(SqliteKeys::of(dir)),
        clock: Arc::new(ManualClock::at(1_700_000_000_000_000)),
        random: Arc::new(SeededRandom::new(seed)),
        fold,
    }
}

fn create(dir: &Path) -> Vault {
    Vault::create(dir, surroundings(dir, 1)).unwrap()
}

fn reopen(dir: &Path) -> Vault {
    let root = RootKey::read(&SystemDisk, dir).unwrap();
    Vault::open(dir, surroundings(dir, 2), &root).unwrap()
}

fn try_open(dir: &Path) -> Result<Vault, VaultError> {
    Vault::open(dir, surroundings(dir, 2), &RootKey::read(&SystemDisk, dir)?)
}

fn check(dir: &Path) -> Check {
    indelible_vault::check(&SystemDisk, dir, &SqliteKeys::of(dir))
}

/// `user:<id>` of the organization acme.
fn user(id: &str) -> Person<'_> {
    Person { scope: Scope::Organization("acme"), kind: "user", id }
}

fn identity(key: &PersonKey, name: &str, email: &str) -> Arc<Disclosure> {
    let value = serde_json::json!({ "/actor/email": email, "/actor/name": name });
    key.disclose(Kind::Identity, &value.to_string())
}
