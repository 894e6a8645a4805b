//! Viewers' tokens, minted; and the key that ends them all.

use super::{By, ManageError, name};
use crate::change::{About, Change};
use crate::control::Control;
use crate::grant::GrantError;
use crate::permission::Permission;
use crate::record::Record;
use crate::scope::Scope;
use crate::token::random_id;
use crate::viewer::{VIEWER_LIFE_S_MAX, ViewerKey, Viewing, may_mint};

/// Longest origin, in bytes.
const ORIGIN_BYTES_MAX: usize = 256;

/// Longest id that a product gives a viewer, in bytes.
const VIEWER_BYTES_MAX: usize = 200;

/// Layouts that a token offers, at most.
const LAYOUTS_MAX: usize = 16;

/// A viewer's token that is wanted.
#[derive(Debug, Clone)]
pub struct NewViewing {
    /// What is seen.
    pub scope: Scope,
    /// Whether names and e-mail addresses are seen.
    pub names: bool,
    /// Whether addresses, user agents and places are seen.
    pub connections: bool,
    /// Layouts that are offered; empty: all.
    pub layouts: Vec<String>,
    /// Origin of the page that may ask with it.
    pub origin: String,
    /// Seconds for which it is good.
    pub expires_in_s: u64,
    /// Who looks, as the product says; `None`: nobody in particular.
    pub viewer: Option<String>,
    /// That one's name.
    pub name: Option<String>,
}

/// What a token is to give. Only a program mints, since nothing else could lose the right to.
///
/// # Errors
/// `Grant` where `by` may not, or sees less; `Invalid`.
pub fn mint_viewing(wanted: NewViewing, by: By<'_>, random: &dyn env::Random) -> Result<Viewing, ManageError> {
    let NewViewing { scope, names, connections, layouts, origin, expires_in_s, viewer, name: shown } = wanted;
    let invalid = |field, message: String| Err(ManageError::Invalid { field, message });
    if expires_in_s == 0 || expires_in_s > VIEWER_LIFE_S_MAX {
        return invalid("expires_in", format!("a viewer's token is good for 1 to {VIEWER_LIFE_S_MAX} seconds"));
    }
    if !is_origin(&origin) {
        return invalid("origin", format!("{origin:?} is no origin; write it as browsers do: https://shop.example"));
    }
    let is_layout = |layout: &String| (1..=64).contains(&layout.len());
    if layouts.len() > LAYOUTS_MAX || !layouts.iter().all(is_layout) {
        return invalid(
            "layouts",
            format!("a token offers at most {LAYOUTS_MAX} layouts, each named by 1 to 64 bytes"),
        );
    }
    let is_id = |id: &String| (1..=VIEWER_BYTES_MAX).contains(&id.len()) && !id.chars().any(char::is_control);
    if !viewer.as_ref().is_none_or(is_id) {
        return invalid("viewer", format!("a viewer's id has 1 to {VIEWER_BYTES_MAX} bytes, no control characters"));
    }
    let id = random_id(random);
    let viewing = Viewing {
        viewer: viewer.unwrap_or_else(|| id.clone()),
        id,
        minter: by.principal.id().to_owned(),
        scope,
        names,
        connections,
        layouts,
        origin,
        name: shown.map(|text| name("viewer", &text)).transpose()?,
        expires_us: by.now_us.saturating_add(i64::try_from(expires_in_s).unwrap_or(i64::MAX).saturating_mul(1_000_000)),
    };
    if !may_mint(by.holding, viewing.wanted(), &viewing.scope) {
        let scope = viewing.scope.to_string();
        return Err(ManageError::Grant(GrantError::Beyond { role: "viewer".to_owned(), scope }));
    }
    Ok(viewing)
}

/// Puts a new key in place of the one there is, if any: every viewer's token of before is good no more.
///
/// # Errors
/// `NotFound` where `by` does not manage access of the platform.
pub fn replace_viewer_key(control: &Control, by: By<'_>, random: &dyn env::Random) -> Result<Change, ManageError> {
    if control.viewer_key().is_some() && !by.holding.may_at(Permission::Access, &Scope::platform()) {
        return Err(ManageError::NotFound { kind: "key", id: "viewers".to_owned() });
    }
    let about = About { kind: "viewer_key", id: "platform".to_owned(), ..About::default() };
    let before = control.viewer_key().cloned().map(Record::ViewerKey);
    let words = ["viewer_key.replaced", "updated", "Key of viewers' tokens replaced"];
    Ok(Change::put(words, about, before.as_ref(), Record::ViewerKey(ViewerKey::new(random, by.now_us))))
}

/// Whether a text is an origin as browsers write it: scheme, host, maybe a port, nothing more.
fn is_origin(text: &str) -> bool {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let may_stand = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    text.len() <= ORIGIN_BYTES_MAX && host.is_some_and(|host| !host.is_empty() && host.bytes().all(may_stand))
}
