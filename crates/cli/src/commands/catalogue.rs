//! `indelible catalogue`: what is recorded, and what is not.

use clap::Args;
use serde_json::Value;

use crate::exit::Exit;
use crate::output::outln;
use crate::target::Target;
use crate::terminal::member;

/// List what is recorded: channels, actions, resource types
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible catalogue 'organization:acme since:90d'")]
pub(crate) struct Catalogue {
    #[command(flatten)]
    target: Target,
    /// The question; nothing asks for everything.
    #[arg(default_value = "")]
    query: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Catalogue {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        self.target.with(|remote| {
            let answer = remote.get_json("/v1/catalogue", &[("q".to_owned(), self.query.clone())])?;
            if self.json {
                outln!("{answer}");
                return Ok(Exit::Done);
            }
            for list in ["channels", "actions", "resource_types"] {
                outln!("{:<40} {:>12}  {:<27}  {:<27}", list.replace('_', " "), "entries", "first seen", "last seen");
                for value in answer.get(list).and_then(Value::as_array).into_iter().flatten() {
                    let of = |pointer| member(value, pointer);
                    outln!(
                        "  {:<38} {:>12}  {:<27}  {:<27}",
                        of("/value"),
                        of("/count"),
                        of("/first_seen"),
                        of("/last_seen")
                    );
                }
                let omitted = answer.pointer(&format!("/omitted/{list}")).and_then(Value::as_u64).unwrap_or_default();
                if omitted > 0 {
                    outln!("  and {omitted} more");
                }
            }
            Ok(Exit::Done)
        })
    }
}
