//! Scopes on the command line.

use clap::Args;
use serde_json::{Value, json};

/// Which entries a grant speaks of; all of what is named must hold. Nothing named: everything.
#[derive(Args, Debug, Clone)]
pub(crate) struct ScopeArgs {
    /// Entries of this organization.
    #[arg(long, value_name = "ID")]
    pub(crate) organization: Option<String>,
    /// Entries of this workspace.
    #[arg(long, value_name = "ID")]
    pub(crate) workspace: Option<String>,
    /// Entries of this project.
    #[arg(long, value_name = "ID")]
    pub(crate) project: Option<String>,
    /// Entries in which the holder's own ids stand as actor or on whose behalf.
    #[arg(long, conflicts_with_all = ["organization", "workspace", "project"])]
    pub(crate) own: bool,
}

impl ScopeArgs {
    /// As the interface takes it.
    pub(crate) fn to_json(&self) -> Value {
        if self.own {
            return json!({"own": true});
        }
        let levels = [("organization", &self.organization), ("workspace", &self.workspace), ("project", &self.project)];
        let named = levels.into_iter().filter_map(|(name, id)| Some((name.to_owned(), Value::from(id.clone()?))));
        Value::Object(named.collect())
    }
}

/// A scope of an answer, in words.
pub(crate) fn in_words(scope: &Value) -> String {
    let scope: Option<access::Scope> = serde_json::from_value(scope.clone()).ok();
    scope.map_or_else(|| "?".to_owned(), |scope| scope.to_string())
}
