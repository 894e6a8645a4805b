//! Cutting personal values out of the raw text of `changes` and `properties`.

use std::collections::HashMap;

use crate::json::{Path, Token, Tokens};
use crate::limits::DEPTH_MAX;

use super::needles::{Needles, Place};
use super::within::{self, characters};

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
}

/// An object or array that is open.
struct Open {
    start: usize,
    pointer: String,
    /// Set once a member's name held a needle of that person.
    person: Option<usize>,
}

impl<'a> Tree<'a> {
    /// `base` = the pointer of the text.
    pub(super) fn new(raw: Option<&'a str>, base: &'static str) -> Self {
        Self { raw: raw.unwrap_or_default(), base, holes: Vec::new() }
    }

    pub(super) fn text(&self, hole: &Hole) -> &'a str {
        self.raw.get(hole.start..hole.end).unwrap_or_default()
    }

    fn tokens(&self) -> Tokens<'a> {
        Tokens::new(self.raw, DEPTH_MAX as u32)
    }

    /// Makes holes of the values at declared pointers, outermost only. `paths` = (pointer, person), the first one wins.
    pub(super) fn cut_declared(&mut self, paths: &[(&str, usize)]) {
        let below = |pointer: &str| pointer.strip_prefix(self.base).is_some_and(|rest| rest.starts_with('/'));
        if self.raw.is_empty() || !paths.iter().any(|(pointer, _)| below(pointer)) {
            return;
        }
        let mut wanted: HashMap<&str, usize> = HashMap::with_capacity(paths.len());
        for (pointer, person) in paths {
            wanted.entry(pointer).or_insert(*person);
        }
        let mut tokens = self.tokens();
        let mut path = Path::default();
        while let Ok(Some(token)) = tokens.next() {
            path.follow(&token);
            if matches!(token, Token::Key(_) | Token::ObjectEnd | Token::ArrayEnd) {
                continue;
            }
            let pointer = path.pointer(self.base);
            let Some(&person) = wanted.get(pointer.as_str()) else { continue };
            let start = tokens.token_start();
            if !pass(&mut tokens, &mut path, token) {
                break;
            }
            self.holes.push(Hole { start, end: tokens.at(), person, pointer });
        }
    }

    /// Adds the strings and numbers inside the holes to the needles.
    pub(super) fn add_needles(&self, needles: &mut Needles<'a>) {
        for hole in &self.holes {
            let mut tokens = Tokens::new(self.text(hole), DEPTH_MAX as u32);
            while let Ok(Some(token)) = tokens.next() {
                let Some(text) = characters(&token) else { continue };
                needles.add(text, hole.person, Place::Raw(self.base, hole.start + tokens.token_start()));
            }
        }
    }

    /// The pointers of the values that [`Tree::add_needles`] added, each with its needle's index. Call when no more
    /// holes will come.
    pub(super) fn pointers(&self, needles: &Needles<'_>) -> Vec<(usize, String)> {
        let mut out = Vec::new();
        for hole in self.holes.iter().filter(|hole| needles.any_within(self.base, &(hole.start..hole.end))) {
            let shows = |name: &str| needles.stand_in(name);
            let wanted = |byte: usize| needles.at(self.base, hole.start + byte);
            within::pointers(self.text(hole), &hole.pointer, wanted, shows, &mut out);
        }
        out
    }

    /// Appends the text to `out`, ended by U+0000.
    pub(super) fn join(&self, out: &mut String) {
        out.push_str(self.raw);
        out.push('\0');
    }

    /// Makes holes of every string and number, outside the holes there are, that holds a needle as a whole word; where
    /// a member's *name* holds one, of the object whose member it is. Holes inside others vanish. The needles have
    /// looked at this text.
    pub(super) fn cut_undeclared(&mut self, needles: &Needles<'_>) {
        let needles = needles.possible(self.raw);
        if needles.is_empty() {
            return;
        }
        let found = |text: &str| needles.iter().find(|needle| needle.is_word_of(text)).map(|needle| needle.person);
        let mut known = std::mem::take(&mut self.holes).into_iter().peekable();
        let mut tokens = self.tokens();
        let mut path = Path::default();
        let mut open: Vec<Open> = Vec::new();
        while let Ok(Some(token)) = tokens.next() {
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
                Token::String(text) => found(&text.decode()),
                Token::Number(text) => found(text),
                Token::Key(name) => {
                    if let (Some(person), Some(object)) = (found(&name.decode()), open.last_mut()) {
                        object.person.get_or_insert(person);
                    }
                    None
                }
                Token::ObjectStart | Token::ArrayStart => {
                    open.push(Open { start, pointer: path.pointer(self.base), person: None });
                    None
                }
                Token::ObjectEnd | Token::ArrayEnd => {
                    if let Some(Open { start, pointer, person: Some(person) }) = open.pop() {
                        self.holes.retain(|hole| hole.start < start);
                        self.holes.push(Hole { start, end: tokens.at(), person, pointer });
                    }
                    None
                }
                Token::True | Token::False | Token::Null => None,
            };
            if let Some(person) = person {
                self.holes.push(Hole { start, end: tokens.at(), person, pointer: path.pointer(self.base) });
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
