//! A record as a tree that keeps every byte: numbers, escapes and member order stay as the vendor wrote them.
//!
//! Own reader, because a general one turns `1.0e5` or a 20-digit integer into another number, and evidence must not change.

mod parse;
mod write;

use std::borrow::Cow;

pub(crate) use parse::ParseError;
pub(crate) use write::{write_compact, write_string};

/// Deepest nesting of a record. The event's `properties` may be 64 deep; wrapping a record adds at most three.
pub(crate) const DEPTH_MAX: usize = 60;

/// A node's place in its [`Doc`], in document order; the root is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) u32);

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
}

#[derive(Debug)]
struct Node<'a> {
    /// The exact text, quotes and brackets included.
    raw: &'a str,
    /// The member's name as written, without its quotes; empty for elements and the root.
    key: &'a str,
    kind: Kind,
    /// Whether the name holds an escape.
    key_escaped: bool,
    /// Whether whitespace stands between its tokens.
    spaced: bool,
    /// One past the last node of this subtree.
    end: u32,
}

impl Node<'_> {
    fn is_named(&self, name: &str) -> bool {
        // Names of one record tend to differ in their last letter more often than in their first.
        let held = self.key.as_bytes();
        let wanted = name.as_bytes();
        if held.len() == wanted.len() && held.last() == wanted.last() && held == wanted {
            return true;
        }
        self.key_escaped && decode(self.key) == name
    }
}

/// One parsed record, borrowing its text.
#[derive(Debug)]
pub(crate) struct Doc<'a> {
    nodes: Vec<Node<'a>>,
}

impl<'a> Doc<'a> {
    pub(crate) const ROOT: NodeId = NodeId(0);

    /// Reads one JSON value and nothing after it.
    pub(crate) fn parse(text: &'a str) -> Result<Self, ParseError> {
        parse::parse(text).map(|nodes| Self { nodes })
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.nodes.get(id.0 as usize)
    }

    pub(crate) fn kind(&self, id: NodeId) -> Kind {
        self.node(id).map_or(Kind::Null, |node| node.kind)
    }

    pub(crate) fn raw(&self, id: NodeId) -> &'a str {
        self.node(id).map_or("null", |node| node.raw)
    }

    /// Appends the value without whitespace between its tokens.
    pub(crate) fn write(&self, id: NodeId, out: &mut Vec<u8>) {
        match self.node(id) {
            Some(node) if node.spaced => write_compact(node.raw, out),
            Some(node) => out.extend_from_slice(node.raw.as_bytes()),
            None => out.extend_from_slice(b"null"),
        }
    }

    /// The member's name as written, without its quotes; empty for elements.
    pub(crate) fn raw_key(&self, id: NodeId) -> &'a str {
        self.node(id).map_or("", |node| node.key)
    }

    pub(crate) fn key(&self, id: NodeId) -> Cow<'a, str> {
        decode(self.raw_key(id))
    }

    /// The text a person would read: a string decoded, anything else as written.
    pub(crate) fn text(&self, id: NodeId) -> Cow<'a, str> {
        let raw = self.raw(id);
        if self.kind(id) == Kind::String {
            decode(raw.get(1..raw.len() - 1).unwrap_or_default())
        } else {
            Cow::Borrowed(raw)
        }
    }

    /// The ids of the subtree, the node itself first.
    pub(crate) fn subtree(&self, id: NodeId) -> std::ops::Range<u32> {
        id.0..self.node(id).map_or(id.0, |node| node.end)
    }

    /// Elements or members, in order; nothing for scalars.
    pub(crate) fn children(&self, id: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let range = self.subtree(id);
        let mut next = range.start + 1;
        std::iter::from_fn(move || {
            let child = NodeId(next);
            if next >= range.end {
                return None;
            }
            next = self.node(child)?.end;
            Some(child)
        })
    }

    pub(crate) fn member(&self, id: NodeId, name: &str) -> Option<NodeId> {
        if self.kind(id) != Kind::Object {
            return None;
        }
        self.children(id).find(|&child| self.node(child).is_some_and(|node| node.is_named(name)))
    }

    pub(crate) fn element(&self, id: NodeId, index: usize) -> Option<NodeId> {
        if self.kind(id) != Kind::Array {
            return None;
        }
        self.children(id).nth(index)
    }
}

/// Decodes the inside of a string token that [`parse`] has accepted.
fn decode(inner: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Cow::Borrowed(inner);
    }
    Cow::Owned(parse::unescape(inner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_of_a_number_stays() {
        let doc = Doc::parse(r#"{"a":1.0e5,"b":12345678901234567890123,"c":[-0, 1E+2]}"#).unwrap();
        let raw: Vec<_> = doc.children(Doc::ROOT).map(|id| doc.raw(id)).collect();
        assert_eq!(raw, ["1.0e5", "12345678901234567890123", "[-0, 1E+2]"]);
    }

    #[test]
    fn members_are_found_by_their_decoded_name() {
        let doc = Doc::parse(r#"{"\u0061b":"x\n","é":2}"#).unwrap();
        let id = doc.member(Doc::ROOT, "ab").unwrap();
        assert_eq!(doc.text(id), "x\n");
        assert!(doc.member(Doc::ROOT, "é").is_some());
        assert!(doc.member(Doc::ROOT, "z").is_none());
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for text in [
            "",
            "{",
            "{\"a\":1",
            "[1,]",
            "{\"a\":1,}",
            "01",
            "1.",
            "-",
            "+1",
            "tru",
            "\"\u{1}\"",
            "\"\\x\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"\\ud800\\u0041\"",
            "{\"a\":1,\"a\":2}",
            "{\"a\":1,\"\\u0061\":2}",
            "1 2",
            "{a:1}",
            "NaN",
        ] {
            assert!(Doc::parse(text).is_err(), "{text:?} was accepted");
        }
        let deep = "[".repeat(100_000);
        assert!(Doc::parse(&deep).is_err());
    }

    #[test]
    fn surrogate_pairs_are_decoded() {
        let doc = Doc::parse(r#""\ud83d\ude00 \/ \" \b""#).unwrap();
        assert_eq!(doc.text(Doc::ROOT), "\u{1f600} / \" \u{8}");
    }
}
