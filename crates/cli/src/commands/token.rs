//! `indelible token`: programs and their tokens.

use clap::{Args, Subcommand};
use comfy_table::Table;
use remote::{Method, Remote};
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::output::{errln, outln};
use crate::scope::{ScopeArgs, in_words};
use crate::target::Target;
use crate::terminal::harmless;

/// Make, list, rotate and revoke tokens of programs
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible token create --data data --name shop --role writer\n  indelible token create --data data --name acme-auditor --role auditor --organization acme --json\n  indelible token rotate --data data k3qx5z7mabcdefgh\n\nRoles: platform-admin, auditor, scope-admin, viewer, writer, monitor, privacy-officer, records-manager. Each change is an\nentry of the log."
)]
pub(crate) struct TokenCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Make a token; it is shown this once
    Create(Create),
    /// List programs
    List(List),
    /// Give a program a new token; the one before is good for a while beside it
    Rotate(Rotate),
    /// End a program: its tokens are good no more
    Revoke(Revoke),
}

#[derive(Args, Debug)]
struct Create {
    #[command(flatten)]
    target: Target,
    /// What to call the program.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What it may do.
    #[arg(long, value_name = "ROLE")]
    role: String,
    #[command(flatten)]
    scope: ScopeArgs,
    /// `source` of what it sends [default: its name].
    #[arg(long, value_name = "SOURCE")]
    source: Option<String>,
    /// Seconds for which it is good [default: for good].
    #[arg(long, value_name = "SECONDS")]
    expires_in: Option<u64>,
    /// Most events a second, on average.
    #[arg(long, value_name = "N")]
    events_per_second: Option<u32>,
    /// Most bytes of bodies a second, on average.
    #[arg(long, value_name = "N")]
    bytes_per_second: Option<u64>,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// As JSON: `{"id","token"}`.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct List {
    #[command(flatten)]
    target: Target,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Rotate {
    #[command(flatten)]
    target: Target,
    /// The program's id.
    id: String,
    /// Seconds for which the token before is good beside the new one.
    #[arg(long, value_name = "SECONDS", default_value_t = 86_400)]
    overlap: u64,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// As JSON: `{"id","token"}`.
    #[arg(long)]
    json: bool,
}

#[derive(Args, Debug)]
struct Revoke {
    #[command(flatten)]
    target: Target,
    /// The program's id.
    id: String,
}

impl TokenCommand {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Create(create) => create.target.clone().with_new(|remote| create.run(remote)),
            What::List(list) => list.target.clone().with(|remote| list.run(remote)),
            What::Rotate(rotate) => rotate.target.clone().with(|remote| rotate.run(remote)),
            What::Revoke(revoke) => revoke.target.clone().with(|remote| {
                remote.change(Method::Delete, &format!("/v1/tokens/{}", path_part(&revoke.id)), &Value::Null)?;
                outln!("Revoked; it is good no more.");
                Ok(Exit::Done)
            }),
        }
    }
}

impl Create {
    fn run(&self, remote: &Remote) -> miette::Result<Exit> {
        let wanted = json!({
            "name": self.name,
            "role": self.role,
            "scope": self.scope.to_json(),
            "source": self.source,
            "expires_in": self.expires_in,
            "limits": {"events_per_second": self.events_per_second, "bytes_per_second": self.bytes_per_second},
            "reason": self.reason,
        });
        shown_once(&remote.change(Method::Post, "/v1/tokens", &wanted)?, self.json);
        Ok(Exit::Done)
    }
}

impl Rotate {
    fn run(&self, remote: &Remote) -> miette::Result<Exit> {
        let path = format!("/v1/tokens/{}/rotate", path_part(&self.id));
        let wanted = json!({"overlap": self.overlap, "reason": self.reason});
        shown_once(&remote.change(Method::Post, &path, &wanted)?, self.json);
        if !self.json {
            errln!("The token before is good for {} seconds more.", self.overlap);
        }
        Ok(Exit::Done)
    }
}

impl List {
    fn run(&self, remote: &Remote) -> miette::Result<Exit> {
        let answer = remote.get_json("/v1/tokens", &[])?;
        if self.json {
            outln!("{answer}");
            return Ok(Exit::Done);
        }
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING);
        table.set_header(["ID", "NAME", "SOURCE", "MAY", "LAST USED", "GOOD"]);
        for token in answer.get("tokens").and_then(Value::as_array).into_iter().flatten() {
            let text = |name: &str| harmless(token.get(name).and_then(Value::as_str).unwrap_or_default()).to_string();
            let good = match (text("revoked"), text("expires")) {
                (revoked, _) if !revoked.is_empty() => format!("revoked {revoked}"),
                (_, expires) if !expires.is_empty() => format!("until {expires}"),
                _ => "for good".to_owned(),
            };
            table.add_row([text("id"), text("name"), text("source"), grants_in_words(token), text("last_used"), good]);
        }
        outln!("{}", table.trim_fmt());
        Ok(Exit::Done)
    }
}

fn shown_once(answer: &Value, as_json: bool) {
    if as_json {
        outln!("{answer}");
        return;
    }
    outln!("{}", answer.get("token").and_then(Value::as_str).unwrap_or_default());
    errln!("Keep it: it is shown this once. Send it as `Authorization: Bearer …`, or set INDELIBLE_TOKEN.");
}

/// `auditor: organization acme; viewer: everything`.
pub(crate) fn grants_in_words(of: &Value) -> String {
    let grants = of.get("grants").and_then(Value::as_array).into_iter().flatten();
    let words = grants.map(|grant| {
        let role = grant.get("role").and_then(Value::as_str).unwrap_or_default();
        format!("{role}: {}", in_words(grant.get("scope").unwrap_or(&Value::Null)))
    });
    harmless(&words.collect::<Vec<_>>().join("; ")).to_string()
}

/// An id as a part of a path: it names one thing, whatever it holds.
pub(crate) fn path_part(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    id.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
