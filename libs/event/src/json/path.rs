use std::borrow::Cow;

use super::{Text, Token, escape_pointer, shown};
use crate::work;

/// Follows tokens and knows the JSON pointer of the place they are at. Feed it every token of one value.
#[derive(Debug, Default)]
pub struct Path<'a> {
    /// One step per open object or array.
    steps: Vec<Step<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'a> {
    Member(Option<Text<'a>>),
    /// Index of the element; `None` before the first.
    Element(Option<usize>),
}

impl<'a> Path<'a> {
    /// Takes note of a token: after it, [`Path::pointer`] names the value that the token is, opens or announces; after
    /// an end, the value that ended.
    #[inline]
    pub fn follow(&mut self, token: &Token<'a>) {
        match token {
            Token::Key(key) => {
                if let Some(Step::Member(name)) = self.steps.last_mut() {
                    *name = Some(*key);
                }
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                self.steps.pop();
            }
            _ => self.advance(),
        }
        match token {
            Token::ObjectStart => self.steps.push(Step::Member(None)),
            Token::ArrayStart => self.steps.push(Step::Element(None)),
            _ => {}
        }
    }

    /// Goes on to the next element, where the place is in an array: a value began there.
    #[inline]
    pub fn advance(&mut self) {
        if let Some(Step::Element(index)) = self.steps.last_mut() {
            *index = Some(index.map_or(0, |index| index + 1));
        }
    }

    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.steps.clear();
    }

    /// The place, behind `base` (the pointer of the value whose tokens were followed).
    #[must_use]
    pub fn pointer(&self, base: &str) -> String {
        self.write(base, escape_pointer)
    }

    /// The place as people are told of it: as [`Path::pointer`], but with long names cut, so that no body makes
    /// messages that are longer than itself.
    #[must_use]
    pub fn shown(&self, base: &str) -> String {
        self.write(base, |out, name| out.push_str(&shown(name)))
    }

    fn write(&self, base: &str, name: impl Fn(&mut String, &str)) -> String {
        let mut out = base.to_owned();
        for step in &self.steps {
            match step {
                Step::Member(Some(text)) => {
                    out.push('/');
                    name(&mut out, &text.decode());
                }
                Step::Element(Some(index)) => {
                    out.push('/');
                    out.push_str(&index.to_string());
                }
                Step::Member(None) | Step::Element(None) => {}
            }
        }
        work::count(out.len());
        out
    }

    /// Whether these names and indexes lead to the place.
    #[must_use]
    pub fn is(&self, steps: &[Cow<'_, str>]) -> bool {
        let same = |(step, name): (&Step<'_>, &Cow<'_, str>)| match step {
            Step::Member(Some(text)) => text.is(name),
            Step::Element(Some(index)) => name.parse() == Ok(*index),
            Step::Member(None) | Step::Element(None) => false,
        };
        // from the end, where places beside one another differ
        self.steps.len() == steps.len() && self.steps.iter().zip(steps).rev().all(same)
    }

    /// The name of the member that the place is the value of, if it is one of an object.
    #[must_use]
    pub fn member(&self) -> Option<Text<'a>> {
        match self.steps.last() {
            Some(Step::Member(name)) => *name,
            _ => None,
        }
    }
}
