//! Cutting personal values out of the raw text of `changes` and `properties`.

use std::collections::HashMap;

use crate::json::{Path, Token, Tokens, Trail};
use crate::limits::{DEPTH_MAX, PERSONAL_BYTES_MAX};

use super::disclosure::Kind;
use super::needles::{Needles, Place};
use super::within::{self, characters};
use crate::work;

/// A value to be cut out.
#[derive(Debug, Clone)]
pub(super) struct Hole {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Index of the draft it goes to.
    pub(super) person: usize,
    /// Where it stands in the event.
    pub(super) pointer: String,
}

/// One of the two raw texts, and what is to be cut out of it.
#[derive(Debug)]
pub(super) struct Tree<'a> {
    raw: &'a str,
    base: &'static str,
    /// In text order, none inside another.
    pub(super) holes: Vec<Hole>,
    /// What the pointers of all holes took, those of holes inside others included.
    places_bytes: usize,
}

/// An object or array that is open.
struct Open {
    start: usize,
    /// Set once a member's name held a needle of that person.
    person: Option<usize>,
}

impl<'a> Tree<'a> {
    /// `base` = the pointer of the text.
    pub(super) fn new(raw: Option<&'a str>, base: &'static str) -> Self {
        Self { raw: raw.unwrap_or_default(), base, holes: Vec::new(), places_bytes: 0 }
    }

    pub(super) fn text(&self, hole: &Hole) -> &'a str {
        self.raw.get(hole.start..hole.end).unwrap_or_default()
    }

    fn tokens(&self) -> Tokens<'a> {
        Tokens::new(self.raw, DEPTH_MAX as u32)
    }

    /// Whether the pointers of what leaves are longer together than an entry may have them. Then not all of it was found.
    pub(super) fn is_too_much(&self) -> bool {
        self.places_bytes > PERSONAL_BYTES_MAX
    }

    fn push(&mut self, start: usize, end: usize, person: usize, pointer: String) {
        self.places_bytes += pointer.len();
        self.holes.push(Hole { start, end, person, pointer });
    }

    /// Makes holes of the values at declared pointers, outermost only. `paths` = (pointer, person), the first one wins.
    ///
    /// Cost: one pass, however deep the text and long its names.
    pub(super) fn cut_declared(&mut self, paths: &[(&str, usize)]) {
        let below = |pointer: &str| pointer.strip_prefix(self.base).is_some_and(|rest| rest.starts_with('/'));
        if self.raw.is_empty() || !paths.iter().any(|(pointer, _)| below(pointer)) {
            return;
        }
        work::count(self.raw.len());
        let mut wanted = HashMap::with_capacity(paths.len());
        for (pointer, person) in paths {
            wanted.entry(Trail::mark(pointer)).or_insert((*pointer, *person));
        }
        let mut tokens = self.tokens();
        let mut path = Path::default();
        let mut trail = Trail::new(self.base);
        while let Ok(Some(token)) = tokens.next() {
            path.follow(&token);
            trail.follow(&token);
            if matches!(token, Token::Key(_) | Token::ObjectEnd | Token::ArrayEnd) {
                continue;
            }
            let Some(&(pointer, person)) = wanted.get(&trail.here()) else { continue };
            if path.pointer(self.base) != pointer {
                continue;
            }
            let start = tokens.token_start();
            if !pass(&mut tokens, &mut path, token) {
                break;
            }
            trail.pass(&token);
            self.push(start, tokens.at(), person, pointer.to_owned());
        }
    }

    /// Adds the strings and numbers inside the holes to the needles.
    pub(super) fn add_needles(&self, needles: &mut Needles<'a>) {
        for hole in &self.holes {
            let mut tokens = Tokens::new(self.text(hole), DEPTH_MAX as u32);
            while let Ok(Some(token)) = tokens.next() {
                let Some(text) = characters(&token) else { continue };
                let place = Place::Raw(self.base, hole.start + tokens.token_start());
                needles.add(text, hole.person, Kind::Fields, place);
            }
        }
    }

    /// The pointers of the values that [`Tree::add_needles`] added, each with its needle's index. Call when no more
    /// holes will come.
    pub(super) fn pointers(&self, needles: &Needles<'_>) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        if !needles.any_raw() {
            return out;
        }
        for hole in &self.holes {
            let shows = |name: &str| needles.person_in(name, false).is_some();
            let wanted = |byte: usize| needles.at(self.base, hole.start + byte);
            within::pointers(self.text(hole), &hole.pointer, wanted, shows, &mut out);
        }
        out
    }

    /// Makes holes of every string and number, outside the holes there are, in which a value stands; where one stands in
    /// a member's *name*, of the object whose member it is. Holes inside others vanish.
    ///
    /// Cost: linear, as long as it is not [`Tree::is_too_much`], where it stops.
    pub(super) fn cut_undeclared(&mut self, needles: &Needles<'_>) {
        // without escapes, what stands in a string stands in the text as it is
        let escapes = memchr::memchr(b'\\', self.raw.as_bytes()).is_some();
        if needles.is_empty() || self.raw.is_empty() || !(escapes || needles.may_hit(self.raw)) {
            return;
        }
        let mut known = std::mem::take(&mut self.holes).into_iter().peekable();
        let mut tokens = self.tokens();
        let mut path = Path::default();
        let mut open: Vec<Open> = Vec::new();
        while let Ok(Some(token)) = tokens.next() {
            if self.is_too_much() {
                return;
            }
            path.follow(&token);
            let start = tokens.token_start();
            if let Some(hole) = known.next_if(|hole| hole.start == start) {
                if !pass(&mut tokens, &mut path, token) {
                    break;
                }
                self.holes.push(hole);
                continue;
            }
            let person = match token {
                Token::String(text) => needles.person_in(&text.decode(), false),
                Token::Number(text) => needles.person_in(text, false),
                Token::Key(name) => {
                    if let (Some(person), Some(object)) = (needles.person_in(&name.decode(), true), open.last_mut()) {
                        object.person.get_or_insert(person);
                    }
                    None
                }
                Token::ObjectStart | Token::ArrayStart => {
                    open.push(Open { start, person: None });
                    None
                }
                Token::ObjectEnd | Token::ArrayEnd => {
                    if let Some(Open { start, person: Some(person) }) = open.pop() {
                        self.holes.truncate(self.holes.partition_point(|hole| hole.start < start));
                        self.push(start, tokens.at(), person, path.pointer(self.base));
                    }
                    None
                }
                Token::True | Token::False | Token::Null => None,
            };
            if let Some(person) = person {
                self.push(start, tokens.at(), person, path.pointer(self.base));
            }
        }
    }

    /// The text with `{"$personal":n}` in each hole, n = `numbers[person]`; `None` if there is no hole.
    pub(super) fn fill(&self, numbers: &[usize]) -> Option<String> {
        if self.holes.is_empty() {
            return None;
        }
        let mut out = String::with_capacity(self.raw.len() + self.holes.len() * 16);
        let mut from = 0;
        for hole in &self.holes {
            out.push_str(self.raw.get(from..hole.start).unwrap_or_default());
            out.push_str("{\"$personal\":");
            out.push_str(&numbers.get(hole.person).copied().unwrap_or_default().to_string());
            out.push('}');
            from = hole.end;
        }
        out.push_str(self.raw.get(from..).unwrap_or_default());
        Some(out)
    }
}

/// Passes over the rest of the value that `token` began; `false` if there is no such thing.
fn pass<'a>(tokens: &mut Tokens<'a>, path: &mut Path<'a>, token: Token<'a>) -> bool {
    if tokens.skip(token).is_err() {
        return false;
    }
    match token {
        Token::ObjectStart => path.follow(&Token::ObjectEnd),
        Token::ArrayStart => path.follow(&Token::ArrayEnd),
        _ => {}
    }
    true
}
