//! Random grants, and what they permit as their words say: by looking at one event, not at lines or indexes.

use engine::{ActorId, Permitted, Place, Reach, Within};

use super::world::{ACTORS, Event, ORGANIZATIONS, PROJECTS, Person, RESOURCES, WORKSPACES, any, some};
use crate::exact::events::Numbers;

pub(super) fn permitted(numbers: &mut Numbers) -> Permitted {
    let read = reach(numbers);
    let mut seen = || match numbers.below(5) {
        0 => Reach::default(),
        1 => Reach::everywhere(),
        2 => Reach { within: [read.within.clone(), reach(numbers).within].concat() },
        3 => reach(numbers),
        _ => read.clone(),
    };
    let [names, connections, fields] = [seen(), seen(), seen()];
    Permitted { read, names, connections, fields }
}

fn reach(numbers: &mut Numbers) -> Reach {
    let count = 1 + numbers.below(3);
    Reach { within: (0..count).map(|_| within(numbers)).collect() }
}

fn within(numbers: &mut Numbers) -> Within {
    let owned = |text: &str| text.to_owned();
    match numbers.below(8) {
        0..4 => Within::Own(
            (0..1 + numbers.below(2))
                .map(|_| {
                    let (kind, id) = any(&ACTORS, numbers);
                    let organization = some(&ORGANIZATIONS, 3, numbers).map(owned);
                    ActorId { organization, kind, id: id.to_owned() }
                })
                .collect(),
        ),
        4 => Within::Place(Place {
            resource: Some(any(&RESOURCES, numbers)).map(|(kind, id)| (kind.to_owned(), id.to_owned())),
            organization: some(&ORGANIZATIONS, 2, numbers).map(owned),
            ..Place::default()
        }),
        _ => Within::Place(Place {
            organization: some(&ORGANIZATIONS, 8, numbers).map(owned),
            workspace: some(&WORKSPACES, 2, numbers).filter(|_| numbers.below(2) == 0).map(owned),
            project: some(&PROJECTS, 2, numbers).filter(|_| numbers.below(3) == 0).map(owned),
            resource: None,
        }),
    }
}

/// Whether a reach covers an event.
pub(super) fn covers(reach: &Reach, event: &Event) -> bool {
    in_places(reach, event) || own(reach).any(|own| acts(own, event))
}

/// Whether a value of `person` may be seen in this event by a permission that reaches so far.
pub(super) fn shows(reach: &Reach, event: &Event, person: &Person) -> bool {
    let is_own = |id: &ActorId| {
        let home = match &id.organization {
            Some(organization) => *organization == person.0,
            None => person.0.starts_with("source "),
        };
        home && id.kind.as_str() == person.1 && id.id == person.2
    };
    in_places(reach, event) || (own(reach).any(|own| acts(own, event)) && own(reach).any(is_own))
}

fn own(reach: &Reach) -> impl Iterator<Item = &ActorId> {
    reach.within.iter().flat_map(|within| match within {
        Within::Own(ids) => ids.as_slice(),
        Within::Place(_) => &[],
    })
}

fn in_places(reach: &Reach, event: &Event) -> bool {
    reach.within.iter().any(|within| {
        let Within::Place(place) = within else { return false };
        let same = |wanted: &Option<String>, own: Option<&str>| wanted.is_none() || wanted.as_deref() == own;
        same(&place.organization, event.organization)
            && same(&place.workspace, event.workspace)
            && same(&place.project, event.project)
            && place.resource.as_ref().is_none_or(|(kind, id)| event.resource == Some((kind, id)))
    })
}

fn acts(id: &ActorId, event: &Event) -> bool {
    let is_it = |(kind, name)| (kind, name) == (id.kind, id.id.as_str());
    id.organization.as_deref() == event.organization && (is_it(event.actor) || event.behalf.is_some_and(is_it))
}
