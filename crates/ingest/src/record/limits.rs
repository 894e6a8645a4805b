//! Keeping the declared persons within what the log takes, without leaving anybody's value undeclared.

use std::collections::HashMap;

use super::draft::{Person, SEVERAL};

/// Most persons an event declares.
const PERSONS_MAX: usize = 32;
/// Most paths one person declares in one event.
const PATHS_MAX: usize = 64;

/// The persons to declare. Where there are too many (a policy that lists a hundred members), whole members of
/// `properties` or sides of changes are declared instead of the values inside them, as values of several people; the
/// fullest first. `None` if even that is too much: such a record cannot be recorded without showing somebody's values.
pub(super) fn declared(persons: Vec<Person>) -> Option<Vec<Person>> {
    let mut persons: Vec<Person> = persons.into_iter().filter(|person| !person.paths.is_empty()).collect();
    if fits(&persons) {
        return Some(persons);
    }
    let mut several: Vec<String> = Vec::new();
    for container in fullest_first(&persons) {
        for person in &mut persons {
            person.paths.retain(|path| container_of(path) != Some(container.as_str()));
        }
        persons.retain(|person| !person.paths.is_empty());
        several.push(container);
        if several.len() > PATHS_MAX {
            return None;
        }
        let rest = persons.iter().filter(|person| person.of != SEVERAL).count();
        if rest < PERSONS_MAX && fits(&persons) {
            break;
        }
    }
    match persons.iter_mut().find(|person| person.of == SEVERAL) {
        Some(person) => person.paths.append(&mut several),
        None => persons.push(Person { of: SEVERAL.to_owned(), paths: several }),
    }
    fits(&persons).then_some(persons)
}

fn fits(persons: &[Person]) -> bool {
    persons.len() <= PERSONS_MAX && persons.iter().all(|person| person.paths.len() <= PATHS_MAX)
}

/// The members and sides that hold paths, those with most of them first.
fn fullest_first(persons: &[Person]) -> Vec<String> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for container in persons.iter().flat_map(|person| &person.paths).filter_map(|path| container_of(path)) {
        *counts.entry(container).or_default() += 1;
    }
    let mut containers: Vec<(&str, usize)> = counts.into_iter().collect();
    containers.sort_unstable_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
    containers.into_iter().map(|(container, _)| container.to_owned()).collect()
}

/// `/properties/member` or `/changes/field/before`, for a path to it or inside it.
fn container_of(path: &str) -> Option<&str> {
    let steps = if path.starts_with("/properties/") {
        2
    } else if path.starts_with("/changes/") {
        3
    } else {
        return None;
    };
    let end = path.match_indices('/').nth(steps).map_or(path.len(), |(at, _)| at);
    path.get(..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_value_is_left_undeclared() {
        let mut persons: Vec<Person> = (0..50)
            .map(|at| Person {
                of: format!("user:{at}"),
                paths: vec![format!("/properties/members/{at}"), "/resource/name".to_owned()],
            })
            .collect();
        persons.iter_mut().skip(10).for_each(|person| person.paths.truncate(1));
        let declared = declared(persons).unwrap();
        assert!(declared.len() <= PERSONS_MAX, "{}", declared.len());
        let several = declared.iter().find(|person| person.of == SEVERAL).unwrap();
        assert_eq!(several.paths, ["/properties/members"]);
        assert_eq!(declared.iter().filter(|person| person.paths == ["/resource/name"]).count(), 10);
    }

    #[test]
    fn what_cannot_be_declared_is_not_let_through() {
        let one = |at| Person { of: format!("user:{at}"), paths: vec![format!("/properties/member{at}/mail")] };
        assert!(declared((0..90).map(one).collect()).is_some());
        assert!(declared((0..200).map(one).collect()).is_none());
    }

    #[test]
    fn what_fits_stays_as_it_is() {
        let persons = vec![Person { of: "user:a".to_owned(), paths: vec!["/properties/x/y".to_owned()] }];
        assert_eq!(declared(persons).unwrap().first().unwrap().paths, ["/properties/x/y"]);
    }
}
