use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use index::{AddressValue, Counts, Field};
use segment::Part;

use crate::error::SearchError;
use crate::facets::{counts, hold, sums, too_many};
use crate::limits::ADDRESSES_MAX;
use crate::listed::each_listed;
use crate::plan;
use crate::question::Question;
use crate::results::{AnswerKind, CachedAnswer};
use crate::seen::Sees;

/// What the field is called.
const NAME: &str = "ip";

/// Values between two looks at whether the question may go on: a millisecond's worth.
const VALUES_A_LOOK: usize = 4_096;

/// Counts, exactly, the addresses of clients among the entries that match, most frequent first, equal ones by address.
///
/// The index holds a value for each person and address; entries are counted by these values, and each value is read under its
/// person's key. Entries of erased persons have no address any more; the filter `ip` does not find them either.
///
/// Cost: per part, one intersection a person and address; then about half a µs for each of these.
///
/// # Errors
/// [`SearchError::AddressLimit`], [`SearchError::Unseen`], [`SearchError::FacetValues`], [`SearchError::Busy`]; else as [`SearchError`].
pub fn addresses(question: &Question<'_>, limit: usize) -> Result<Vec<(IpAddr, u64)>, SearchError> {
    if !(1..=ADDRESSES_MAX).contains(&limit) {
        return Err(SearchError::AddressLimit(limit));
    }
    question.must_see_connections()?;
    let _held = hold(question, Field::Address)?;
    let sums = sums(question, &AnswerKind::Values(Field::Address.number()), NAME, |part| {
        match question.context.seen.connections {
            Sees::Everybody => counts(question, part, Field::Address, NAME),
            Sees::Some | Sees::Nobody => seen(question, part),
        }
    })?;
    let mut by_address: HashMap<IpAddr, u64> = HashMap::new();
    for (nth, (value, count)) in sums.iter().enumerate() {
        if nth.is_multiple_of(VALUES_A_LOOK) {
            question.keep_going(0)?;
        }
        let value = AddressValue::try_from(value).ok();
        if let Some(ip) = value.and_then(|value| question.context.addresses.reveal(&value)).filter(|_| count > 0) {
            *by_address.entry(ip).or_default() += count;
        }
    }
    let mut most: Vec<_> = by_address.into_iter().collect();
    most.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    most.truncate(limit);
    Ok(most)
}

/// As [`counts`], of the values that the caller sees, so that those of others take no room and no place.
fn seen(question: &Question<'_>, part: &dyn Part) -> Result<Arc<Counts>, SearchError> {
    let kept = question.kept(part, AnswerKind::Values(Field::Address.number()), || {
        let rows = plan::rows(question, part)?;
        let mut found = Counts::default();
        let mut full = Ok(());
        if !rows.is_empty() {
            each_listed(question, part, Field::Address, b"", &rows, &mut |value, count| {
                let seen =
                    AddressValue::try_from(value).ok().and_then(|value| question.context.addresses.reveal(&value));
                if seen.is_some() {
                    full = found.push(value, count, question.context.bytes_max);
                }
                full.is_ok()
            })?;
        }
        full.map_err(|error| too_many(error, NAME))?;
        Ok(CachedAnswer::Values(Arc::new(found)))
    })?;
    match kept {
        CachedAnswer::Values(values) => Ok(values),
        _ => unreachable!("values are kept under a key of their own"),
    }
}
