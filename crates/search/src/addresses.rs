use std::net::IpAddr;
use std::sync::Arc;

use roaring::RoaringBitmap;
use segment::{Ask, Counts, Field, Part};

use crate::error::SearchError;
use crate::facets::{counts, hold, most, sums, too_many};
use crate::plan;
use crate::question::Question;
use crate::results::What;

/// What the field is called.
const NAME: &str = "ip";

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
/// [`SearchError::AddressLimit`], [`SearchError::FacetValues`], [`SearchError::Busy`]; else as [`SearchError`].
pub fn addresses(question: &Question<'_>, limit: usize) -> Result<Vec<(IpAddr, u64)>, SearchError> {
    if !(1..=ADDRESSES_MAX).contains(&limit) {
        return Err(SearchError::AddressLimit(limit));
    }
    let _held = hold(question, Field::Address)?;
    let sums = sums(question, &What::Values(Field::Address.number()), NAME, |part| {
        match question.context.addresses.all_visible() {
            true => counts(question, part, Field::Address, NAME),
            false => Ok(Arc::new(visible(question, part)?)),
        }
    })?;
    let most = most(&sums, limit);
    let mut named = Vec::with_capacity(most.len());
    for (token, count) in most {
        // Erased in this moment: it has no name any more.
        if let Some(ip) = name(question, token)? {
            named.push((ip, count));
        }
    }
    named.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(named)
}

/// How often each token occurs among the rows of a part whose address may be seen.
fn visible(question: &Question<'_>, part: &dyn Part) -> Result<Counts, SearchError> {
    let rows = plan::rows(question, part)?;
    let mut found = Counts::default();
    if rows.is_empty() {
        return Ok(found);
    }
    let among = rows.to_set();
    let may_read = |lines| question.may_read(lines);
    let ask = Ask { within: Some(&among), may_read: &may_read, bytes_max: question.context.bytes_max };
    let mut failed = None;
    part.each_value(Field::Address, &ask, &mut |token, with| {
        let counted = visible_rows(question, part, with & &among).and_then(|count| match count {
            0 => Ok(()),
            count => found.push(token, count, ask.bytes_max).map_err(|error| too_many(error, NAME)),
        });
        failed = counted.err();
        failed.is_none()
    })?;
    failed.map_or(Ok(found), Err)
}

/// How many of these rows have an address that may be seen.
fn visible_rows(question: &Question<'_>, part: &dyn Part, rows: RoaringBitmap) -> Result<u64, SearchError> {
    let mut count = 0;
    for row in rows {
        question.keep_going(1)?;
        count += u64::from(question.context.addresses.is_visible(part, row)?);
    }
    Ok(count)
}

/// Opens the newest entry that may be seen with this token.
fn name(question: &Question<'_>, token: &[u8]) -> Result<Option<IpAddr>, SearchError> {
    let addresses = question.context.addresses;
    let parts: Vec<_> = question.parts().collect();
    for part in parts.into_iter().rev() {
        let part = part.as_ref();
        let with = part.equal(Field::Address, token)?;
        if with.is_empty() {
            continue;
        }
        for row in plan::rows(question, part)?.meet(with).to_set().into_iter().rev() {
            question.keep_going(1)?;
            if addresses.is_visible(part, row)? {
                return Ok(addresses.name(part, row)?);
            }
        }
    }
    Ok(None)
}
