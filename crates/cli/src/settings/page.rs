//! The page of all settings, `docs/configuration.md`, held against the flags.

use std::fmt::Write as _;
use std::path::Path;

use clap::CommandFactory as _;

use crate::Cli;
use crate::commands::serve::RELOADED;
use crate::settings::settings_of;

const BEGINS: &str = "<!-- settings: written by `INDELIBLE_GOLDEN=1 cargo test -p indelible-cli page` -->\n";
const ENDS: &str = "<!-- end of settings -->\n";

/// What the flags say of themselves.
fn written() -> String {
    let cli = Cli::command();
    let serve = cli.find_subcommand("serve").unwrap();
    let mut page = String::new();
    for arg in settings_of(serve).filter(|arg| !arg.is_hide_set()) {
        let key = arg.get_id();
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value = value.map_or(String::new(), |names| format!(" {}", names[0]));
        let variable = arg.get_env().unwrap().to_str().unwrap();
        writeln!(page, "### `{key}`\n\n`--{}{value}`, `{variable}`", arg.get_long().unwrap()).unwrap();
        let defaults: Vec<_> = arg.get_default_values().iter().filter_map(|value| value.to_str()).collect();
        if !defaults.is_empty() && arg.get_action().takes_values() {
            writeln!(page, "· default `{}`", defaults.join(", ")).unwrap();
        }
        if RELOADED.contains(&key.as_str()) {
            writeln!(page, "· read again on SIGHUP").unwrap();
        }
        writeln!(page, "\n{}\n", arg.get_long_help().or(arg.get_help()).unwrap()).unwrap();
    }
    page
}

#[test]
fn every_setting_stands_in_the_page_as_its_flag_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = std::fs::read_to_string(&file).unwrap();
    let (before, rest) = page.split_once(BEGINS).unwrap();
    let (listed, after) = rest.split_once(ENDS).unwrap();
    if std::env::var_os("INDELIBLE_GOLDEN").is_some() {
        std::fs::write(&file, format!("{before}{BEGINS}\n{}{ENDS}{after}", written())).unwrap();
    } else {
        assert_eq!(listed.trim(), written().trim());
    }
}

#[test]
fn a_setting_is_named_alike_in_file_flag_and_environment() {
    let cli = Cli::command();
    for arg in settings_of(cli.find_subcommand("serve").unwrap()) {
        let key = arg.get_id().as_str();
        assert_eq!(arg.get_long(), Some(key.replace('_', "-").as_str()));
        assert_eq!(arg.get_env().unwrap(), format!("INDELIBLE_{}", key.to_uppercase()).as_str());
        assert!(!arg.is_required_set(), "{key}: a file may give it");
    }
    let serve = cli.find_subcommand("serve").unwrap();
    assert!(RELOADED.iter().all(|key| settings_of(serve).any(|arg| arg.get_id() == *key)));
}
