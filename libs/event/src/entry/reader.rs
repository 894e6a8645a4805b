//! Reading of values and of objects whose members stand in a fixed order.

use std::borrow::Cow;

use crate::json::{Syntax, Text, Token, Tokens};
use crate::member::Member;
use crate::{id, time};

use super::LineError;

pub(super) type Read<T> = Result<T, LineError>;

/// A place for a member in an object of a line.
pub(super) struct Slot {
    member: Member,
    /// Whether it may be left out.
    optional: bool,
}

pub(super) const fn must(member: Member) -> Slot {
    Slot { member, optional: false }
}

pub(super) const fn may(member: Member) -> Slot {
    Slot { member, optional: true }
}

impl From<Box<Syntax>> for LineError {
    fn from(syntax: Box<Syntax>) -> Self {
        Self::Syntax { at: syntax.at, what: syntax.what }
    }
}

pub(super) struct Reader<'a> {
    pub(super) tokens: Tokens<'a>,
}

impl<'a> Reader<'a> {
    #[inline]
    pub(super) fn next(&mut self) -> Read<Token<'a>> {
        Ok(self.tokens.next()?.unwrap_or(Token::Null))
    }

    /// An object with these members, in this order.
    #[inline]
    pub(super) fn object(
        &mut self,
        token: &Token<'a>,
        pointer: &'static str,
        slots: &'static [Slot],
        mut take: impl FnMut(&mut Self, Member, &Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if *token != Token::ObjectStart {
            return Err(LineError::Value { name: pointer });
        }
        let mut rest = slots.iter();
        loop {
            let member = match self.expected(&mut rest) {
                Some(member) => member,
                None => match self.tokens.next_key()? {
                    Some(key) => Self::member(&key, pointer, &mut rest)?,
                    None => break,
                },
            };
            let token = self.next()?;
            take(self, member, &token)?;
        }
        match rest.find(|slot| !slot.optional) {
            None => Ok(()),
            Some(slot) => Err(LineError::Missing { of: pointer, name: slot.member.name() }),
        }
    }

    /// The next member, if it stands here as every line of ours has it.
    #[inline]
    fn expected(&mut self, rest: &mut std::slice::Iter<'static, Slot>) -> Option<Member> {
        let mut ahead = rest.clone();
        while let Some(slot) = ahead.next() {
            if self.tokens.take_key(slot.member.label()) {
                *rest = ahead;
                return Some(slot.member);
            }
            if !slot.optional {
                break;
            }
        }
        None
    }

    /// The member of this name, which may come next.
    fn member(key: &Text<'a>, pointer: &'static str, rest: &mut std::slice::Iter<'static, Slot>) -> Read<Member> {
        loop {
            match rest.next() {
                Some(slot) if slot.member.name() == key.raw() => return Ok(slot.member),
                Some(Slot { optional: true, .. }) => {}
                Some(slot) if rest.clone().any(|slot| slot.member.name() == key.raw()) => {
                    return Err(LineError::Missing { of: pointer, name: slot.member.name() });
                }
                _ => return Err(LineError::Member { name: crate::json::shown(&key.decode()) }),
            }
        }
    }

    pub(super) fn list(
        &mut self,
        token: &Token<'a>,
        pointer: &'static str,
        mut take: impl FnMut(&mut Self, &Token<'a>) -> Read<()>,
    ) -> Read<()> {
        if *token != Token::ArrayStart {
            return Err(LineError::Value { name: pointer });
        }
        loop {
            match self.next()? {
                Token::ArrayEnd => return Ok(()),
                token => take(self, &token)?,
            }
        }
    }

    #[inline]
    pub(super) fn text(&mut self, token: &Token<'a>, name: &'static str) -> Read<Cow<'a, str>> {
        let Token::String(text) = token else { return Err(LineError::Value { name }) };
        // the usual case first: built in place, not moved
        if let Some(plain) = text.plain() {
            return Ok(Cow::Borrowed(plain));
        }
        Ok(text.decode())
    }

    pub(super) fn word<T>(&mut self, token: &Token<'a>, name: &'static str, read: fn(&str) -> Option<T>) -> Read<T> {
        match token {
            Token::String(text) => read(text.raw()).ok_or(LineError::Value { name }),
            _ => Err(LineError::Value { name }),
        }
    }

    pub(super) fn id(&mut self, token: &Token<'a>) -> Read<&'a str> {
        match token {
            Token::String(text) if id::is_id(text.raw()) => Ok(text.raw()),
            _ => Err(LineError::Value { name: "/id" }),
        }
    }

    /// Exactly the form that lines have.
    pub(super) fn time(&mut self, token: &Token<'a>, name: &'static str) -> Read<i64> {
        match token {
            Token::String(text) if text.raw().len() == time::WRITTEN_BYTES && text.raw().ends_with('Z') => {
                time::parse(text.raw()).map_err(|_| LineError::Value { name })
            }
            _ => Err(LineError::Value { name }),
        }
    }

    pub(super) fn raw(&mut self, token: &Token<'a>, name: &'static str) -> Read<&'a str> {
        if *token != Token::ObjectStart {
            return Err(LineError::Value { name });
        }
        let start = self.tokens.token_start();
        self.tokens.skip(*token)?;
        Ok(self.tokens.slice(start, self.tokens.at()))
    }
}
