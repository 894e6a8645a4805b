//! Strings and numbers inside a value that left the line whole, and the pointers that placeholders name them by.
//!
//! Such a pointer shows the names of the members on its way, and a name may be a personal value itself. Then the place is
//! written by position: `<pointer of the whole>/~3<n>`, the n-th string or number within.

use std::borrow::Cow;

use crate::json::{Path, Token, Tokens, unescape_pointer};
use crate::limits::DEPTH_MAX;

/// What stands between the pointer of the whole and the position. No JSON pointer has it: `~` is written `~0`.
const POSITION: &str = "/~3";

/// The characters of a string or number.
pub(super) fn characters<'a>(token: &Token<'a>) -> Option<Cow<'a, str>> {
    match token {
        Token::String(text) => Some(text.decode()),
        Token::Number(text) => Some(Cow::Borrowed(text)),
        _ => None,
    }
}

/// Appends the pointers of strings and numbers inside `json`, the value at `base`. `wanted` says for a place, in bytes, by
/// which index it is wanted; `shows` whether a member's name must not be shown.
///
/// Cost: a pass over the text, one call of `shows` a member.
pub(super) fn pointers(
    json: &str,
    base: &str,
    wanted: impl Fn(usize) -> Option<usize>,
    shows: impl Fn(&str) -> bool,
    out: &mut Vec<(usize, String)>,
) {
    let mut tokens = Tokens::new(json, DEPTH_MAX as u32);
    let mut path = Path::default();
    let mut position = 0;
    let mut depth = 0;
    // how deep the member is whose name must not be shown, while inside it
    let mut hidden: Option<usize> = None;
    while let Ok(Some(token)) = tokens.next() {
        path.follow(&token);
        match token {
            Token::ObjectStart | Token::ArrayStart => depth += 1,
            Token::ObjectEnd | Token::ArrayEnd => {
                hidden = hidden.filter(|at| *at != depth);
                depth -= 1;
            }
            Token::Key(name) if hidden.is_none_or(|at| at == depth) => {
                hidden = shows(&name.decode()).then_some(depth);
            }
            Token::String(_) | Token::Number(_) => {
                if let Some(index) = wanted(tokens.token_start()) {
                    let pointer = match hidden {
                        Some(_) => format!("{base}{POSITION}{position}"),
                        None => path.pointer(base),
                    };
                    out.push((index, pointer));
                }
                position += 1;
            }
            Token::Key(_) | Token::True | Token::False | Token::Null => {}
        }
    }
}

/// The characters of the string or number inside `json` that a pointer names; `rest` = what of it stands behind the
/// pointer of `json`.
///
/// Cost: a pass over the text up to the place.
pub(crate) fn text_at<'a>(json: &'a str, rest: &str) -> Option<Cow<'a, str>> {
    let position = rest.strip_prefix(POSITION).map(|digits| digits.parse::<usize>());
    let steps: Vec<_> = rest.split('/').skip(1).map(unescape_pointer).collect();
    let mut tokens = Tokens::new(json, DEPTH_MAX as u32);
    let mut path = Path::default();
    let mut passed = 0;
    while let Ok(Some(token)) = tokens.next() {
        path.follow(&token);
        let Some(text) = characters(&token) else { continue };
        let here = match &position {
            Some(position) => *position == Ok(passed),
            None => path.is(&steps),
        };
        if here {
            return Some(text);
        }
        passed += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const JSON: &str = r#"{"a":[1,{"ann":{"b":"x","c/d":null}},"y"],"e~":"\u007a"}"#;

    fn pointers_of_all(hidden: &str) -> Vec<String> {
        let mut out = Vec::new();
        pointers(JSON, "/base", Some, |name| name == hidden, &mut out);
        out.into_iter().map(|(_, pointer)| pointer).collect()
    }

    #[test]
    fn places_are_named_by_their_members_unless_a_name_is_to_be_hidden() {
        assert_eq!(pointers_of_all(""), ["/base/a/0", "/base/a/1/ann/b", "/base/a/2", "/base/e~0"]);
        assert_eq!(pointers_of_all("ann"), ["/base/a/0", "/base/~31", "/base/a/2", "/base/e~0"]);
        assert_eq!(pointers_of_all("a"), ["/base/~30", "/base/~31", "/base/~32", "/base/e~0"]);
    }

    #[test]
    fn both_ways_of_naming_lead_back() {
        for hidden in ["", "a", "ann", "b", "e~"] {
            let found = pointers_of_all(hidden).iter().map(|pointer| text_at(JSON, &pointer[5..])).collect::<Vec<_>>();
            assert_eq!(found, ["1", "x", "y", "z"].map(|text| Some(text.into())), "{hidden}");
        }
        for nowhere in ["/~34", "/~3", "/~3x", "/a", "/a/1/ann/c~1d", "/b", ""] {
            assert_eq!(text_at(JSON, nowhere), None, "{nowhere}");
        }
    }
}
