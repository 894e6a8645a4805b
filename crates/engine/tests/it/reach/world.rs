//! Entries of several organizations and sources, in which the same ids stand for different persons.

use event::ActorKind;

use crate::exact::events::Numbers;

/// Type and id.
pub(super) type Who = (ActorKind, &'static str);

pub(super) const ADDRESS: &str = "mail@doors.example";
pub(super) const ORGANIZATIONS: [&str; 3] = ["o0", "o1", "shop@doors.example"];
pub(super) const WORKSPACES: [&str; 2] = ["w0", "ws@doors.example"];
pub(super) const PROJECTS: [&str; 2] = ["p0", "pr@doors.example"];
/// An id with an `@` that is no address stands in the line.
pub(super) const RESOURCES: [(&str, &str); 4] =
    [("door", "d0"), ("door", "d1@here"), ("user", "u1"), ("user", ADDRESS)];
/// One id is a user's, a token's and an agent's.
pub(super) const ACTORS: [Who; 7] = [
    (ActorKind::User, "u0"),
    (ActorKind::User, "u1"),
    (ActorKind::User, "u2"),
    (ActorKind::User, ADDRESS),
    (ActorKind::Token, "u1"),
    (ActorKind::Agent, "u0"),
    (ActorKind::System, "system"),
];
pub(super) const SOURCES: [&str; 2] = ["test", "other"];

/// Whose values: the organization or source, type and id.
pub(super) type Person = (String, String, String);

/// `0`: identity, `1`: connection, `2`: fields.
pub(super) type OfKind = usize;

/// Whether the values of a person are those of the second log.
pub(super) type Other<'a> = &'a dyn Fn(&Person, OfKind) -> bool;

#[derive(Debug, Clone)]
pub(super) struct Event {
    pub(super) n: usize,
    pub(super) source: &'static str,
    pub(super) organization: Option<&'static str>,
    pub(super) workspace: Option<&'static str>,
    pub(super) project: Option<&'static str>,
    pub(super) actor: Who,
    pub(super) behalf: Option<Who>,
    pub(super) resource: Option<(&'static str, &'static str)>,
    /// Whose the note in it is.
    pub(super) declared: Option<Who>,
    seed: u64,
}

impl Event {
    pub(super) fn random(n: usize, numbers: &mut Numbers) -> Self {
        let actor = any(&ACTORS, numbers);
        let acts_for = matches!(actor.0, ActorKind::Agent | ActorKind::Token) && numbers.below(2) == 0;
        Self {
            n,
            source: any(&SOURCES, numbers),
            organization: some(&ORGANIZATIONS, 4, numbers),
            workspace: some(&WORKSPACES, 2, numbers),
            project: some(&PROJECTS, 2, numbers),
            actor,
            behalf: acts_for.then(|| any(&ACTORS[..4], numbers)),
            resource: some(&RESOURCES, 3, numbers),
            declared: some(&ACTORS[..4], 2, numbers),
            seed: numbers.below(1 << 32),
        }
    }

    /// The person that somebody is in this entry.
    pub(super) fn person(&self, (kind, id): Who) -> Person {
        let home = self.organization.map_or_else(|| format!("source {}", self.source), str::to_owned);
        (home, kind.as_str().to_owned(), id.to_owned())
    }

    pub(super) fn json(&self, other: Other<'_>) -> String {
        let mut members = vec![format!(r#""event_id":"e{}""#, self.n)];
        let scopes = [("organization", self.organization), ("workspace", self.workspace), ("project", self.project)];
        members.extend(scopes.iter().filter_map(|(name, id)| Some(format!(r#""{name}":{{"id":"{}"}}"#, (*id)?))));
        let who = |who: Who| {
            let words = Words::of(self.person(who), 0, other);
            let email = if who.1.contains('@') { String::new() } else { format!(r#","email":"{}""#, words.email()) };
            format!(r#""type":"{}","id":"{}","name":"{}"{email}"#, who.0, who.1, words.name())
        };
        let behalf = self.behalf.map(|behalf| format!(r#","on_behalf_of":{{{}}}"#, who(behalf))).unwrap_or_default();
        if self.actor.0 == ActorKind::System {
            members.push(r#""actor":{"type":"system","id":"system"}"#.to_owned());
        } else {
            members.push(format!(r#""actor":{{{}{behalf}}}"#, who(self.actor)));
        }
        let speaker = self.behalf.unwrap_or(self.actor);
        let words = Words::of(self.person(speaker), 1, other);
        members.push(format!(
            r#""client":{{"ip":"{}.{}","user_agent":"{}"}}"#,
            words.network(),
            self.seed % 2,
            words.agent()
        ));
        let name = Words::of(self.person(speaker), 0, other).name();
        // A machine's name is no person's, and stays as it is.
        let name = if speaker.0.is_person() { name } else { "a machine".to_owned() };
        members.push(format!(r#""description":"{name} opened number {}""#, self.seed % 5));
        if let Some((kind, id)) = self.resource {
            members.push(format!(r#""resource":{{"type":"{kind}","id":"{id}","name":"Thing {}"}}"#, self.seed % 3));
        }
        if let Some(of) = self.declared {
            let note = Words::of(self.person(of), 2, other).note();
            members.push(format!(r#""properties":{{"note":"{note}"}}"#));
            members.push(format!(r#""personal":[{{"of":"{}:{}","paths":["/properties/note"]}}]"#, of.0, of.1));
        }
        let (day, hour) = (1 + self.seed % 9, self.seed % 24);
        members.push(format!(
            r#""action":"door.{}","channel":"c{}","time":"2026-06-0{day}T{hour:02}:00:00Z","session_id":"s{}""#,
            ["opened", "closed", "viewed"][usize::try_from(self.seed % 3).unwrap()],
            self.seed / 7 % 3,
            self.seed % 11,
        ));
        format!("{{{}}}", members.join(","))
    }
}

/// The values of one kind of a person, in one of two logs.
struct Words {
    person: Person,
    other: bool,
}

impl Words {
    fn of(person: Person, kind: OfKind, other: Other<'_>) -> Self {
        let is_person = person.1 == "user" || person.1 == "agent" || kind == 2;
        let other = is_person && other(&person, kind);
        Words { person, other }
    }

    fn number(&self) -> usize {
        let (home, kind, id) = &self.person;
        home.bytes().chain(kind.bytes()).chain(id.bytes()).fold(7, |sum, byte| (sum * 31 + usize::from(byte)) % 89)
    }

    fn name(&self) -> String {
        let first = if self.other { ["Gerd", "Hilde", "Ilse"] } else { ["Anna", "Ben", "Cleo"] };
        format!("{} {}{}", first[self.number() % 3], if self.other { "Quandt" } else { "Lehmann" }, self.number())
    }

    fn email(&self) -> String {
        format!(
            "{}@{}.example",
            self.name().to_lowercase().replace(' ', "."),
            if self.other { "there" } else { "here" }
        )
    }

    fn network(&self) -> String {
        format!("10.{}.{}", if self.other { 2 } else { 1 }, self.number())
    }

    fn agent(&self) -> &'static str {
        if self.other { "curl/8.4.0" } else { "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" }
    }

    fn note(&self) -> &'static str {
        if self.other { "fracture" } else { "migraine" }
    }
}

pub(super) fn any<T: Copy>(list: &[T], numbers: &mut Numbers) -> T {
    list[usize::try_from(numbers.below(list.len() as u64)).unwrap()]
}

/// One of the list, or in one of `of` cases none.
pub(super) fn some<T: Copy>(list: &[T], of: u64, numbers: &mut Numbers) -> Option<T> {
    (numbers.below(of) != 0).then(|| any(list, numbers))
}
