//! Filters by e-mail address. In lines, an id that is an address stands as a pseudonym; the address itself is held by
//! an identity, which also knows the address of persons with other ids.

use event::{ActorKind, Entry};
use index::Field;
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::context::Identity;
use crate::error::SearchError;
use crate::predicate::Keyword;

impl Plan<'_> {
    /// The rows where `keyword` is `value`; the value is an e-mail address, or has an `@` in it.
    pub(super) fn addressed(&self, keyword: Keyword, value: &str) -> Result<RoaringBitmap, SearchError> {
        let field = keyword.field();
        let mut found = self.part.equal(field, value.as_bytes())?;
        // A person is `type:address`, or the bare address for any type.
        let (kind, address) = match (keyword, value.split_once(':')) {
            (Keyword::Person, Some((kind, address))) => (Some(kind), address),
            _ => (None, value),
        };
        let may_be_address = matches!(
            keyword,
            Keyword::Actor
                | Keyword::ResourceId
                | Keyword::Person
                | Keyword::Organization
                | Keyword::Workspace
                | Keyword::Project
        );
        if !may_be_address {
            return Ok(found);
        }
        let identities = self.question.context.identities;
        for pseudonym in identities.pseudonyms(address) {
            let kinds: Vec<&str> = match (keyword, kind) {
                (Keyword::Person, Some(kind)) => vec![kind],
                (Keyword::Person, None) => ActorKind::ALL.map(ActorKind::as_str).to_vec(),
                _ => {
                    found |= self.part.equal(field, pseudonym.as_bytes())?;
                    continue;
                }
            };
            for kind in kinds {
                found |= self.part.equal(field, format!("{kind}:{pseudonym}").as_bytes())?;
            }
        }
        let mut holding = identities.equal(address);
        self.question.others(self.part, &mut |digest, pointer, value| {
            if value == address {
                holding.push(Identity { digest: *digest, pointer: pointer.to_owned(), value: value.to_owned() });
            }
        })?;
        for identity in &holding {
            found |= self.held(keyword, kind, identity)?;
        }
        Ok(found)
    }

    /// The rows where this identity holds the value asked for, at a place that `keyword` is about.
    fn held(&self, keyword: Keyword, kind: Option<&str>, identity: &Identity) -> Result<RoaringBitmap, SearchError> {
        let pointer = identity.pointer.as_str();
        let asked = match keyword {
            Keyword::Actor => {
                let member = pointer.strip_prefix("/actor/on_behalf_of/").or_else(|| pointer.strip_prefix("/actor/"));
                matches!(member, Some("id" | "email"))
            }
            Keyword::ResourceId => pointer == "/resource/id",
            Keyword::Organization => pointer == "/organization/id",
            Keyword::Workspace => pointer == "/workspace/id",
            Keyword::Project => pointer == "/project/id",
            _ => ["/id", "/email", "/of"].iter().any(|end| pointer.ends_with(end)),
        };
        if !asked {
            return Ok(RoaringBitmap::new());
        }
        let rows = self.part.equal(Field::Identity, &identity.digest)?;
        match kind {
            None => Ok(rows),
            Some(kind) => {
                let rows = Rows::Set(rows);
                self.on_lines(&rows, |entry| kind_at(entry, pointer).is_some_and(|known| known == kind))
            }
        }
    }
}

/// The type of whoever or whatever stands at `pointer`.
fn kind_at<'e>(entry: &'e Entry<'_>, pointer: &str) -> Option<&'e str> {
    let mut steps = pointer.split('/').skip(1);
    match (steps.next()?, steps.next()?) {
        ("personal", at) => entry.personal.get(at.parse::<usize>().ok()?)?.of.split_once(':').map(|(kind, _)| kind),
        ("actor", "on_behalf_of") => entry.actor.on_behalf_of.as_ref().map(|principal| principal.kind.as_str()),
        ("actor", _) => Some(entry.actor.kind.as_str()),
        ("organization", _) => Some("organization"),
        ("workspace", _) => Some("workspace"),
        ("project", _) => Some("project"),
        ("resource", _) => entry.resource.as_ref().map(|resource| resource.kind.as_ref()),
        ("targets", at) => entry.targets.get(at.parse::<usize>().ok()?).map(|target| target.kind.as_ref()),
        _ => None,
    }
}
