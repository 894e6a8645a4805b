//! Expressions and what they evaluate to.

use std::borrow::Cow;
use std::collections::HashMap;

use super::{Cond, Filter, Pointer, Root};
use crate::json::{Doc, Kind, NodeId};

/// Named lookup tables of a mapping.
pub(crate) type Tables = HashMap<String, HashMap<String, String>>;

/// Where a piped value comes from.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    Pointer(Pointer),
    /// `@key`: the name of the member at hand (inside `each` over an object).
    Key,
    /// `=actor`, `=resource`, `=type`: what the event says already, for its description.
    Made(Made),
}

/// What the event says already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Made {
    /// `=actor`: the actor's name, else e-mail address, else id.
    Actor,
    /// `=resource`: the resource's name, else id.
    Resource,
    /// `=type`: the resource's type in words.
    Type,
}

/// The texts behind [`Made`].
#[derive(Debug, Default)]
pub(crate) struct MadeTexts {
    pub(crate) actor: Option<String>,
    pub(crate) resource: Option<String>,
    pub(crate) kind: Option<String>,
}

/// A part of a template.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    Literal(String),
    Value { source: Source, filters: Vec<Filter>, optional: bool },
}

/// A right-hand side.
#[derive(Debug, Clone)]
pub(crate) enum Expr {
    Const(String),
    Pipe {
        source: Source,
        filters: Vec<Filter>,
    },
    Template(Vec<Part>),
    /// The first that gives a value.
    First(Vec<Expr>),
    /// A value under a condition, then filtered.
    Table {
        when: Option<Box<Cond>>,
        value: Box<Expr>,
        then: Vec<Filter>,
    },
}

/// What an expression gave.
#[derive(Debug, Clone)]
pub(crate) struct Value<'a> {
    pub(crate) text: Cow<'a, str>,
    /// The nodes of this record that it was made from.
    pub(crate) from: Vec<NodeId>,
    /// Whether the text is the whole value of the one node in `from`, so that the node need not be kept beside it.
    pub(crate) whole: bool,
}

/// What an expression can see.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'d, 'a> {
    pub(crate) doc: &'d Doc<'a>,
    pub(crate) record: NodeId,
    pub(crate) here: NodeId,
    pub(crate) previous: Option<&'d Doc<'a>>,
    pub(crate) tables: &'d Tables,
    pub(crate) made: Option<&'d MadeTexts>,
}

impl<'d, 'a> Scope<'d, 'a> {
    pub(crate) const fn at(self, here: NodeId) -> Self {
        Self { here, ..self }
    }

    /// The node in this record a pointer finds; `None` for the previous record's.
    pub(crate) fn find(&self, pointer: &Pointer) -> Option<NodeId> {
        match pointer.root {
            Root::Here => pointer.resolve(self.doc, self.here),
            Root::Record => pointer.resolve(self.doc, self.record),
            Root::Line => pointer.resolve(self.doc, Doc::ROOT),
            Root::Previous => None,
        }
    }

    fn source(&self, source: &Source) -> Option<Value<'a>> {
        match source {
            Source::Made(made) => {
                let texts = self.made?;
                let text = match made {
                    Made::Actor => texts.actor.clone(),
                    Made::Resource => texts.resource.clone(),
                    Made::Type => texts.kind.clone(),
                };
                text.map(|text| Value { text: Cow::Owned(text), from: Vec::new(), whole: false })
            }
            Source::Key => Some(Value { text: self.doc.key(self.here), from: Vec::new(), whole: false }),
            Source::Pointer(pointer) if pointer.root == Root::Previous => {
                let doc = self.previous?;
                let text = present(doc, pointer.resolve(doc, Doc::ROOT)?)?;
                Some(Value { text, from: Vec::new(), whole: false })
            }
            Source::Pointer(pointer) => {
                let id = self.find(pointer)?;
                Some(Value { text: present(self.doc, id)?, from: vec![id], whole: true })
            }
        }
    }

    fn pipe(&self, source: &Source, filters: &[Filter]) -> Option<Value<'a>> {
        let value = self.source(source)?;
        if filters.is_empty() { Some(value) } else { self.filter(value, filters) }
    }

    fn filter(&self, value: Value<'a>, filters: &[Filter]) -> Option<Value<'a>> {
        let before = value.text.clone();
        let text = filters.iter().try_fold(value.text, |text, filter| filter.apply(text, self.tables))?;
        if text.is_empty() {
            return None;
        }
        let whole = value.whole && text == before;
        Some(Value { text, from: value.from, whole })
    }
}

/// Null and empty text count as absent, so that first-of falls through them.
fn present<'a>(doc: &Doc<'a>, id: NodeId) -> Option<Cow<'a, str>> {
    if doc.kind(id) == Kind::Null {
        return None;
    }
    Some(doc.text(id)).filter(|text| !text.is_empty())
}

impl Expr {
    pub(crate) fn eval<'a>(&self, scope: &Scope<'_, 'a>) -> Option<Value<'a>> {
        match self {
            Self::Const(text) => Some(Value { text: Cow::Owned(text.clone()), from: Vec::new(), whole: false }),
            Self::Pipe { source, filters } => scope.pipe(source, filters),
            Self::Template(parts) => template(parts, scope),
            Self::First(choices) => choices.iter().find_map(|choice| choice.eval(scope)),
            Self::Table { when, value, then } => {
                if when.as_ref().is_some_and(|cond| !cond.holds(scope)) {
                    return None;
                }
                let value = value.eval(scope)?;
                if then.is_empty() { Some(value) } else { scope.filter(value, then) }
            }
        }
    }

    /// The node of a bare pointer, null and empty values included.
    pub(crate) fn node(&self, scope: &Scope<'_, '_>) -> Option<NodeId> {
        match self {
            Self::Pipe { source: Source::Pointer(pointer), filters } if filters.is_empty() => scope.find(pointer),
            _ => None,
        }
    }
}

fn template<'a>(parts: &[Part], scope: &Scope<'_, 'a>) -> Option<Value<'a>> {
    let mut text = String::new();
    let mut from = Vec::new();
    for part in parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Value { source, filters, optional } => match scope.pipe(source, filters) {
                Some(value) => {
                    text.push_str(&value.text);
                    from.extend(value.from);
                }
                None if *optional => {}
                None => return None,
            },
        }
    }
    (!text.trim().is_empty()).then_some(Value { text: Cow::Owned(text), from, whole: false })
}

impl Expr {
    /// The lookup tables it uses.
    pub(crate) fn tables(&self) -> Vec<&str> {
        match self {
            Self::Const(_) => Vec::new(),
            Self::Pipe { filters, .. } => filters.iter().filter_map(Filter::table).collect(),
            Self::Template(parts) => parts.iter().flat_map(Part::filters).filter_map(Filter::table).collect(),
            Self::First(choices) => choices.iter().flat_map(Self::tables).collect(),
            Self::Table { value, then, .. } => {
                value.tables().into_iter().chain(then.iter().filter_map(Filter::table)).collect()
            }
        }
    }
}

impl Part {
    fn filters(&self) -> &[Filter] {
        match self {
            Self::Literal(_) => &[],
            Self::Value { filters, .. } => filters,
        }
    }
}
