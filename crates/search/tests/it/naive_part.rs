//! A part without an index: every answer by reading every line. Says what a part must answer.

use std::ops::Range;
use std::sync::Arc;

use event::Entry;
use index::{Ask, Counts, Field, Needle, RowExtra, Text, fold};
use roaring::RoaringBitmap;
use segment::{Disclosed, Part, PartError};

use crate::entries::Made;

pub struct NaivePart {
    first_leaf: u64,
    /// In row order: by (time, leaf).
    rows: Vec<Arc<Row>>,
}

struct Row {
    leaf: u64,
    order_us: i64,
    line: Vec<u8>,
    extra: RowExtra,
}

impl NaivePart {
    pub fn new(made: &[Made]) -> Self {
        let row = |made: &Made| {
            let Made { leaf, line, extra, order_us, .. } = made;
            Arc::new(Row { leaf: *leaf, order_us: *order_us, line: line.clone(), extra: extra.clone() })
        };
        let mut rows: Vec<_> = made.iter().map(row).collect();
        rows.sort_by_key(|row| (row.order_us, row.leaf));
        Self { first_leaf: made[0].leaf, rows }
    }

    fn filter(&self, passes: impl Fn(&Row) -> bool) -> RoaringBitmap {
        (0..self.rows()).filter(|row| passes(&self.rows[*row as usize])).collect()
    }
}

impl Part for NaivePart {
    fn rows(&self) -> u32 {
        u32::try_from(self.rows.len()).unwrap()
    }

    fn first_leaf(&self) -> u64 {
        self.first_leaf
    }

    fn leaf(&self, row: u32) -> u64 {
        self.rows[row as usize].leaf
    }

    fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        (0..self.rows()).find(|row| self.leaf(*row) == leaf)
    }

    fn time_us(&self, row: u32) -> i64 {
        self.rows[row as usize].order_us
    }

    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        let before = |bound: i64| u32::try_from(self.rows.partition_point(|row| row.order_us < bound)).unwrap();
        before(from_us)..before(to_us).max(before(from_us))
    }

    fn equal(&self, field: Field, value: &[u8]) -> Result<RoaringBitmap, PartError> {
        Ok(self.filter(|row| row.values(field).iter().any(|known| known == value)))
    }

    fn prefix(&self, field: Field, prefix: &[u8], _ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        Ok(self.filter(|row| row.values(field).iter().any(|known| known.starts_with(prefix))))
    }

    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError> {
        let mut all: Vec<Vec<u8>> = self.rows.iter().flat_map(|row| row.values(field)).collect();
        all.sort();
        all.dedup();
        for value in all {
            let rows = self.equal(field, &value)?;
            if ask.within.is_none_or(|within| !within.is_disjoint(&rows)) && !each(&value, rows) {
                break;
            }
        }
        Ok(())
    }

    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError> {
        let mut counts = Counts::default();
        for (value, rows) in self.values(field)? {
            let inside = |row: &u32| range.contains(row) && ask.within.is_none_or(|within| within.contains(*row));
            let count = rows.iter().filter(inside).count() as u64;
            if count > 0 {
                counts.push(&value, count, ask.bytes_max)?;
            }
        }
        Ok(counts)
    }

    fn text_contains(&self, text: Text, needle: &Needle, _ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        let plain = |text: &str| if needle.fold { fold(text) } else { text.to_owned() };
        let wanted = plain(&needle.text);
        Ok(self.filter(|row| {
            let (literals, _) = pieces(&row.text(text));
            literals.iter().any(|literal| plain(literal).contains(&wanted))
        }))
    }

    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError> {
        Ok(self.filter(|row| {
            let (_, pointers) = pieces(&row.text(text));
            pointers.iter().any(|known| pointer.is_empty() || known == pointer)
        }))
    }

    fn line(&self, row: u32) -> Result<Vec<u8>, PartError> {
        Ok(self.rows.get(row as usize).ok_or(PartError::NoSuchRow(row.into()))?.line.clone())
    }

    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError> {
        for row in rows {
            each(*row, &self.line(*row)?);
        }
        Ok(())
    }

    fn disclosures(&self, _row: u32) -> Result<Disclosed, PartError> {
        Ok(Vec::new())
    }
}

impl Row {
    fn entry(&self) -> Entry<'_> {
        Entry::parse(&self.line).unwrap()
    }

    fn text(&self, text: Text) -> String {
        let entry = self.entry();
        match text {
            Text::Description => entry.description.into_owned(),
            Text::ResourceName => {
                entry.resource.and_then(|it| it.name).map(|name| name.into_owned()).unwrap_or_default()
            }
            Text::ActorName => entry.actor.name.map(|name| name.into_owned()).unwrap_or_default(),
            Text::Reason => entry.reason.map(|reason| reason.into_owned()).unwrap_or_default(),
        }
    }

    fn values(&self, field: Field) -> Vec<Vec<u8>> {
        if field == Field::Address {
            return self.extra.address.map(|value| value.to_vec()).into_iter().collect();
        }
        if field == Field::Identity {
            return self.extra.identity.iter().map(|digest| digest.to_vec()).collect();
        }
        let name = match field {
            Field::SequenceBlock => {
                let n = self.entry().sequence.map(|sequence| sequence.n);
                return n.map(|n| (n / 1_024).to_string().into_bytes()).into_iter().collect();
            }
            Field::ResourceName => return vec![self.text(Text::ResourceName).into_bytes()],
            Field::HttpPath => {
                return self.entry().http.path.map(|path| path.as_bytes().to_vec()).into_iter().collect();
            }
            Field::Id => "id",
            Field::EventId => "event_id",
            Field::Organization => "organization",
            Field::Workspace => "workspace",
            Field::Project => "project",
            Field::Actor => "actor",
            Field::ActorType => "actor_type",
            Field::Action => "action",
            Field::Event => "event",
            Field::Channel => "channel",
            Field::ResourceType => "resource_type",
            Field::ResourceId => "resource_id",
            Field::Outcome => "outcome",
            Field::Severity => "severity",
            Field::HttpMethod => "http_method",
            Field::HttpStatus => "http_status",
            Field::Country => "country",
            Field::Source => "source",
            Field::RequestId => "request_id",
            Field::TraceId => "trace_id",
            Field::SessionId => "session_id",
            Field::SequenceStream => "sequence_stream",
            Field::Person => "person",
            Field::Address | Field::Identity => unreachable!("answered above"),
        };
        let line: serde_json::Value = serde_json::from_slice(&self.line).unwrap();
        crate::naive::exact(name, &line).into_iter().map(String::into_bytes).collect()
    }
}

/// The literal stretches of a raw text, and the pointers between them.
fn pieces(raw: &str) -> (Vec<String>, Vec<String>) {
    // A doubled brace becomes a character that stands in no test text.
    let text = raw.replace("{{", "\u{1}");
    let mut literals = Vec::new();
    let mut pointers = Vec::new();
    for (at, stretch) in text.split('{').enumerate() {
        let literal = match stretch.split_once('}').filter(|_| at > 0) {
            Some((pointer, literal)) => {
                pointers.push(pointer.to_owned());
                literal
            }
            None => stretch,
        };
        literals.push(literal.replace('\u{1}', "{"));
    }
    (literals, pointers)
}

/// A part whose index says that every row has every value.
pub struct Lying(pub Arc<dyn Part>);

impl Part for Lying {
    fn rows(&self) -> u32 {
        self.0.rows()
    }

    fn first_leaf(&self) -> u64 {
        self.0.first_leaf()
    }

    fn leaf(&self, row: u32) -> u64 {
        self.0.leaf(row)
    }

    fn row_of_leaf(&self, leaf: u64) -> Option<u32> {
        self.0.row_of_leaf(leaf)
    }

    fn time_us(&self, row: u32) -> i64 {
        self.0.time_us(row)
    }

    fn rows_between(&self, from_us: i64, to_us: i64) -> Range<u32> {
        self.0.rows_between(from_us, to_us)
    }

    fn equal(&self, _field: Field, _value: &[u8]) -> Result<RoaringBitmap, PartError> {
        Ok((0..self.rows()).collect())
    }

    fn prefix(&self, field: Field, prefix: &[u8], ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.0.prefix(field, prefix, ask)
    }

    fn each_value(
        &self,
        field: Field,
        ask: &Ask<'_>,
        each: &mut dyn FnMut(&[u8], RoaringBitmap) -> bool,
    ) -> Result<(), PartError> {
        self.0.each_value(field, ask, each)
    }

    fn count_values(&self, field: Field, range: Range<u32>, ask: &Ask<'_>) -> Result<Counts, PartError> {
        self.0.count_values(field, range, ask)
    }

    fn text_contains(&self, text: Text, needle: &Needle, ask: &Ask<'_>) -> Result<RoaringBitmap, PartError> {
        self.0.text_contains(text, needle, ask)
    }

    fn with_placeholder(&self, text: Text, pointer: &str) -> Result<RoaringBitmap, PartError> {
        self.0.with_placeholder(text, pointer)
    }

    fn line(&self, row: u32) -> Result<Vec<u8>, PartError> {
        self.0.line(row)
    }

    fn lines(&self, rows: &[u32], each: &mut dyn FnMut(u32, &[u8])) -> Result<(), PartError> {
        self.0.lines(rows, each)
    }

    fn disclosures(&self, row: u32) -> Result<Disclosed, PartError> {
        self.0.disclosures(row)
    }
}
