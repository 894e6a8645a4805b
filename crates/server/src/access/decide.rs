//! Whether somebody may, by what is settled now.

use std::net::IpAddr;

use access::{Closed, Control, Holding, Permission, Principal, Roles, Scope, Viewing};

use crate::access::identity::Identity;
use crate::access::{Access, Needs};
use crate::problem::Problem;
use crate::state::App;

/// What a request may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reach {
    /// All that the principal's grants allow.
    pub(crate) holding: Holding,
    /// The entries that the answer may speak of; none where the route needs no permission.
    pub(crate) scopes: Vec<Scope>,
}

/// Decides; `None` for somebody who is not known, where none needs to be.
///
/// # Errors
/// 401, 403.
pub(crate) fn decide(
    app: &App,
    needs: Needs,
    identity: Option<&Identity>,
    address: Option<IpAddr>,
) -> Result<Option<Reach>, Problem> {
    let Access::Controlled { desk, .. } = &app.access else {
        let scopes = match needs {
            Needs::Nothing | Needs::Tree | Needs::Principal => Vec::new(),
            Needs::Anywhere(_) | Needs::Platform(_) => vec![Scope::platform()],
        };
        return Ok(Some(Reach { holding: Holding::of_operator(), scopes }));
    };
    let control = desk.state();
    let principal = identity.map(|identity| &identity.principal);
    // Whoever has the machine comes from it.
    let is_operator = principal == Some(&Principal::Operator);
    if address.is_some_and(|address| !control.settings().allow.admits(address)) && !is_operator {
        return Err(Problem::not_from_here());
    }
    let is_open = match needs {
        Needs::Nothing => true,
        Needs::Tree => control.settings().tree_public,
        Needs::Principal | Needs::Anywhere(_) | Needs::Platform(_) => false,
    };
    let Some(identity) = identity else {
        return if is_open { Ok(None) } else { Err(Problem::not_signed_in()) };
    };
    if identity.lacks_second_factor && needs.is_permission() {
        return Err(Problem::second_factor_required());
    }
    let principal = &identity.principal;
    let holding = match &identity.viewing {
        None => control.holding(principal, address, desk.roles()),
        Some(viewing) => viewed(&control, viewing, address, (desk.roles(), app.log.clock().now_us()))?,
    };
    let no = |permission| refused(&control, principal, address, permission);
    let scopes = match needs {
        Needs::Nothing | Needs::Tree | Needs::Principal => Vec::new(),
        Needs::Anywhere(permission) if holding.may(permission) => {
            holding.reach(permission).into_iter().cloned().collect()
        }
        Needs::Platform(permission) if holding.may_at(permission, &Scope::platform()) => vec![Scope::platform()],
        Needs::Anywhere(permission) | Needs::Platform(permission) => return Err(no(permission)),
    };
    Ok(Some(Reach { holding, scopes }))
}

/// What a viewer's token gives now, from here.
fn viewed(
    control: &Control,
    viewing: &Viewing,
    address: Option<IpAddr>,
    (roles, now_us): (&Roles, i64),
) -> Result<Holding, Problem> {
    let closed = viewing.scope.of_organization().and_then(|organization| control.closed(organization, address));
    match closed {
        Some(Closed::Suspended(message)) => Err(Problem::suspended(message)),
        Some(Closed::Address(_)) => Err(Problem::not_from_here()),
        None => viewing.holding(control, roles, now_us).map_err(|error| Problem::bad_token(error.to_string())),
    }
}

/// Why somebody may not: in the organization's own words where it is closed.
fn refused(control: &Control, principal: &Principal, address: Option<IpAddr>, permission: Permission) -> Problem {
    match control.why_closed(principal, address) {
        Some(Closed::Suspended(message)) => Problem::suspended(message),
        Some(Closed::Address(_)) => Problem::not_from_here(),
        None => Problem::not_permitted(permission),
    }
}
