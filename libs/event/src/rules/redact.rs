//! Taking secrets out of an event.

use std::borrow::Cow;

use crate::json::{Path, Token, Tokens};
use crate::limits::DEPTH_MAX;
use crate::model::Event;
use crate::warning::Warning;

use super::Rules;
use super::redaction::{Redaction, Secrecy};

/// What stands in a secret's place.
pub const REDACTED: &str = "[redacted]";

/// Most secrets named in one event's warnings: all are taken out, but a receipt stays readable.
const NAMED_MAX: usize = 100;

/// Replaces secrets by `[redacted]` in `properties`, `changes` and the query of `http.path`; a warning names each place.
///
/// Cost: one scan of the three texts; allocates nothing but a word where there is no secret.
///
/// Source: spec/derivations.md, "Redaction".
pub fn redact(event: &mut Event<'_>, rules: &Rules, warnings: &mut Vec<Warning>) {
    let table = &rules.redaction;
    let mut found = Redactions { warnings, named: 0 };
    if let Some(path) = &mut event.http.path
        && let Some(clean) = query(path, table, &mut found)
    {
        *path = Cow::Owned(clean);
    }
    for (text, base) in [(&mut event.changes, "/changes"), (&mut event.properties, "/properties")] {
        if let Some(text) = text
            && has_secret(text, table)
        {
            *text = Cow::Owned(clean(text, base, table, &mut found));
        }
    }
}

struct Redactions<'w> {
    warnings: &'w mut Vec<Warning>,
    named: usize,
}

impl Redactions<'_> {
    /// `pointer` is asked for only where it will be said: it may be as long as the text.
    fn add(&mut self, pointer: impl FnOnce() -> String, card: bool) {
        self.named += 1;
        if self.named > NAMED_MAX {
            return;
        }
        let pointer = pointer();
        let message = match (self.named, card) {
            (NAMED_MAX, _) => "this and more values were taken for secrets and replaced by [redacted]",
            (_, true) => "a card number was replaced by [redacted]",
            (_, false) => "a value whose key says that it is a secret was replaced by [redacted]",
        };
        self.warnings.push(Warning { pointer, code: "redacted", message: message.to_owned() });
    }
}

/// Decides, token by token, what is a secret. Feed it every token.
struct Judge<'t> {
    table: &'t Redaction,
    scratch: String,
    /// What the last key says of the value that follows.
    next: Secrecy,
    /// Open objects and arrays under a secret key.
    inside: u32,
}

enum Verdict {
    Stays,
    Secret,
    Card,
}

impl<'t> Judge<'t> {
    fn new(table: &'t Redaction) -> Self {
        Self { table, scratch: String::new(), next: Secrecy::Open, inside: 0 }
    }

    fn judge(&mut self, token: &Token<'_>) -> Verdict {
        match token {
            Token::Key(name) => {
                self.next = self.table.key(&name.decode(), &mut self.scratch);
                return Verdict::Stays;
            }
            Token::ObjectStart | Token::ArrayStart => {
                let secret =
                    self.next == Secrecy::Secret || (self.next == Secrecy::SecretScalar && *token == Token::ArrayStart);
                if self.inside > 0 || secret {
                    self.inside += 1;
                }
            }
            Token::ObjectEnd | Token::ArrayEnd => self.inside = self.inside.saturating_sub(1),
            Token::String(text) => {
                let text = text.decode();
                if (self.inside > 0 || self.next != Secrecy::Open) && !self.table.is_kept(&text) {
                    self.next = Secrecy::Open;
                    return Verdict::Secret;
                }
                if self.table.is_card(&text) {
                    return Verdict::Card;
                }
            }
            Token::Number(_) if self.inside > 0 || self.next != Secrecy::Open => {
                self.next = Secrecy::Open;
                return Verdict::Secret;
            }
            Token::Number(_) | Token::True | Token::False | Token::Null => {}
        }
        self.next = Secrecy::Open;
        Verdict::Stays
    }
}

fn has_secret(raw: &str, table: &Redaction) -> bool {
    let mut judge = Judge::new(table);
    let mut tokens = Tokens::new(raw, DEPTH_MAX as u32);
    while let Ok(Some(token)) = tokens.next() {
        if !matches!(judge.judge(&token), Verdict::Stays) {
            return true;
        }
    }
    false
}

fn clean(raw: &str, base: &str, table: &Redaction, found: &mut Redactions<'_>) -> String {
    let mut judge = Judge::new(table);
    let mut tokens = Tokens::new(raw, DEPTH_MAX as u32);
    let mut path = Path::default();
    let mut out = String::with_capacity(raw.len());
    let mut from = 0;
    while let Ok(Some(token)) = tokens.next() {
        path.follow(&token);
        let card = match judge.judge(&token) {
            Verdict::Stays => continue,
            Verdict::Secret => false,
            Verdict::Card => true,
        };
        found.add(|| path.shown(base), card);
        out.push_str(raw.get(from..tokens.token_start()).unwrap_or_default());
        out.push_str("\"[redacted]\"");
        from = tokens.at();
    }
    out.push_str(raw.get(from..).unwrap_or_default());
    out
}

/// The path without the secrets of its query and fragment; `None` if it has none.
fn query(path: &str, table: &Redaction, found: &mut Redactions<'_>) -> Option<String> {
    let start = memchr::memchr2(b'?', b'#', path.as_bytes())? + 1;
    let (front, mut rest) = path.split_at_checked(start)?;
    let mut out: Option<String> = None;
    let mut done = front.len();
    let mut scratch = String::new();
    while !rest.is_empty() {
        let end = rest.find(['&', ';', '?', '#']).unwrap_or(rest.len());
        let (pair, after) = rest.split_at(end);
        let at = path.len() - rest.len();
        if let Some((name, value)) = pair.split_once('=') {
            let (name, value_start) = (unescape(name), at + name.len() + 1);
            let value = unescape(value);
            let card = table.is_card(&value);
            if card || (table.query_key(&name, &mut scratch) && !table.is_kept(&value)) {
                found.add(|| "/http/path".to_owned(), card);
                let out = out.get_or_insert_with(|| front.to_owned());
                out.push_str(path.get(done..value_start).unwrap_or_default());
                out.push_str(REDACTED);
                done = at + end;
            }
        }
        rest = after.get(1..).unwrap_or_default();
    }
    if let Some(out) = &mut out {
        out.push_str(path.get(done..).unwrap_or_default());
    }
    out
}

/// Resolves `%xx` and `+`; what is no escape stays.
fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'%', b'+', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |place: usize| after.get(place).and_then(|digit| char::from(*digit).to_digit(16));
        rest = after;
        match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high << 4 | low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', ..) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}
