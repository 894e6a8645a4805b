//! Hashes of passwords, and how many are worked out at once.

use std::sync::{Condvar, Mutex, PoisonError};

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};

use crate::password::Password;

/// What is kept of a password: argon2id's output with salt and parameters, as a PHC string.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PasswordHash(String);

/// What one hash costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over it.
    pub passes: u32,
}

impl Default for Cost {
    /// 19 MiB and two passes on one lane. Source: OWASP Password Storage Cheat Sheet.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// Hashes worked out at once: each holds 19 MiB and a processor.
const AT_ONCE_MAX: usize = 2;

/// Requests that wait for their turn. Each takes a tenth of a second or less: who comes behind 32 would wait too long.
const WAITING_MAX: usize = 32;

const SALT_BYTES: usize = 16;

/// Too many passwords are compared already. Remedy: once more in a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many people sign in at once; try again in a second")]
pub struct Busy;

/// Makes and compares hashes, a few at once.
pub struct Passwords {
    argon: Argon2<'static>,
    /// A hash of nothing anybody knows: what an unknown account is compared with, so that it takes as long.
    nobody: PasswordHash,
    turns: Mutex<Turns>,
    freed: Condvar,
}

#[derive(Default)]
struct Turns {
    running: usize,
    waiting: usize,
}

impl Passwords {
    /// A place to compare passwords, at `cost`. Takes as long as one hash.
    ///
    /// # Panics
    /// If `cost` is outside of what argon2 allows: less than 8 KiB or no pass.
    #[must_use]
    pub fn new(cost: Cost, random: &dyn env::Random) -> Self {
        let params = Params::new(cost.memory_kib, cost.passes, 1, None);
        let params = params.unwrap_or_else(|error| panic!("argon2id does not run at {cost:?}: {error}"));
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut unknown = [0; 32];
        random.fill(&mut unknown);
        let nobody = hash(&argon, &unknown, random);
        Self { argon, nobody, turns: Mutex::default(), freed: Condvar::new() }
    }

    /// What to keep of a new password.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn hash(&self, password: &Password, random: &dyn env::Random) -> Result<PasswordHash, Busy> {
        let _turn = self.turn()?;
        Ok(hash(&self.argon, password.bytes(), random))
    }

    /// Whether `password` is the one of `kept`. Takes as long where there is none: an unknown account, or one without password.
    /// Blocks while others are compared.
    ///
    /// # Errors
    /// [`Busy`].
    pub fn is(&self, kept: Option<&PasswordHash>, password: &Password) -> Result<bool, Busy> {
        let _turn = self.turn()?;
        let PasswordHash(text) = kept.unwrap_or(&self.nobody);
        let fits = Phc::new(text).is_ok_and(|phc| self.argon.verify_password(password.bytes(), &phc).is_ok());
        Ok(fits && kept.is_some())
    }

    fn turn(&self) -> Result<Turn<'_>, Busy> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.running >= AT_ONCE_MAX {
            if turns.waiting >= WAITING_MAX {
                return Err(Busy);
            }
            turns.waiting += 1;
            let are_all_taken = |turns: &mut Turns| turns.running >= AT_ONCE_MAX;
            turns = self.freed.wait_while(turns, are_all_taken).unwrap_or_else(PoisonError::into_inner);
            turns.waiting -= 1;
        }
        turns.running += 1;
        Ok(Turn(self))
    }
}

struct Turn<'a>(&'a Passwords);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.turns.lock().unwrap_or_else(PoisonError::into_inner).running -= 1;
        self.0.freed.notify_one();
    }
}

fn hash(argon: &Argon2<'_>, password: &[u8], random: &dyn env::Random) -> PasswordHash {
    let mut salt = [0; SALT_BYTES];
    random.fill(&mut salt);
    let phc = PasswordHasher::<Phc>::hash_password_with_salt(argon, password, &salt);
    let phc = phc.unwrap_or_else(|error| panic!("argon2id refuses a salt of {SALT_BYTES} bytes: {error}"));
    PasswordHash(phc.to_string())
}

impl From<String> for PasswordHash {
    /// The PHC string as it was kept.
    fn from(phc: String) -> Self {
        Self(phc)
    }
}

impl From<PasswordHash> for String {
    fn from(hash: PasswordHash) -> Self {
        hash.0
    }
}

impl std::fmt::Debug for PasswordHash {
    /// Without the hash.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}
