//! Strict reading of request bodies: one JSON object, an array of them, or NDJSON.
//!
//! Every problem of every event is found, not only the first; only where text is not JSON does reading of that event
//! end. Nothing here recurses over foreign input, and no input makes it slower than linear (times log n for members of
//! one object).

mod declared;
mod event;
mod members;
mod place;
mod problem;
mod raw;
mod reader;
mod values;

pub use problem::Problem;

use crate::json::{Token, Tokens};
use crate::limits::{BATCH_BYTES_MAX, BATCH_EVENTS_MAX, DEPTH_MAX};
use crate::model::Event;

use place::Place;
use problem::Report;
use reader::{Read, Reader, Scratch};

/// How the events of a body are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyKind {
    /// One JSON object.
    Object,
    /// A JSON array of objects.
    Array,
    /// One JSON object a line; blank lines are skipped, CRLF is tolerated.
    Ndjson,
}

/// A body read.
#[derive(Debug)]
pub struct Batch<'a> {
    /// In the order of the body. A refused event's list is empty where [`crate::limits::PROBLEMS_MAX`] was spent before it.
    pub events: Vec<Result<Event<'a>, Vec<Problem>>>,
    /// Set if the body could not be read to its end: nothing of it may be recorded, not even partially.
    pub broken: Option<Problem>,
    /// Problems found and not named.
    pub unnamed: usize,
}

impl Batch<'_> {
    /// Whether there is nothing wrong with any event nor with the body.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.broken.is_none() && self.events.iter().all(Result::is_ok)
    }

    /// Every problem in the order of the body, what broke it after them, and last, if not all are named, how many more.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let of_events = self.events.iter().filter_map(|event| event.as_ref().err()).flatten();
        let mut problems: Vec<Problem> = of_events.chain(&self.broken).cloned().collect();
        if self.unnamed > 0 {
            let message = format!("{} more problems are not listed: mend these first", self.unnamed);
            problems.push(Problem { index: None, pointer: String::new(), code: "more_problems", message });
        }
        problems
    }
}

/// Why a body as a whole is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BodyError {
    /// More than [`BATCH_BYTES_MAX`].
    #[error("body has {bytes} bytes, more than the {BATCH_BYTES_MAX} allowed: send smaller batches")]
    TooLarge {
        /// Length of the body.
        bytes: usize,
    },
    /// More than [`BATCH_EVENTS_MAX`].
    #[error("body has more than {BATCH_EVENTS_MAX} events: send smaller batches")]
    TooMany,
}

impl BodyKind {
    /// Guesses the layout from the body: `[` starts an array; more text behind a first value is NDJSON.
    ///
    /// Cost: one pass over the first value.
    #[must_use]
    pub fn guess(body: &[u8]) -> Self {
        let body = body.trim_ascii();
        if body.first() == Some(&b'[') {
            return Self::Array;
        }
        let mut tokens = Tokens::of_bytes(body, EVENT_DEPTH_MAX);
        let first = tokens.next().and_then(|first| first.map_or(Ok(()), |token| tokens.skip(token)));
        let more = match first {
            Ok(()) => !body.get(tokens.at()..).unwrap_or_default().trim_ascii().is_empty(),
            // broken: what is laid out as lines of objects is taken for NDJSON
            Err(_) => body.split(|&byte| byte == b'\n').skip(1).any(|line| line.trim_ascii_start().starts_with(b"{\"")),
        };
        if more { Self::Ndjson } else { Self::Object }
    }
}

/// An event's own nesting and that of what is kept in it.
const EVENT_DEPTH_MAX: u32 = 1 + DEPTH_MAX as u32;

/// Reads one event.
///
/// Cost: one pass, about a microsecond for 800 bytes; allocates only for texts with escapes, lists, and `changes` and
/// `properties` with white space in them.
///
/// # Errors
/// Every problem of the event (but no more than [`crate::limits::PROBLEMS_MAX`]).
pub fn parse_one(json: &[u8]) -> Result<Event<'_>, Vec<Problem>> {
    let mut report = Report::default();
    let event = document(json, &mut report, &mut Scratch::default());
    event.map_err(|mut problems| {
        problems.extend(Batch { events: Vec::new(), broken: None, unnamed: report.unnamed }.problems());
        problems
    })
}

/// Reads a body.
///
/// # Errors
/// [`BodyError`] if it is beyond a limit; problems of its events are in the [`Batch`].
pub fn parse_batch(body: &[u8], kind: BodyKind) -> Result<Batch<'_>, BodyError> {
    if body.len() > BATCH_BYTES_MAX {
        return Err(BodyError::TooLarge { bytes: body.len() });
    }
    let mut report = Report::default();
    let (events, broken) = match kind {
        BodyKind::Object => (vec![document(body, &mut report, &mut Scratch::default())], None),
        BodyKind::Ndjson => (lines(body, &mut report)?, None),
        BodyKind::Array => array(body, &mut report)?,
    };
    Ok(Batch { events, broken, unnamed: report.unnamed })
}

/// A body or line that is one event.
fn document<'a>(json: &'a [u8], report: &mut Report, scratch: &mut Scratch<'a>) -> Result<Event<'a>, Vec<Problem>> {
    let mut event = Event::default();
    let mut reader = Reader::new(Tokens::of_bytes(json, EVENT_DEPTH_MAX), report, scratch);
    let read = reader
        .next(&Place::Event)
        .and_then(|token| event::read(&mut reader, &token, &mut event))
        .and_then(|()| reader.end());
    if let Err(fault) = read {
        report.add_at(fault.syntax.code, || fault.say());
    }
    report.finish(event)
}

fn lines<'a>(body: &'a [u8], report: &mut Report) -> Result<Events<'a>, BodyError> {
    // An event takes more than its text: growing step by step would copy them all several times.
    let count = memchr::memchr_iter(b'\n', body).count() + 1;
    let mut events = Vec::with_capacity(count.min(BATCH_EVENTS_MAX));
    let mut scratch = Scratch::default();
    let mut rest = body;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.get(1..).unwrap_or_default();
        if line.trim_ascii().is_empty() {
            continue;
        }
        if events.len() == BATCH_EVENTS_MAX {
            return Err(BodyError::TooMany);
        }
        events.push(document(line, report, &mut scratch));
    }
    Ok(events)
}

type Events<'a> = Vec<Result<Event<'a>, Vec<Problem>>>;

fn array<'a>(body: &'a [u8], report: &mut Report) -> Result<(Events<'a>, Option<Problem>), BodyError> {
    let mut events = Vec::new();
    let mut scratch = Scratch::default();
    let mut reader = Reader::new(Tokens::of_bytes(body, 1 + EVENT_DEPTH_MAX), report, &mut scratch);
    let broken = match elements(&mut reader, &mut events) {
        Ok(true) => return Err(BodyError::TooMany),
        Ok(false) => None,
        Err(fault) => {
            let (pointer, message) = fault.say();
            // what else was wrong with this event is said, too
            if let Err(problems) = reader.report.finish(()) {
                events.push(Err(problems));
            }
            Some(Problem { index: fault.index, pointer, code: fault.syntax.code, message })
        }
    };
    Ok((events, broken))
}

/// Reads the events of an array; returns whether there are too many.
fn elements<'a>(reader: &mut Reader<'a, '_>, events: &mut Events<'a>) -> Read<bool> {
    let token = reader.next(&Place::Event)?;
    if token != Token::ArrayStart {
        reader.wrong_type(&token, &Place::Event, "an array")?;
        events.push(reader.report.finish(Event::default()));
        return reader.end().map(|()| false);
    }
    loop {
        let token = reader.next(&Place::Event)?;
        if token == Token::ArrayEnd {
            return reader.end().map(|()| false);
        }
        if events.len() == BATCH_EVENTS_MAX {
            return Ok(true);
        }
        let mut event = Event::default();
        event::read(reader, &token, &mut event)?;
        events.push(reader.report.finish(event));
    }
}

/// What a token is called when it stands where another should.
fn called(token: &Token<'_>) -> &'static str {
    match token {
        Token::ObjectStart => "an object",
        Token::ArrayStart => "an array",
        Token::String(_) => "a string",
        Token::Number(_) => "a number",
        Token::True | Token::False => "a boolean",
        Token::Null => "null",
        Token::ObjectEnd | Token::ArrayEnd | Token::Key(_) => "nothing",
    }
}
