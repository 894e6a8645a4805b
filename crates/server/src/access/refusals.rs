//! Requests that were refused, on record: once a principal, route and hour, with their number.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use access::Principal;
use engine::{Changed, Own};
use event::{ActorKind, Outcome, Resource};
use serde_json::json;

use crate::access::identity::Asking;
use crate::problem::Problem;
use crate::state::App;

/// How long refusals of one kind are one.
const HOUR_US: i64 = 3_600 * 1_000_000;

/// Kinds remembered: some hundred bytes each. Past it the table is emptied, which costs at worst a second record in the hour.
const REMEMBERED_MAX: usize = 4_096;

/// Who was refused what.
type Who = (Option<Principal>, String);

/// Refusals of the hour.
#[derive(Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<HashMap<Who, Count>>>);

struct Count {
    since_us: i64,
    /// Since the last record, that one left out.
    more: u64,
}

impl Refusals {
    /// Puts a refusal on record, unless one of the same principal and route is of this hour. Those of nobody known count together
    /// whatever their address, so that they cost one entry.
    pub(crate) fn note(self, app: App, principal: Option<Principal>, route: String, asking: Asking, problem: &Problem) {
        let now_us = app.log.clock().now_us();
        let Some(more) = self.count((principal.clone(), route.clone()), now_us) else { return };
        let code = problem.code();
        let threads = app.threads.clone();
        // Nobody waits for it: the request is refused whether or not it can be written.
        threads.begin(move || {
            let viewer = match &principal {
                None => asking.viewer(ActorKind::Anonymous, ""),
                Some(Principal::Operator) => asking.viewer(ActorKind::System, "operator"),
                Some(Principal::Program(id)) => asking.viewer(ActorKind::Token, id),
                Some(Principal::Person(id) | Principal::Viewer(id)) => asking.viewer(ActorKind::User, id),
            };
            let properties = json!({"code": code, "refused_in_the_hour_before": more});
            let changed = Changed {
                event: Some("refused"),
                channel: Some("auth"),
                outcome: Some(Outcome::Failure),
                resource: Some(Resource { kind: "route".into(), id: route.as_str().into(), name: None }),
                properties: Some(&properties),
                ..Changed::new(&viewer, "access.refused", "Request refused")
            };
            if let Err(error) = app.log.record_own(&Own::Changed(changed)) {
                tracing::warn!(%error, route, "a refused request could not be put on record");
            }
        });
    }

    /// How many more there were since the last record; `None` where this one needs none.
    fn count(&self, who: Who, now_us: i64) -> Option<u64> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= REMEMBERED_MAX && !counts.contains_key(&who) {
            counts.clear();
        }
        match counts.get_mut(&who) {
            Some(count) if now_us - count.since_us < HOUR_US => {
                count.more += 1;
                None
            }
            _ => {
                let before = counts.insert(who, Count { since_us: now_us, more: 0 });
                Some(before.map_or(0, |count| count.more))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_recorded_once_an_hour_with_its_number() {
        let refusals = Refusals::default();
        let who = |route: &str| (Some(Principal::Program("p".into())), route.to_owned());
        assert_eq!(refusals.count(who("GET /a"), 0), Some(0));
        assert_eq!(refusals.count(who("GET /a"), 1), None);
        assert_eq!(refusals.count(who("GET /b"), 1), Some(0));
        assert_eq!(refusals.count(who("GET /a"), HOUR_US - 1), None);
        assert_eq!(refusals.count(who("GET /a"), HOUR_US), Some(2));
        for n in 0..=REMEMBERED_MAX {
            refusals.count(who(&n.to_string()), 2 * HOUR_US);
        }
        assert!(refusals.0.lock().unwrap().len() <= REMEMBERED_MAX);
    }
}
