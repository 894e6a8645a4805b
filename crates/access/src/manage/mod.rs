//! Administration: what somebody wants, and the change it makes, or why it may not be.

mod grants;
mod joining;
mod organizations;
mod people;
mod settings;
mod tokens;
mod viewers;

use std::net::IpAddr;

use crate::allow_list::AllowListError;
use crate::grant::{GrantError, Holding};
use crate::principal::Principal;
use crate::role::Roles;

pub use grants::{add_grant, manages, remove_grant};
pub use joining::{Arrival, arrive, join, join_first, set_password, set_second_factor};
pub use organizations::{NewOrganization, set_organization};
pub use people::{EMAIL_BYTES_MAX, INVITATION_US, NewFacts, NewPerson, change_person, email, invite, invite_again};
pub use settings::{NewSettings, change_settings};
pub use tokens::{NewToken, OVERLAP_S_MAX, create_token, revoke_token, rotate_token};
pub use viewers::{NewViewing, mint_viewing, replace_viewer_key};

/// Who changes something, and what that one may do.
#[derive(Debug, Clone, Copy)]
pub struct By<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// What that one may do.
    pub holding: &'a Holding,
    /// The roles there are.
    pub roles: &'a Roles,
    /// Where the request comes from; `None` on the machine itself.
    pub address: Option<IpAddr>,
    /// Now, microseconds since 1970.
    pub now_us: i64,
}

/// Why a change cannot be made. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManageError {
    /// There is none, or none that this one manages.
    #[error("there is no {kind} with the id {id:?}")]
    NotFound {
        /// What was sought.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// The grant cannot be given. Remedy: as its text says.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// A value cannot be used. Remedy: as the message says.
    #[error("{field}: {message}")]
    Invalid {
        /// Which.
        field: &'static str,
        /// Why, and what to do.
        message: String,
    },
    /// Another has it. Remedy: as the message says.
    #[error("{0}")]
    Taken(String),
    /// Afterwards nobody could manage access any more.
    #[error("this is the last grant that lets anybody manage access; grant it to somebody else first")]
    LastManager,
    /// The allow-list does not have the address that the request comes from. Remedy: add it, or confirm.
    #[error("this list does not let in {0}, where you are; confirm if that is meant")]
    ShutsYouOut(IpAddr),
}

impl From<AllowListError> for ManageError {
    fn from(error: AllowListError) -> Self {
        Self::Invalid { field: "allow", message: error.to_string() }
    }
}

/// Longest name that somebody gives to something, in characters.
const NAME_CHARS_MAX: usize = 200;

/// A name that can be shown in one line.
fn name(field: &'static str, text: &str) -> Result<String, ManageError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > NAME_CHARS_MAX || text.chars().any(char::is_control) {
        let message = format!("a name has 1 to {NAME_CHARS_MAX} characters, none of them a control character");
        return Err(ManageError::Invalid { field, message });
    }
    Ok(text.to_owned())
}
