//! Who asks, and what that one may: found and decided before any handler runs.
//!
//! A route is added with what it [`Needs`]; [`authorize`] stands before it, and puts the [`Caller`] into the request.

mod authorize;
mod caller;
mod changing;
mod decide;
mod identity;
mod needs;
mod permitted;
mod rates;
mod refusals;
mod viewing;

use std::sync::Arc;

use access::{Token, TokenHash};
use control::Desk;

pub(crate) use authorize::authorize;
pub(crate) use caller::Caller;
pub(crate) use changing::change;
pub(crate) use decide::decide;
pub(crate) use identity::{Asking, Credential, identify};
pub(crate) use needs::{Needs, Routes};
pub(crate) use rates::{Load, Rates};
pub(crate) use refusals::Refusals;

/// Whether the server controls access.
#[derive(Clone)]
pub enum Access {
    /// Everybody may do everything: `--dev`, on this machine only.
    Dev,
    /// By what is settled at the desk.
    Controlled {
        /// What is settled.
        desk: Arc<Desk>,
        /// The token of whoever has the machine, made for this run.
        operator: Operator,
        /// The link by which the first account is made, while no account manages access.
        first: Option<crate::FirstLink>,
    },
}

impl Access {
    /// What is settled, where access is controlled.
    pub(crate) fn desk(&self) -> Option<&Arc<Desk>> {
        match self {
            Self::Dev => None,
            Self::Controlled { desk, .. } => Some(desk),
        }
    }
}

/// How commands on the server's own data directory show that they are that.
#[derive(Clone)]
pub struct Operator {
    id: String,
    hash: TokenHash,
}

impl Operator {
    /// Whoever shows this token.
    #[must_use]
    pub fn of(token: &Token) -> Self {
        Self { id: token.id().to_owned(), hash: token.hash() }
    }

    fn is(&self, token: &Token) -> bool {
        let fits = self.hash.is(&token.hash());
        fits && self.id == token.id()
    }
}
