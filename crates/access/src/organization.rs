//! What is settled about an organization: its status, and from where its people may come.

use serde::{Deserialize, Serialize};

use crate::allow_list::AllowList;

/// An organization that something is settled about. Others are active, and their people come from anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// `/organization/id`
    pub id: String,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Whether its people get in.
    pub status: Status,
    /// What its people are told while it is suspended.
    #[serde(default)]
    pub message: String,
    /// Where its people and viewers may come from; empty: anywhere.
    #[serde(default)]
    pub allow: AllowList,
}

/// Whether an organization's people get in. What is sent in its name is taken either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// They do.
    Active,
    /// They are told why not.
    Suspended,
}
