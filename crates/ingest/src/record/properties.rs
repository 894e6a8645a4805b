//! What is left of a record, with the place of every personal value in it.

use super::draft::Draft;
use super::marks::PersonNo;
use crate::json::{Doc, Kind, NodeId};

/// Member that holds what stood around the record.
const WRAPPER: &str = "wrapper";

/// Appends `{…}` and returns where personal values stand in it; appends nothing if nothing is left.
pub(super) fn write(draft: &Draft<'_, '_, '_>, out: &mut Vec<u8>) -> Vec<(PersonNo, String)> {
    let scope = draft.job.scope;
    let mut rest = Rest { draft, out, found: Vec::new(), path: "/properties".to_owned(), except: None };
    let start = rest.out.len();
    rest.out.push(b'{');
    let mut any = rest.members(scope.record, false);
    if scope.record != Doc::ROOT {
        any |= rest.wrapper(scope.record, any);
    }
    if any {
        rest.out.push(b'}');
    } else {
        rest.out.truncate(start);
    }
    rest.found
}

struct Rest<'r, 'j, 'd, 'a> {
    draft: &'r Draft<'j, 'd, 'a>,
    out: &'r mut Vec<u8>,
    found: Vec<(PersonNo, String)>,
    path: String,
    /// The record inside its wrapper, written already.
    except: Option<NodeId>,
}

impl Rest<'_, '_, '_, '_> {
    /// Appends the members that are left, after a comma if `more`; false if none is.
    fn members(&mut self, object: NodeId, more: bool) -> bool {
        let doc = self.draft.job.scope.doc;
        let mut any = more;
        for child in doc.children(object) {
            let start = self.out.len();
            let path = self.path.len();
            if any {
                self.out.push(b',');
            }
            self.out.push(b'"');
            self.out.extend_from_slice(doc.raw_key(child).as_bytes());
            self.out.extend_from_slice(b"\":");
            self.step(&doc.key(child));
            if self.value(child, false) {
                any = true;
            } else {
                self.out.truncate(start);
            }
            self.path.truncate(path);
        }
        any
    }

    /// Appends what is left of a value; false if nothing is. An element keeps its place as `{}` or `[]`.
    fn value(&mut self, id: NodeId, element: bool) -> bool {
        let doc = self.draft.job.scope.doc;
        if self.except == Some(id) || self.draft.marks.is_moved(id) {
            return false;
        }
        let range = doc.subtree(id);
        let inside = self.except.is_some_and(|except| range.contains(&except.0));
        let kind = doc.kind(id);
        if let (Kind::String | Kind::Number, Some(person)) = (kind, self.draft.marks.person(id)) {
            self.found.push((person, self.path.clone()));
        } else if matches!(kind, Kind::Object | Kind::Array) && (inside || self.draft.marks.touch(&range)) {
            // a text or number that is touched and has not moved was given back by a field: it stays as it is
            return self.container(id, element);
        }
        doc.write(id, self.out);
        true
    }

    fn container(&mut self, id: NodeId, element: bool) -> bool {
        let doc = self.draft.job.scope.doc;
        let start = self.out.len();
        let (any, close) = if doc.kind(id) == Kind::Object {
            self.out.push(b'{');
            (self.members(id, false), b'}')
        } else {
            self.out.push(b'[');
            (self.elements(id), b']')
        };
        if any || element {
            self.out.push(close);
        } else {
            self.out.truncate(start);
        }
        any
    }

    fn elements(&mut self, array: NodeId) -> bool {
        let doc = self.draft.job.scope.doc;
        let mut any = false;
        let mut index = 0_usize;
        for child in doc.children(array) {
            let start = self.out.len();
            let path = self.path.len();
            if index > 0 {
                self.out.push(b',');
            }
            self.step(&index.to_string());
            let before = self.out.len();
            any |= self.value(child, true);
            if self.out.len() == before {
                self.out.truncate(start);
            } else {
                index += 1;
            }
            self.path.truncate(path);
        }
        any
    }

    fn wrapper(&mut self, record: NodeId, more: bool) -> bool {
        let doc = self.draft.job.scope.doc;
        let mut name = WRAPPER.to_owned();
        while doc.member(record, &name).is_some() {
            name.push('_');
        }
        let start = self.out.len();
        let path = self.path.len();
        if more {
            self.out.push(b',');
        }
        self.out.extend_from_slice(format!("\"{name}\":{{").as_bytes());
        self.step(&name);
        self.except = Some(record);
        let any = self.members(Doc::ROOT, false);
        if any {
            self.out.push(b'}');
        } else {
            self.out.truncate(start);
        }
        self.path.truncate(path);
        any
    }

    fn step(&mut self, name: &str) {
        self.path.push('/');
        self.path.push_str(&name.replace('~', "~0").replace('/', "~1"));
    }
}
