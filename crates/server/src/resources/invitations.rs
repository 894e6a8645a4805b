//! `/v1/invitations`: joining by a link.

use access::{Change, Control, ManageError, Person};
use axum::extract::State;
use axum::http::StatusCode;
use event::ActorKind;
use search::instant_text;
use serde::{Deserialize, Serialize};
use signin::{By, Owner, Secret};
use utoipa::ToSchema;

use crate::access::Asking;
use crate::json::Json;
use crate::problem::Problem;
use crate::resources::session::{Begun, begun};
use crate::sign_in::{Began, viewer_of};
use crate::state::App;

/// What stands behind `#invitation=` in a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// 52 letters.
    token: String,
}

/// Whom a link invites.
#[derive(Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Invited {
    /// The address the account signs in by; absent for the link that makes the first account, which takes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<String>,
    /// What others call the person.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Until when the link is good.
    expires: String,
}

/// What somebody joins with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Joining {
    /// What stands in the link.
    token: String,
    /// What others are to call the person.
    name: String,
    /// The account's password from now on.
    password: String,
    /// The account's address; only with the link that makes the first account.
    #[serde(default)]
    email: Option<String>,
}

/// Says whom a link invites. It is good still.
#[utoipa::path(
    post, path = "/v1/invitations/look", tag = "access", request_body = Shown,
    responses((status = 200, description = "whom", body = Invited), (status = 404, body = Problem, description = "the link is not good, or no more"), (status = 409, body = Problem, description = "there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "not what is asked for"))
)]
pub(crate) async fn look(
    State(app): State<App>,
    Json(Shown { token }): Json<Shown>,
) -> Result<axum::Json<Invited>, Problem> {
    let control = app.desk()?.state();
    let secret = Secret::parse(&token).ok_or_else(bad_link)?;
    let now_us = app.log.clock().now_us();
    if let Some(expires_us) = first(&app, &secret)? {
        return Ok(axum::Json(Invited { email: None, name: None, expires: instant_text(expires_us) }));
    }
    let (person, invitation) = control.invited(&String::from(secret.hash()), now_us).ok_or_else(bad_link)?;
    Ok(axum::Json(Invited {
        email: Some(person.email.clone()),
        name: person.name.clone(),
        expires: instant_text(invitation.expires_us),
    }))
}

/// Joins by a link, which is good no more then, and signs in.
#[utoipa::path(
    post, path = "/v1/invitations/accept", tag = "access", request_body = Joining,
    responses((status = 201, description = "joined and signed in", body = crate::resources::session::Session), (status = 404, body = Problem, description = "the link is not good, or no more"), (status = 409, body = Problem, description = "the address is taken, or there is no access control"), (status = 413, body = Problem, description = "too large"), (status = 415, body = Problem, description = "not JSON"), (status = 422, body = Problem, description = "the password or the name cannot be taken"), (status = 503, body = Problem, description = "busy, or it could not be put on record"), (status = 507, body = Problem, description = "the disk is full"))
)]
pub(crate) async fn accept(
    State(app): State<App>,
    asking: Asking,
    Json(joining): Json<Joining>,
) -> Result<Begun, Problem> {
    app.blocking(move |app| {
        let person = join(app, &joining, &asking)?;
        let (sign_in, desk) = (app.sign_in()?, app.desk()?);
        // Whoever had a session by the password before has none by the new one.
        sign_in.live.end_all(desk, &person.id);
        let began = Began { account: person.id.clone(), by: By::Password, second_factor: false };
        let secret = sign_in.live.begin((&app.log, desk), began, (&viewer_of(&person, &asking), &asking))?;
        begun(app, &secret, &asking)
    })
    .await
}

fn join(app: &App, joining: &Joining, asking: &Asking) -> Result<Person, Problem> {
    let desk = app.desk()?;
    let secret = Secret::parse(&joining.token).ok_or_else(bad_link)?;
    let now_us = app.log.clock().now_us();
    let is_first = first(app, &secret)?.is_some();
    let hash = String::from(secret.hash());
    let control = desk.state();
    let invited = control.invited(&hash, now_us).map(|(person, _)| person.clone());
    let email = match &invited {
        Some(person) => person.email.clone(),
        None if is_first => joining.email.clone().unwrap_or_default(),
        None => return Err(bad_link()),
    };
    let password = app.new_password(&joining.password, Owner { email: &email, name: &joining.name })?;
    let viewer = match &invited {
        Some(person) => viewer_of(person, asking),
        None => asking.viewer(ActorKind::System, "operator"),
    };
    let as_joined = |(change, person): (Change, Person)| (Some(change), person);
    let person = desk.change(&app.log, &viewer, |control: &Control| match &invited {
        Some(_) => access::join(control, &hash, (&joining.name, password), now_us).map(as_joined),
        None => {
            let at = (now_us, app.log.random());
            access::join_first(control, desk.roles(), (&email, &joining.name, password), at).map(as_joined)
        }
    });
    let person = person.map_err(|error| match error {
        control::ChangeError::Refused(ManageError::NotFound { .. }) => bad_link(),
        error => error.into(),
    })?;
    if is_first {
        app.sign_in()?.forget_first();
    }
    Ok(person)
}

/// Until when this is the link that makes the first account; `None`: it is not, or there is one that manages access.
fn first(app: &App, secret: &Secret) -> Result<Option<i64>, Problem> {
    let good_until_us = app.sign_in()?.first_until_us(secret, app.log.clock().now_us());
    let desk = app.desk()?;
    Ok(good_until_us.filter(|_| !desk.state().has_managing_person(desk.roles())))
}

fn bad_link() -> Problem {
    let detail = "this link was used already, or its time is over; ask whoever sent it for another";
    Problem::new(StatusCode::NOT_FOUND, "bad_link", "The link is not good", detail)
}
