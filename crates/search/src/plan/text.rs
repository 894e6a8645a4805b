//! Texts as their readers see them, with identities in the places of their placeholders.
//!
//! A needle can stand in three ways: in literal text, which the index answers; inside one identity's value, where the
//! rows of that identity that have the placeholder are the answer; or across the border of a value, which is
//! [`super::spanning`]'s.

use index::{Field, Needle, Text};
use roaring::RoaringBitmap;

use super::{Plan, Rows};
use crate::error::SearchError;
use crate::predicate::Phrase;
use crate::touches::Touches;

impl Plan<'_> {
    /// The rows among `within` whose text contains `needle`.
    pub(super) fn contains(&self, phrase: Phrase, needle: &str, within: &Rows) -> Result<Rows, SearchError> {
        let text = phrase.text();
        let fold = phrase.folds();
        let wanted = Needle { text: needle.to_owned(), fold };
        let mut found = self.ask(within, |ask| self.part.text_contains(text, &wanted, ask))?;
        let touches = self.touches(needle, fold)?;
        if phrase == Phrase::ActorName {
            let of_actors = touches.inside.iter().filter(|(_, pointer)| pointer == "/actor/name");
            let digests: Vec<&[u8]> = of_actors.map(|(digest, _)| digest.as_slice()).collect();
            found |= self.part.equal_any(Field::Identity, &digests)?;
        }
        if touches.is_empty() {
            return Ok(within.meet(found));
        }
        let mut found = within.meet(found).to_set();
        let open = within.meet(self.part.with_placeholder(text, "")?);
        if !open.is_empty() {
            found |= self.inside(text, &touches, &open)?;
            if touches.reach_across() {
                // Rows that were found already need no second look.
                let left = open.minus(&Rows::Set(found.clone()));
                found |= self.spanning(text, &wanted, &touches, &left)?;
            }
        }
        Ok(Rows::Set(found))
    }

    /// The rows among `open` with a placeholder whose whole value contains the needle.
    fn inside(&self, text: Text, touches: &Touches, open: &Rows) -> Result<RoaringBitmap, SearchError> {
        let mut found = RoaringBitmap::new();
        // Sorted by pointer, so each pointer's rows are asked for once.
        for of_pointer in touches.inside.chunk_by(|a, b| a.1 == b.1) {
            let Some((_, pointer)) = of_pointer.first() else { continue };
            let placed = open.meet(self.part.with_placeholder(text, pointer)?);
            if !placed.is_empty() {
                let digests: Vec<&[u8]> = of_pointer.iter().map(|(digest, _)| digest.as_slice()).collect();
                found |= placed.meet(self.part.equal_any(Field::Identity, &digests)?).to_set();
            }
        }
        Ok(found)
    }
}
