//! Events that lie outside what their sender may write: refused before anything is looked up for them, so that the answer says nothing of
//! what the log holds.

use event::limits::PROBLEMS_MAX;
use event::{Event, Problem};

use crate::ask::reach::{Place, Reach, Within};

/// Takes the events out that no place of `reach` holds; says of each what is in the way. Own ids reach no writing: who acts is the sender's
/// claim.
///
/// Cost: nothing where every place is reached; else a comparison or two an event.
pub(crate) fn take_out(events: &mut [Option<&Event<'_>>], reach: &Reach) -> Vec<Problem> {
    let places: Vec<&Place> = reach.within.iter().filter_map(Within::place).collect();
    if places.iter().any(|place| **place == Place::default()) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let mut unnamed = 0;
    for (index, event) in events.iter_mut().enumerate() {
        let Some((pointer, message)) = event.and_then(|event| outside(event, &places)) else { continue };
        *event = None;
        if problems.len() < PROBLEMS_MAX {
            problems.push(Problem { index: Some(index), pointer: pointer.to_owned(), code: NOT_PERMITTED, message });
        } else {
            unnamed += 1;
        }
    }
    if unnamed > 0 {
        let message = format!("{unnamed} more events are not listed that may not be written either");
        problems.push(Problem { index: None, pointer: String::new(), code: "more_problems", message });
    }
    problems
}

/// The code of such problems.
const NOT_PERMITTED: &str = "not_permitted";

/// How many ids a message lists.
const LISTED_MAX: usize = 3;

/// Where the event leaves the last of `places`, and what to do; `None` if it lies in one of them.
fn outside(event: &Event<'_>, places: &[&Place]) -> Option<(&'static str, String)> {
    let mut left = places.to_vec();
    if left.is_empty() {
        return Some(("", "the sender may write nowhere: grant it a role that appends".to_owned()));
    }
    type Wanted = for<'p> fn(&'p Place) -> Option<&'p str>;
    let id = |named: &Option<event::Named<'_>>| named.as_ref().map(|named| named.id.to_string());
    let resource = event.resource.as_ref();
    let steps: [(&'static str, Wanted, Option<String>); 5] = [
        ("/organization/id", |place| place.organization.as_deref(), id(&event.organization)),
        ("/workspace/id", |place| place.workspace.as_deref(), id(&event.workspace)),
        ("/project/id", |place| place.project.as_deref(), id(&event.project)),
        ("/resource/type", |place| Some(&place.resource.as_ref()?.0), resource.map(|it| it.kind.to_string())),
        ("/resource/id", |place| Some(&place.resource.as_ref()?.1), resource.map(|it| it.id.to_string())),
    ];
    for (pointer, wanted, own) in steps {
        let mut ids: Vec<&str> = left.iter().filter_map(|place| wanted(place)).collect();
        left.retain(|place| wanted(place).is_none_or(|id| own.as_deref() == Some(id)));
        if left.is_empty() {
            ids.sort_unstable();
            ids.dedup();
            return Some((pointer, remedy(&ids)));
        }
    }
    None
}

/// Names what the sender may write, which its own grants say.
fn remedy(ids: &[&str]) -> String {
    let listed: Vec<String> = ids.iter().take(LISTED_MAX).map(|id| format!("{id:?}")).collect();
    let more = if ids.len() > LISTED_MAX { format!(" or {} others", ids.len() - LISTED_MAX) } else { String::new() };
    format!("the sender may write {}{more} here: send that, or grant it more", listed.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(places: &[Place]) -> Reach {
        Reach { within: places.iter().cloned().map(Within::Place).collect() }
    }

    fn place(organization: Option<&str>, project: Option<&str>) -> Place {
        let [organization, project] = [organization, project].map(|id| id.map(str::to_owned));
        Place { organization, project, ..Place::default() }
    }

    fn refused(body: &str, reach: &Reach) -> Vec<(Option<usize>, String, String)> {
        let batch = event::parse_batch(body.as_bytes(), event::BodyKind::Ndjson).unwrap();
        let mut events: Vec<Option<&Event<'_>>> = batch.events.iter().map(|event| event.as_ref().ok()).collect();
        let problems = take_out(&mut events, reach);
        let out = events.iter().enumerate().filter(|(_, event)| event.is_none()).map(|(index, _)| Some(index));
        assert_eq!(out.collect::<Vec<_>>(), problems.iter().map(|problem| problem.index).collect::<Vec<_>>());
        problems.into_iter().map(|problem| (problem.index, problem.pointer, problem.message)).collect()
    }

    #[test]
    fn what_lies_outside_is_named_where_it_leaves_the_last_place() {
        let body = [
            r#"{"action":"a.b","organization":{"id":"acme"}}"#,
            r#"{"action":"a.b","organization":{"id":"other"}}"#,
            r#"{"action":"a.b"}"#,
            r#"{"action":"a.b","organization":{"id":"beta"},"project":{"id":"p2"}}"#,
            r#"{"action":"a.b","organization":{"id":"beta"},"project":{"id":"p1"}}"#,
        ]
        .join("\n");
        let reach = reach(&[place(Some("acme"), None), place(Some("beta"), Some("p1"))]);
        let organization = r#"the sender may write "acme" or "beta" here: send that, or grant it more"#.to_owned();
        let project = r#"the sender may write "p1" here: send that, or grant it more"#.to_owned();
        let wanted = [
            (Some(1), "/organization/id".to_owned(), organization.clone()),
            (Some(2), "/organization/id".to_owned(), organization),
            (Some(3), "/project/id".to_owned(), project),
        ];
        assert_eq!(refused(&body, &reach), wanted);
        assert_eq!(refused(&body, &Reach::everywhere()), []);
        assert_eq!(refused(&body, &Reach::default()).len(), 5);
    }
}
