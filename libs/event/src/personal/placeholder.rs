//! Placeholders in texts: `{/actor/name}` stands for a personal value, `{{` for a brace.

use std::borrow::Cow;

use super::encoded::Spelling;
use super::hits::Hit;
use super::needles::Needles;
use super::spellings::Spellings;

/// Appends the text with placeholders for what was found in it, braces doubled. Stops beyond `bytes_max`, as each placeholder may be
/// as long as a pointer is.
pub(super) fn write(
    text: &str,
    hits: &[Hit],
    needles: &Needles<'_>,
    spellings: &Spellings,
    bytes_max: usize,
    out: &mut String,
) {
    let mut from = 0;
    for hit in hits {
        if out.len() > bytes_max {
            return;
        }
        push_literal(out, text.get(from..hit.start).unwrap_or_default());
        if let Some(needle) = needles.get(hit.needle) {
            out.push('{');
            match hit.spelling {
                Some(Spelling::Plain) | None => {}
                Some(Spelling::Percent) => out.push('%'),
                Some(Spelling::Form) => out.push('+'),
            }
            for c in needle.pointer().chars() {
                // a pointer may hold a brace, and the placeholder ends at the first one
                if c == '}' { out.push_str("~2") } else { out.push(c) }
            }
            if hit.spelling.is_none() {
                out.push_str(&spellings.mark(hit.needle, text.get(hit.start..hit.end).unwrap_or_default()));
            }
            out.push('}');
        }
        from = hit.end;
    }
    push_literal(out, text.get(from..).unwrap_or_default());
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
    use super::super::disclosure::Kind;
    use super::super::needles::Place;
    use super::*;

    #[test]
    fn braces_are_doubled_and_values_become_placeholders() {
        let mut needles = Needles::default();
        needles.add("Ann Lee".into(), 0, Kind::Identity, Place::Pointer("/actor/name".into()));
        needles.add("odd".into(), 0, Kind::Fields, Place::Pointer("/properties/a}b".into()));
        needles.prepare();
        let text = "{Ann Lee} is odd {, says ann-lee";
        let hits = needles.hits(text, false);
        let spellings = Spellings::new([(text, hits.as_slice())].into_iter());
        let mut hidden = String::new();
        write(text, &hits, &needles, &spellings, 4096, &mut hidden);
        assert_eq!(hidden, "{{{/actor/name}} is {/properties/a~2b} {{, says {/actor/name~40}");
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
                Piece::Literal(", says "),
                Piece::Placeholder("/actor/name~40".into(), Spelling::Plain),
            ]
        );
    }
}
