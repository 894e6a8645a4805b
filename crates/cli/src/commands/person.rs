//! `indelible person`: accounts that sign in.

use clap::{Args, Subcommand};
use comfy_table::Table;
use remote::{Method, Remote};
use serde_json::{Value, json};

use crate::commands::token::{grants_in_words, path_part};
use crate::exit::Exit;
use crate::output::{errln, outln};
use crate::scope::ScopeArgs;
use crate::target::Target;
use crate::terminal::harmless;

/// Invite people, list them, let nobody in by an account
#[derive(Args, Debug)]
#[command(
    after_help = "Examples:\n  indelible person invite --data data ada@example.org --role platform-admin\n  indelible person invite --data data grace@example.org --role auditor --organization acme --json\n  indelible person disable --data data ak3qx5z7mabcdefgh\n\nEach change is an entry of the log. The link is for the person alone, and good for a week."
)]
pub(crate) struct PersonCommand {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand, Debug)]
enum What {
    /// Make an account, and a link by which the person joins
    Invite(Invite),
    /// List accounts
    List(List),
    /// Let nobody in by an account; its sessions end within a second
    Disable(Named),
    /// Show what a person may do
    Grants(Named),
}

#[derive(Args, Debug)]
struct Invite {
    #[command(flatten)]
    target: Target,
    /// Where the person is reached, and what the account signs in by.
    email: String,
    /// What others call the person.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// What the person may do [default: nothing yet].
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,
    #[command(flatten)]
    scope: ScopeArgs,
    /// Why; stands in the entry.
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// As JSON: the account with `link` and `expires`.
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
struct Named {
    #[command(flatten)]
    target: Target,
    /// The account's id, or its e-mail address.
    person: String,
    /// As JSON.
    #[arg(long)]
    json: bool,
}

impl PersonCommand {
    pub(crate) fn run(self) -> miette::Result<Exit> {
        match self.what {
            What::Invite(invite) => invite.target.clone().with_new(|remote| invite.run(remote)),
            What::List(list) => list.target.clone().with(|remote| list.run(remote)),
            What::Disable(named) => named.target.clone().with(|remote| named.disable(remote)),
            What::Grants(named) => named.target.clone().with(|remote| named.grants(remote)),
        }
    }
}

impl Invite {
    fn run(&self, remote: &Remote) -> miette::Result<Exit> {
        let grants: Vec<_> =
            self.role.iter().map(|role| json!({"role": role, "scope": self.scope.to_json()})).collect();
        let wanted = json!({"email": self.email, "name": self.name, "grants": grants, "reason": self.reason});
        let answer = remote.change(Method::Post, "/v1/people", &wanted)?;
        if self.json {
            outln!("{answer}");
            return Ok(Exit::Done);
        }
        outln!("{}", text(&answer, "link"));
        errln!(
            "Send it to {} alone: whoever has it has the account. Good until {}.",
            self.email,
            text(&answer, "expires")
        );
        Ok(Exit::Done)
    }
}

impl List {
    fn run(&self, remote: &Remote) -> miette::Result<Exit> {
        let answer = remote.get_json("/v1/people", &[])?;
        if self.json {
            outln!("{answer}");
            return Ok(Exit::Done);
        }
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING);
        table.set_header(["ID", "E-MAIL", "NAME", "STATUS", "MAY", "LAST SIGNED IN"]);
        for person in people(&answer) {
            let of = |name: &str| text(person, name);
            let cells =
                [of("id"), of("email"), of("name"), of("status"), grants_in_words(person), of("last_signed_in")];
            table.add_row(cells);
        }
        outln!("{}", table.trim_fmt());
        Ok(Exit::Done)
    }
}

impl Named {
    fn disable(&self, remote: &Remote) -> miette::Result<Exit> {
        let path = format!("/v1/people/{}", path_part(&self.id(remote)?));
        let answer = remote.change(Method::Patch, &path, &json!({"disabled": true}))?;
        if self.json {
            outln!("{answer}");
        } else {
            outln!("Disabled; nobody gets in by it.");
        }
        Ok(Exit::Done)
    }

    fn grants(&self, remote: &Remote) -> miette::Result<Exit> {
        let person = remote.get_json(&format!("/v1/people/{}", path_part(&self.id(remote)?)), &[])?;
        if self.json {
            outln!("{}", person.get("grants").unwrap_or(&Value::Null));
        } else {
            outln!("{}", grants_in_words(&person));
        }
        Ok(Exit::Done)
    }

    /// The id of the account that is meant.
    fn id(&self, remote: &Remote) -> miette::Result<String> {
        if !self.person.contains('@') {
            return Ok(self.person.clone());
        }
        let answer = remote.get_json("/v1/people", &[])?;
        let is_meant = |person: &&Value| text(person, "email").to_lowercase() == self.person.to_lowercase();
        let found = people(&answer).find(is_meant).map(|person| text(person, "id"));
        found.ok_or_else(|| {
            miette::miette!(help = "see `indelible person list`", "no account has the address {}", self.person)
        })
    }
}

fn people(answer: &Value) -> impl Iterator<Item = &Value> {
    answer.get("people").and_then(Value::as_array).into_iter().flatten()
}

fn text(of: &Value, name: &str) -> String {
    harmless(of.get(name).and_then(Value::as_str).unwrap_or_default()).to_string()
}
