//! Reading of objects and lists whose members are known.

use crate::json::{Keys, Path, Syntax, Token, Tokens};
use crate::member::Member;

use super::called;
use super::place::Place;
use super::problem::Report;

/// Text that is not JSON, and where. Reading cannot go on behind it.
#[derive(Debug)]
pub(super) struct Fault {
    /// The event; `None` between events.
    pub(super) index: Option<usize>,
    pub(super) pointer: String,
    pub(super) syntax: Box<Syntax>,
}

impl Fault {
    /// Pointer and message.
    pub(super) fn say(&self) -> (String, String) {
        (self.pointer.clone(), format!("{} (at byte {})", self.syntax.what, self.syntax.at))
    }
}

/// Boxed, as it is rare and results are everywhere.
pub(super) type Read<T> = Result<T, Box<Fault>>;

/// A member that must be there: whether it came at all (a wrong one is reported as wrong, not as missing), and its value.
pub(super) struct Required<T> {
    came: bool,
    pub(super) value: Option<T>,
}

impl<T> Required<T> {
    pub(super) const fn absent() -> Self {
        Self { came: false, value: None }
    }

    pub(super) fn take(token: &Token<'_>, value: Option<T>) -> Self {
        Self { came: *token != Token::Null, value }
    }

    pub(super) fn check(self, reader: &mut Reader<'_, '_>, place: &Place<'_>, name: &str) -> Option<T> {
        if !self.came {
            let message = format!("this object needs the member {name}");
            reader.report.add(&place.member(name), "missing", message);
        }
        self.value
    }
}

pub(super) struct Reader<'a, 'r> {
    pub(super) tokens: Tokens<'a>,
    pub(super) report: &'r mut Report,
    pub(super) scratch: &'r mut Scratch<'a>,
}

/// What reading `changes` and `properties` needs, kept from one event to the next for the sake of its memory.
#[derive(Default)]
pub(super) struct Scratch<'a> {
    pub(super) keys: Keys<'a>,
    pub(super) path: Path<'a>,
}

impl<'a, 'r> Reader<'a, 'r> {
    pub(super) fn new(tokens: Tokens<'a>, report: &'r mut Report, scratch: &'r mut Scratch<'a>) -> Self {
        Self { tokens, report, scratch }
    }

    /// The next token, which must be there: the text is inside a value.
    #[inline]
    pub(super) fn next(&mut self, place: &Place<'_>) -> Read<Token<'a>> {
        match self.tokens.next() {
            Ok(Some(token)) => Ok(token),
            Ok(None) => Ok(Token::Null), // never inside a value
            Err(syntax) => Err(self.fault(place, syntax)),
        }
    }

    /// Checks that nothing follows the value.
    pub(super) fn end(&mut self) -> Read<()> {
        self.next(&Place::Event).map(drop)
    }

    #[inline]
    pub(super) fn skip(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<()> {
        self.tokens.skip(*token).map_err(|syntax| self.fault(place, syntax))
    }

    #[cold]
    fn fault(&self, place: &Place<'_>, syntax: Box<Syntax>) -> Box<Fault> {
        Box::new(Fault { index: Some(self.report.index), pointer: place.to_string(), syntax })
    }

    /// Notes that a value is of another type than it should be, and passes over it.
    #[cold]
    pub(super) fn wrong_type(&mut self, token: &Token<'a>, place: &Place<'_>, wanted: &str) -> Read<()> {
        self.report.add(place, "wrong_type", format!("expected {wanted}, found {}", called(token)));
        self.skip(token, place)
    }

    /// Reads an object whose members are `members`; `take` reads the value of one of them, given its first token.
    ///
    /// Returns whether it was an object. `null` is none, and no problem. Members that are unknown or stand twice are
    /// noted; `unknown` says what to do about an unknown one.
    pub(super) fn object(
        &mut self,
        token: &Token<'a>,
        place: &Place<'_>,
        members: &'static [Member],
        unknown: fn(&str) -> (&'static str, String),
        mut take: impl FnMut(&mut Self, Member, &Token<'a>, &Place<'_>) -> Read<()>,
    ) -> Read<bool> {
        match token {
            Token::ObjectStart => {}
            Token::Null => return Ok(false),
            other => return self.wrong_type(other, place, "an object").map(|()| false),
        }
        let mut seen = 0_u32;
        let mut expected = 0; // clients mostly keep the order of the specification
        loop {
            let key = match self.tokens.next_key() {
                Ok(Some(key)) => key,
                Ok(None) => return Ok(true),
                Err(syntax) => return Err(self.fault(place, syntax)),
            };
            let name = key.decode();
            let known = match members.get(expected) {
                Some(known) if known.name() == name => Some(expected),
                _ => members.iter().position(|known| known.name() == name),
            };
            let Some((at, known)) = known.and_then(|at| Some((at, *members.get(at)?))) else {
                let place = place.member(&name);
                let (code, message) = unknown(&name);
                self.report.add(&place, code, message);
                let token = self.next(&place)?;
                self.skip(&token, &place)?;
                continue;
            };
            let place = place.member(known.name());
            if seen & 1 << at != 0 {
                self.report.add(&place, "duplicate_member", "member stands twice in its object: send it once");
            }
            seen |= 1 << at;
            expected = at + 1;
            let token = self.next(&place)?;
            take(self, known, &token, &place)?;
        }
    }

    /// Reads an array of at most `max` values with `take`; `null` is an empty one. Elements beyond the bound are only
    /// checked to be JSON.
    pub(super) fn list(
        &mut self,
        token: &Token<'a>,
        place: &Place<'_>,
        max: usize,
        mut take: impl FnMut(&mut Self, &Token<'a>, &Place<'_>) -> Read<()>,
    ) -> Read<()> {
        match token {
            Token::ArrayStart => {}
            Token::Null => return Ok(()),
            other => return self.wrong_type(other, place, "an array"),
        }
        for index in 0.. {
            let element = Place::Element(place, index);
            let token = self.next(&element)?;
            if token == Token::ArrayEnd {
                if index > max {
                    self.report.add(place, "too_many", format!("{index} elements, at most {max} are allowed"));
                }
                break;
            }
            if index < max {
                take(self, &token, &element)?;
            } else {
                self.skip(&token, &element)?;
            }
        }
        Ok(())
    }
}

/// What to say of an unknown member of a nested object.
pub(super) fn unknown_member(_name: &str) -> (&'static str, String) {
    ("unknown_member", "this object has no such member: leave it out, or put free-form data into properties".to_owned())
}
