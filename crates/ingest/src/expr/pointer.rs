//! JSON pointers (RFC 6901) with three additions: where they start, picking an element by a member, and the last element.

use crate::json::{Doc, Kind, NodeId};

/// Where a pointer starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Root {
    /// `/x`: the record, or inside `each` the element at hand.
    Here,
    /// `$/x`: always the record.
    Record,
    /// `^/x`: the whole line, wrapper included.
    Line,
    /// `~/x`: the record before this one with the same key (`[diff_by]`).
    Previous,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// A member's name, or an index where it stands on an array.
    Name(String),
    /// `[name=value]`: the first element whose member `name` reads `value`.
    Pick { name: String, value: String },
    /// `-1`: the last element.
    Last,
}

/// A parsed pointer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pointer {
    pub(crate) root: Root,
    steps: Vec<Step>,
}

impl Pointer {
    /// Whether a text is meant as a pointer rather than a constant.
    pub(crate) fn looks_like(text: &str) -> bool {
        text == "." || ["/", "$/", "^/", "~/"].iter().any(|start| text.starts_with(start))
    }

    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        if text == "." {
            return Ok(Self { root: Root::Here, steps: Vec::new() });
        }
        let (root, rest) = match text.as_bytes().first() {
            Some(b'$') => (Root::Record, text.get(1..)),
            Some(b'^') => (Root::Line, text.get(1..)),
            Some(b'~') => (Root::Previous, text.get(1..)),
            _ => (Root::Here, Some(text)),
        };
        let rest = rest.and_then(|rest| rest.strip_prefix('/'));
        let rest = rest.ok_or_else(|| format!("{text:?} is no pointer: write it as \"/member/member\""))?;
        let steps = rest.split('/').map(parse_step).collect::<Result<_, _>>()?;
        Ok(Self { root, steps })
    }

    /// The node it points at, from a starting node.
    pub(crate) fn resolve(&self, doc: &Doc<'_>, start: NodeId) -> Option<NodeId> {
        self.steps.iter().try_fold(start, |at, step| match step {
            Step::Name(name) if doc.kind(at) == Kind::Array => doc.element(at, name.parse().ok()?),
            Step::Name(name) => doc.member(at, name),
            Step::Last => doc.children(at).last().filter(|_| doc.kind(at) == Kind::Array),
            Step::Pick { name, value } => {
                let here = |id: &NodeId| doc.member(*id, name).is_some_and(|member| doc.text(member) == value.as_str());
                doc.children(at).find(here)
            }
        })
    }
}

fn parse_step(step: &str) -> Result<Step, String> {
    if step == "-1" {
        return Ok(Step::Last);
    }
    if let Some(pick) = step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let (name, value) =
            pick.split_once('=').ok_or_else(|| format!("\"[{pick}]\" needs a name and a value: [Name=Identity]"))?;
        return Ok(Step::Pick { name: unescape(name), value: unescape(value) });
    }
    Ok(Step::Name(unescape(step)))
}

fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_find_members_elements_picked_and_last() {
        let doc = Doc::parse(r#"{"a/b":[{"n":"x","v":1},{"n":"y","v":2}],"m~n":3}"#).unwrap();
        let text = |pointer: &str| {
            Pointer::parse(pointer).unwrap().resolve(&doc, Doc::ROOT).map(|id| doc.text(id).into_owned())
        };
        assert_eq!(text("/a~1b/[n=y]/v").as_deref(), Some("2"));
        assert_eq!(text("/a~1b/0/n").as_deref(), Some("x"));
        assert_eq!(text("/a~1b/-1/n").as_deref(), Some("y"));
        assert_eq!(text("/m~0n").as_deref(), Some("3"));
        assert_eq!(text("/a~1b/7"), None);
        assert_eq!(text("/m~0n/x"), None);
    }
}
