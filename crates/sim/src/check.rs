//! What must hold after every start, whatever came before: the log against the model.

use std::collections::BTreeMap;

use engine::{Log, inspect};
use env::with_causes;
use proof::{Digest, MemoryTree, Receipt, TreeSize};
use search::{Order, Predicate};

use crate::event::{Event, SOURCE};
use crate::model::{Broken, Known, Model};

/// A line of the log.
struct Line {
    leaf: u64,
    digest: Digest,
    /// The number of the event, and what was opened of its person: name and e-mail address. `None` for the log's own.
    event: Option<(usize, Option<String>, Option<String>)>,
}

/// Reads the whole log and holds it against the model, which then knows what is there and what is not.
///
/// # Errors
/// What was broken, or why the log could not be read.
pub(crate) fn after_start(log: &Log, model: &mut Model) -> Result<(), Broken> {
    let lines = read_all(log)?;
    let size = log.size();
    if lines.len() as u64 != size || lines.iter().zip(0..).any(|(line, leaf)| line.leaf != leaf) {
        return Err(format!("{} lines are found in a log of {size} entries", lines.len()));
    }
    if let Some((missing, _)) = model.digests.range(size..).next() {
        return Err(format!("leaf {missing} was acknowledged, and the log has {size} entries"));
    }
    let mut found = BTreeMap::new();
    for line in &lines {
        model.line(line.leaf, line.digest)?;
        let Some((event, name, email)) = &line.event else { continue };
        let sent = model.events.get(*event).ok_or(format!("event {event} was never sent"))?;
        if found.insert(*event, line.leaf).is_some() {
            return Err(format!("event {event} is there twice"));
        }
        if (name.as_deref(), email.as_deref()) != (Some(&*sent.name()), Some(&*sent.email())) {
            return Err(format!("event {event} has name {name:?} and address {email:?}"));
        }
        if model.known.get(*event) == Some(&Known::Absent) {
            return Err(format!("event {event} is there, and it was refused or not found after an earlier start"));
        }
        model.found(*event, line.leaf, line.digest)?;
    }
    for new in std::mem::take(&mut model.requests) {
        let there = new.iter().filter(|event| found.contains_key(event)).count();
        if there != 0 && there != new.len() {
            return Err(format!("of the events {new:?}, sent together, {there} are there"));
        }
    }
    for event in 0..model.events.len() {
        match model.known.get(event) {
            Some(Known::There(leaf)) if !found.contains_key(&event) => {
                return Err(format!("event {event} was at leaf {leaf}, and is gone"));
            }
            Some(Known::Unsure) if !found.contains_key(&event) => model.set(event, Known::Absent),
            _ => {}
        }
    }
    signed(log, &lines, model)
}

/// Checkpoints and receipts against the lines.
fn signed(log: &Log, lines: &[Line], model: &mut Model) -> Result<(), Broken> {
    let tree: MemoryTree = lines.iter().map(|line| line.digest.leaf_hash()).collect();
    model.publish(log)?;
    for (size, root) in &model.checkpoints {
        match proof::root(TreeSize(*size), &tree) {
            Ok(found) if found == *root => {}
            Ok(_) => return Err(format!("the checkpoint of {size} entries was published with another root")),
            Err(error) => return Err(format!("the checkpoint of {size} entries was published: {error}")),
        }
    }
    let key = log.tree().verifier_key();
    for (note, leaves) in &model.receipts {
        let receipt = Receipt::open(note.as_bytes(), &key).map_err(|error| format!("a receipt is refused: {error}"))?;
        let told: Vec<_> = receipt.entries.iter().map(|entry| (entry.leaf.0, entry.digest)).collect();
        let held = leaves.iter().all(|(leaf, digest)| model.digests.get(leaf) == Some(digest));
        if told != *leaves || !held {
            return Err(format!("the receipt of leaves {leaves:?} does not tell what the log holds"));
        }
    }
    Ok(())
}

fn read_all(log: &Log) -> Result<Vec<Line>, Broken> {
    let view = inspect::view(log);
    let read = inspect::ask(log, &view, &Predicate::All, |question| {
        search::scan(question, Order::Leaf)
            .map(|hit| hit.and_then(|hit| inspect::show(log, &hit)))
            .collect::<Result<Vec<_>, _>>()
    });
    let shown = read.map_err(|error| format!("the log cannot be read: {}", with_causes(&error)))?;
    let broken = |what: String| move |error: segment::PartError| format!("{what}: {}", with_causes(&error));
    let mut lines = Vec::with_capacity(shown.len());
    for shown in shown {
        let leaf = shown.leaf_index;
        let entry = shown.entry().map_err(broken(format!("leaf {leaf} is no line")))?;
        let opened = shown.opened.opened().map_err(broken(format!("leaf {leaf} is not opened")))?;
        let text = |pointer| opened.iter().find_map(|opened| opened.text(pointer)).map(|text| text.into_owned());
        let number = entry.resource.as_ref().and_then(|resource| resource.id.strip_prefix('d')?.parse().ok());
        let event = (entry.source == SOURCE).then_some(number).flatten();
        let event = event.map(|number| (number, text("/actor/name"), text("/actor/email")));
        if entry.source == SOURCE && event.is_none() {
            return Err(format!("leaf {leaf} is no event that was sent"));
        }
        lines.push(Line { leaf, digest: shown.digest(), event });
    }
    Ok(lines)
}

/// The leaves of the events that match, newest first.
pub(crate) fn expected(model: &Model, matches: impl Fn(&Event) -> bool) -> Vec<u64> {
    let mut leaves: Vec<u64> = model.there().filter(|(event, _)| matches(event)).map(|(_, leaf)| leaf).collect();
    leaves.sort_unstable_by(|a, b| b.cmp(a));
    leaves
}
