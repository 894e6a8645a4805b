//! The file of settings: TOML, each key the flag of its name.

use std::any::TypeId;
use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::Path;

use clap::builder::Resettable;
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command};
use serde::Deserialize as _;
use toml::Value;
use toml::de::{DeTable, ValueDeserializer};

use crate::settings::{Complaint, settings_of};

/// What a flag's value is called that takes a table, as TOML text: `--oidc '{name = "corp"}'`.
const TABLE: &str = "TABLE";

/// What a file says.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) given: Vec<Given>,
    pub(super) complaints: Vec<Complaint>,
}

/// One setting of a file.
#[derive(Debug)]
pub(super) struct Given {
    pub(super) key: String,
    /// File and line.
    pub(super) place: String,
    /// The flags that say the same: one for each value of a list, none for `false`.
    pub(super) flags: Vec<String>,
}

/// Reads the text of a file for a command. Finds everything that is wrong, not only the first. Cost: a parse for each value.
pub(super) fn read(text: &str, file: &Path, command: &Command) -> Read {
    let place = |at: usize| {
        let line = text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        format!("{}:{line}", file.display())
    };
    let declared = Declared::of(command);
    let mut read = Read::default();
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let place = place(error.span().map_or(0, |span| span.start));
        let what = error.message().trim().replace('\n', ", ");
        read.complaints.push(Complaint::new(place, what, "write it as TOML"));
    }
    for (key, value) in table.into_inner() {
        let place = place(key.span().start);
        let key = key.into_inner().into_owned();
        let flags = Value::deserialize(ValueDeserializer::from(value))
            .map_err(|error| (error.message().to_owned(), "write it as TOML".to_owned()))
            .and_then(|value| declared.flags(&key, &value));
        match flags {
            Ok(flags) => read.given.push(Given { key, place, flags }),
            Err((what, remedy)) => read.complaints.push(Complaint::new(place, what, remedy)),
        }
    }
    read.complaints.sort_by_key(|complaint| line_of(&complaint.place));
    read
}

fn line_of(place: &str) -> usize {
    place.rsplit(':').next().and_then(|line| line.parse().ok()).unwrap_or(0)
}

/// What is wrong, and what to do.
type Wrong = (String, String);

/// What can be said in a file.
struct Declared {
    /// Without an environment, so that a value of the file is judged by itself.
    command: Command,
    /// The keys.
    settings: BTreeSet<String>,
}

impl Declared {
    fn of(command: &Command) -> Self {
        let settings = settings_of(command).map(|arg| arg.get_id().to_string()).collect();
        Self { command: command.clone().mut_args(|arg| arg.env(Resettable::Reset)), settings }
    }

    fn setting(&self, key: &str) -> Option<&Arg> {
        self.command.get_arguments().find(|arg| arg.get_id() == key && self.settings.contains(key))
    }

    /// Why a flag is refused.
    fn refusal(&self, flag: &str) -> Option<clap::Error> {
        self.command.clone().try_get_matches_from(["indelible", flag]).err()
    }

    /// The flags that say what a key says.
    fn flags(&self, key: &str, value: &Value) -> Result<Vec<String>, Wrong> {
        let arg = self.setting(key).ok_or_else(|| self.unknown(key))?;
        let flag = format!("--{}", arg.get_long().unwrap_or(key));
        let is_list = matches!(arg.get_action(), ArgAction::Append);
        let values = match value {
            Value::Array(values) if is_list => values.iter().collect(),
            value => vec![value],
        };
        let mut flags = Vec::new();
        for value in values {
            match text(arg, value).ok_or_else(|| wrong_type(key, arg, value, is_list))? {
                Text::Flag(true) => flags.push(flag.clone()),
                Text::Flag(false) => {}
                Text::Value(text) => {
                    let flag = format!("{flag}={text}");
                    match self.refusal(&flag) {
                        Some(error) => return Err(bad_value(key, arg, &text, &error)),
                        None => flags.push(flag),
                    }
                }
            }
        }
        Ok(flags)
    }

    fn unknown(&self, key: &str) -> Wrong {
        let error = self.refusal(&format!("--{}", key.replace('_', "-")));
        let suggested = error.as_ref().and_then(|error| match error.get(ContextKind::SuggestedArg) {
            Some(ContextValue::String(flag)) => Some(flag.trim_start_matches('-').replace('-', "_")),
            _ => None,
        });
        let nearest = suggested.unwrap_or_else(|| key.replace('-', "_"));
        let remedy = match self.setting(&nearest) {
            Some(_) => format!("did you mean {nearest}?"),
            None => "docs/configuration.md lists every setting".to_owned(),
        };
        (format!("there is no setting {key}"), remedy)
    }
}

enum Text {
    Flag(bool),
    Value(String),
}

/// A value as text of the type that the flag takes; `None` where it is another.
fn text(arg: &Arg, value: &Value) -> Option<Text> {
    if !arg.get_action().takes_values() {
        return value.as_bool().map(Text::Flag);
    }
    let text = match value {
        Value::Table(_) => is_table(arg).then(|| value.to_string()),
        Value::Integer(number) => is_number(arg).then(|| number.to_string()),
        Value::String(text) => (!is_table(arg) && !is_number(arg)).then(|| text.clone()),
        _ => None,
    };
    text.map(Text::Value)
}

fn is_table(arg: &Arg) -> bool {
    arg.get_value_names().is_some_and(|names| names.iter().any(|name| name == TABLE))
}

fn is_number(arg: &Arg) -> bool {
    let kind = arg.get_value_parser().type_id();
    [TypeId::of::<u64>(), TypeId::of::<u32>(), TypeId::of::<u16>(), TypeId::of::<usize>()]
        .iter()
        .any(|one| kind == *one)
}

fn wrong_type(key: &str, arg: &Arg, value: &Value, is_list: bool) -> Wrong {
    let one = match arg {
        arg if !arg.get_action().takes_values() => "true or false".to_owned(),
        arg if is_table(arg) => "a table".to_owned(),
        arg if is_number(arg) => "a whole number without quotes".to_owned(),
        arg => format!("{} in quotes", value_name(arg)),
    };
    let remedy = if is_list { format!("write {one}, or a list of such") } else { format!("write {one}") };
    (format!("{key} cannot be {} {}", article(value), value.type_str()), remedy)
}

fn article(value: &Value) -> &'static str {
    if matches!(value, Value::Integer(_) | Value::Array(_)) { "an" } else { "a" }
}

fn bad_value(key: &str, arg: &Arg, text: &str, error: &clap::Error) -> Wrong {
    let shown = if arg.is_hide_env_values_set() { String::new() } else { format!(" {text:?}") };
    let what = match error.source() {
        Some(source) => format!("{key} cannot be{shown}: {source}"),
        None => format!("{key} cannot be{shown}"),
    };
    let allowed: Vec<String> = match error.get(ContextKind::ValidValue) {
        Some(ContextValue::Strings(allowed)) => allowed.clone(),
        _ => Vec::new(),
    };
    let remedy = match &allowed[..] {
        [] => match arg.get_help() {
            Some(help) => format!("write {} ({help})", value_name(arg)),
            None => format!("write {}", value_name(arg)),
        },
        allowed => format!("write one of {}", allowed.join(", ")),
    };
    (what, remedy)
}

fn value_name(arg: &Arg) -> String {
    arg.get_value_names().and_then(|names| names.first()).map_or("a value".to_owned(), ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Arg;

    /// A command with a setting of each kind.
    fn command() -> Command {
        let text = Arg::new("public_url").long("public-url").env("A").value_name("URL");
        let list = Arg::new("trusted_proxy").long("trusted-proxy").env("B").action(ArgAction::Append);
        let switch = Arg::new("dev").long("dev").env("C").action(ArgAction::SetTrue);
        let number = Arg::new("question_ms").long("question-ms").env("D");
        let number = number.value_name("MS").value_parser(clap::value_parser!(u64).range(1..)).help("Longest question");
        let table = Arg::new("oidc").long("oidc").env("E").value_name("TABLE").action(ArgAction::Append);
        let refuse = |_: &str| Err::<String, _>("too short");
        let secret = Arg::new("secret").long("secret").env("F").hide_env_values(true).value_parser(refuse);
        let flag = Arg::new("yes").long("yes").action(ArgAction::SetTrue);
        Command::new("serve").args([text, list, switch, number, table.hide_env_values(true), secret, flag])
    }

    fn flags(text: &str) -> Vec<String> {
        let read = read(text, Path::new("f.toml"), &command());
        assert_eq!(read.complaints, [], "{text}");
        read.given.into_iter().flat_map(|given| given.flags).collect()
    }

    fn complaints(text: &str) -> Vec<String> {
        read(text, Path::new("f.toml"), &command()).complaints.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_key_is_the_flag_of_its_name() {
        assert_eq!(flags("public_url = 'https://a=b'\ndev = true"), ["--dev", "--public-url=https://a=b"]);
        assert_eq!(flags("dev = false\nquestion_ms = 5_000"), ["--question-ms=5000"]);
        assert_eq!(
            flags("trusted_proxy = ['10.0.0.0/8', '::1']"),
            ["--trusted-proxy=10.0.0.0/8", "--trusted-proxy=::1"]
        );
        assert_eq!(flags("trusted_proxy = '::1'"), ["--trusted-proxy=::1"]);
        assert_eq!(
            flags("[[oidc]]\nname = \"a\"\nscopes = [1]\n[[oidc]]\nname = 'b'"),
            ["--oidc={ name = \"a\", scopes = [1] }", "--oidc={ name = \"b\" }"]
        );
    }

    #[test]
    fn a_table_comes_back_from_its_flag_as_it_was() {
        let text = "[oidc]\nissuer = \"https://a/\\\"'\\n,\"\nmap = { 'a b' = [\"\\u00e9\", '''x'''], n = 1.5 }";
        let flag = flags(text).remove(0);
        let value = flag.strip_prefix("--oidc=").unwrap();
        let again = toml::Table::deserialize(ValueDeserializer::parse(value).unwrap()).unwrap();
        assert_eq!(again["map"]["a b"][0].as_str(), Some("é"));
        assert_eq!(again, toml::from_str::<toml::Table>(text).unwrap()["oidc"].as_table().unwrap().clone());
    }

    #[test]
    fn all_that_is_wrong_is_said_with_its_line() {
        let text = "# a file\npublic_ulr = 'x'\nquestion_ms = '5'\n\ndev = 1\nquestion-ms = 5\noidc = 'corp'\nyes = true\n\
                    public_url = ['a']\ntrusted_proxy = [['::1']]\npublic_url = 'twice'\n";
        assert_eq!(
            complaints(text),
            [
                "f.toml:2: there is no setting public_ulr; did you mean public_url?",
                "f.toml:3: question_ms cannot be a string; write a whole number without quotes",
                "f.toml:5: dev cannot be an integer; write true or false",
                "f.toml:6: there is no setting question-ms; did you mean question_ms?",
                "f.toml:7: oidc cannot be a string; write a table, or a list of such",
                "f.toml:8: there is no setting yes; docs/configuration.md lists every setting",
                "f.toml:9: public_url cannot be an array; write URL in quotes",
                "f.toml:10: trusted_proxy cannot be an array; write a value in quotes, or a list of such",
                "f.toml:11: duplicate key; write it as TOML",
            ]
        );
    }

    #[test]
    fn a_value_that_the_flag_refuses_is_refused_in_its_words_and_a_secret_is_not_shown() {
        assert_eq!(
            complaints("question_ms = 0"),
            ["f.toml:1: question_ms cannot be \"0\": 0 is not in 1..18446744073709551615; write MS (Longest question)"]
        );
        assert_eq!(complaints("\nsecret = 'abc'"), ["f.toml:2: secret cannot be: too short; write a value"]);
    }

    #[test]
    fn what_is_no_toml_is_said_with_its_line() {
        let found = complaints("dev = true\npublic_url = \nquestion_ms = = 1\n");
        assert!(found.iter().any(|one| one.starts_with("f.toml:2: ")), "{found:?}");
        assert!(found.iter().any(|one| one.starts_with("f.toml:3: ")), "{found:?}");
    }
}
