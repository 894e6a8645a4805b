//! The entry that explains a destroyed key: spec/own-entries.md, `person.erased`.
//!
//! Nothing erases yet, but the entry is reserved: a key that is gone without one was destroyed by somebody else. Only entries of
//! the log's own source count, which no client can claim.

use std::sync::Arc;

use event::PersonId;
use search::{Context, Filters, NoAddresses, NoIdentities, Question, Scope, Seen};
use segment::{Part, Segment, View};
use vault::Vault;

use crate::ask::limits::QUESTION_BYTES_MAX;
use crate::own::erased::{erased_in, handle_text};
use crate::own::names::{ERASED, OWN_SOURCE};
use crate::start::error::OpenLogError;

/// Checks that each destroyed key is explained by an entry of the log's own, in `segments` or among those met in the tail.
///
/// Cost: none while no key is destroyed; then a look-up in each segment.
///
/// # Errors
/// `Unexplained`: somebody else destroyed a key. `Erasures` where the entries cannot be read.
pub(crate) fn check_erasures(
    vault: &Vault,
    segments: &[Arc<Segment>],
    in_tail: &[PersonId],
    now_us: i64,
) -> Result<(), OpenLogError> {
    let mut destroyed = vault.destroyed();
    destroyed.retain(|person| !in_tail.contains(person));
    if destroyed.is_empty() {
        return Ok(());
    }
    let filters = Filters::parse([("source", OWN_SOURCE), ("action", ERASED)], &[]);
    let predicate = filters.unwrap_or_else(|_| panic!("these filters are known")).predicate;
    let size = segments.last().map_or(0, |segment| segment.leaf_set().end());
    let view = View { parts: segments.iter().map(|segment| Arc::clone(segment) as Arc<dyn Part>).collect(), size };
    let context = Context {
        now_us,
        // No value of anybody's is asked for.
        identities: &NoIdentities,
        addresses: &NoAddresses,
        seen: Seen::EVERYTHING,
        cursor_key: &[0; 32],
        over_budget: &|| false,
        lines_max: u64::MAX,
        bytes_max: QUESTION_BYTES_MAX,
        memory: None,
        results: None,
    };
    let scope = Scope::everything();
    let question = Question::new(&view, &predicate, &scope, context);
    for hit in search::scan(&question, search::Order::Leaf) {
        let hit = hit?;
        let line = hit.line(&scope)?;
        let erased = erased_in(&line);
        destroyed.retain(|person| Some(*person) != erased);
    }
    match destroyed.first() {
        None => Ok(()),
        Some(person) => Err(OpenLogError::Unexplained { person: handle_text(*person) }),
    }
}
