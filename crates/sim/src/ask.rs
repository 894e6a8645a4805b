//! Questions to the running log, answered as the model says or not at all.

use engine::verify::Verification;
use engine::{Caller, Limits, Log, Viewer};
use env::fake::SeededRandom;
use env::with_causes;
use proof::{Digest, LeafIndex};
use search::{Filters, PageRequest};

use crate::check::expected;
use crate::model::{Broken, Model};

/// Entries of a page.
const PAGE: usize = 20;

/// What came of a question.
pub(crate) enum Asked {
    /// It was answered as the model says.
    Right,
    /// The log could not answer, and said so.
    Failed(String),
}

/// Asks for a page and a count by a filter drawn at random.
pub(crate) fn question(log: &Log, model: &Model, random: &SeededRandom) -> Result<Asked, Broken> {
    let count = model.events.len().max(1) as u64;
    let drawn = model.events.get(usize::try_from(random.below(count)).unwrap_or(0));
    let Some(drawn) = drawn else { return Ok(Asked::Right) };
    let (filter, leaves) = match random.below(6) {
        0 => (("actor", drawn.actor()), expected(model, |event| event.person == drawn.person)),
        1 => (("action", drawn.action().to_owned()), expected(model, |event| event.action() == drawn.action())),
        2 => (("actor_name", drawn.name()), expected(model, |event| event.person == drawn.person)),
        3 => (("resource_id", drawn.resource()), expected(model, |event| event.number == drawn.number)),
        4 if drawn.has_id => (("event_id", drawn.event_id()), expected(model, |event| event.number == drawn.number)),
        _ => (("source", crate::event::SOURCE.to_owned()), expected(model, |_| true)),
    };
    let told = format!("{} = {}", filter.0, filter.1);
    let parsed = Filters::parse([(filter.0, filter.1.as_str())], &[]);
    let predicate = parsed.map_err(|_| format!("{told} is no filter"))?.predicate;
    let limits = Limits { fresh: random.below(2) == 0, ..Limits::default() };
    let caller = Caller::of_everything(Viewer::default(), limits);
    let request = PageRequest { limit: PAGE, count: true, ..PageRequest::default() };
    let answer = log.reader(&caller).page(&predicate, &request).and_then(|page| {
        let shown: Result<Vec<u64>, _> = page.shown().map(|shown| shown.map(|shown| shown.leaf_index)).collect();
        Ok((page.count(), shown?))
    });
    match answer {
        Err(error) => Ok(Asked::Failed(with_causes(&error))),
        Ok((count, page))
            if count == Some(leaves.len() as u64)
                && leaves.starts_with(&page)
                && page.len() == leaves.len().min(PAGE) =>
        {
            Ok(Asked::Right)
        }
        Ok((count, page)) => Err(format!(
            "{told}: {count:?} entries, first {page:?}; there are {}, first {:?}",
            leaves.len(),
            leaves.first()
        )),
    }
}

/// Asks for the proof of a leaf drawn at random, and checks it as an outsider would; and that of consistency between two checkpoints.
pub(crate) fn proof(log: &Log, model: &Model, random: &SeededRandom) -> Result<Asked, Broken> {
    let Some((leaf, digest)) = any_leaf(model, random) else { return Ok(Asked::Right) };
    let Ok(published) = log.checkpoint_covering(leaf) else { return Ok(Asked::Failed("no checkpoint".to_owned())) };
    let key = log.tree().verifier_key();
    match log.tree().inclusion(LeafIndex(leaf), &published) {
        Err(error) => return Ok(Asked::Failed(with_causes(&error))),
        Ok(proof) => proof.verify(&digest, &key).map_err(|error| format!("the proof of leaf {leaf} fails: {error}"))?,
    };
    let new = &published.checkpoint;
    let Some((size, root)) = model.checkpoints.range(1..=new.size.0).next().map(|(size, root)| (*size, *root)) else {
        return Ok(Asked::Right);
    };
    let old = proof::TreeSize(size);
    match log.tree().consistency(old, new.size) {
        Err(error) => Ok(Asked::Failed(with_causes(&error))),
        Ok(path) => proof::verify_consistency(old, new.size, &path, &root, &new.root)
            .map(|()| Asked::Right)
            .map_err(|error| format!("the checkpoint of {size} entries is not consistent with the newest: {error}")),
    }
}

/// Verifies the log while it serves.
pub(crate) fn verify(log: &Log) -> Asked {
    match log.verify(&|_, _| {}) {
        Err(error) => Asked::Failed(with_causes(&error)),
        Ok(found) => sound(&found),
    }
}

/// Whether all was read and nothing was found, the mark included.
pub(crate) fn sound(found: &Verification) -> Asked {
    if let Some(finding) = found.findings.first() {
        return Asked::Failed(format!("verify finds: {finding}"));
    }
    if let Some(warning) = found.warnings.first() {
        return Asked::Failed(format!("verify warns: {warning}"));
    }
    found.unreadable.first().map_or(Asked::Right, |unreadable| Asked::Failed(unreadable.to_string()))
}

fn any_leaf(model: &Model, random: &SeededRandom) -> Option<(u64, Digest)> {
    let count = model.digests.len() as u64;
    if count == 0 {
        return None;
    }
    let nth = usize::try_from(random.below(count)).unwrap_or(0);
    model.digests.iter().nth(nth).map(|(leaf, digest)| (*leaf, *digest))
}
