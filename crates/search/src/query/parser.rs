//! Recursive descent over the text; every position is a byte offset at a character's border.

use jiff::tz::TimeZone;

use super::{QUERY_BYTES_MAX, QUERY_DEPTH_MAX, QueryError, QueryProblem, TERMS_MAX};
use crate::filters::{Key, Written};
use crate::predicate::{Phrase, Predicate};

pub(super) fn parse(text: &str, tz: &TimeZone) -> Result<Predicate, QueryError> {
    let mut parser = Parser { text, at: 0, tz, depth: 0, terms: 0, key: None };
    if text.len() > QUERY_BYTES_MAX {
        return Err(parser.fail(0, QueryProblem::TooLong(text.len())));
    }
    parser.skip_space();
    if parser.rest().is_empty() {
        return Ok(Predicate::All);
    }
    let predicate = parser.alternatives()?;
    match parser.peek() {
        None => Ok(predicate),
        Some(_) => Err(parser.fail(parser.at, QueryProblem::StrayParenthesis)),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    tz: &'a TimeZone,
    depth: usize,
    terms: usize,
    /// The key whose parentheses we are in: bare words are values of it.
    key: Option<Key>,
}

impl<'a> Parser<'a> {
    /// `a b OR c d`: alternatives of conjunctions.
    fn alternatives(&mut self) -> Result<Predicate, QueryError> {
        let mut any = vec![self.conjunction("OR")?];
        while self.take_word("OR") {
            any.push(self.conjunction("OR")?);
        }
        Ok(Predicate::or(any))
    }

    /// `a b`, `a AND b`. `after` is the operator before it, named when nothing follows.
    fn conjunction(&mut self, after: &'static str) -> Result<Predicate, QueryError> {
        let mut all = Vec::new();
        loop {
            let start = self.at;
            if self.take_word("AND") {
                if all.is_empty() {
                    return Err(self.fail(start, QueryProblem::Dangling("AND", "before it")));
                }
                if self.at_end() || self.at_word("OR") || self.at_word("AND") {
                    return Err(self.fail(start, QueryProblem::Dangling("AND", "after it")));
                }
            } else if self.at_end() || self.at_word("OR") {
                break;
            }
            all.push(self.item()?);
            self.skip_space();
        }
        if !all.is_empty() {
            return Ok(Predicate::and(all));
        }
        let problem = match self.peek() {
            // `(OR a)`, `OR a`: the operator that follows has nothing before it.
            Some(_) if self.at_word("OR") => QueryProblem::Dangling("OR", "before it"),
            Some(_) if self.depth == 0 => QueryProblem::StrayParenthesis,
            _ => QueryProblem::Dangling(after, "after it"),
        };
        Err(self.fail(self.at, problem))
    }

    /// One condition, perhaps excluded, perhaps a group.
    fn item(&mut self) -> Result<Predicate, QueryError> {
        let start = self.at;
        if self.depth >= QUERY_DEPTH_MAX {
            return Err(self.fail(start, QueryProblem::TooDeep));
        }
        self.depth += 1;
        let item = if self.take_word("NOT") {
            if self.at_end() || self.at_word("OR") || self.at_word("AND") {
                return Err(self.fail(start, QueryProblem::Dangling("NOT", "after it")));
            }
            !self.item()?
        } else if self.take("-") {
            if self.at_end() || self.peek().is_some_and(char::is_whitespace) {
                return Err(self.fail(start, QueryProblem::Dangling("-", "right after it")));
            }
            !self.item()?
        } else if self.take("(") {
            self.group(start)?
        } else {
            self.condition()?
        };
        self.depth -= 1;
        Ok(item)
    }

    /// What stands between parentheses, the first of which is read.
    fn group(&mut self, start: usize) -> Result<Predicate, QueryError> {
        self.skip_space();
        if self.peek() == Some(')') {
            return Err(self.fail(start, QueryProblem::EmptyParentheses));
        }
        if self.peek().is_none() {
            return Err(self.fail(start, QueryProblem::OpenParenthesis));
        }
        let inner = self.alternatives()?;
        if self.take(")") { Ok(inner) } else { Err(self.fail(start, QueryProblem::OpenParenthesis)) }
    }

    /// `key:value`, `key:"value"*`, `key:( … )`, a word or a quoted text.
    fn condition(&mut self) -> Result<Predicate, QueryError> {
        let start = self.at;
        let Some(name) = self.take_key() else {
            let written = self.value()?;
            let key = self.key.unwrap_or(Key::Phrase(Phrase::Description));
            return self.term(start, key, key.name(), written);
        };
        let Some(key) = Key::find(name) else {
            let near = Key::near(name);
            let known = Key::names();
            return Err(self.fail(start, QueryProblem::UnknownKey { key: name.to_owned(), near, known }));
        };
        if let Some(outer) = self.key {
            return Err(self.fail(start, QueryProblem::KeyInKey(outer.name())));
        }
        let from = self.at;
        if self.take("(") {
            self.key = Some(key);
            let group = self.group(from)?;
            self.key = None;
            return Ok(group);
        }
        let written = self.value()?;
        self.term(start, key, name, written)
    }

    fn term(&mut self, start: usize, key: Key, name: &str, written: Written) -> Result<Predicate, QueryError> {
        let predicate = if matches!(&written, Written { text, quoted: false, star: true } if text.is_empty())
            && key == Key::Phrase(Phrase::Description)
        {
            Predicate::All
        } else {
            key.read(&written, self.tz)
                .map_err(|problem| self.fail(start, QueryProblem::Value { key: name.to_owned(), problem }))?
        };
        self.terms += predicate.terms();
        if self.terms > TERMS_MAX {
            return Err(self.fail(start, QueryProblem::TooManyTerms));
        }
        Ok(predicate)
    }

    /// The key before a colon, if what follows is a key; leaves the position behind the colon.
    fn take_key(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))?;
        let name = rest.get(..end)?;
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) || !rest.get(end..)?.starts_with(':') {
            return None;
        }
        self.at += end + 1;
        Some(name)
    }

    fn value(&mut self) -> Result<Written, QueryError> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"')).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or_default();
        if rest.get(end..).is_some_and(|after| after.starts_with('"')) && !run.is_empty() {
            return Err(self.fail(self.at + end, QueryProblem::TextAfterQuote));
        }
        self.at += end;
        Ok(match run.strip_suffix('*') {
            Some(text) => Written { text: text.to_owned(), quoted: false, star: true },
            None => Written { text: run.to_owned(), quoted: false, star: false },
        })
    }

    fn quoted(&mut self) -> Result<Written, QueryError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let Some(end) = rest.find(['"', '\\']) else {
                return Err(self.fail(start, QueryProblem::OpenQuote));
            };
            text.push_str(rest.get(..end).unwrap_or_default());
            let mark = rest.get(end..).unwrap_or_default();
            if mark.starts_with('"') {
                self.at += end + 1;
                break;
            }
            let escaped = mark.chars().nth(1).filter(|c| matches!(c, '"' | '\\'));
            text.push(escaped.unwrap_or('\\'));
            self.at += end + 1 + usize::from(escaped.is_some());
        }
        let star = self.take("*");
        match self.peek() {
            None | Some(')') => {}
            Some(c) if c.is_whitespace() => {}
            Some(_) => return Err(self.fail(self.at, QueryProblem::TextAfterQuote)),
        }
        Ok(Written { text, quoted: true, star })
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn at_end(&self) -> bool {
        matches!(self.peek(), None | Some(')'))
    }

    fn skip_space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.rest().starts_with(mark);
        if found {
            self.at += mark.len();
        }
        found
    }

    fn at_word(&self, word: &str) -> bool {
        self.rest().strip_prefix(word).is_some_and(|after| {
            after.is_empty() || after.starts_with(|c: char| c.is_whitespace() || matches!(c, '(' | ')'))
        })
    }

    fn take_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.at += word.len();
            self.skip_space();
        }
        found
    }

    fn fail(&self, at: usize, problem: QueryProblem) -> QueryError {
        let character = self.text.get(..at).unwrap_or_default().chars().count() + 1;
        QueryError { at, character, problem }
    }
}
