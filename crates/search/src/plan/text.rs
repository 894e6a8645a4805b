//! Texts as their readers see them, with identities in the places of their placeholders.
//!
//! A needle can stand in three ways: in literal text, which the index answers; inside one identity's value, where the
//! rows of that identity that have the placeholder are the answer; or across the border of a value, which is
//! [`super::spanning`]'s.

use roaring::RoaringBitmap;
use segment::{Field, Needle, Text};

use super::spanning::Touches;
use super::{Plan, Rows};
use crate::error::SearchError;
use crate::predicate::Phrase;

impl Plan<'_> {
    /// The rows among `within` whose text contains `needle`.
    pub(super) fn contains(&self, phrase: Phrase, needle: &str, within: &Rows) -> Result<Rows, SearchError> {
        let (text, fold) = (phrase.text(), phrase.folds());
        let wanted = Needle { text: needle.to_owned(), fold };
        let mut found = self.part.text_contains(text, &wanted)?;
        let touches = self.question.touches(needle, fold);
        if phrase == Phrase::ActorName {
            for (digest, pointer) in &touches.inside {
                if pointer == "/actor/name" {
                    found |= self.part.equal(Field::Identity, digest)?;
                }
            }
        }
        let mut found = within.and(&Rows::Set(found)).to_set();
        let open = within.and(&Rows::Set(self.part.with_placeholder(text, "")?));
        if !open.is_empty() {
            found |= self.inside(text, &touches, &open)?;
            // What is found already needs no second look.
            let left = open.minus(&Rows::Set(found.clone()));
            found |= self.spanning(text, &wanted, &touches, &left)?;
        }
        Ok(Rows::Set(found))
    }

    /// The rows among `open` with a placeholder whose whole value contains the needle.
    fn inside(&self, text: Text, touches: &Touches, open: &Rows) -> Result<RoaringBitmap, SearchError> {
        let mut found = RoaringBitmap::new();
        let mut placed: Option<(&str, Rows)> = None;
        // Sorted by pointer, so each pointer's rows are asked for once.
        for (digest, pointer) in &touches.inside {
            let rows = match &placed {
                Some((known, rows)) if known == pointer => rows,
                _ => {
                    let rows = open.and(&Rows::Set(self.part.with_placeholder(text, pointer)?));
                    &placed.insert((pointer, rows)).1
                }
            };
            if !rows.is_empty() {
                found |= rows.and(&Rows::Set(self.part.equal(Field::Identity, digest)?)).to_set();
            }
        }
        Ok(found)
    }
}
