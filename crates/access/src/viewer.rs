//! Viewers: readers in a product's page, each with a short-lived token that the product's back end had minted.
//!
//! A token is not kept: it says what it gives, under a MAC of the log's own key for viewers. It is good no more when its time is over,
//! when that key is replaced, or when the program that minted it may not mint so any more.

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::control::Control;
use crate::grant::Holding;
use crate::permission::{Permission, Permissions};
use crate::principal::Principal;
use crate::role::Roles;
use crate::scope::Scope;

/// What the token of a viewer begins with.
pub const VIEWER_PREFIX: &str = "indv_";

/// Longest life of such a token, in seconds.
pub const VIEWER_LIFE_S_MAX: u64 = 3_600;

/// Longest token that is read.
const TOKEN_BYTES_MAX: usize = 8 << 10;

/// The key of viewers' tokens.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewerKey {
    secret: String,
    /// When it was made, microseconds since 1970.
    pub created_us: i64,
}

/// What a viewer's token gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Viewing {
    /// Names the token.
    pub id: String,
    /// The program that minted it.
    pub minter: String,
    /// What is seen.
    pub scope: Scope,
    /// Whether names and e-mail addresses are seen.
    pub names: bool,
    /// Whether addresses, user agents and places are seen.
    pub connections: bool,
    /// Layouts that are offered; empty: all.
    pub layouts: Vec<String>,
    /// Origin of the page that may ask with it.
    pub origin: String,
    /// Who looks, as the product says.
    pub viewer: String,
    /// That one's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Until when it is good, microseconds since 1970.
    pub expires_us: i64,
}

/// Why a viewer's token is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ViewingError {
    /// It was not minted under the log's key, or was changed.
    #[error("this token is unknown to this log")]
    Unknown,
    /// Its time is over. Remedy: the page asks its back end for another.
    #[error("this token has expired; ask for another")]
    Expired,
    /// It was minted for pages of another origin.
    #[error("this token is for pages of another origin")]
    Origin,
    /// Whoever minted it may not mint so any more.
    #[error("the program that made this token may not make it any more")]
    Minter,
}

impl std::fmt::Debug for ViewerKey {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ViewerKey").field("created_us", &self.created_us).finish_non_exhaustive()
    }
}

impl ViewerKey {
    /// A new key.
    #[must_use]
    pub fn new(random: &dyn env::Random, now_us: i64) -> Self {
        let mut secret = [0; 32];
        random.fill(&mut secret);
        Self { secret: HEXLOWER.encode(&secret), created_us: now_us }
    }

    /// The token that gives this.
    #[must_use]
    pub fn mint(&self, viewing: &Viewing) -> String {
        let json = serde_json::to_vec(viewing).unwrap_or_else(|error| panic!("what a token gives is JSON: {error}"));
        let mac = self.mac(&json).finalize().into_bytes();
        format!("{VIEWER_PREFIX}{}.{}", BASE64URL_NOPAD.encode(&json), BASE64URL_NOPAD.encode(&mac))
    }

    /// What a token gives, if it was minted under this key and its time is not over.
    ///
    /// # Errors
    /// `Unknown`, `Expired`.
    pub fn open(&self, token: &str, now_us: i64) -> Result<Viewing, ViewingError> {
        let parts = token.strip_prefix(VIEWER_PREFIX).filter(|_| token.len() <= TOKEN_BYTES_MAX);
        let (json, mac) = parts.and_then(|parts| parts.split_once('.')).ok_or(ViewingError::Unknown)?;
        let decoded = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| ViewingError::Unknown);
        let json = decoded(json)?;
        self.mac(&json).verify_slice(&decoded(mac)?).map_err(|_| ViewingError::Unknown)?;
        let viewing: Viewing = serde_json::from_slice(&json).map_err(|_| ViewingError::Unknown)?;
        if viewing.expires_us <= now_us { Err(ViewingError::Expired) } else { Ok(viewing) }
    }

    fn mac(&self, json: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes());
        let mut mac = mac.unwrap_or_else(|error| panic!("a MAC takes keys of any length: {error}"));
        mac.update(b"indelible viewer/v1\0");
        mac.update(json);
        mac
    }
}

impl Viewing {
    /// What its viewer may do, as far as its minter may mint and see so itself now.
    ///
    /// # Errors
    /// `Minter`.
    pub fn holding(&self, control: &Control, roles: &Roles, now_us: i64) -> Result<Holding, ViewingError> {
        let minter = Principal::Program(self.minter.clone());
        let is_good = control.program(&self.minter).is_some_and(|program| program.is_good(now_us));
        let holds = control.holding(&minter, None, roles);
        let wanted = self.wanted();
        if is_good && may_mint(&holds, wanted, &self.scope) {
            Ok(Holding::only(wanted, self.scope.clone()))
        } else {
            Err(ViewingError::Minter)
        }
    }

    /// What it gives.
    #[must_use]
    pub fn wanted(&self) -> Permissions {
        let names = if self.names { Permissions::of(&[Permission::Names]) } else { Permissions::NONE };
        let connections =
            if self.connections { Permissions::of(&[Permission::Connections]) } else { Permissions::NONE };
        Permissions::of(&[Permission::Read]).or(names).or(connections)
    }
}

/// Whether whoever holds this may mint tokens that give `wanted` at `scope`: nobody gives what he does not see himself.
#[must_use]
pub fn may_mint(holding: &Holding, wanted: Permissions, scope: &Scope) -> bool {
    holding.may_at(Permission::Mint, scope) && wanted.iter().all(|permission| holding.may_at(permission, scope))
}
