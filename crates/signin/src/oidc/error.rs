//! What can go wrong between browser, issuer and us.

use super::web::FetchError;

/// Why a sign-in by an issuer came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    /// Nothing was begun with this state in this browser, or it is over: ten minutes, or used. Remedy: begin again.
    #[error("this sign-in was not begun in this browser, or took too long, or was answered already; begin again")]
    NotStarted,
    /// The answer comes from another issuer than the one asked. Remedy: begin again; if it happens again, look for an attack.
    #[error("the answer to this sign-in comes from another issuer than the one that was asked")]
    MixedUp,
    /// The issuer refuses. Remedy: ask whoever runs it.
    #[error("the issuer refuses the sign-in: {0:?}")]
    Refused(String),
    /// The issuer cannot be asked. Remedy: later, or whoever runs this log looks at the connection.
    #[error("the issuer cannot be asked")]
    Unreachable(#[from] FetchError),
    /// The issuer answers what it must not. Remedy: whoever runs this log looks at both configurations.
    #[error("the issuer answers wrongly: {0}")]
    BadAnswer(String),
    /// Its token is not one for us. Remedy: as above.
    #[error("the issuer's token is refused")]
    BadToken(#[from] TokenFault),
    /// Too many sign-ins run at once. Remedy: in a moment.
    #[error("too many sign-ins run at once; try again in a moment")]
    Busy,
}

/// What is wrong with a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// It is no signed token of three parts, or asks for extensions.
    #[error("it is no signed token")]
    Form,
    /// It is not signed by RS256, ES256 or EdDSA; or the key is for another algorithm.
    #[error("its algorithm is not one of RS256, ES256 and EdDSA, or not that of its key")]
    Algorithm,
    /// The issuer has no key of this id.
    #[error("the issuer publishes no key of its id")]
    UnknownKey,
    /// The signature is not by the issuer's key.
    #[error("its signature does not fit")]
    Signature,
    /// Another issuer.
    #[error("it is of another issuer")]
    Issuer,
    /// It is for somebody else.
    #[error("it is for another client")]
    Audience,
    /// It is over.
    #[error("it has expired")]
    Expired,
    /// It says that it was made in the future, or too long ago.
    #[error("the time it was made is not now")]
    Time,
    /// It does not belong to what was begun.
    #[error("its nonce is not that of this sign-in")]
    Nonce,
    /// It names nobody.
    #[error("it lacks what says whom it is about")]
    Subject,
    /// It is of another kind, or not about a sign-out.
    #[error("it is a token of another kind")]
    Kind,
    /// It was told before.
    #[error("it was used before")]
    Replayed,
}
