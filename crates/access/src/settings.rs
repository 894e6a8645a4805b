//! What holds for the platform.

use serde::{Deserialize, Serialize};

use crate::allow_list::AllowList;

/// What holds for the platform, and can be changed while it runs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where whoever asks may come from; empty: anywhere.
    pub allow: AllowList,
    /// Whether checkpoints, tiles, consistency proofs and the log's key are given to everybody; else to any principal.
    pub tree_public: bool,
    /// Whether people with a password must also have a second factor.
    pub second_factor_required: bool,
    /// Whether a change, an export, and looking at single entries take a reason.
    pub reason_required: bool,
}
