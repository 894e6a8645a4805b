//! Programs and their tokens.

use super::grants::keep_a_manager;
use super::{By, ManageError, manages, name};
use crate::change::{About, Change};
use crate::control::Control;
use crate::grant::{Grant, Granted};
use crate::principal::Principal;
use crate::program::{Limits, Program, Secret};
use crate::record::Record;
use crate::token::Token;

/// Longest source, in bytes.
const SOURCE_BYTES_MAX: usize = 64;

/// The source of the log's own entries, which no program has.
const OWN_SOURCE: &str = "indelible";

/// Longest time for which two tokens of a program are good side by side, in seconds: 30 days.
pub const OVERLAP_S_MAX: u64 = 30 * 86_400;

/// Longest life of a token, in seconds: ten years. Without an end it lives for good.
const LIFE_S_MAX: u64 = 3_660 * 86_400;

/// A program that is wanted.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What to call it.
    pub name: String,
    /// What it may do, and where.
    pub grant: Grant,
    /// Seconds for which it is good; `None` for good.
    pub expires_in_s: Option<u64>,
    /// `source` of what it sends. `None`: its name where that can be one, else its id.
    pub source: Option<String>,
    /// How much it may send.
    pub limits: Limits,
}

/// Makes a program with its first token and grant.
///
/// # Errors
/// `Grant`, `Invalid`, `Taken` for a source that another program has.
pub fn create_token(
    control: &Control,
    wanted: NewToken,
    by: By<'_>,
    random: &dyn env::Random,
) -> Result<(Change, Program, Token), ManageError> {
    by.holding.may_grant(&wanted.grant, by.roles)?;
    let token = Token::new(random);
    let name = name("name", &wanted.name)?;
    let source = match wanted.source {
        Some(source) => source,
        None if is_source(&name) && !is_taken(control, &name) => name.clone(),
        None => token.id().to_owned(),
    };
    check_source(control, &source)?;
    let life_us = wanted.expires_in_s.map(life_us).transpose()?;
    let program = Program {
        id: token.id().to_owned(),
        name,
        source,
        secrets: vec![Secret { hash: token.hash(), until_us: None }],
        created_us: by.now_us,
        created_by: by.principal.to_string(),
        expires_us: life_us.map(|life_us| by.now_us.saturating_add(life_us)),
        revoked_us: None,
        limits: wanted.limits,
    };
    let granted = Granted { principal: Principal::Program(program.id.clone()), grant: wanted.grant };
    let mut about = about(&program);
    about.organization = granted.grant.scope.of_organization().map(str::to_owned);
    let words = ["token.created", "created", "Token created"];
    let change = Change::put(words, about, None, Record::Program(program.clone()));
    Ok((change.with("grant", Record::Grant(granted)), program, token))
}

/// Gives a program a new token; the one before is good for `overlap_s` seconds more.
///
/// # Errors
/// `NotFound` for a program that is not there, is good no more, or is not `by`'s to manage; `Invalid`.
pub fn rotate_token(
    control: &Control,
    id: &str,
    overlap_s: u64,
    by: By<'_>,
    random: &dyn env::Random,
) -> Result<(Change, Token), ManageError> {
    let program = managed(control, id, by)?;
    if overlap_s > OVERLAP_S_MAX {
        let message = format!("two tokens are good side by side for at most {OVERLAP_S_MAX} seconds");
        return Err(ManageError::Invalid { field: "overlap", message });
    }
    let token = Token::of_program(id, random);
    let mut rotated = program.clone();
    rotated.rotate(token.hash(), by.now_us.saturating_add(micros(overlap_s)));
    let words = ["token.rotated", "updated", "Token rotated"];
    let mut change =
        Change::put(words, about(program), Some(&Record::Program(program.clone())), Record::Program(rotated));
    change.changes.insert("overlap_s".to_owned(), serde_json::json!({"before": null, "after": overlap_s}));
    Ok((change, token))
}

/// Ends a program: no token of it is good any more.
///
/// # Errors
/// `NotFound` as [`rotate_token`]; `LastManager`, except for the operator.
pub fn revoke_token(control: &Control, id: &str, by: By<'_>) -> Result<Change, ManageError> {
    let program = managed(control, id, by)?;
    keep_a_manager(control, by, |granted| granted.principal == Principal::Program(program.id.clone()))?;
    let revoked = Program { revoked_us: Some(by.now_us), ..program.clone() };
    let words = ["token.revoked", "deleted", "Token revoked"];
    Ok(Change::put(words, about(program), Some(&Record::Program(program.clone())), Record::Program(revoked)))
}

fn managed<'a>(control: &'a Control, id: &str, by: By<'_>) -> Result<&'a Program, ManageError> {
    let program = control.program(id).filter(|program| program.is_good(by.now_us));
    let program = program.filter(|program| manages(control, &Principal::Program(program.id.clone()), by));
    program.ok_or_else(|| ManageError::NotFound { kind: "token", id: id.to_owned() })
}

fn about(program: &Program) -> About {
    About { kind: "token", id: program.id.clone(), name: Some(program.name.clone()), ..About::default() }
}

fn life_us(seconds: u64) -> Result<i64, ManageError> {
    if seconds == 0 || seconds > LIFE_S_MAX {
        let message = format!("a token is good for 1 to {LIFE_S_MAX} seconds, or for good where nothing is said");
        return Err(ManageError::Invalid { field: "expires_in", message });
    }
    Ok(micros(seconds))
}

/// Microseconds of so many seconds; callers keep these far below where it would overflow.
fn micros(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000_000)
}

fn is_source(text: &str) -> bool {
    let may_stand = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-:".contains(&byte);
    !text.is_empty() && text.len() <= SOURCE_BYTES_MAX && text.bytes().all(may_stand) && text != OWN_SOURCE
}

/// Whether a program that is not revoked has this source: two would answer for each other's events.
fn is_taken(control: &Control, source: &str) -> bool {
    control.programs().any(|program| program.source == source && program.revoked_us.is_none())
}

fn check_source(control: &Control, source: &str) -> Result<(), ManageError> {
    if !is_source(source) {
        let message = format!(
            "{source:?} cannot be a source; use 1 to {SOURCE_BYTES_MAX} lower-case letters, digits, '.', '_', '-' and ':', but not {OWN_SOURCE:?}"
        );
        return Err(ManageError::Invalid { field: "source", message });
    }
    if is_taken(control, source) {
        return Err(ManageError::Taken(format!(
            "another token has the source {source:?}; rotate that one, revoke it first, or name another source"
        )));
    }
    Ok(())
}
