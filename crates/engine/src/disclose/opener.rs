//! Opening the disclosures of many entries, for one who reads them all.

use std::rc::Rc;

use event::Kind;
use event::personal::{KeptDisclosure, SealedDisclosure};
use event::render::Opened;
use segment::disclosures::{DisclosureCursor, DisclosureFile, Ordinals};
use segment::{Digests3, Part, PartError};

use super::disclosing::{Disclosing, Opening, store};

/// How many opened texts are kept of each kind: identities come again throughout a log, a connection while somebody stays, fields
/// hardly ever. A text has some 300 bytes, so all take about 5 MiB.
const KEPT: [usize; 3] = [16_384, 512, 0];

/// Longest text that is kept, so that all together take less than 18 MiB, whatever the log holds.
const KEPT_BYTES_MAX: usize = 1 << 10;

/// Opens disclosures for one reader of many entries. Its cache is its own: the reader does not push out what others use, and does
/// not wait for them. Whenever anybody is erased, the cache is emptied.
pub struct Opener<'a> {
    disclosing: Disclosing<'a>,
    cursor: DisclosureCursor,
    kept: [KeptTexts; 3],
    /// How many erasures there had been when the texts kept were opened.
    erasures: u64,
    refs: Vec<Ordinals>,
    elements: Vec<Element>,
    /// Of the disclosures behind each element, opened or not.
    digests: Vec<Digests3>,
}

/// An [`Opener`] at work on one part.
pub struct PartOpener<'o, 'a, 'p> {
    opener: &'o mut Opener<'a>,
    part: &'p dyn Part,
}

/// Which of an entry's disclosures a reader needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// No connection of a person who has another disclosure: opening that one also tells whether the person was erased.
    AllButConnections,
}

/// What opened of an element of a line's `personal`.
#[derive(Default)]
struct Element {
    erased: bool,
    texts: [Option<Rc<KeptDisclosure>>; 3],
}

/// Part, and number of the disclosure in it.
type Key = (u64, u32);

/// A text that opened under its digest.
#[derive(Clone)]
struct Text {
    digest: [u8; 32],
    text: Rc<KeptDisclosure>,
}

/// Texts of one kind, each in the one place that its ordinal gives it. Most entries are of persons that appeared early, whose
/// ordinals are side by side, so they seldom share a place.
struct KeptTexts(Vec<Option<(Key, Text)>>);

impl<'a> Opener<'a> {
    pub(crate) fn new(disclosing: Disclosing<'a>) -> Self {
        Self {
            disclosing,
            cursor: DisclosureCursor::default(),
            kept: KEPT.map(KeptTexts::new),
            erasures: disclosing.vault.erasures(),
            refs: Vec::new(),
            elements: Vec::new(),
            digests: Vec::new(),
        }
    }

    /// Begins on a part.
    pub fn of_part<'o, 'p>(&'o mut self, part: &'p dyn Part) -> PartOpener<'o, 'a, 'p> {
        PartOpener { opener: self, part }
    }
}

impl PartOpener<'_, '_, '_> {
    /// Opens what the line of `leaf` stands for; one element per element of its `personal`.
    ///
    /// Cost: a look-up for what is kept, some µs for each other; by ascending leaf each block is read once.
    ///
    /// # Errors
    /// As [`Part::disclosures`]; `Store` if a disclosure does not open, or is none; `NotCommitted` if they are not those that
    /// the line commits to.
    pub fn open(&mut self, leaf: u64, line: &[u8], wanted: Wanted) -> Result<Vec<Opened<'_>>, PartError> {
        self.opener.forget_after_erasure();
        self.opener.elements.clear();
        self.opener.digests.clear();
        match self.part.disclosure_file() {
            Some(file) => self.opener.open_by_file(file, self.part.lasting(), leaf, wanted)?,
            None => self.opener.open_row(self.part, leaf)?,
        }
        if !segment::names(line, &self.opener.digests) {
            return Err(PartError::NotCommitted { leaf });
        }
        Ok(self.opener.elements.iter().map(Element::opened).collect())
    }
}

impl Opener<'_> {
    fn forget_after_erasure(&mut self) {
        let erasures = self.disclosing.vault.erasures();
        if self.erasures != erasures {
            self.kept = KEPT.map(KeptTexts::new);
            self.erasures = erasures;
        }
    }

    fn open_by_file(
        &mut self,
        file: &DisclosureFile,
        lasting: Option<u64>,
        leaf: u64,
        wanted: Wanted,
    ) -> Result<(), PartError> {
        self.refs.clear();
        self.cursor.refs(file, leaf, &mut self.refs)?;
        for ordinals in &self.refs {
            let mut element = Element::default();
            let mut digests = Digests3::default();
            let opened = wanted.of(ordinals, self.disclosing);
            for (at, kind) in Kind::ALL.into_iter().enumerate() {
                let places = digests.get_mut(at).zip(element.texts.get_mut(at)).zip(self.kept.get_mut(at));
                let ordinal = ordinals.get(at).copied().flatten();
                let Some((((digest, place), kept), ordinal)) = places.zip(ordinal) else { continue };
                if opened.get(at) == Some(&None) {
                    *digest = Some(self.cursor.digest(file, kind, ordinal)?);
                    continue;
                }
                let key = lasting.map(|part| (part, ordinal));
                if let Some(text) = key.and_then(|key| kept.get(key)) {
                    *digest = Some(text.digest);
                    *place = Some(text.text);
                    continue;
                }
                let record = self.cursor.record(file, kind, ordinal)?;
                *digest = Some(record.digest);
                let text = open(self.disclosing, record, &mut element.erased)?;
                if let Some((key, text)) = key.zip(text.as_ref()) {
                    kept.put(key, text);
                }
                *place = text.map(|text| text.text);
            }
            self.elements.push(element);
            self.digests.push(digests);
        }
        Ok(())
    }

    /// As [`Opener::open_by_file`], for a part without a file: everything that may be seen is opened, and nothing is kept.
    fn open_row(&mut self, part: &dyn Part, leaf: u64) -> Result<(), PartError> {
        let row = part.row_of_leaf(leaf).ok_or(PartError::NoSuchRow(leaf))?;
        for records in part.disclosures(row)? {
            let mut element = Element::default();
            for (record, place) in records.iter().zip(&mut element.texts) {
                let Some(record) = record else { continue };
                *place = open(self.disclosing, record.as_ref(), &mut element.erased)?.map(|text| text.text);
            }
            self.elements.push(element);
            self.digests.push(records.each_ref().map(|record| record.as_ref().map(|record| record.digest)));
        }
        Ok(())
    }
}

impl Wanted {
    /// Those of an element's disclosures that are to be opened: only such as may be seen of anybody.
    fn of(self, ordinals: &Ordinals, disclosing: Disclosing<'_>) -> Ordinals {
        let mut seen = Ordinals::default();
        for ((place, ordinal), kind) in seen.iter_mut().zip(ordinals).zip(Kind::ALL) {
            *place = ordinal.filter(|_| disclosing.sees_any(kind));
        }
        match (self, seen) {
            (Self::AllButConnections, [identity, Some(_), fields]) if identity.or(fields).is_some() => {
                [identity, None, fields]
            }
            (_, all) => all,
        }
    }
}

impl Element {
    fn opened(&self) -> Opened<'_> {
        if self.erased {
            return Opened::erased();
        }
        let mut opened = Opened::withheld();
        self.texts.iter().flatten().for_each(|text| opened.add_kept(text));
        opened
    }
}

impl KeptTexts {
    fn new(places: usize) -> Self {
        Self(std::iter::repeat_with(|| None).take(places).collect())
    }

    fn place(&mut self, (_, ordinal): Key) -> Option<&mut Option<(Key, Text)>> {
        let at = (ordinal as usize).checked_rem(self.0.len())?;
        self.0.get_mut(at)
    }

    fn get(&mut self, key: Key) -> Option<Text> {
        self.place(key)?.as_ref().filter(|(kept, _)| *kept == key).map(|(_, text)| text.clone())
    }

    fn put(&mut self, key: Key, text: &Text) {
        if text.text.weight() <= KEPT_BYTES_MAX
            && let Some(place) = self.place(key)
        {
            *place = Some((key, text.clone()));
        }
    }
}

/// Opens one; `None` if it may not be seen, or its person's key was destroyed, which `erased` then says.
fn open(
    disclosing: Disclosing<'_>,
    record: SealedDisclosure<&[u8]>,
    erased: &mut bool,
) -> Result<Option<Text>, PartError> {
    let text = match disclosing.open(record)? {
        Opening::Text(text) => KeptDisclosure::parse(text).map_err(store)?,
        Opening::Erased => {
            *erased = true;
            return Ok(None);
        }
        Opening::Unseen => return Ok(None),
    };
    Ok(Some(Text { digest: record.digest, text: Rc::new(text) }))
}

#[cfg(test)]
mod tests {
    use event::Person;
    use event::personal::Scope;
    use search::{LeafLine, Predicate};

    use super::*;
    use crate::disclose::sight::Sight;
    use crate::{Config, Log, Submission, World, inspect};

    fn submit(log: &Log, from: usize) {
        let event = |n: usize| {
            let who = format!(r#"{{"type":"user","id":"u{0}","name":"Person Number{0}"}}"#, n % 3);
            format!(r#"{{"action":"door.open","actor":{who},"client":{{"ip":"10.0.0.{n}"}}}}"#)
        };
        let body = (from..from + 30).map(event).collect::<Vec<_>>().join("\n");
        let kind = event::BodyKind::guess(body.as_bytes());
        log.submit(&Submission { body: body.as_bytes(), kind, source: "test", reach: None, partial: false }).unwrap();
    }

    /// Per entry of `test`: the name that opens, whether the address does, and whether the person was erased.
    fn seen(log: &Log, opener: &mut Opener<'_>, wanted: Wanted) -> Vec<(Option<String>, bool, bool)> {
        let view = inspect::view(log);
        let mut seen = Vec::new();
        inspect::ask(log, &view, &Predicate::All, |question| {
            let mut all = search::batches(question, search::Order::Leaf, 7);
            while let Some(batch) = all.next()? {
                question.lines(&batch, &mut |LeafLine { part, leaf, line, .. }| {
                    let mut opener = opener.of_part(part);
                    if let [opened] = &opener.open(leaf, line, wanted).unwrap()[..]
                        && event::Entry::parse(line).unwrap().source == "test"
                    {
                        let text = |pointer| opened.text(pointer).map(String::from);
                        seen.push((text("/actor/name"), text("/client/ip").is_some(), opened.is_erased()));
                    }
                })?;
            }
            Ok(())
        })
        .unwrap();
        seen
    }

    #[test]
    fn nobody_is_seen_once_erased_by_one_who_had_seen_them() {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::new(&dir.path().join("data"));
        config.marks = dir.path().join("marks");
        let log = Log::open(config, World::system()).unwrap();
        submit(&log, 0);
        log.seal().unwrap();
        submit(&log, 30);
        let sight = Sight::of_everything();
        let mut opener = Opener::new(Disclosing::new(&log.shared.vault, &sight));
        let expected = |connections: [bool; 2], erased: Option<usize>| -> Vec<_> {
            let one = |n: usize| {
                let gone = erased == Some(n % 3);
                let name = (!gone).then(|| format!("Person Number{}", n % 3));
                (name, !gone && connections[n / 30], gone)
            };
            (0..60).map(one).collect()
        };
        // What is not sealed has no file that connections could be left in.
        for _ in 0..2 {
            assert_eq!(seen(&log, &mut opener, Wanted::All), expected([true, true], None));
            assert_eq!(seen(&log, &mut opener, Wanted::AllButConnections), expected([false, true], None));
        }
        let kept = |opener: &Opener<'_>| opener.kept.each_ref().map(|kept| kept.0.iter().flatten().count());
        assert_eq!(kept(&opener), [3, 30, 0]);
        log.shared.vault.destroy(&Person { scope: Scope::Source("test"), kind: "user", id: "u1" }).unwrap().unwrap();
        for _ in 0..2 {
            assert_eq!(seen(&log, &mut opener, Wanted::AllButConnections), expected([false, true], Some(1)));
            assert_eq!(kept(&opener), [2, 0, 0]);
        }
        assert_eq!(seen(&log, &mut opener, Wanted::All), expected([true, true], Some(1)));
    }
}
