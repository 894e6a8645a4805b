//! The literal part of a text that holds placeholders.

use std::borrow::Cow;

/// Stands for a placeholder in a literal. No UTF-8 text holds this byte, so no needle matches in or across it.
pub(crate) const SENTINEL: u8 = 0xFF;

/// Appends the literal of `raw`, a text as it stands in a line: `{{` becomes `{`, a placeholder becomes [`SENTINEL`].
/// `placeholder` is called with the pointer of each placeholder, in order.
///
/// A brace that opens neither is taken as it is; no line holds one (spec/disclosure.md, "Personal values elsewhere").
pub(crate) fn append_literal<'t>(raw: &'t str, out: &mut Vec<u8>, mut placeholder: impl FnMut(Cow<'t, str>)) {
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('{') {
        out.extend_from_slice(before.as_bytes());
        if let Some(behind) = after.strip_prefix('{') {
            out.push(b'{');
            rest = behind;
        } else if let Some((pointer, behind)) = placeholder_at(after) {
            out.push(SENTINEL);
            placeholder(pointer);
            rest = behind;
        } else {
            out.push(b'{');
            rest = after;
        }
    }
    out.extend_from_slice(rest.as_bytes());
}

/// The pointer of the placeholder whose brace stands before `after`, and what follows it. `%` or `+` before the pointer
/// say how the value is spelled; a `}` in the pointer is written `~2`.
fn placeholder_at(after: &str) -> Option<(Cow<'_, str>, &str)> {
    let (inside, behind) = after.split_once('}')?;
    let pointer = inside.strip_prefix(['%', '+']).unwrap_or(inside);
    if !pointer.starts_with('/') {
        return None;
    }
    let pointer = if pointer.contains("~2") { pointer.replace("~2", "}").into() } else { pointer.into() };
    Some((pointer, behind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn literal(raw: &str) -> (Vec<u8>, Vec<String>) {
        let mut out = Vec::new();
        let mut pointers = Vec::new();
        append_literal(raw, &mut out, |pointer| pointers.push(pointer.into_owned()));
        (out, pointers)
    }

    #[test]
    fn a_doubled_brace_is_one_and_a_placeholder_is_the_sentinel() {
        let (out, pointers) = literal("by {/actor/name}'s {{x} on {/resource/name}");
        assert_eq!(out, b"by \xFF's {x} on \xFF");
        assert_eq!(pointers, ["/actor/name", "/resource/name"]);
    }

    #[test]
    fn three_braces_are_a_brace_and_a_placeholder() {
        assert_eq!(literal("{{{/actor/name}").0, b"{\xFF");
    }

    #[test]
    fn a_brace_without_end_stays() {
        assert_eq!(literal("a{b").0, b"a{b");
        assert_eq!(literal("{x}").0, b"{x}");
    }

    #[test]
    fn spelling_and_escapes_are_no_part_of_the_pointer() {
        assert_eq!(literal("{%/properties/a~2b}{+/actor/name}").1, ["/properties/a}b", "/actor/name"]);
    }
}
