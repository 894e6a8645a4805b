//! Placeholders in texts: `{/actor/name}` stands for a personal value, `{{` for a brace.

use std::borrow::Cow;

use super::needles::{Needles, Spelling};

/// The text with its personal values replaced and its braces doubled; `None` if that changes nothing.
pub(super) fn hide(text: &str, needles: &Needles<'_>, url: bool) -> Option<String> {
    let brace = memchr::memchr(b'{', text.as_bytes()).is_some();
    if !brace && !needles.may_hit(text) {
        return None;
    }
    let hits = needles.hits(text, url);
    if !brace && hits.is_empty() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + 32);
    let mut from = 0;
    for hit in hits {
        push_literal(&mut out, text.get(from..hit.start).unwrap_or_default());
        if let Some(needle) = needles.get(hit.needle) {
            out.push('{');
            match hit.spelling {
                Spelling::Plain => {}
                Spelling::Percent => out.push('%'),
                Spelling::Form => out.push('+'),
            }
            for c in needle.pointer().chars() {
                // a pointer may hold a brace, and the placeholder ends at the first one
                if c == '}' { out.push_str("~2") } else { out.push(c) }
            }
            out.push('}');
        }
        from = hit.end;
    }
    push_literal(&mut out, text.get(from..).unwrap_or_default());
    Some(out)
}

fn push_literal(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        out.push_str("{{");
        rest = after;
    }
    out.push_str(rest);
}

/// A piece of a text with placeholders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// Shown as it is.
    Literal(&'t str),
    /// Stands for the value disclosed for this pointer, in this spelling.
    Placeholder(Cow<'t, str>, Spelling),
}

/// Takes a text apart. A brace that is neither doubled nor the start of a placeholder stands for itself; no text that
/// this crate wrote has one.
pub(crate) fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(brace) = memchr::memchr(b'{', rest.as_bytes()) else {
            return Some(Piece::Literal(std::mem::take(&mut rest)));
        };
        if brace > 0 {
            let (before, from) = rest.split_at(brace);
            rest = from;
            return Some(Piece::Literal(before));
        }
        if rest.starts_with("{{") {
            let (literal, after) = rest.split_at(2);
            rest = after;
            return Some(Piece::Literal(literal.get(1..).unwrap_or_default()));
        }
        if let Some((inside, after)) = rest.get(1..).and_then(|inside| inside.split_once('}')) {
            let (spelling, pointer) = match inside.as_bytes().first() {
                Some(b'%') => (Spelling::Percent, inside.get(1..)),
                Some(b'+') => (Spelling::Form, inside.get(1..)),
                _ => (Spelling::Plain, Some(inside)),
            };
            if let Some(pointer) = pointer.filter(|pointer| pointer.starts_with('/')) {
                rest = after;
                let decoded = pointer.contains("~2").then(|| Cow::Owned(pointer.replace("~2", "}")));
                return Some(Piece::Placeholder(decoded.unwrap_or(Cow::Borrowed(pointer)), spelling));
            }
        }
        let (literal, after) = rest.split_at(1);
        rest = after;
        Some(Piece::Literal(literal))
    })
}

#[cfg(test)]
mod tests {
    use super::super::needles::Place;
    use super::*;

    #[test]
    fn braces_are_doubled_and_values_become_placeholders() {
        let mut needles = Needles::default();
        needles.add("Ann Lee".into(), 0, Place::Pointer("/actor/name".into()));
        needles.add("odd".into(), 0, Place::Pointer("/properties/a}b".into()));
        needles.sort();
        let hidden = hide("{Ann Lee} is odd {", &needles, false).unwrap_or_default();
        assert_eq!(hidden, "{{{/actor/name}} is {/properties/a~2b} {{");
        let pieces: Vec<_> = pieces(&hidden).collect();
        assert_eq!(
            pieces,
            [
                Piece::Literal("{"),
                Piece::Placeholder("/actor/name".into(), Spelling::Plain),
                Piece::Literal("} is "),
                Piece::Placeholder("/properties/a}b".into(), Spelling::Plain),
                Piece::Literal(" "),
                Piece::Literal("{"),
            ]
        );
        assert_eq!(hide("nothing here", &needles, false), None);
    }
}
