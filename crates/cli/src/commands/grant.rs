//! `indelible grant`: who may do what, where.

use clap::{Args, Subcommand};
use comfy_table::Table;
use remote::Method;
use serde_json::{Value, json};

use crate::commands::token::path_part;
use crate::exit::Exit;
use crate::output::outln;
use crate::scope::{ScopeArgs, in_words};
use crate::target::Target;
use crate::terminal::harmless;

/// Give, list and take away grants
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible grant add --data data program:k3qx5z7mabcdefgh --role auditor --organization acme\n  indelible grant list --data data\n  indelible grant remove --data data 5f1c0a7be2d94c36"
)]
pub(crate) struct GrantCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Give somebody a role at a scope
    Add(Add),
    /// List grants
    List(List),
    /// Take a grant away
    Remove(Remove),
}

#[derive(Args, Debug)]
struct Add {
    #[command(flatten)]
    target: Target,
    /// `person:ID` or `program:ID`.
    principal: String,
    /// What it may do.
    #[arg(long, value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    target: Target,
    /// Of this one alone: `person:ID` or `program:ID`.
    #[arg(long, value_name = "PRINCIPAL")]
    principal: Option<String>,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Remove {
    #[command(flatten)]
    target: Target,
    /// The grant's id.
    id: String,
}

impl GrantCommand {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Add(Add { target, principal, role, scope, reason }) => target.with(|remote| {
                let wanted = json!({"principal": principal, "role": role, "scope": scope.to_json(), "reason": reason});
                let granted = remote.change(Method::Post, "/v1/grants", &wanted)?;
                outln!("{}", granted.get("id").and_then(Value::as_str).unwrap_or_default());
                Ok(Exit::Done)
            }),
            What::List(list) => list.run(),
            What::Remove(Remove { target, id }) => target.with(|remote| {
                remote.change(Method::Delete, &format!("/v1/grants/{}", path_part(&id)), &Value::Null)?;
                outln!("Taken away.");
                Ok(Exit::Done)
            }),
        }
    }
}

impl List {
    fn run(self) -> miette::Result<Exit> {
        let params: Vec<_> =
            self.principal.iter().map(|principal| ("principal".to_owned(), principal.clone())).collect();
        self.target.with(|remote| {
            let answer = remote.get_json("/v1/grants", &params)?;
            if self.json {
                outln!("{answer}");
                return Ok(Exit::Done);
            }
            let mut table = Table::new();
            table.load_preset(comfy_table::presets::NOTHING);
            table.set_header(["ID", "WHO", "ROLE", "WHERE"]);
            for grant in answer.get("grants").and_then(Value::as_array).into_iter().flatten() {
                let text =
                    |name: &str| harmless(grant.get(name).and_then(Value::as_str).unwrap_or_default()).to_string();
                let scope = harmless(&in_words(grant.get("scope").unwrap_or(&Value::Null))).to_string();
                table.add_row([text("id"), text("principal"), text("role"), scope]);
            }
            outln!("{}", table.trim_fmt());
            Ok(Exit::Done)
        })
    }
}
