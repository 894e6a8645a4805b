//! `indelible facets`: how often each value occurs.

use clap::Args;
use serde_json::Value;

use crate::exit::Exit;
use crate::output::outln;
use crate::target::Target;
use crate::terminal::harmless;

/// Count values
#[derive(Args, Debug)]
#[command(after_help = "Example:\n  indelible facets --field channel --field event 'since:30d'")]
pub(crate) struct Facets {
    #[command(flatten)]
    target: Target,
    /// The question; nothing asks for everything.
    #[arg(default_value = "")]
    query: String,
    /// What to count by; may be repeated.
    #[arg(long, default_values = ["channel", "event", "severity"])]
    field: Vec<String>,
    /// Values listed for each.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl Facets {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        let mut params = vec![("q".to_owned(), self.query.clone()), ("limit".to_owned(), self.limit.to_string())];
        params.extend(self.field.iter().map(|field| ("field".to_owned(), field.clone())));
        self.target.with(|remote| {
            let answer = remote.get_json("/v1/facets", &params)?;
            if self.json {
                outln!("{answer}");
                return Ok(Exit::Done);
            }
            for (field, values) in answer.get("facets").and_then(Value::as_object).into_iter().flatten() {
                outln!("{field}");
                for value in values.as_array().into_iter().flatten() {
                    let name = value.get("value").and_then(Value::as_str).unwrap_or_default();
                    let count = value.get("count").and_then(Value::as_u64).unwrap_or_default();
                    outln!("{count:>12}  {}", harmless(name));
                }
            }
            Ok(Exit::Done)
        })
    }
}
