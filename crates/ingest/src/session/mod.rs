//! A session: one mapping applied to one file.

mod ids;
mod recent;

use std::borrow::Cow;

use crate::expr::Scope;
use crate::json::{Doc, Kind, NodeId};
use crate::mapping::{Mapping, Rules};
use crate::record::{self, ContentDigest, RecordContext};
use crate::{Counts, Outcome};
use ids::Ids;
use recent::Recent;

/// Most records that wait for their partner; beyond it the one that waited longest goes on alone. A response follows
/// its request within the requests in flight, which a busy server counts in hundreds.
const JOIN_RECORDS_MAX: usize = 4_096;
/// Most records remembered to compare the next one with. A month of tickets of a large desk.
const DIFF_RECORDS_MAX: usize = 65_536;
/// Most bytes either of them holds.
const HELD_BYTES_MAX: usize = 128 << 20;
/// The longest single record; a longer one could not become an event.
const RECORD_BYTES_MAX: usize = 4 << 20;

/// One mapping applied to one file. Use one session per file: then a file's events depend on that file alone, and
/// importing it again adds nothing.
///
/// Memory: at most the held records (128 MiB, only with `join_by` or `diff_by`) and the ids seen (some 40 MiB).
#[derive(Debug)]
pub struct Session<'m> {
    mapping: &'m Mapping,
    counts: Counts,
    line_no: u64,
    ids: Ids,
    /// Records waiting for their partner: the line and its number.
    waiting: Recent<(String, u64)>,
    /// The last record of each key.
    previous: Recent<String>,
}

/// A record found inside its line.
struct LocatedRecord<'d, 'a> {
    doc: &'d Doc<'a>,
    text: &'a str,
    record: NodeId,
    made_up_ids: bool,
}

impl<'m> Session<'m> {
    /// Starts at line 1.
    #[must_use]
    pub fn new(mapping: &'m Mapping) -> Self {
        Self {
            mapping,
            counts: Counts::default(),
            line_no: 0,
            ids: Ids::default(),
            waiting: Recent::new(JOIN_RECORDS_MAX, HELD_BYTES_MAX),
            previous: Recent::new(DIFF_RECORDS_MAX, HELD_BYTES_MAX),
        }
    }

    /// Takes the next line, without its end. Returns what became of the records that are now decided: one outcome as
    /// a rule, none while a record waits for its partner, several where a line holds several records.
    pub fn push(&mut self, line: &[u8]) -> Vec<Outcome> {
        self.line_no += 1;
        let mut out = Vec::new();
        match std::str::from_utf8(line) {
            Ok(text) => self.line(text.trim_start_matches('\u{feff}'), &mut out),
            Err(error) => {
                self.counts.read += 1;
                out.push(self.refused(format!("not UTF-8 at byte {}", error.valid_up_to())));
            }
        }
        self.count(out)
    }

    /// Stands in for a line that the reader could not hand over, such as one that is too long.
    pub fn refuse(&mut self, reason: &str) -> Vec<Outcome> {
        self.line_no += 1;
        self.counts.read += 1;
        let outcome = self.refused(reason.to_owned());
        self.count(vec![outcome])
    }

    /// Ends the file: records still waiting for a partner become events of their own.
    pub fn finish(&mut self) -> Vec<Outcome> {
        let mut out = Vec::new();
        while let Some((text, line_no)) = self.waiting.take_oldest() {
            self.alone(&text, line_no, &mut out);
        }
        self.count(out)
    }

    /// What became of the records so far. Balanced once [`Session::finish`] has been called.
    #[must_use]
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    fn count(&mut self, out: Vec<Outcome>) -> Vec<Outcome> {
        out.iter().for_each(|outcome| self.counts.add(outcome));
        out
    }

    const fn refused(&self, reason: String) -> Outcome {
        Outcome::Refused { reason, line_no: self.line_no }
    }

    fn line(&mut self, text: &str, out: &mut Vec<Outcome>) {
        if text.trim().is_empty() {
            self.counts.read += 1;
            out.push(Outcome::Skipped { reason: "blank line".to_owned(), line_no: self.line_no });
            return;
        }
        let doc = match Doc::parse(text) {
            Ok(doc) => doc,
            Err(error) => {
                self.counts.read += 1;
                return out.push(self.refused(format!("not JSON: {error}")));
            }
        };
        let list = self.mapping.split.iter().find_map(|pointer| pointer.resolve(&doc, Doc::ROOT));
        match list.filter(|list| doc.kind(*list) == Kind::Array) {
            Some(list) => doc.children(list).for_each(|element| self.one(doc.raw(element), out)),
            None => {
                self.counts.read += 1;
                self.record(&doc, text, out);
            }
        }
    }

    fn one(&mut self, text: &str, out: &mut Vec<Outcome>) {
        self.counts.read += 1;
        match Doc::parse(text) {
            Ok(doc) => self.record(&doc, text, out),
            Err(error) => out.push(self.refused(format!("not JSON: {error}"))),
        }
    }

    /// Takes a parsed record out of its wrapper and maps it.
    fn record<'a>(&mut self, doc: &Doc<'a>, text: &'a str, out: &mut Vec<Outcome>) {
        if doc.kind(Doc::ROOT) != Kind::Object {
            return out.push(self.refused("not a JSON object".to_owned()));
        }
        if text.len() > RECORD_BYTES_MAX {
            return out.push(
                self.refused(format!("the record has {} bytes, more than the {RECORD_BYTES_MAX} allowed", text.len())),
            );
        }
        if self.mapping.pass_through {
            return out.push(self.native(doc, text));
        }
        self.unwrap(LocatedRecord { doc, text, record: Doc::ROOT, made_up_ids: false }, 0, out);
    }

    fn unwrap(&mut self, mut found: LocatedRecord<'_, '_>, from: usize, out: &mut Vec<Outcome>) {
        for (at, rule) in self.mapping.unwraps.iter().enumerate().skip(from) {
            let scope = self.scope(&found);
            if rule.when.as_ref().is_some_and(|cond| !cond.holds(&scope)) {
                continue;
            }
            let Some(inner) = scope.find(&rule.record) else { continue };
            let made_up_ids = found.made_up_ids || rule.made_up_ids;
            if !rule.text {
                if found.doc.kind(inner) == Kind::Object {
                    found = LocatedRecord { record: inner, made_up_ids, ..found };
                }
                continue;
            }
            // The JSON inside the string takes the string's place, so that the nodes before it keep their numbers.
            let Some(opened) = open_text(&found, inner) else { continue };
            match Doc::parse(&opened) {
                Ok(doc) => {
                    return self.unwrap(
                        LocatedRecord { doc: &doc, text: &opened, record: inner, made_up_ids },
                        at + 1,
                        out,
                    );
                }
                Err(error) => return out.push(self.refused(format!("not JSON inside its wrapper: {error}"))),
            }
        }
        self.decide(&found, out);
    }

    fn decide(&mut self, found: &LocatedRecord<'_, '_>, out: &mut Vec<Outcome>) {
        let scope = self.scope(found);
        if let Some(skip) = self.mapping.skips.iter().find(|skip| skip.when.holds(&scope)) {
            return out.push(Outcome::Skipped { reason: skip.reason.clone(), line_no: self.line_no });
        }
        if self.mapping.join.is_some() {
            self.join(found, out);
        } else if self.mapping.diff.is_some() {
            self.diff(found, out);
        } else {
            let outcome = self.map(found, None, self.line_no);
            out.push(outcome);
        }
    }

    fn scope<'d, 'a>(&self, found: &LocatedRecord<'d, 'a>) -> Scope<'d, 'a>
    where
        'm: 'd,
    {
        Scope {
            doc: found.doc,
            record: found.record,
            here: found.record,
            previous: None,
            tables: &self.mapping.tables,
            made: None,
        }
    }

    fn map<'a>(&mut self, found: &LocatedRecord<'_, 'a>, previous: Option<(&Doc<'a>, &str)>, line_no: u64) -> Outcome {
        let mapping = self.mapping;
        let mut scope = Scope {
            doc: found.doc,
            record: found.record,
            here: found.record,
            previous: None,
            tables: &mapping.tables,
            made: None,
        };
        scope.previous = previous.map(|(doc, _)| doc);
        let flavour = mapping.flavours.iter().find(|flavour| flavour.when.holds(&scope));
        let rules: &Rules = flavour.map_or(&mapping.base, |flavour| &flavour.rules);
        let content = match previous {
            Some((_, text)) => ContentDigest::of(&[text, found.text]),
            None => ContentDigest::of(&[found.text]),
        };
        let job =
            RecordContext { mapping, rules, scope, previous: scope.previous, content, made_up_ids: found.made_up_ids };
        let ids = &mut self.ids;
        match record::event(&job, &mut |own| Some(ids.settle(own, &content))) {
            Ok(json) => Outcome::Event { json, line_no },
            Err(reason) => Outcome::Refused { reason, line_no },
        }
    }

    /// A native event goes through as it is; one without an id gets one from its content.
    fn native(&mut self, doc: &Doc<'_>, text: &str) -> Outcome {
        let mut json = Vec::with_capacity(text.len() + 96);
        crate::json::write_compact(text.trim(), &mut json);
        let given = doc.member(Doc::ROOT, "event_id").is_some_and(|id| doc.kind(id) != Kind::Null);
        if !given && doc.member(Doc::ROOT, "event_id").is_none() {
            let content = ContentDigest::of(&[text]);
            let id = format!("{{\"event_id\":\"{}\"{}", content.event_id(), if doc.len() > 1 { "," } else { "" });
            json.splice(..1, id.into_bytes());
        }
        Outcome::Event { json, line_no: self.line_no }
    }

    fn join(&mut self, found: &LocatedRecord<'_, '_>, out: &mut Vec<Outcome>) {
        let scope = self.scope(found);
        let Some(join) = &self.mapping.join else { return };
        let key = join.key.eval(&scope).map(|key| key.text.into_owned());
        let first = join.first.holds(&scope);
        let last = join.last.holds(&scope);
        match key {
            Some(key) if first => {
                let held = (found.text.to_owned(), self.line_no);
                for (text, line_no) in self.waiting.put(key, found.text.len(), held) {
                    self.alone(&text, line_no, out);
                }
            }
            Some(key) if last => match self.waiting.take(&key) {
                Some((text, line_no)) => self.joined(&text, line_no, found, out),
                None => {
                    let outcome = self.map(found, None, self.line_no);
                    out.push(outcome);
                }
            },
            _ => {
                let outcome = self.map(found, None, self.line_no);
                out.push(outcome);
            }
        }
    }

    /// Makes one record of two: the last one, with what was different in the first one under `joined`.
    fn joined(&mut self, first: &str, first_no: u64, last: &LocatedRecord<'_, '_>, out: &mut Vec<Outcome>) {
        let merged = Doc::parse(first).ok().and_then(|first| merge(&first, last));
        let merged = merged.as_deref().and_then(|text| Doc::parse(text).ok().map(|doc| (text, doc)));
        let Some((text, doc)) = merged else {
            self.alone(first, first_no, out);
            let outcome = self.map(last, None, self.line_no);
            return out.push(outcome);
        };
        let outcome = self.map(
            &LocatedRecord { doc: &doc, text, record: last.record, made_up_ids: last.made_up_ids },
            None,
            self.line_no,
        );
        // A pair that is refused is refused twice: neither of its lines is in the log.
        out.push(match &outcome {
            Outcome::Refused { reason, .. } => Outcome::Refused { reason: reason.clone(), line_no: first_no },
            _ => Outcome::Joined { line_no: first_no },
        });
        out.push(outcome);
    }

    /// Maps a record that waited in vain.
    fn alone(&mut self, text: &str, line_no: u64, out: &mut Vec<Outcome>) {
        if let Ok(doc) = Doc::parse(text) {
            let mut found = LocatedRecord { doc: &doc, text, record: Doc::ROOT, made_up_ids: false };
            for rule in self.mapping.unwraps.iter().filter(|rule| !rule.text) {
                let scope = self.scope(&found);
                if rule.when.as_ref().is_none_or(|cond| cond.holds(&scope)) {
                    found.record =
                        scope.find(&rule.record).filter(|id| doc.kind(*id) == Kind::Object).unwrap_or(found.record);
                    found.made_up_ids |= rule.made_up_ids;
                }
            }
            let outcome = self.map(&found, None, line_no);
            out.push(outcome);
        }
    }

    fn diff(&mut self, found: &LocatedRecord<'_, '_>, out: &mut Vec<Outcome>) {
        let Some(diff) = &self.mapping.diff else { return };
        let Some(key) = diff.key.eval(&self.scope(found)).map(|key| key.text.into_owned()) else {
            let outcome = self.map(found, None, self.line_no);
            return out.push(outcome);
        };
        let text = found.doc.raw(found.record);
        let before = self.previous.take(&key);
        let outcome = match before.as_deref() {
            Some(before) if before == text => Outcome::Skipped {
                reason: "the same as the record before it with this key".to_owned(),
                line_no: self.line_no,
            },
            Some(before) => match Doc::parse(before) {
                Ok(doc) => self.map_after(found, &doc, before),
                Err(_) => self.map(found, None, self.line_no),
            },
            None => self.map(found, None, self.line_no),
        };
        out.push(outcome);
        // What falls out of the window is not missed: its next record is shown without a before.
        self.previous.put(key, text.len(), text.to_owned());
    }

    fn map_after<'p>(&mut self, found: &LocatedRecord<'_, 'p>, before: &Doc<'p>, text: &str) -> Outcome {
        self.map(found, Some((before, text)), self.line_no)
    }
}

/// The line with the JSON inside a string put in the string's place.
fn open_text(found: &LocatedRecord<'_, '_>, id: NodeId) -> Option<String> {
    let raw = found.doc.raw(id);
    let inner = Some(found.doc.text(id))
        .filter(|text| found.doc.kind(id) == Kind::String && text.trim_start().starts_with('{'))?;
    splice(found.text, raw, &inner)
}

/// `whole` with the part that `raw` borrows from it replaced.
fn splice(whole: &str, raw: &str, by: &str) -> Option<String> {
    let start = (raw.as_ptr() as usize).checked_sub(whole.as_ptr() as usize)?;
    Some([whole.get(..start)?, by, whole.get(start + raw.len()..)?].concat())
}

fn merge(first: &Doc<'_>, last: &LocatedRecord<'_, '_>) -> Option<String> {
    let doc = last.doc;
    let same =
        |id: NodeId| doc.member(last.record, &first.key(id)).is_some_and(|other| doc.raw(other) == first.raw(id));
    let different: Vec<Cow<'_, str>> = first
        .children(Doc::ROOT)
        .filter(|id| !same(*id))
        .map(|id| Cow::Owned(format!("\"{}\":{}", first.raw_key(id), first.raw(id))))
        .collect();
    let raw = doc.raw(last.record);
    let open = raw.strip_suffix('}')?;
    splice(last.text, raw, &format!("{open},\"joined\":{{{}}}}}", different.join(",")))
}
