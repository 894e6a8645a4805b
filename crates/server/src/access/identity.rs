//! Who shows what: tokens and sessions, held against what is settled.

use std::convert::Infallible;
use std::net::IpAddr;

use access::{Limits, Person, Principal, Token, Viewing};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use control::Desk;
use engine::{ActorId, Viewer};
use event::ActorKind;
use signin::{SecretHash, Session};

use crate::access::Access;
use crate::access::viewing::ShownViewing;
use crate::problem::Problem;
use crate::state::{App, Peer};

/// Where a request comes from, whoever sends it.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    /// The other end's address.
    pub(crate) address: Option<IpAddr>,
    /// `User-Agent`, at most 512 characters of it.
    pub(crate) user_agent: Option<String>,
    /// The path. Without its query: what was sought is personal (spec/own-entries.md, "The viewer").
    pub(crate) path: String,
    /// Why, as the caller says.
    pub(crate) reason: Option<String>,
}

/// Longest reason, in characters: that of the line.
const REASON_CHARS_MAX: usize = 1_024;

/// Header that says why somebody looks.
pub(crate) const REASON: &str = "indelible-reason";

impl Asking {
    pub(crate) fn of(parts: &Parts) -> Self {
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        // In UTF-8, as browsers and curl send what is no ASCII.
        let reason = parts.headers.get(REASON).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
        let limited = |text: &str, at_most: usize| text.chars().take(at_most).collect::<String>();
        Self {
            address: parts.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical()),
            user_agent: text(header::USER_AGENT.as_str()).map(|text| limited(text, 512)),
            path: limited(parts.uri.path(), 2_048),
            reason: reason.map(|text| limited(text, REASON_CHARS_MAX)),
        }
    }

    /// Who looks, for the record.
    pub(crate) fn viewer(&self, kind: ActorKind, id: &str) -> Viewer {
        Viewer {
            kind,
            id: id.to_owned(),
            reason: self.reason.clone(),
            ip: self.address.map(|address| address.to_string()),
            user_agent: self.user_agent.clone(),
            page: Some(self.path.clone()),
            ..Viewer::default()
        }
    }
}

impl FromRequestParts<App> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_else(|| Self::of(parts)))
    }
}

/// What somebody showed: enough to ask again whether it is still good.
#[derive(Debug, Clone)]
pub(crate) enum Credential {
    /// Nothing, under `--dev`.
    Dev,
    /// A token.
    Token(Token),
    /// A viewer's token.
    Viewing(ShownViewing),
    /// The cookie of a session.
    Session(SecretHash),
}

/// Who somebody is, by a credential that is good now.
pub(crate) struct Identity {
    pub(crate) principal: Principal,
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    /// The session signed in to.
    pub(crate) session: Option<Session>,
    /// Whether a second factor is demanded that this account has not got.
    pub(crate) lacks_second_factor: bool,
    /// The source of what is sent.
    pub(crate) source: String,
    /// How much may be sent.
    pub(crate) limits: Limits,
    pub(crate) credential: Credential,
    /// By which ids entries know it.
    pub(crate) own: Vec<ActorId>,
    /// What a viewer's token gives, in place of grants.
    pub(crate) viewing: Option<Viewing>,
}

/// What stands in a request; `None`: nothing.
///
/// # Errors
/// 401 for a text that is no token.
pub(crate) fn shown(parts: &Parts, app: &App) -> Result<Option<Credential>, Problem> {
    if matches!(app.access, Access::Dev) {
        return Ok(Some(Credential::Dev));
    }
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else { return Ok(session_shown(parts, app)) };
    if values.next().is_some() {
        return Err(Problem::bad_token("Authorization is given twice; give it once"));
    }
    let text = value.to_str().unwrap_or_default();
    let token = match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token.trim(),
        _ => return Err(Problem::bad_token("Authorization is not of the form `Bearer ind_…`")),
    };
    if let Some(viewing) = ShownViewing::of(token, parts) {
        return Ok(Some(Credential::Viewing(viewing)));
    }
    Token::parse(token)
        .map(|token| Some(Credential::Token(token)))
        .map_err(|error| Problem::bad_token(error.to_string()))
}

/// The session whose cookie stands in a request, if it lives. One that is over is nothing: browsers go on sending it.
fn session_shown(parts: &Parts, app: &App) -> Option<Credential> {
    let sign_in = app.sign_in.as_ref()?;
    let hash = sign_in.cookies.session(parts)?.hash();
    sign_in.live.find(&hash, app.log.clock().now_us()).map(|_| Credential::Session(hash))
}

/// Whose credential it is.
///
/// # Errors
/// 401 for one that is not good, or no more.
pub(crate) fn identify(credential: Credential, app: &App) -> Result<Identity, Problem> {
    let (token, desk, operator) = match (&credential, &app.access) {
        (Credential::Token(token), Access::Controlled { desk, operator, .. }) => (token, desk, operator),
        (Credential::Session(hash), Access::Controlled { desk, .. }) => {
            let hash = *hash;
            return person(hash, desk, app);
        }
        (Credential::Viewing(shown), Access::Controlled { desk, .. }) => {
            return Ok(viewer(shown.open(desk, app.log.clock().now_us())?, credential));
        }
        (Credential::Dev | Credential::Token(_) | Credential::Session(_) | Credential::Viewing(_), _) => {
            return Ok(whoever_has_the_machine("dev", credential));
        }
    };
    if operator.is(token) {
        return Ok(whoever_has_the_machine("operator", credential));
    }
    let state = desk.state();
    let now_us = app.log.clock().now_us();
    let program = state.program_of(token, now_us).map_err(|error| Problem::bad_token(error.to_string()))?;
    desk.note_use(&program.id, now_us);
    Ok(Identity {
        name: Some(program.name.clone()),
        limits: program.limits,
        ..Identity::of(Principal::Program(program.id.clone()), &program.source, credential)
    })
}

/// A reader in a product's page, as the product names him.
fn viewer(viewing: Viewing, credential: Credential) -> Identity {
    Identity {
        name: viewing.name.clone(),
        viewing: Some(viewing.clone()),
        ..Identity::of(Principal::Viewer(viewing.viewer), &viewing.minter, credential)
    }
}

/// The person whose session it is, while it lives and the account does.
fn person(hash: SecretHash, desk: &Desk, app: &App) -> Result<Identity, Problem> {
    let session = app.sign_in()?.live.look(&hash, app.log.clock().now_us()).ok_or_else(Problem::not_signed_in)?;
    let control = desk.state();
    let person = control.person(&session.account).filter(|person| person.is_active());
    let person = person.ok_or_else(Problem::not_signed_in)?;
    let has_factor = session.second_factor || person.second_factor.is_some() || session.by != signin::By::Password;
    Ok(Identity {
        name: person.name.clone(),
        email: Some(person.email.clone()),
        lacks_second_factor: control.settings().second_factor_required && !has_factor,
        session: Some(session),
        own: own_ids(person),
        ..Identity::of(Principal::Person(person.id.clone()), &person.id, Credential::Session(hash))
    })
}

/// By which ids entries know a person: in those of organizations as it was said, in the log's own as the account.
fn own_ids(person: &Person) -> Vec<ActorId> {
    let account = ActorId { organization: None, kind: ActorKind::User, id: person.id.clone() };
    let said = person.actor_ids.iter().filter_map(|known| {
        let kind = ActorKind::ALL.into_iter().find(|kind| kind.as_str() == known.kind)?;
        Some(ActorId { organization: known.organization.clone(), kind, id: known.id.clone() })
    });
    said.chain([account]).collect()
}

fn whoever_has_the_machine(source: &str, credential: Credential) -> Identity {
    Identity::of(Principal::Operator, source, credential)
}

impl Identity {
    /// Somebody of whom nothing more is known.
    fn of(principal: Principal, source: &str, credential: Credential) -> Self {
        Self {
            principal,
            name: None,
            email: None,
            session: None,
            lacks_second_factor: false,
            source: source.to_owned(),
            limits: Limits::default(),
            credential,
            own: Vec::new(),
            viewing: None,
        }
    }

    /// The actor of entries about what it does.
    pub(crate) fn viewer(&self, asking: &Asking) -> Viewer {
        let (kind, id) = match (&self.principal, &self.credential) {
            (Principal::Operator, Credential::Dev) => (ActorKind::User, "dev"),
            (Principal::Operator, _) => (ActorKind::System, "operator"),
            (Principal::Program(id), _) => (ActorKind::Token, id.as_str()),
            (Principal::Person(id) | Principal::Viewer(id), _) => (ActorKind::User, id.as_str()),
        };
        let session = self.session.as_ref().map(|session| session.id.clone());
        Viewer { name: self.name.clone(), email: self.email.clone(), session, ..asking.viewer(kind, id) }
    }
}
