//! What the engine goes by: grants as reaches.

use access::{Named, Permission, ResourceName, Scope};
use engine::{ActorId, Permitted, Place, Within};

use crate::access::decide::Reach;

/// What a caller's grants show, where a route reaches `reach.scopes`. `own` are the ids by which entries know the caller.
pub(crate) fn permitted(reach: &Reach, own: &[ActorId]) -> Permitted {
    let of = |permission| engine_reach(reach.holding.reach(permission), own);
    let names = of(Permission::Names);
    Permitted {
        read: engine_reach(&reach.scopes, own),
        fields: names.clone(),
        names,
        connections: of(Permission::Connections),
    }
}

/// Scopes as the engine knows them.
pub(crate) fn engine_reach<'a>(scopes: impl IntoIterator<Item = &'a Scope>, own: &[ActorId]) -> engine::Reach {
    let within = |scope: &Scope| match scope {
        Scope::Own => Within::Own(own.to_vec()),
        Scope::Named(Named { organization, workspace, project, resource }) => Within::Place(Place {
            organization: organization.clone(),
            workspace: workspace.clone(),
            project: project.clone(),
            resource: resource.as_ref().map(|ResourceName { kind, id }| (kind.clone(), id.clone())),
        }),
    };
    engine::Reach { within: scopes.into_iter().map(within).collect() }
}
