//! Who acted, and for whom somebody acted: by type and id together.
//!
//! The index knows ids of actors, and persons as `type:id`; persons are also those whose values an entry holds. So where two of one id and
//! different types stand in an entry, only its line says which of them acted.

use event::ActorKind;
use index::Field;
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::error::SearchError;
use crate::scope::acts;

impl Plan<'_> {
    /// The rows among `within` where this one is the actor, or whom the actor acted for. Cost: six look-ups; lines are read where
    /// somebody else has the same id.
    pub(super) fn acts(&self, kind: ActorKind, id: &str, within: &Rows) -> Result<Rows, SearchError> {
        let persons = |kind: ActorKind| self.part.equal(Field::Person, format!("{kind}:{id}").as_bytes());
        let rows = within.meet(self.part.equal(Field::Actor, id.as_bytes())? & persons(kind)?);
        if rows.is_empty() {
            return Ok(rows);
        }
        let mut others = RoaringBitmap::new();
        for other in ActorKind::ALL.into_iter().filter(|other| *other != kind) {
            others |= persons(other)?;
        }
        let unclear = rows.meet(others);
        let clear = rows.minus(&unclear);
        if unclear.is_empty() {
            return Ok(clear);
        }
        let told = self.on_lines(&unclear, |entry| acts(entry, kind, id))?;
        Ok(clear.or(&Rows::Set(told)))
    }
}
