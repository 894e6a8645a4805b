//! What a question needs to know beside the parts: the moment, and what the caller may see of personal values.

use std::net::IpAddr;
use std::sync::Arc;

use event::personal::Fit;
use index::AddressValue;
use segment::{Part, PartError};

use crate::memory::Memory;
use crate::results::Results;
use crate::seen::Seen;

/// The surroundings of one question.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The moment `since` counts from, µs UTC.
    pub now_us: i64,
    /// Identities the caller may see. Only these are matched, counted and found (I-8).
    pub identities: &'a dyn Identities,
    /// Addresses of clients, those the caller may see.
    pub addresses: &'a dyn Addresses,
    /// How much of both that is.
    pub seen: Seen,
    /// Secret under which cursors are signed; the same in every process that serves the log.
    pub cursor_key: &'a [u8; 32],
    /// Whether the question has taken long enough. Asked once a part and every few hundred lines read.
    pub over_budget: &'a (dyn Fn() -> bool + Sync),
    /// Most lines the question may read to decide what the indexes cannot.
    pub lines_max: u64,
    /// Most bytes of the values that the question counts; while it works it may hold four times as much.
    pub bytes_max: usize,
    /// The memory that it shares with other questions; `None`: it takes what it needs.
    pub memory: Option<&'a Memory>,
    /// Where answers of parts are kept; `None`: each is worked out.
    pub results: Option<Results<'a>>,
}

/// One value of an identity disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Digest of the disclosure, by which the index finds its rows.
    pub digest: [u8; 32],
    /// Where the value belongs in the entry, such as `/actor/name`.
    pub pointer: String,
    /// The value itself, such as `Anna Lehmann`.
    pub value: String,
}

/// The identities that are visible to the caller: those held open in memory, and, where a log has more than it holds, others.
/// Erased persons are not among them.
pub trait Identities: Sync {
    /// Hands out every value held open: digest of its disclosure, JSON pointer of its place, value.
    fn each(&self, take: &mut dyn FnMut(&[u8; 32], &str, &str));

    /// Hands out every value held open whose folding stands in the relation `fit` to `folded`, which is folded already.
    ///
    /// Cost of the provided method: one pass over all identities.
    fn fitting(&self, fit: Fit, folded: &str, take: &mut dyn FnMut(&[u8; 32], &str, &str)) {
        self.each(&mut |digest, pointer, value| {
            if fit.holds(&index::fold(value), folded) {
                take(digest, pointer, value);
            }
        });
    }

    /// Returns the identities held open with a value that holds, exactly, this text: persons by their e-mail address.
    ///
    /// Cost of the provided method: that of [`Identities::fitting`].
    fn equal(&self, value: &str) -> Vec<Identity> {
        let mut found = Vec::new();
        self.fitting(Fit::Whole, &index::fold(value), &mut |digest, pointer, known| {
            if known == value {
                found.push(Identity { digest: *digest, pointer: pointer.to_owned(), value: known.to_owned() });
            }
        });
        found
    }

    /// Whether all are held open, so that [`Identities::others`] hands out nothing.
    ///
    /// The provided method: they are.
    fn are_all_open(&self) -> bool {
        true
    }

    /// Hands out every value of the identities in `part` that are not held open, maybe more than once. `wanted` is asked before one
    /// is opened, by its digest.
    ///
    /// Cost: one decryption each, and reading their records. The provided method: there are none.
    ///
    /// # Errors
    /// As `wanted`, and as [`Part::disclosures`].
    fn others(
        &self,
        _part: &dyn Part,
        _wanted: &dyn Fn(&[u8; 32]) -> Result<bool, PartError>,
        _take: &mut dyn FnMut(&[u8; 32], &str, &str),
    ) -> Result<(), PartError> {
        Ok(())
    }

    /// Returns every id, in any scope and of any actor type, that stands in lines for this e-mail address: its
    /// pseudonyms. Those of erased persons must not be among them.
    ///
    /// The provided method knows none: where an address went into an identity, [`Identities::equal`] finds it.
    fn pseudonyms(&self, _address: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Addresses of clients, which the index holds under each person's own key ([`AddressValue`]).
pub trait Addresses: Sync {
    /// Returns every value that the index may hold for `ip` and that the caller may see, ascending; none for erased persons.
    ///
    /// Cost: some tenths of a µs, and 32 bytes, a person.
    fn values(&self, ip: IpAddr) -> Arc<[AddressValue]>;

    /// Returns whether the entry at `row` really came from `ip`, as its line or a disclosure the caller may see says.
    ///
    /// # Errors
    /// As [`Part::line`].
    fn confirm(&self, part: &dyn Part, row: u32, ip: IpAddr) -> Result<bool, PartError>;

    /// Returns the address, in canonical form, that the index holds `value` for, if the caller may see it. Opens nothing.
    fn reveal(&self, value: &AddressValue) -> Option<IpAddr>;
}

/// No identity is visible.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoIdentities;

impl Identities for NoIdentities {
    fn each(&self, _take: &mut dyn FnMut(&[u8; 32], &str, &str)) {}
}

/// No address is visible.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoAddresses;

impl Addresses for NoAddresses {
    fn values(&self, _ip: IpAddr) -> Arc<[AddressValue]> {
        Arc::default()
    }

    fn confirm(&self, _part: &dyn Part, _row: u32, _ip: IpAddr) -> Result<bool, PartError> {
        Ok(false)
    }

    fn reveal(&self, _value: &AddressValue) -> Option<IpAddr> {
        None
    }
}
