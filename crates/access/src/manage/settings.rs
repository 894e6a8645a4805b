//! Settings of the platform.

use super::{By, ManageError};
use crate::allow_list::AllowList;
use crate::change::{About, Change};
use crate::control::Control;
use crate::record::Record;
use crate::settings::Settings;

/// What is to hold of the platform; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct NewSettings {
    /// Where whoever asks may come from.
    pub allow: Option<AllowList>,
    /// Whether everybody gets the tree.
    pub tree_public: Option<bool>,
    /// Whether people with a password must have a second factor.
    pub second_factor_required: Option<bool>,
    /// Whether changes and looks at entries take a reason.
    pub reason_required: Option<bool>,
    /// Whether `by` may be shut out.
    pub confirmed: bool,
}

/// Changes settings. `None` where all of that holds already.
///
/// # Errors
/// `ShutsYouOut`.
pub fn change_settings(control: &Control, wanted: NewSettings, by: By<'_>) -> Result<Option<Change>, ManageError> {
    let before = control.settings();
    let after = Settings {
        allow: wanted.allow.unwrap_or_else(|| before.allow.clone()),
        tree_public: wanted.tree_public.unwrap_or(before.tree_public),
        second_factor_required: wanted.second_factor_required.unwrap_or(before.second_factor_required),
        reason_required: wanted.reason_required.unwrap_or(before.reason_required),
    };
    if let Some(address) = by.address.filter(|address| !after.allow.admits(*address))
        && !wanted.confirmed
    {
        return Err(ManageError::ShutsYouOut(address));
    }
    if after == *before {
        return Ok(None);
    }
    let about = About { kind: "settings", id: "platform".to_owned(), ..About::default() };
    let words = ["settings.changed", "updated", "Settings changed"];
    let before = Record::Settings(before.clone());
    Ok(Some(Change::put(words, about, Some(&before), Record::Settings(after))))
}
