//! Admission: a checked event becomes a line, its digest, and the disclosures beside it.

use std::net::IpAddr;

use proof::Digest;

use crate::model::Event;
use crate::personal::{KeyError, Keys, PersonalParts};
use crate::render::Opened;
use crate::rules::Rules;
use crate::warning::Warning;

/// Looks up where an address is.
pub trait Places {
    /// The place of `ip`, if known. Called once per event with an address and no location.
    fn lookup(&self, ip: IpAddr) -> Option<Place>;
}

/// Recognises CI platforms by their user agent.
pub trait Agents {
    /// The platform's name, at most 64 bytes.
    fn ci(&self, user_agent: &str) -> Option<&str>;
}

/// What a location database says of an address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// City name.
    pub city: Option<String>,
    /// Region or state.
    pub region: Option<String>,
    /// Country code.
    pub country: Option<String>,
}

/// What admission needs to know beside the event.
#[derive(Clone, Copy)]
pub struct Admission<'a> {
    /// `received`: microseconds since 1970 UTC.
    pub now_us: i64,
    /// `source`: the token's stable name, `import:<format>`, `dev` or `indelible`.
    pub source: &'a str,
    /// Fresh random bytes, 74 bits of which go into the id. Never use them twice.
    pub id_random: [u8; 10],
    /// Keys of persons.
    pub keys: &'a dyn Keys,
    /// Location look-up.
    pub places: &'a dyn Places,
    /// CI recognition.
    pub agents: &'a dyn Agents,
    /// Redaction and derivation tables.
    pub rules: &'a Rules,
}

/// An event ready for the journal.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// UUIDv7.
    pub id: String,
    /// The exact bytes, without newline, at most [`crate::limits::LINE_BYTES_MAX`].
    pub line: Vec<u8>,
    /// SHA-256 of `line`.
    pub digest: Digest,
    /// The client's idempotency key.
    pub event_id: Option<String>,
    /// See [`crate::Entry::order_time_us`].
    pub order_time_us: i64,
    /// One element per element of the line's `personal`, in its order.
    pub personal: Vec<PersonalParts>,
    /// What the client should know.
    pub warnings: Vec<Warning>,
}

/// Why an event was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum AdmitError {
    /// The event is too large once written; the client must send less.
    #[error("the entry's line would be {bytes} bytes long, more than the {max} allowed", max = crate::limits::LINE_BYTES_MAX)]
    LineTooLong {
        /// How long it would be.
        bytes: usize,
    },
    /// No key for a person whose values must leave the line; try again.
    #[error("no key for a person of the event")]
    Key(#[from] KeyError),
}

/// Admits an event: redacts secrets, derives what is missing, splits personal values off, writes the line.
///
/// Cost: a few microseconds for an event of 800 bytes; two SHA-256 and one HMAC per disclosure besides.
///
/// # Errors
/// [`AdmitError`].
pub fn admit(_event: &Event<'_>, _admission: &Admission<'_>) -> Result<Admitted, AdmitError> {
    panic!("being written")
}

/// The digest that `event` would have had, had it come in place of the event behind `first_line`: written with that
/// entry's `id`, `received`, and everything `event` leaves out. Equal to the first line's digest = the same event again.
///
/// `first_opened` are the opened disclosures of the first entry, one element per element of its `personal`; where one
/// is `None` the answer is useless, and the `event_id` alone must decide.
///
/// # Errors
/// [`AdmitError`], as for [`admit`].
pub fn readmit(
    _event: &Event<'_>,
    _first_line: &[u8],
    _first_opened: &[Option<Opened<'_>>],
    _admission: &Admission<'_>,
) -> Result<Digest, AdmitError> {
    panic!("being written")
}
