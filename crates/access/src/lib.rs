//! Who may see and do what.
//!
//! A *principal* is a person, a program or a viewer. A [`Grant`] gives a principal a [`Role`] at a [`Scope`]; a role is a set of
//! [`Permission`]s. [`Holding`] says what grants allow, [`Control`] holds them all: pure, no I/O. Programs show a [`Token`].

mod allow_list;
mod change;
mod control;
mod grant;
mod manage;
mod organization;
mod people;
mod permission;
mod person;
mod principal;
mod program;
mod record;
mod role;
mod scope;
mod settings;
mod token;
mod viewer;

pub use allow_list::{AllowList, AllowListError, NETWORKS_MAX};
pub use change::{About, Change, Step};
pub use control::{Closed, Control};
pub use grant::{Grant, GrantError, Granted, Holding};
pub use manage::{
    Arrival, By, EMAIL_BYTES_MAX, INVITATION_US, ManageError, NewFacts, NewOrganization, NewPerson, NewSettings,
    NewToken, NewViewing, OVERLAP_S_MAX, add_grant, arrive, change_person, change_settings, create_token, email,
    invite, invite_again, join, join_first, manages, mint_viewing, remove_grant, replace_viewer_key, revoke_token,
    rotate_token, set_organization, set_password, set_second_factor,
};
pub use organization::{Organization, Status};
pub use people::email_key;
pub use permission::{Permission, Permissions};
pub use person::{ActorId, Hidden, Invitation, IssuerIdentity, Person, PersonPassword};
pub use principal::{Principal, PrincipalError};
pub use program::{Limits, NotGood, Program, Secret};
pub use record::{Key, Kind, Record, RecordError};
pub use role::{Role, RoleError, Roles};
pub use scope::{Named, ResourceName, Scope, ScopeError, ScopeKind};
pub use settings::Settings;
pub use token::{PREFIX, Token, TokenError, TokenHash};
pub use viewer::{VIEWER_LIFE_S_MAX, VIEWER_PREFIX, ViewerKey, Viewing, ViewingError, may_mint};
