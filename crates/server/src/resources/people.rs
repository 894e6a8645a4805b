//! `/v1/people`: accounts that sign in.

use access::{ActorId, Change, Grant, NewFacts, NewPerson, Person, Principal, Scope};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use search::instant_text;
use serde::{Deserialize, Serialize};
use signin::Secret;
use utoipa::ToSchema;

use crate::access::{Caller, change};
use crate::json::Json;
use crate::problem::Problem;
use crate::resources::grants::HeldGrant;
use crate::state::App;

/// Accounts.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PersonList {
    /// By id.
    people: Vec<PersonItem>,
}

/// An account.
#[derive(Serialize, ToSchema)]
pub(crate) struct PersonItem {
    /// Its id.
    id: String,
    /// The address it signs in by.
    email: String,
    /// What others call the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// `invited`, `active` or `disabled`.
    status: &'static str,
    /// When it was made.
    created: String,
    /// When the person last signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_signed_in: Option<String>,
    /// Whether a code is asked for.
    second_factor: bool,
    /// The issuer it signs in by, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<String>,
    /// What the person may do.
    grants: Vec<HeldGrant>,
    /// By which ids entries know the person.
    #[schema(value_type = Vec<Object>)]
    actor_ids: Vec<ActorId>,
}

/// An account, and the link by which it is joined.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitedPerson {
    #[serde(flatten)]
    person: PersonItem,
    #[serde(flatten)]
    link: Link,
}

/// A link, shown this once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Link {
    /// For the person alone: whoever has it has the account.
    link: String,
    /// Until when it is good.
    expires: String,
}

/// Somebody who is wanted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedPerson {
    /// Where the person is reached.
    email: String,
    /// What others call the person.
    #[serde(default)]
    name: Option<String>,
    /// What the person may do.
    #[serde(default)]
    grants: Vec<WantedRole>,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// A role at a scope.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedRole {
    /// Name of the role.
    role: String,
    /// Where it is to hold: `{}` for everything.
    #[serde(default = "Scope::platform")]
    #[schema(value_type = Object)]
    scope: Scope,
}

/// What is to hold of a person; what is absent stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedFacts {
    /// What others call the person.
    #[serde(default)]
    name: Option<String>,
    /// Whether nobody gets in by the account.
    #[serde(default)]
    disabled: Option<bool>,
    /// By which ids entries know the person.
    #[serde(default)]
    #[schema(value_type = Option<Vec<Object>>)]
    actor_ids: Option<Vec<ActorId>>,
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// Why another link is wanted.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
pub(crate) struct Because {
    /// Why.
    #[serde(default)]
    reason: Option<String>,
}

/// Lists the accounts that the caller manages.
#[utoipa::path(
    get, path = "/v1/people", tag = "access",
    responses((status = 200, description = "accounts", body = PersonList), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn list(State(app): State<App>, caller: Caller) -> Result<axum::Json<PersonList>, Problem> {
    let desk = app.desk()?;
    let control = desk.state();
    let by = caller.by(&app, desk.roles());
    let is_managed = |person: &&Person| access::manages(&control, &Principal::Person(person.id.clone()), by);
    let people = control.people().filter(is_managed).map(|person| item(&app, person)).collect::<Result<_, _>>()?;
    Ok(axum::Json(PersonList { people }))
}

/// Shows one of them.
#[utoipa::path(
    get, path = "/v1/people/{id}", tag = "access", params(("id" = String, Path, description = "the account's id")),
    responses((status = 200, description = "the account", body = PersonItem), (status = 404, body = Problem, description = "no such account"), (status = 409, body = Problem, description = "there is no access control"))
)]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<PersonItem>, Problem> {
    let desk = app.desk()?;
    let control = desk.state();
    let is_managed = access::manages(&control, &Principal::Person(id.clone()), caller.by(&app, desk.roles()));
    let person = control.person(&id).filter(|_| is_managed).ok_or_else(|| Problem::not_found("person with this id"))?;
    Ok(axum::Json(item(&app, person)?))
}

/// Makes an account that the person joins by a link.
#[utoipa::path(
    post, path = "/v1/people", tag = "access", request_body = WantedPerson,
    responses((status = 201, description = "the account and its link", body = InvitedPerson), (status = 409, body = Problem, description = "the address is taken, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "it cannot be made"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<WantedPerson>,
) -> Result<(StatusCode, axum::Json<InvitedPerson>), Problem> {
    let secret = Secret::new(app.log.random());
    let grants = wanted.grants.into_iter().map(|WantedRole { role, scope }| Grant { role, scope }).collect();
    let new = NewPerson { email: wanted.email, name: wanted.name, grants, invitation: secret.hash().into() };
    let own = app.clone();
    let made = change(app.clone(), caller, wanted.reason, move |control, by| {
        let (change, person) = access::invite(control, new, by, own.log.random())?;
        Ok((Some(change), (person, by.now_us)))
    });
    let (person, now_us) = made.await?;
    let link = link(&app, &secret, now_us.saturating_add(access::INVITATION_US))?;
    Ok((StatusCode::CREATED, axum::Json(InvitedPerson { person: item(&app, &person)?, link })))
}

/// Gives a person another link: to join, or for a new password where the old one or the second factor is lost.
#[utoipa::path(
    post, path = "/v1/people/{id}/invitation", tag = "access", params(("id" = String, Path, description = "the account's id")), request_body = Because,
    responses((status = 201, description = "the link; those before are good no more", body = Link), (status = 404, body = Problem, description = "no such account"), (status = 409, body = Problem, description = "it signs in by an issuer"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a reason is needed"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn invite_again(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(Because { reason }): Json<Because>,
) -> Result<(StatusCode, axum::Json<Link>), Problem> {
    let secret = Secret::new(app.log.random());
    let hash = secret.hash().into();
    let made = change(app.clone(), caller, reason, move |control, by| {
        let (change, expires_us): (Change, i64) = access::invite_again(control, &id, hash, by)?;
        Ok((Some(change), expires_us))
    });
    let expires_us = made.await?;
    Ok((StatusCode::CREATED, axum::Json(link(&app, &secret, expires_us)?)))
}

/// Changes what is known of a person, or whether they get in. Disabled, their sessions end within a second, in long answers, too.
#[utoipa::path(
    patch, path = "/v1/people/{id}", tag = "access", params(("id" = String, Path, description = "the account's id")), request_body = WantedFacts,
    responses((status = 200, description = "the account", body = PersonItem), (status = 404, body = Problem, description = "no such account"), (status = 409, body = Problem, description = "the last who manages access, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "a value cannot be used"), (status = 503, body = Problem, description = "it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn change_some(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    Json(wanted): Json<WantedFacts>,
) -> Result<axum::Json<PersonItem>, Problem> {
    let WantedFacts { name, disabled, actor_ids, reason } = wanted;
    let facts = NewFacts { name, disabled, actor_ids };
    let account = id.clone();
    change(app.clone(), caller, reason, move |control, by| Ok((access::change_person(control, &id, facts, by)?, ())))
        .await?;
    app.blocking(move |app| {
        let desk = app.desk()?;
        if disabled == Some(true) {
            // They do not come back with the account.
            app.sign_in()?.live.end_all(desk, &account);
        }
        let control = desk.state();
        let person = control.person(&account).ok_or_else(|| Problem::not_found("person with this id"))?;
        Ok(axum::Json(item(app, person)?))
    })
    .await
}

fn item(app: &App, person: &Person) -> Result<PersonItem, Problem> {
    let control = app.desk()?.state();
    let grants = control.grants_of(&Principal::Person(person.id.clone())).map(HeldGrant::from).collect();
    Ok(PersonItem {
        id: person.id.clone(),
        email: person.email.clone(),
        name: person.name.clone(),
        status: person.status(),
        created: instant_text(person.created_us),
        last_signed_in: app.sign_in()?.live.signed_in_us(&person.id).map(instant_text),
        second_factor: person.second_factor.is_some(),
        issuer: person.issuer.as_ref().map(|issuer| issuer.provider.clone()),
        grants,
        actor_ids: person.actor_ids.clone(),
    })
}

fn link(app: &App, secret: &Secret, expires_us: i64) -> Result<Link, Problem> {
    Ok(Link { link: app.sign_in()?.link(secret), expires: instant_text(expires_us) })
}
