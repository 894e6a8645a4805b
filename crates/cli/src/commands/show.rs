//! `indelible show`: one entry with everything.

use clap::Args;
use serde_json::Value;

use crate::exit::Exit;
use crate::output::{errln, outln};
use crate::target::Target;
use crate::terminal::harmless;

/// Show one entry
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible show 01a207d2-6df8-7f2b-b70f-bf8bf216baeb")]
pub(crate) struct Show {
    #[command(flatten)]
    target: Target,
    /// As one line of JSON.
    #[arg(long)]
    json: bool,
    /// The entry's id.
    id: String,
}

impl Show {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        self.target.with(|remote| {
            let Some(entry) = remote.find_json(&format!("/v1/entries/{}", self.id))? else {
                errln!("there is no entry with this id");
                return Ok(Exit::No);
            };
            if self.json {
                outln!("{entry}");
            } else {
                print(&entry, 0);
            }
            Ok(Exit::Done)
        })
    }
}

/// Members one below the other; objects and lists indented.
fn print(value: &Value, depth: usize) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return,
    };
    for (name, value) in members {
        let name = harmless(&name);
        match value {
            Value::Object(_) | Value::Array(_) => {
                outln!("{:depth$}{name}:", "");
                print(value, depth + 2);
            }
            Value::String(text) => outln!("{:depth$}{name}: {}", "", harmless(text)),
            other => outln!("{:depth$}{name}: {other}", ""),
        }
    }
}
