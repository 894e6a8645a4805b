//! Who asks, and what that caller sees and sends.

use std::sync::Arc;

use access::{By, Holding, Principal, Roles, Scope};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use engine::{Limits, Log, Reader, Viewer};
use signin::Session;

use crate::access::Needs;
use crate::access::decide::{Reach, decide};
use crate::access::identity::{Asking, Identity, identify};
use crate::access::permitted::{engine_reach, permitted};
use crate::problem::Problem;
use crate::state::App;

/// Who asks, decided before the handler runs. A clone is the same caller.
#[derive(Clone)]
pub(crate) struct Caller(Arc<Known>);

struct Known {
    identity: Identity,
    needs: Needs,
    asking: Asking,
    reach: Reach,
    /// What the engine goes by.
    who: engine::Caller,
}

impl Caller {
    /// A caller that was let in with this reach. `limits` are those of its questions.
    ///
    /// Cost: that of [`engine::Caller::permitted`].
    pub(crate) fn new(
        identity: Identity,
        needs: Needs,
        asking: Asking,
        reach: Reach,
        limits: Limits,
        log: &Log,
    ) -> Self {
        let viewer = identity.viewer(&asking);
        let permitted = Arc::new(permitted(&reach, &identity.own));
        let who = engine::Caller::permitted(viewer, permitted, limits, log);
        Self(Arc::new(Known { identity, needs, asking, reach, who }))
    }

    /// Where it may write; `None`: everywhere.
    pub(crate) fn writes_in(&self) -> Option<engine::Reach> {
        let Known { identity, reach, .. } = &*self.0;
        let is_everywhere = reach.scopes.contains(&Scope::platform());
        (!is_everywhere).then(|| engine_reach(&reach.scopes, &identity.own))
    }

    /// Who looks, for the record.
    pub(crate) fn viewer(&self) -> &Viewer {
        &self.0.who.viewer
    }

    /// What the caller sees of the log: the one way from a request to entries.
    pub(crate) fn reader<'a>(&'a self, app: &'a App) -> Reader<'a> {
        app.log.reader(&self.0.who)
    }

    /// The source of what it sends.
    pub(crate) fn source(&self) -> &str {
        &self.0.identity.source
    }

    pub(crate) fn principal(&self) -> &Principal {
        &self.0.identity.principal
    }

    /// How much it may send.
    pub(crate) fn limits(&self) -> access::Limits {
        self.0.identity.limits
    }

    /// What its token gives, of a viewer.
    pub(crate) fn viewing(&self) -> Option<&access::Viewing> {
        self.0.identity.viewing.as_ref()
    }

    /// The session it has signed in to.
    ///
    /// # Errors
    /// 409 for programs, and for whoever has the machine.
    pub(crate) fn session(&self) -> Result<&Session, Problem> {
        self.0.identity.session.as_ref().ok_or_else(Problem::no_session)
    }

    /// The account's e-mail address.
    pub(crate) fn email(&self) -> Option<&str> {
        self.0.identity.email.as_deref()
    }

    pub(crate) fn asking(&self) -> &Asking {
        &self.0.asking
    }

    /// All that it may do.
    pub(crate) fn holding(&self) -> &Holding {
        &self.0.reach.holding
    }

    /// The scopes at which it has what the route needs.
    pub(crate) fn scopes(&self) -> &[Scope] {
        &self.0.reach.scopes
    }

    /// In whose name it manages access now, with these roles.
    pub(crate) fn by<'a>(&'a self, app: &App, roles: &'a Roles) -> By<'a> {
        let address = self.0.asking.address;
        By { principal: self.principal(), holding: self.holding(), roles, address, now_us: app.log.clock().now_us() }
    }

    /// Whether it still has the same: asked at least each second while a long answer goes out.
    ///
    /// # Errors
    /// 401, 403 as a new request would get; 403 where it may ask still, but for something else.
    pub(crate) fn check(&self, app: &App) -> Result<(), Problem> {
        let Known { identity, needs, asking, reach, .. } = &*self.0;
        let now = identify(identity.credential.clone(), app)?;
        let still = decide(app, *needs, Some(&now), asking.address)?;
        if still.as_ref() == Some(reach) { Ok(()) } else { Err(Problem::no_longer_permitted()) }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::not_signed_in)
    }
}
