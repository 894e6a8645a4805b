//! How people prove who they are.
//!
//! Building blocks for a sign-in, each on its own: [`Password`] and [`PasswordHash`], the bounded [`Passwords`] that compare
//! them, [`Totp`], [`Attempts`] that slow down whoever guesses, [`Secret`]s for links and cookies, [`Sessions`], and with [`oidc`]
//! a relying party of OpenID Connect. Clock and randomness are arguments; only [`oidc::Web`] does any I/O.

mod attempts;
mod common;
mod fading;
pub mod oidc;
mod password;
mod passwords;
mod secret;
mod session;
mod sessions;
mod totp;

pub use attempts::{Attempts, Pause};
pub use password::{Owner, PASSWORD_BYTES_MAX, PASSWORD_CHARACTERS_MIN, Password, TooLong, Weak};
pub use passwords::{Busy, Cost, PasswordHash, Passwords};
pub use secret::{Secret, SecretHash};
pub use session::{By, Limits, Session};
pub use sessions::{SESSIONS_PER_ACCOUNT_MAX, Sessions};
pub use totp::{Totp, TotpError};
