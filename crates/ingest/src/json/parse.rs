//! RFC 8259, strictly: no duplicate members, no lone surrogates, bounded depth.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use super::{DEPTH_MAX, Kind, Node, decode};

/// Above this many members names are compared by a set instead of one by one.
const LINEAR_NAMES_MAX: usize = 12;

/// What is wrong with the text, and at which byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParseError {
    pub(crate) what: &'static str,
    pub(crate) at: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.what, self.at)
    }
}

pub(super) fn parse(text: &str) -> Result<Vec<Node<'_>>, ParseError> {
    let mut parser =
        Parser { text, bytes: text.as_bytes(), at: 0, spaces: 0, nodes: Vec::with_capacity(text.len() / 16 + 1) };
    parser.space();
    parser.value("", 0)?;
    parser.space();
    if parser.at < text.len() { Err(parser.error("text after the JSON value")) } else { Ok(parser.nodes) }
}

struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Bytes of whitespace passed over so far.
    spaces: usize,
    nodes: Vec<Node<'a>>,
}

impl<'a> Parser<'a> {
    fn error(&self, what: &'static str) -> ParseError {
        ParseError { what, at: self.at }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
            self.spaces += 1;
        }
    }

    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    fn value(&mut self, key: &'a str, depth: usize) -> Result<(), ParseError> {
        let start = self.at;
        let place = self.nodes.len();
        let spaces = self.spaces;
        let kind = match self.peek() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(_) => return Err(self.error("no JSON value")),
            None => return Err(self.error("the text ends early")),
        };
        self.nodes.push(Node { raw: "", key, kind, key_escaped: key.contains('\\'), spaced: false, end: 0 });
        match kind {
            Kind::Object => self.object(depth + 1)?,
            Kind::Array => self.array(depth + 1)?,
            Kind::String => self.string()?,
            Kind::Bool if self.peek() == Some(b't') => self.word(b"true")?,
            Kind::Bool => self.word(b"false")?,
            Kind::Null => self.word(b"null")?,
            Kind::Number => self.number()?,
        }
        let raw = self.since(start);
        let spaced = self.spaces > spaces;
        let end = u32::try_from(self.nodes.len()).map_err(|_| self.error("more than 2^32 values"))?;
        if let Some(node) = self.nodes.get_mut(place) {
            node.raw = raw;
            node.spaced = spaced;
            node.end = end;
        }
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), ParseError> {
        if depth > DEPTH_MAX {
            return Err(self.error("nested deeper than 60"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        let mut names = Names::default();
        loop {
            if self.peek() != Some(b'"') {
                return Err(self.error("a member's name is missing"));
            }
            let start = self.at;
            self.string()?;
            let key = self.text.get(start + 1..self.at - 1).unwrap_or_default();
            if !names.insert(key) {
                return Err(ParseError { what: "the same member twice", at: start });
            }
            self.space();
            if self.peek() != Some(b':') {
                return Err(self.error("a colon is missing"));
            }
            self.at += 1;
            self.space();
            self.value(key, depth)?;
            if self.more(b'}')? {
                continue;
            }
            return Ok(());
        }
    }

    fn array(&mut self, depth: usize) -> Result<(), ParseError> {
        if depth > DEPTH_MAX {
            return Err(self.error("nested deeper than 60"));
        }
        self.at += 1;
        self.space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        loop {
            self.value("", depth)?;
            if !self.more(b']')? {
                return Ok(());
            }
        }
    }

    /// After a member or element: true if a comma announces another one.
    fn more(&mut self, close: u8) -> Result<bool, ParseError> {
        self.space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(true)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(false)
            }
            Some(_) => Err(self.error("a comma or closing bracket is missing")),
            None => Err(self.error("the text ends early")),
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), ParseError> {
        if !self.bytes.get(self.at..).unwrap_or_default().starts_with(word) {
            return Err(self.error("no JSON value"));
        }
        self.at += word.len();
        Ok(())
    }

    fn digits(&mut self) -> Result<(), ParseError> {
        if !matches!(self.peek(), Some(b'0'..=b'9')) {
            return Err(self.error("a digit is missing"));
        }
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        Ok(())
    }

    fn number(&mut self) -> Result<(), ParseError> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    fn string(&mut self) -> Result<(), ParseError> {
        self.at += 1;
        loop {
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => self.escape()?,
                Some(0..=0x1f) => return Err(self.error("a control character in a string")),
                Some(_) => self.at += 1,
                None => return Err(self.error("the text ends early")),
            }
        }
    }

    fn escape(&mut self) -> Result<(), ParseError> {
        let start = self.at;
        self.at += 1;
        match self.peek() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                self.at += 1;
                Ok(())
            }
            Some(b'u') => match self.unit()? {
                0xd800..=0xdbff if self.peek() == Some(b'\\') => {
                    self.at += 1;
                    let low = if self.peek() == Some(b'u') { self.unit()? } else { 0 };
                    let paired = (0xdc00..=0xdfff).contains(&low);
                    if paired { Ok(()) } else { Err(ParseError { what: "a lone surrogate", at: start }) }
                }
                0xd800..=0xdfff => Err(ParseError { what: "a lone surrogate", at: start }),
                _ => Ok(()),
            },
            _ => Err(ParseError { what: "an unknown escape", at: start }),
        }
    }

    /// The four hexadecimal digits after `u`.
    fn unit(&mut self) -> Result<u32, ParseError> {
        let digits = self.text.get(self.at + 1..self.at + 5).filter(|text| text.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|text| u32::from_str_radix(text, 16).ok());
        let unit = unit.ok_or_else(|| self.error("four hexadecimal digits are missing"))?;
        self.at += 5;
        Ok(unit)
    }
}

/// The names of the object being read.
#[derive(Default)]
struct Names<'a> {
    few: Vec<&'a str>,
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// False if the name is there already. Names compare decoded: `"a"` and `"\u0061"` are the same member.
    fn insert(&mut self, key: &'a str) -> bool {
        if self.many.is_empty() && self.few.len() < LINEAR_NAMES_MAX {
            let escaped = key.contains('\\');
            let same = |few: &&str| *few == key || ((escaped || few.contains('\\')) && decode(few) == decode(key));
            if self.few.iter().any(same) {
                return false;
            }
            self.few.push(key);
            return true;
        }
        if self.many.is_empty() {
            self.many = self.few.drain(..).map(|key| decode(key)).collect();
        }
        self.many.insert(decode(key))
    }
}

/// Decodes the inside of a string that the parser has accepted.
pub(super) fn unescape(inner: &str) -> String {
    let mut out = String::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.as_bytes().get(at + 1).copied().unwrap_or_default();
        let mut taken = at + 2;
        match escape {
            b'b' => out.push('\u{8}'),
            b'f' => out.push('\u{c}'),
            b'n' => out.push('\n'),
            b'r' => out.push('\r'),
            b't' => out.push('\t'),
            b'u' => {
                let high = hex4(rest, at + 2);
                taken = at + 6;
                let code = if (0xd800..0xdc00).contains(&high) {
                    taken = at + 12;
                    0x1_0000 + ((high - 0xd800) << 10) + hex4(rest, at + 8).wrapping_sub(0xdc00)
                } else {
                    high
                };
                out.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
            other => out.push(char::from(other)),
        }
        rest = rest.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

fn hex4(text: &str, at: usize) -> u32 {
    text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0xfffd)
}
