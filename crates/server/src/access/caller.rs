//! Who asks, and what that caller sees and sends.

use std::sync::Arc;

use access::{By, Holding, Named, Permission, Principal, ResourceName, Roles, Scope};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use engine::{Limits, Persons, Reader, Sight, Viewer};
use search::{Keyword, Predicate, Term};
use signin::Session;

use crate::access::Needs;
use crate::access::decide::{Reach, decide};
use crate::access::identity::{Asking, Identity, identify};
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
    /// # Errors
    /// 403 where a scope cannot be asked for.
    pub(crate) fn new(
        identity: Identity,
        needs: Needs,
        asking: Asking,
        reach: Reach,
        limits: Limits,
    ) -> Result<Self, Problem> {
        let viewer = identity.viewer(&asking);
        let who = seen(&reach, viewer, limits)?;
        Ok(Self(Arc::new(Known { identity, needs, asking, reach, who })))
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
        let still = decide(&app.access, *needs, Some(&now.principal), asking.address)?;
        if still.as_ref() == Some(reach) { Ok(()) } else { Err(Problem::no_longer_permitted()) }
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Problem> {
        parts.extensions.get::<Self>().cloned().ok_or_else(Problem::not_signed_in)
    }
}

/// What the engine goes by.
fn seen(reach: &Reach, viewer: Viewer, limits: Limits) -> Result<engine::Caller, Problem> {
    let everything = Scope::platform();
    let is_everywhere = |permission| reach.scopes.iter().all(|scope| reach.holding.may_at(permission, scope));
    let persons = |permission| if is_everywhere(permission) { Persons::Everybody } else { Persons::Nobody };
    let names = persons(Permission::Names);
    let connections = persons(Permission::Connections);
    if reach.scopes.contains(&everything) && names == Persons::Everybody && connections == Persons::Everybody {
        return Ok(engine::Caller::of_everything(viewer, limits));
    }
    let sight = Sight::new(names.clone(), connections, names);
    let scope = Predicate::Or(reach.scopes.iter().map(predicate).collect());
    engine::Caller::within(viewer, scope, sight, limits).map_err(|error| Problem::internal(&error))
}

fn predicate(scope: &Scope) -> Predicate {
    let Scope::Named(Named { organization, workspace, project, resource }) = scope else {
        return Predicate::Or(vec![]);
    };
    let levels = [(Keyword::Organization, organization), (Keyword::Workspace, workspace), (Keyword::Project, project)];
    let named = levels.into_iter().filter_map(|(keyword, id)| Some((keyword, id.clone()?)));
    let resource = resource.iter().flat_map(|ResourceName { kind, id }| {
        [(Keyword::ResourceType, kind.clone()), (Keyword::ResourceId, id.clone())]
    });
    let terms = named.chain(resource).map(|(keyword, value)| Predicate::Term(Term::Equal(keyword, value)));
    let terms: Vec<_> = terms.collect();
    if terms.is_empty() { Predicate::All } else { Predicate::And(terms) }
}
