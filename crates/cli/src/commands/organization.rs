//! `indelible organization`: status of organizations, and from where their people may come.

use clap::{Args, Subcommand};
use remote::{Method, Remote};
use serde_json::{Value, json};

use crate::commands::token::path_part;
use crate::exit::Exit;
use crate::output::outln;
use crate::target::Target;

/// Suspend and resume organizations, and say where their people may come from
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible organization suspend --data data acme --message 'Your subscription has ended; write to billing@example.com.'\n  indelible organization resume --data data acme\n  indelible organization set --data data acme --allow 192.0.2.0/24 --allow 2001:db8::/32\n\nWhat is sent in the name of a suspended organization is taken; its people are told the message."
)]
pub(crate) struct OrganizationCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Say what to call it, and where its people may come from
    Set(Set),
    /// Let its people in no more
    Suspend(Suspend),
    /// Let its people in again
    Resume(Resume),
}

#[derive(Args, Debug)]
struct Set {
    #[command(flatten)]
    target: Target,
    /// The organization's id, as in entries.
    id: String,
    /// What people call it.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// A network, or an address, that its people may come from; may be repeated.
    #[arg(long, value_name = "NETWORK", conflicts_with = "allow_all")]
    allow: Vec<String>,
    /// Its people may come from anywhere.
    #[arg(long)]
    allow_all: bool,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Args, Debug)]
struct Suspend {
    #[command(flatten)]
    target: Target,
    /// The organization's id, as in entries.
    id: String,
    /// What its people are told.
    #[arg(long, value_name = "TEXT")]
    message: Option<String>,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Args, Debug)]
struct Resume {
    #[command(flatten)]
    target: Target,
    /// The organization's id, as in entries.
    id: String,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

impl OrganizationCommand {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Set(Set { target, id, name, allow, allow_all, reason }) => target.with(|remote| {
                let mut changes = vec![("reason", json!(reason))];
                changes.extend(name.map(|name| ("name", json!(name))));
                if allow_all || !allow.is_empty() {
                    changes.push(("allow", json!(allow)));
                }
                change(remote, &id, changes)
            }),
            What::Suspend(Suspend { target, id, message, reason }) => target.with(|remote| {
                let mut changes = vec![("status", json!("suspended")), ("reason", json!(reason))];
                changes.extend(message.map(|message| ("message", json!(message))));
                change(remote, &id, changes)
            }),
            What::Resume(Resume { target, id, reason }) => {
                target.with(|remote| change(remote, &id, vec![("status", json!("active")), ("reason", json!(reason))]))
            }
        }
    }
}

/// Puts what holds with `changes` in place of what holds.
fn change(remote: &Remote, id: &str, changes: Vec<(&str, Value)>) -> miette::Result<Exit> {
    let all = remote.get_json("/v1/organizations", &[])?;
    let settled = all.get("organizations").and_then(Value::as_array).into_iter().flatten();
    let mut wanted = settled
        .filter(|one| one.get("id").and_then(Value::as_str) == Some(id))
        .find_map(Value::as_object)
        .cloned()
        .unwrap_or_else(|| [("status".to_owned(), json!("active"))].into_iter().collect());
    wanted.remove("id");
    wanted.extend(changes.into_iter().map(|(name, value)| (name.to_owned(), value)));
    wanted.insert("confirm".to_owned(), json!(true));
    let holds = remote.change(Method::Put, &format!("/v1/organizations/{}", path_part(id)), &Value::Object(wanted))?;
    outln!("{holds}");
    Ok(Exit::Done)
}
