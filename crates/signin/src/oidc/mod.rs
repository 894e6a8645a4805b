//! A relying party of OpenID Connect: code flow with PKCE, several issuers, back-channel logout.
//!
//! [`RelyingParty::begin`] sends the browser to the issuer, [`RelyingParty::finish`] takes it back, [`RelyingParty::logged_out`]
//! hears from the issuer that somebody signed out there. Whom a person is comes from the ID token alone; what claims give is told by
//! [`granted`]. Source: OpenID Connect Core 1.0, Discovery 1.0, Back-Channel Logout 1.0, RFC 7636 (PKCE), RFC 9207 (`iss`).

mod claims;
mod discovery;
mod error;
mod expected;
mod jws;
mod keys;
mod provider;
mod relying_party;
mod started;
mod token_request;
mod web;

pub use claims::{Claims, Rule, granted};
pub use error::{OidcError, TokenFault};
pub use expected::{LoggedOut, id_token, logout_token};
pub use jws::Jws;
pub use keys::Keys;
pub use provider::{Provider, ProviderError};
pub use relying_party::{Arrived, Callback, Redirect, RelyingParty};
pub use web::{Fetch, FetchError, Web};
