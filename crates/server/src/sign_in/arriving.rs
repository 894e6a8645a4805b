//! People who come back from an issuer, and those who signed out there.

use access::{Arrival, IssuerIdentity, ManageError, Person};
use axum::http::StatusCode;
use engine::Viewer;
use event::{ActorKind, Outcome};
use serde_json::json;
use signin::oidc::{Arrived, Callback, OidcError, granted};
use signin::{By, Secret};

use crate::access::Asking;
use crate::problem::Problem;
use crate::sign_in::live::{Began, record};
use crate::sign_in::passing::viewer_of;
use crate::state::App;

/// Why somebody who came back does not get in, in a word for the page and the record.
pub(crate) struct NotIn(pub(crate) &'static str);

impl App {
    /// Begins a session for whoever comes back from the issuer; with its secret comes where they wanted to go. Asks the issuer.
    ///
    /// # Errors
    /// 404 for an issuer that is not there, 429, 503; in the answer, why the person does not get in: that is on record.
    pub(crate) fn sign_in_by_issuer(
        &self,
        issuer: &str,
        (back, browser, callback): (&Callback, Option<&Secret>, &str),
        asking: &Asking,
    ) -> Result<Result<(Secret, String), NotIn>, Problem> {
        let party = self.sign_in()?.issuer(issuer)?;
        let from = asking.address.map(|address| address.to_string()).unwrap_or_default();
        // Counted for each network by itself: whoever makes answers up elsewhere stops nobody.
        let attempt = self.attempt(&format!("issuer {issuer} {from}"), asking)?;
        let arrived = match party.party.finish(back, browser, (callback, self.log.clock())) {
            Ok(arrived) => arrived,
            Err(error) => return self.not_in(None, asking, issuer_problem(&error)).map(Err),
        };
        let return_to = arrived.return_to.clone();
        let sid = arrived.sid.clone();
        let person = match self.arrive(issuer, arrived, asking)? {
            Ok(person) => person,
            Err(code) => return self.not_in(None, asking, code).map(Err),
        };
        let subject = person.issuer.as_ref().map(|issuer| issuer.subject.clone()).unwrap_or_default();
        let by = By::Oidc { provider: issuer.to_owned(), subject, sid };
        // Whether there was a second factor is the issuer's to ask.
        let began = Began { account: person.id.clone(), by, second_factor: false };
        let sign_in = self.sign_in()?;
        let secret = sign_in.live.begin((&self.log, self.desk()?), began, (&viewer_of(&person, asking), asking))?;
        attempt.succeeded();
        Ok(Ok((secret, return_to)))
    }

    /// Ends the sessions of whoever signed out at the issuer: on record, then gone at once.
    ///
    /// # Errors
    /// 400 for a token that is not the issuer's, 404, 503.
    pub(crate) fn signed_out_at(&self, issuer: &str, token: &str, asking: &Asking) -> Result<(), Problem> {
        let (sign_in, desk) = (self.sign_in()?, self.desk()?);
        let told = sign_in.issuer(issuer)?.party.logged_out(token, self.log.clock()).map_err(|error| match error {
            OidcError::BadToken(_) => {
                let detail = env::with_causes(&error).to_string();
                Problem::new(StatusCode::BAD_REQUEST, "bad_logout_token", "The logout token is refused", detail)
            }
            OidcError::Busy | OidcError::Unreachable(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "busy", "The issuer cannot be asked", error.to_string())
                    .retry_after(1)
            }
            error => Problem::internal(&error),
        })?;
        let control = desk.state();
        for session in sign_in.live.of_issuer(issuer, told.subject.as_deref(), told.sid.as_deref()) {
            let viewer = match control.person(&session.account) {
                Some(person) => viewer_of(person, asking),
                None => asking.viewer(ActorKind::User, &session.account),
            };
            let viewer = Viewer { session: Some(session.id.clone()), ..viewer };
            let words = ("session.signed_out", "Signed out by the issuer", Outcome::Success);
            record(&self.log, &viewer, words, &json!({ "by": issuer })).map_err(crate::problem::unrecorded)?;
            sign_in.live.end(desk, [session.hash]);
        }
        Ok(())
    }

    fn arrive(&self, issuer: &str, arrived: Arrived, asking: &Asking) -> Result<Result<Person, &'static str>, Problem> {
        let (sign_in, desk) = (self.sign_in()?, self.desk()?);
        let rules = &sign_in.issuer(issuer)?.grants;
        let grants = granted(rules, &arrived.claims).into_iter().cloned().collect();
        let is_denied = arrived.claims.get("email_verified").is_some() && !arrived.claims.is_email_verified();
        // An address that the issuer does not vouch for could be anybody's; entries would name that one.
        let email = arrived.claims.text("email").filter(|_| !is_denied).map(str::to_owned);
        let arrival = Arrival {
            email: email.unwrap_or_else(|| format!("{}@{issuer}", arrived.subject)),
            name: arrived.claims.text("name").map(str::to_owned),
            grants,
            identity: IssuerIdentity { provider: issuer.to_owned(), subject: arrived.subject },
        };
        let known = desk.state();
        let known = known.person_of_issuer(issuer, &arrival.identity.subject);
        let viewer = match known {
            Some(person) => viewer_of(person, asking),
            None => asking.viewer(ActorKind::Anonymous, ""),
        };
        let made = desk.change(&self.log, &viewer, |control| {
            let at = (self.log.clock().now_us(), self.log.random());
            access::arrive(control, desk.roles(), arrival, at)
        });
        match made {
            Ok(person) => Ok(Ok(person)),
            Err(control::ChangeError::Refused(ManageError::Taken(_))) => Ok(Err("address_taken")),
            Err(control::ChangeError::Refused(_)) => Ok(Err("no_access")),
            Err(error) => Err(error.into()),
        }
    }

    fn not_in(&self, of: Option<&Person>, asking: &Asking, code: &'static str) -> Result<NotIn, Problem> {
        self.record_failure(of, asking, code)?;
        Ok(NotIn(code))
    }
}

/// What went wrong with an issuer, in a word.
pub(crate) fn issuer_problem(error: &OidcError) -> &'static str {
    let causes = env::with_causes(error).to_string();
    tracing::info!(error = causes, "a sign-in by an issuer came to nothing");
    match error {
        OidcError::NotStarted => "not_started",
        OidcError::MixedUp => "mixed_up_issuer",
        OidcError::Refused(_) => "issuer_refused",
        OidcError::Unreachable(_) => "issuer_unreachable",
        OidcError::BadAnswer(_) => "issuer_answers_wrongly",
        OidcError::BadToken(_) => "bad_id_token",
        OidcError::Busy => "busy",
    }
}
