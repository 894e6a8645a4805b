use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use segment::{Counts, Field, Part};

use crate::error::SearchError;
use crate::facets::{FACET_VALUES_MAX, counts};
use crate::parallel::for_parts;
use crate::plan;
use crate::question::Question;
use crate::results::What;

/// Most addresses listed: the index knows keyed tokens only, so that each costs an entry and a disclosure opened.
pub const ADDRESSES_MAX: usize = 100;

/// Counts, exactly, the addresses of clients among the entries that match, most frequent first, equal ones by address.
///
/// Entries are counted by the keyed token of their address, and one entry of each address listed is opened to name it. Two
/// addresses with the same 64-bit token would count as one: in a log of ten million addresses the odds are one in
/// 400,000. Which of equally frequent ones are within `limit` is decided by their tokens, the same every time. Entries of
/// erased persons have no address any more, as to the filter `ip`.
///
/// Cost: per part, one intersection an address; once somebody was erased, a look at the disclosures of each entry that
/// matches, which counts as reading its line. Then one entry opened for each address listed.
///
/// # Errors
/// [`SearchError::AddressLimit`], [`SearchError::FacetValues`]; else as [`SearchError`].
pub fn addresses(question: &Question<'_>, limit: usize) -> Result<Vec<(IpAddr, u64)>, SearchError> {
    if !(1..=ADDRESSES_MAX).contains(&limit) {
        return Err(SearchError::AddressLimit(limit));
    }
    let what = What::Values(Field::Address.number());
    let of_parts = for_parts(question, true, &what, |part| {
        let of_part = match question.context.addresses.all_visible() {
            true => counts(question, part.as_ref(), Field::Address)?,
            false => Arc::new(visible(question, part.as_ref())?),
        };
        Ok((Arc::clone(part), of_part))
    })?;
    let mut sums: HashMap<&[u8], u64> = HashMap::new();
    for (token, count) in of_parts.iter().flat_map(|(_, counts)| counts.iter()) {
        *sums.entry(token).or_default() += count;
        if sums.len() > FACET_VALUES_MAX {
            return Err(SearchError::FacetValues { field: "ip" });
        }
    }
    let mut most: Vec<(&[u8], u64)> = sums.into_iter().collect();
    let order = |a: &(&[u8], u64), b: &(&[u8], u64)| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0));
    if most.len() > limit {
        most.select_nth_unstable_by(limit, order);
        most.truncate(limit);
    }
    let mut named = Vec::with_capacity(most.len());
    for (token, count) in most {
        // Erased in this moment: it has no name any more.
        if let Some(ip) = name(question, &of_parts, token)? {
            named.push((ip, count));
        }
    }
    named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(named)
}

/// How often each token occurs among the rows of a part whose address may be seen.
fn visible(question: &Question<'_>, part: &dyn Part) -> Result<Counts, SearchError> {
    let rows = plan::rows(question, part)?;
    let mut found = Counts::new();
    if rows.is_empty() {
        return Ok(found);
    }
    for (token, with) in part.values(Field::Address)? {
        let mut count = 0;
        for row in rows.meet(with).to_set() {
            question.keep_going(1)?;
            count += u64::from(question.context.addresses.is_visible(part, row)?);
        }
        if count > 0 {
            found.push((token, count));
        }
    }
    Ok(found)
}

type OfPart = (Arc<dyn Part>, Arc<Counts>);

/// Opens the newest entry that may be seen with this token.
fn name(question: &Question<'_>, of_parts: &[OfPart], token: &[u8]) -> Result<Option<IpAddr>, SearchError> {
    let addresses = question.context.addresses;
    let holds = |counts: &Counts| counts.binary_search_by(|(known, _)| known.as_slice().cmp(token)).is_ok();
    for (part, _) in of_parts.iter().rev().filter(|(_, counts)| holds(counts)) {
        let part = part.as_ref();
        let rows = plan::rows(question, part)?.meet(part.equal(Field::Address, token)?).to_set();
        for row in rows.into_iter().rev() {
            question.keep_going(1)?;
            if addresses.is_visible(part, row)? {
                return Ok(addresses.name(part, row)?);
            }
        }
    }
    Ok(None)
}
