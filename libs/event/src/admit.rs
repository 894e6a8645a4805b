//! Admission: a checked event becomes a line, its digest, and the disclosures beside it.

use std::borrow::Cow;
use std::net::IpAddr;

use proof::Digest;

use crate::entry::{Entry, LineError, order_time_us};
use crate::limits::{LINE_BYTES_MAX, PERSONAL_BYTES_MAX, SKEW_US_MAX};
use crate::line::{self, Stamp};
use crate::model::{ActorKind, Event, Location, PersonalRef};
use crate::personal::{self, KeyError, Keys, PersonalParts, SplitError};
use crate::render::{Opened, Rendered};
use crate::rules::{self, Rules};
use crate::warning::Warning;
use crate::{id, time};

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
    #[error("the entry's line would be {bytes} bytes long, more than the {LINE_BYTES_MAX} allowed")]
    LineTooLong {
        /// How long it would be.
        bytes: usize,
    },
    /// Too much of the event is personal; the client must send less, or declare what is around it.
    #[error(
        "the personal values of the entry take more than the {PERSONAL_BYTES_MAX} bytes allowed, with the pointers of their places"
    )]
    TooMuchPersonal,
    /// No key for a person whose values must leave the line; try again.
    #[error("no key for a person of the event")]
    Key(#[from] KeyError),
}

impl From<SplitError> for AdmitError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::Key(error) => Self::Key(error),
            SplitError::TooMuch => Self::TooMuchPersonal,
            SplitError::TooLong { bytes } => Self::LineTooLong { bytes },
        }
    }
}

/// Why an event could not be compared with an entry.
#[derive(Debug, thiserror::Error)]
pub enum ReadmitError {
    /// The first entry's line cannot be read; the log needs repair.
    #[error("the first entry under this event_id cannot be read")]
    First(#[from] LineError),
    /// The event could not be admitted either.
    #[error("the event could not be written for comparison")]
    Admit(#[from] AdmitError),
}

/// Admits an event: redacts secrets, derives what is missing, splits personal values off, writes the line.
///
/// Cost: a few microseconds for an event of 800 bytes; two SHA-256 and one HMAC per disclosure besides.
///
/// # Errors
/// [`AdmitError`].
///
/// # Panics
/// If `now_us` is beyond the years 0000 to 9999.
pub fn admit(event: &Event<'_>, admission: &Admission<'_>) -> Result<Admitted, AdmitError> {
    admit_seen(event, admission, |_, _| ()).map(|(admitted, ())| admitted)
}

/// As [`admit`], and shows `see` the entry that the line is, with what left it, so that nobody has to read the line.
///
/// # Errors
/// [`AdmitError`].
///
/// # Panics
/// As [`admit`].
pub fn admit_seen<T>(
    event: &Event<'_>,
    admission: &Admission<'_>,
    see: impl FnOnce(&Entry<'_>, &[PersonalParts]) -> T,
) -> Result<(Admitted, T), AdmitError> {
    let mut warnings = Vec::new();
    let mut event = event.clone();
    rules::redact(&mut event, admission.rules, &mut warnings);
    look_up(&mut event, admission);
    warnings.extend(skew(&event, admission));
    let id = id::uuid_v7(admission.now_us, admission.id_random);
    let (line, personal, seen) = record(&mut event, &id, admission.now_us, admission, see)?;
    let admitted = Admitted {
        id,
        digest: Digest::of(&line),
        line,
        order_time_us: order_time_us(event.time_us.unwrap_or(admission.now_us), admission.now_us),
        personal,
        warnings,
    };
    Ok((admitted, seen))
}

/// The digest that `event` would have had, had it come in place of the event behind `first_line`: written with that
/// entry's `id`, `received`, and everything `event` leaves out. Equal to the first line's digest = the same event again.
///
/// `first_opened[n]` belongs to the first entry's `personal[n]`. Where one of them is not wholly opened the answer says
/// nothing, and the `event_id` alone must decide. Of `admission`, `now_us` and `id_random` are not used.
///
/// # Errors
/// [`ReadmitError`].
pub fn readmit(
    event: &Event<'_>,
    first_line: &[u8],
    first_opened: &[Opened<'_>],
    admission: &Admission<'_>,
) -> Result<Digest, ReadmitError> {
    let first = Entry::parse(first_line)?;
    let mut event = event.clone();
    rules::redact(&mut event, admission.rules, &mut Vec::new());
    adopt(&mut event, &first, first_opened);
    let (line, _, ()) = record(&mut event, first.id, first.received_us, admission, |_, _| ())?;
    Ok(Digest::of(&line))
}

/// Fills in what an event leaves out from the entry it may be a repetition of, as that entry was before its personal
/// values were taken out.
fn adopt<'a>(event: &mut Event<'a>, first: &'a Entry<'a>, opened: &'a [Opened<'_>]) {
    let shown = Rendered::new(first, opened);
    let own = |text: &Option<Cow<'_, str>>| text.as_deref().map(|text| Cow::Owned(text.to_owned()));
    event.time_us.get_or_insert(first.time_us);
    event.event.get_or_insert_with(|| first.event.clone());
    event.channel.get_or_insert_with(|| first.channel.clone());
    event.description.get_or_insert_with(|| Cow::Owned(shown.description.into_owned()));
    event.outcome = event.outcome.or(first.outcome);
    event.severity.get_or_insert(first.severity);
    if event.client.ip.is_some() && event.client.location.is_empty() {
        let country = own(&first.client.location.country);
        event.client.location = Location { city: own(&shown.city), region: own(&shown.region), country };
    }
    if event.client.user_agent.is_some() && event.client.ci.is_none() {
        event.client.ci = own(&first.client.ci);
    }
}

/// Location and CI platform, where the client says neither.
fn look_up(event: &mut Event<'_>, admission: &Admission<'_>) {
    let client = &mut event.client;
    if client.location.is_empty()
        && let Some(ip) = client.ip.as_deref().and_then(|ip| ip.parse().ok())
        && let Some(Place { city, region, country }) = admission.places.lookup(ip)
    {
        client.location =
            Location { city: city.map(Cow::Owned), region: region.map(Cow::Owned), country: country.map(Cow::Owned) };
    }
    if client.ci.is_none() {
        let ci = client.user_agent.as_deref().and_then(|agent| admission.agents.ci(agent));
        client.ci = ci.map(|ci| Cow::Owned(ci.to_owned()));
    }
}

/// The common end of both ways: defaults, derivations, the split, the line.
fn record<T>(
    event: &mut Event<'_>,
    id: &str,
    received_us: i64,
    admission: &Admission<'_>,
    see: impl FnOnce(&Entry<'_>, &[PersonalParts]) -> T,
) -> Result<(Vec<u8>, Vec<PersonalParts>, T), AdmitError> {
    name_the_day(event, received_us);
    rules::derive(event, admission.rules);
    let complete = event.event.is_some() && event.channel.is_some() && event.description.is_some();
    assert!(complete && event.severity.is_some(), "derivation completes every event");
    // what is not personal must fit the line: there is no need to look closer
    let raw = [&event.changes, &event.properties].into_iter().flatten().map(|raw| raw.len()).sum::<usize>();
    if raw > LINE_BYTES_MAX + PERSONAL_BYTES_MAX {
        return Err(AdmitError::LineTooLong { bytes: raw });
    }
    let personal = personal::split(event, admission.source, admission.keys)?;
    let refs: Vec<PersonalRef<'_>> =
        personal.iter().map(|parts| PersonalRef { of: Cow::Borrowed(&parts.of), digest: parts.digest() }).collect();
    let mut line = Vec::with_capacity(LINE_BYTES_USUAL);
    let stamp = Stamp { id, received_us, source: admission.source, personal: &refs };
    line::write(&mut line, event, &stamp);
    assert!(memchr::memchr(b'\n', &line).is_none(), "I-5: a line holds no newline");
    if line.len() > LINE_BYTES_MAX {
        return Err(AdmitError::LineTooLong { bytes: line.len() });
    }
    let seen = see(&Entry::written(event, &stamp), &personal);
    Ok((line, personal, seen))
}

/// What most lines fit into without growing their buffer.
const LINE_BYTES_USUAL: usize = 1_536;

/// Gives anonymous actors the id they share for the day.
fn name_the_day(event: &mut Event<'_>, received_us: i64) {
    let Some(actor) = &mut event.actor else { return };
    let day = || Cow::Owned(format!("anonymous:{}", time::write_date(received_us)));
    if actor.kind == ActorKind::Anonymous {
        actor.id = day();
    }
    if let Some(principal) = &mut actor.on_behalf_of
        && principal.kind == ActorKind::Anonymous
    {
        principal.id = day();
    }
}

/// Says that a clock is off. Imports are old by nature, so only a future time is worth a word there.
fn skew(event: &Event<'_>, admission: &Admission<'_>) -> Option<Warning> {
    let ahead_us = event.time_us? - admission.now_us;
    let message = if ahead_us > SKEW_US_MAX {
        "time is more than five minutes ahead of the server's clock: the entry is ordered as if it were five minutes ahead"
    } else if ahead_us < -SKEW_US_MAX && !admission.source.starts_with("import:") {
        "time is more than five minutes behind the server's clock: check the clock, unless the event is an old one"
    } else {
        return None;
    };
    Some(Warning { pointer: "/time".to_owned(), code: "time_skewed", message: message.to_owned() })
}
