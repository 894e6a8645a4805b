//! Reading of what a client declares personal.

use std::borrow::Cow;

use crate::json::Token;
use crate::limits::{DECLARED_MAX, ID_BYTES_MAX, NAME_BYTES_MAX, PATHS_MAX, TYPE_BYTES_MAX};
use crate::member::Member;
use crate::model::{ActorKind, Declared};

use super::place::Place;
use super::reader::{Read, Reader, Required, unknown_member};
use super::values::filled;

impl<'a> Reader<'a, '_> {
    pub(super) fn declared(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Vec<Declared<'a>>> {
        let mut all = Vec::new();
        self.list(token, place, DECLARED_MAX, |reader, token, place| {
            if *token == Token::Null {
                return reader.wrong_type(token, place, "an object");
            }
            let mut of = Required::absent();
            let mut paths = Vec::new();
            let is_object = reader.object(
                token,
                place,
                &[Member::Of, Member::Paths],
                unknown_member,
                |reader, name, token, place| {
                    match name {
                        Member::Of => of = Required::take(token, reader.person(token, place)?),
                        _ => paths = reader.paths(token, place)?,
                    }
                    Ok(())
                },
            )?;
            if is_object && let Some(of) = of.check(reader, place, "of") {
                all.push(Declared { of, paths });
            }
            Ok(())
        })?;
        Ok(all)
    }

    fn person(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Cow<'a, str>>> {
        let Some(of) = self.text(token, place, filled(TYPE_BYTES_MAX + ID_BYTES_MAX))? else { return Ok(None) };
        let parts = of.split_once(':').filter(|(kind, id)| !kind.is_empty() && !id.is_empty());
        let message = match parts {
            None => "must be <type>:<id>, such as user:77",
            Some((kind, _)) if ActorKind::from_word(kind).is_some_and(|kind| !kind.is_person()) => {
                "tokens and the system are no persons: name the person behind them"
            }
            Some(_) => return Ok(Some(of)),
        };
        self.report.add(place, "invalid_value", message);
        Ok(None)
    }

    fn paths(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Vec<Cow<'a, str>>> {
        let mut paths = Vec::new();
        self.list(token, place, PATHS_MAX, |reader, token, place| {
            if *token == Token::Null {
                return reader.wrong_type(token, place, "a string");
            }
            let Some(path) = reader.text(token, place, filled(4 * NAME_BYTES_MAX))? else { return Ok(()) };
            if !is_pointer(&path) {
                reader.report.add(place, "invalid_pointer", "not a JSON pointer (RFC 6901), such as /resource/name");
            } else if !is_declarable(&path) {
                let message =
                    "only /detail, /reason, names, and values inside /changes and /properties can be declared";
                reader.report.add(place, "not_declarable", message);
            } else {
                paths.push(path);
            }
            Ok(())
        })?;
        Ok(paths)
    }
}

/// RFC 6901 §3: reference tokens behind slashes, `~` only as `~0` and `~1`.
fn is_pointer(path: &str) -> bool {
    path.starts_with('/') && path.split('~').skip(1).all(|after| after.starts_with(['0', '1']))
}

fn is_declarable(path: &str) -> bool {
    let mut steps = path.split('/').skip(1);
    match (steps.next(), steps.next(), steps.next(), steps.next()) {
        (Some("detail" | "reason"), None, ..) => true,
        (Some("changes" | "properties"), Some(_), ..) => true,
        (Some("organization" | "workspace" | "project" | "resource"), Some("name"), None, _) => true,
        (Some("actor"), Some("name"), None, _) => true,
        (Some("actor"), Some("on_behalf_of"), Some("name"), None) => true,
        (Some("targets"), Some(index), Some("name"), None) => is_index(index),
        _ => false,
    }
}

/// A list's index as RFC 6901 writes it.
fn is_index(step: &str) -> bool {
    let digits = (1..=4).contains(&step.len()) && step.bytes().all(|byte| byte.is_ascii_digit());
    digits && (step == "0" || !step.starts_with('0'))
}

#[cfg(test)]
mod tests {
    use super::{is_declarable, is_pointer};

    #[test]
    fn names_detail_reason_and_values_inside_changes_and_properties_are_declarable() {
        for path in [
            "/detail",
            "/reason",
            "/organization/name",
            "/resource/name",
            "/targets/0/name",
            "/targets/31/name",
            "/actor/name",
            "/actor/on_behalf_of/name",
            "/changes/email/before",
            "/properties/a/0/b~1c",
            "/properties/",
        ] {
            assert!(is_pointer(path) && is_declarable(path), "{path}");
        }
        for path in [
            "/description",
            "/resource/id",
            "/actor/id",
            "/actor/email",
            "/targets/x/name",
            "/targets/01/name",
            "/targets//name",
            "/changes",
            "/properties",
            "/client/ip",
            "/session_id",
            "/sequence/stream",
            "/detail/x",
            "/resource/name/x",
        ] {
            assert!(!is_declarable(path), "{path}");
        }
        assert!(!is_pointer("detail") && !is_pointer("/properties/~2") && !is_pointer("/properties/~"));
    }
}
