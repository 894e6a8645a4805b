//! `/v1/session/password` and `/v1/session/totp`: what people change of their own accounts.

use access::{Change, Control, Hidden, ManageError, Person};
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use serde::{Deserialize, Serialize};
use signin::{Owner, Secret, Totp};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::json::Json;
use crate::problem::Problem;
use crate::sign_in::{Began, CodeError, wrong_code};
use crate::state::App;

/// A password in place of another.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The one before.
    old: String,
    /// The one from now on.
    new: String,
}

/// What an authenticator is to hold.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuthenticatorSecret {
    /// To type in: 32 letters.
    secret: String,
    /// The same as a link, to show as a QR code.
    uri: String,
}

/// A code that an authenticator shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Code {
    /// Six digits.
    code: String,
}

/// A password, once more.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordAgain {
    /// The account's.
    password: String,
}

/// The answer that gives the browser a session under a new id.
type Renewed = (StatusCode, [(HeaderName, HeaderValue); 1]);

/// Changes the caller's password. Other sessions end, this one gets a new id.
#[utoipa::path(
    put, path = "/v1/session/password", tag = "access", request_body = NewPassword,
    responses((status = 204, description = "changed"), (status = 401, body = Problem, description = "the old one is wrong"), (status = 409, body = Problem, description = "there is no session"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "it cannot be taken"), (status = 429, body = Problem, description = "too many attempts"), (status = 503, body = Problem, description = "busy, or it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn password(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<NewPassword>,
) -> Result<Renewed, Problem> {
    app.blocking(move |app| {
        let person = own(app, &caller)?;
        app.ask_password_again(&person, &wanted.old, caller.asking())?;
        let owner = Owner { email: &person.email, name: person.name.as_deref().unwrap_or_default() };
        let hash = app.new_password(&wanted.new, owner)?;
        let now_us = app.log.clock().now_us();
        change_own(app, &caller, |person| access::set_password(person, hash, now_us))?;
        renew(app, &caller)
    })
    .await
}

/// Begins a second factor: nothing changes until `PUT` shows that the authenticator has it.
#[utoipa::path(
    post, path = "/v1/session/totp", tag = "access",
    responses((status = 200, description = "the secret, shown this once", body = AuthenticatorSecret), (status = 409, body = Problem, description = "there is no session"))
)]
pub(crate) async fn begin(State(app): State<App>, caller: Caller) -> Result<axum::Json<AuthenticatorSecret>, Problem> {
    let person = own(&app, &caller)?;
    let sign_in = app.sign_in()?;
    let totp = Totp::new(app.log.random());
    let issuer = format!("Indelible {}", app.log.tree().origin());
    let answer = AuthenticatorSecret { secret: totp.secret(), uri: totp.uri(&issuer, &person.email) };
    sign_in.second_factors.begin(&person.id, totp);
    Ok(axum::Json(answer))
}

/// Confirms a second factor by its first code. Other sessions end, this one gets a new id.
#[utoipa::path(
    put, path = "/v1/session/totp", tag = "access", request_body = Code,
    responses((status = 204, description = "it is asked for from now on"), (status = 401, body = Problem, description = "the code is wrong"), (status = 409, body = Problem, description = "there is no session"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "not what is asked for"), (status = 429, body = Problem, description = "too many attempts"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn confirm(
    State(app): State<App>,
    caller: Caller,
    Json(Code { code }): Json<Code>,
) -> Result<Renewed, Problem> {
    app.blocking(move |app| {
        let person = own(app, &caller)?;
        let attempt = app.attempt(&access::email_key(&person.email), caller.asking())?;
        let now_us = app.log.clock().now_us();
        let confirmed = app.sign_in()?.second_factors.confirm(app.desk()?, &person.id, &code, now_us);
        let totp = confirmed.map_err(|error| match error {
            CodeError::Totp(error) => wrong_code(error),
            CodeError::Store(error) => error.into(),
        })?;
        attempt.succeeded();
        change_own(app, &caller, |person| access::set_second_factor(person, Some(Hidden(totp.into()))))?;
        renew(app, &caller)
    })
    .await
}

/// Takes the second factor away.
#[utoipa::path(
    delete, path = "/v1/session/totp", tag = "access", request_body = PasswordAgain,
    responses((status = 204, description = "it is gone"), (status = 401, body = Problem, description = "the password is wrong"), (status = 409, body = Problem, description = "there is no session"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "not what is asked for"), (status = 429, body = Problem, description = "too many attempts"), (status = 503, body = Problem, description = "busy, or it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Json(PasswordAgain { password }): Json<PasswordAgain>,
) -> Result<StatusCode, Problem> {
    app.blocking(move |app| {
        let person = own(app, &caller)?;
        app.ask_password_again(&person, &password, caller.asking())?;
        change_own(app, &caller, |person| access::set_second_factor(person, None))?;
        Ok(StatusCode::NO_CONTENT)
    })
    .await
}

/// The caller's account.
fn own(app: &App, caller: &Caller) -> Result<Person, Problem> {
    let account = &caller.session()?.account;
    app.desk()?.state().person(account).cloned().ok_or_else(Problem::not_signed_in)
}

fn change_own(app: &App, caller: &Caller, make: impl FnOnce(&Person) -> Change) -> Result<(), Problem> {
    let account = &caller.session()?.account;
    let make = |control: &Control| {
        let gone = || ManageError::NotFound { kind: "person", id: account.clone() };
        let person = control.person(account).ok_or_else(gone)?;
        Ok((Some(make(person)), ()))
    };
    Ok(app.desk()?.change(&app.log, caller.viewer(), make)?)
}

/// Ends every session of the caller's account, and begins one under a new id in place of the caller's.
fn renew(app: &App, caller: &Caller) -> Result<Renewed, Problem> {
    let (sign_in, desk) = (app.sign_in()?, app.desk()?);
    let session = caller.session()?;
    let second_factor = session.second_factor || own(app, caller)?.second_factor.is_some();
    let began = Began { account: session.account.clone(), by: session.by.clone(), second_factor };
    let secret: Secret = sign_in.live.renew((&app.log, desk), began, caller.asking())?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, sign_in.cookies.set_session(&secret))]))
}
