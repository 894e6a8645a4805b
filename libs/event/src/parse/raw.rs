//! Reading of `changes` and `properties`: checked throughout, kept as text.

use std::borrow::Cow;

use crate::json::{Syntax, Token, compact, shown};
use crate::limits::DEPTH_MAX;

use super::called;
use super::place::Place;
use super::reader::{Fault, Read, Reader};

/// The one name a client may not use inside: the mark of a value that left the line.
const MARK: &str = "$personal";

const TWICE: &str = "member stands twice in its object: send it once";

impl<'a> Reader<'a, '_> {
    pub(super) fn properties(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Cow<'a, str>>> {
        self.raw(token, place, |_, _, _| {})
    }

    /// `{field: {before?, after?}}`
    pub(super) fn changes(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Cow<'a, str>>> {
        self.raw(token, place, |reader, inside, token| match (inside, token) {
            (1, Token::String(_) | Token::Number(_) | Token::True | Token::False | Token::Null)
            | (2, Token::ArrayStart) => {
                let message = format!("expected an object with before and after, found {}", called(&token));
                reader.inner_problem(place, "wrong_type", message);
            }
            (2, Token::Key(name)) if !name.is("before") && !name.is("after") => {
                let message = "a change has the members before and after, and no others".to_owned();
                reader.inner_problem(place, "unknown_member", message);
            }
            _ => {}
        })
    }

    /// Reads an object as text. `look` sees every token, and how many objects and arrays are open behind it, this object
    /// being the first.
    fn raw(
        &mut self,
        token: &Token<'a>,
        place: &Place<'_>,
        mut look: impl FnMut(&mut Self, u32, Token<'a>),
    ) -> Read<Option<Cow<'a, str>>> {
        match token {
            Token::ObjectStart => {}
            Token::Null => return Ok(None),
            other => return self.wrong_type(other, place, "an object").map(|()| None),
        }
        let start = self.tokens.token_start();
        let outside = self.tokens.depth() - 1;
        let depth_max = self.tokens.depth_max();
        self.tokens.set_depth_max(outside + DEPTH_MAX as u32);
        self.tokens.take_saw_space();
        self.scratch.path.clear();
        self.scratch.keys.clear();
        let mut token = *token;
        loop {
            self.scratch.path.follow(&token);
            if let Some(name) = self.scratch.keys.follow(&token) {
                let object = self.scratch.path.shown(&place.to_string());
                let say = || (format!("{object}/{}", shown(&name.decode())), TWICE.to_owned());
                self.report.add_at("duplicate_member", say);
            }
            if let Token::Key(name) = token
                && name.is(MARK)
            {
                let message = "the name $personal marks values that left the entry: declare them in personal instead";
                self.inner_problem(place, "reserved_member", message.to_owned());
            }
            look(self, self.tokens.depth() - outside, token);
            if self.tokens.depth() == outside {
                break;
            }
            let before = self.tokens.token_start();
            token = match self.tokens.next() {
                Ok(token) => token.unwrap_or(Token::Null),
                Err(syntax) => {
                    if self.tokens.token_start() > before {
                        self.scratch.path.advance(); // broken inside the next element, not behind the last
                    }
                    return Err(self.inner_fault(place, syntax));
                }
            };
        }
        self.tokens.set_depth_max(depth_max);
        let text = self.tokens.slice(start, self.tokens.at());
        Ok(Some(if self.tokens.take_saw_space() { Cow::Owned(compact(text)) } else { Cow::Borrowed(text) }))
    }

    #[cold]
    fn inner_problem(&mut self, place: &Place<'_>, code: &'static str, message: String) {
        let path = &self.scratch.path;
        self.report.add_at(code, || (path.shown(&place.to_string()), message));
    }

    #[cold]
    fn inner_fault(&self, place: &Place<'_>, syntax: Box<Syntax>) -> Box<Fault> {
        Box::new(Fault { index: Some(self.report.index), pointer: self.scratch.path.shown(&place.to_string()), syntax })
    }
}
