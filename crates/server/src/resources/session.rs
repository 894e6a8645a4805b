//! `/v1/session`: who am I, and what may I; signing in and out.

use std::collections::BTreeMap;

use access::{Permission, Principal, Scope};
use axum::extract::{RawQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use engine::Limits;
use event::Outcome;
use search::instant_text;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use signin::Secret;
use utoipa::ToSchema;

use crate::access::{Access, Asking, Caller, Credential, Needs, decide, identify};
use crate::json::Json;
use crate::params::Params;
use crate::problem::Problem;
use crate::resources::grants::HeldGrant;
use crate::sign_in::{Typed, record};
use crate::state::App;

/// Who asks, and what that one may do.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Session {
    principal: SessionPrincipal,
    /// What was granted.
    grants: Vec<HeldGrant>,
    /// What follows from it, now and from here: permission → the scopes at which it holds. One that is not there holds nowhere.
    #[schema(value_type = BTreeMap<String, Vec<Object>>)]
    permissions: BTreeMap<&'static str, Vec<Value>>,
    /// When a viewer's token ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    /// Layouts that a viewer is offered; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    layouts: Option<Vec<String>>,
    /// Of people who have signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<SessionFacts>,
}

/// Who asks.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionPrincipal {
    /// `person`, `program`, `viewer` or `operator`: whoever has the machine.
    #[serde(rename = "type")]
    kind: &'static str,
    /// Its id.
    id: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// A person's e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
}

/// A session.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SessionFacts {
    /// Its id, which is no secret.
    id: String,
    /// When it began.
    signed_in: String,
    /// When it ends if it is not used again.
    expires: String,
    /// Whether the account has a second factor.
    second_factor: bool,
}

/// What somebody types to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// The account's e-mail address.
    email: String,
    /// Its password.
    password: String,
    /// What the authenticator shows, where the account has a second factor.
    #[serde(default)]
    code: Option<String>,
}

/// An answer that gives the browser its session.
pub(crate) type Begun = (StatusCode, [(HeaderName, HeaderValue); 1], axum::Json<Session>);

/// Says who asks, and what that one may do.
#[utoipa::path(get, path = "/v1/session", tag = "access", responses((status = 200, description = "who asks", body = Session)))]
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<axum::Json<Session>, Problem> {
    Ok(axum::Json(of(&app, &caller)))
}

/// Signs in. The answer sets a cookie, under a new id whatever the browser had before.
#[utoipa::path(
    post, path = "/v1/session", tag = "access", request_body = Credentials,
    responses(
        (status = 201, description = "signed in", body = Session),
        (status = 401, body = Problem, description = "unknown or wrong, or a code is needed"),
        (status = 409, body = Problem, description = "there is no access control"),
        (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"),
        (status = 422, body = Problem, description = "not what is asked for"),
        (status = 429, body = Problem, description = "too many attempts"),
        (status = 503, body = Problem, description = "busy, or it could not be put on record"),
        (status = 507, body = Problem, description = "the disk is full")
    )
)]
pub(crate) async fn post(
    State(app): State<App>,
    asking: Asking,
    Json(typed): Json<Credentials>,
) -> Result<Begun, Problem> {
    let Credentials { email, password, code } = typed;
    app.blocking(move |app| {
        let secret = app.sign_in_by_password(&Typed { email, password, code }, &asking)?;
        begun(app, &secret, &asking)
    })
    .await
}

/// Signs out, here or everywhere.
#[utoipa::path(
    delete, path = "/v1/session", tag = "access",
    params(("everywhere" = Option<bool>, Query, description = "all sessions of this account")),
    responses((status = 204, description = "signed out"), (status = 400, body = Problem, description = "a parameter cannot be used"), (status = 409, body = Problem, description = "there is no session"), (status = 503, body = Problem, description = "it could not be put on record"))
)]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    RawQuery(query): RawQuery,
) -> Result<(StatusCode, [(HeaderName, HeaderValue); 1]), Problem> {
    let everywhere = Params::parse(query.as_deref())?.flag("everywhere")?;
    app.blocking(move |app| {
        let (sign_in, desk) = (app.sign_in()?, app.desk()?);
        let session = caller.session()?;
        let words = ("session.signed_out", "Signed out", Outcome::Success);
        record(&app.log, caller.viewer(), words, &json!({ "everywhere": everywhere }))
            .map_err(crate::problem::unrecorded)?;
        if everywhere {
            sign_in.live.end_all(desk, &session.account);
        } else {
            sign_in.live.end(desk, [session.hash]);
        }
        Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, sign_in.cookies.end_session())]))
    })
    .await
}

/// Who a caller is, as answers have it.
pub(crate) fn of(app: &App, caller: &Caller) -> Session {
    let holding = caller.holding();
    let permissions = Permission::ALL.into_iter().filter(|permission| holding.may(*permission));
    let scopes = |scopes: Vec<&Scope>| scopes.into_iter().map(scope_json).collect();
    let permissions = permissions.map(|permission| (permission.name(), scopes(holding.reach(permission)))).collect();
    let (grants, second_factor) = match &app.access {
        Access::Dev => (Vec::new(), false),
        Access::Controlled { desk, .. } => {
            let control = desk.state();
            let person = match caller.principal() {
                Principal::Person(id) => control.person(id),
                _ => None,
            };
            let second_factor = person.is_some_and(|person| person.second_factor.is_some());
            (control.grants_of(caller.principal()).map(HeldGrant::from).collect(), second_factor)
        }
    };
    let viewer = caller.viewer();
    let principal = SessionPrincipal {
        kind: caller.principal().kind(),
        id: viewer.id.clone(),
        name: viewer.name.clone(),
        email: caller.email().map(str::to_owned),
    };
    let session = caller.session().ok().zip(app.sign_in.as_ref()).map(|(session, sign_in)| SessionFacts {
        id: session.id.clone(),
        signed_in: instant_text(session.signed_in_us),
        expires: instant_text(sign_in.live.expires_us(session)),
        second_factor,
    });
    let expires = caller.viewing().map(|viewing| instant_text(viewing.expires_us));
    let layouts = caller.viewing().map(|viewing| viewing.layouts.clone()).filter(|layouts| !layouts.is_empty());
    Session { principal, grants, permissions, expires, layouts, session }
}

/// The answer to whoever has this session now.
pub(crate) fn begun(app: &App, secret: &Secret, asking: &Asking) -> Result<Begun, Problem> {
    let identity = identify(Credential::Session(secret.hash()), app)?;
    let reach = decide(app, Needs::Principal, Some(&identity), asking.address)?;
    let reach = reach.ok_or_else(Problem::not_signed_in)?;
    let caller = Caller::new(identity, Needs::Principal, asking.clone(), reach, Limits::default(), &app.log);
    let cookie = app.sign_in()?.cookies.set_session(secret);
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], axum::Json(of(app, &caller))))
}

/// A scope as answers have it.
pub(crate) fn scope_json(scope: &Scope) -> Value {
    serde_json::to_value(scope).unwrap_or_default()
}
