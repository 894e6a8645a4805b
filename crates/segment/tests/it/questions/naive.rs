//! The same questions answered the slow way: from the lines' JSON alone, sharing no code with index or tail but the
//! folding of one character.

use std::collections::BTreeSet;

use index::{Field, Needle, Text, fold_char};
use serde_json::Value;

use super::draft::Draft;

/// One row as the definition has it.
pub struct NaiveRow {
    pub leaf: u64,
    pub time_us: i64,
    line: Value,
    draft: usize,
}

/// All rows, ordered by (order time, leaf).
pub struct Naive<'d> {
    pub rows: Vec<NaiveRow>,
    drafts: &'d [Draft],
}

impl<'d> Naive<'d> {
    pub fn new(first_leaf: u64, drafts: &'d [Draft]) -> Self {
        let rows = drafts.iter().enumerate().map(|(nth, draft)| {
            let line: Value = serde_json::from_slice(&draft.line).unwrap();
            let at = |name: &str| event::time::parse(line[name].as_str().unwrap()).unwrap();
            let time_us = at("time").min(at("received") + 300_000_000);
            NaiveRow { leaf: first_leaf + nth as u64, time_us, line, draft: nth }
        });
        let mut rows: Vec<NaiveRow> = rows.collect();
        rows.sort_by_key(|row| (row.time_us, row.leaf));
        Self { rows, drafts }
    }

    pub fn line(&self, row: usize) -> &[u8] {
        &self.drafts[self.rows[row].draft].line
    }

    /// The values of a field at a row.
    pub fn values(&self, row: usize, field: Field) -> BTreeSet<Vec<u8>> {
        let line = &self.rows[row].line;
        let extra = &self.drafts[self.rows[row].draft].extra;
        let at = |pointer: &str| line.pointer(pointer).and_then(Value::as_str).map(|text| text.as_bytes().to_vec());
        let person = |who: &str| {
            let kind = at(&format!("{who}/type"))?;
            Some([kind, b":".to_vec(), at(&format!("{who}/id"))?].concat())
        };
        let one = |pointer: &str| at(pointer).into_iter().collect();
        match field {
            Field::Id => one("/id"),
            Field::EventId => one("/event_id"),
            Field::Organization => one("/organization/id"),
            Field::Workspace => one("/workspace/id"),
            Field::Project => one("/project/id"),
            Field::Actor => at("/actor/id").into_iter().chain(at("/actor/on_behalf_of/id")).collect(),
            Field::ActorType => one("/actor/type"),
            Field::Action => one("/action"),
            Field::Event => one("/event"),
            Field::Channel => one("/channel"),
            Field::ResourceType => one("/resource/type"),
            Field::ResourceId => one("/resource/id"),
            Field::ResourceName => one("/resource/name"),
            Field::Outcome => one("/outcome"),
            Field::Severity => one("/severity"),
            Field::HttpMethod => one("/http/method"),
            Field::HttpStatus => line.pointer("/http/status").map(|s| s.to_string().into_bytes()).into_iter().collect(),
            Field::HttpPath => one("/http/path"),
            Field::Country => one("/client/location/country"),
            Field::Source => one("/source"),
            Field::RequestId => one("/request_id"),
            Field::TraceId => one("/trace_id"),
            Field::SessionId => one("/session_id"),
            Field::SequenceStream => one("/sequence/stream"),
            Field::SequenceBlock => {
                let n = line.pointer("/sequence/n").and_then(Value::as_u64);
                n.map(|n| (n / 1_024).to_string().into_bytes()).into_iter().collect()
            }
            Field::Person => {
                let declared = line["personal"].as_array().into_iter().flatten();
                let declared = declared.map(|element| element["of"].as_str().unwrap().as_bytes().to_vec());
                declared.chain(person("/actor")).chain(person("/actor/on_behalf_of")).collect()
            }
            Field::Address => extra.address.map(|value| value.to_vec()).into_iter().collect(),
            Field::Identity => extra.identity.iter().map(|digest| digest.to_vec()).collect(),
        }
    }

    /// The pieces of a text: literals and pointers of placeholders. `None`: the row has no such text.
    fn pieces(&self, row: usize, text: Text) -> Option<Vec<Result<String, String>>> {
        let pointer = match text {
            Text::Description => "/description",
            Text::ResourceName => "/resource/name",
            Text::ActorName => "/actor/name",
            Text::Reason => "/reason",
        };
        let mut chars = self.rows[row].line.pointer(pointer)?.as_str()?.chars().peekable();
        let mut pieces = vec![Ok(String::new())];
        while let Some(c) = chars.next() {
            if c != '{' {
                pieces.last_mut()?.as_mut().ok()?.push(c);
            } else if chars.next_if_eq(&'{').is_some() {
                pieces.last_mut()?.as_mut().ok()?.push('{');
            } else {
                let inside: String = chars.by_ref().take_while(|&c| c != '}').collect();
                pieces.push(Err(inside.trim_start_matches(['%', '+']).replace("~2", "}")));
                pieces.push(Ok(String::new()));
            }
        }
        Some(pieces)
    }

    pub fn contains(&self, row: usize, text: Text, needle: &Needle) -> bool {
        let folded = |text: &str| -> String {
            if needle.fold { text.chars().map(fold_char).collect() } else { text.to_owned() }
        };
        let wanted = folded(&needle.text);
        let pieces = self.pieces(row, text).unwrap_or_default();
        pieces.iter().flatten().any(|literal| folded(literal).contains(&wanted))
    }

    pub fn has_placeholder(&self, row: usize, text: Text, pointer: &str) -> bool {
        let pieces = self.pieces(row, text).unwrap_or_default();
        pieces.iter().any(|piece| piece.as_ref().is_err_and(|found| pointer.is_empty() || found == pointer))
    }
}
