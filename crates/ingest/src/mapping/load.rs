//! A whole mapping out of TOML.

use std::collections::HashMap;

use toml::de::DeTable;

use super::load_expr::{cond, expr, pointer, pointers};
use super::load_rules::rules;
use super::toml_table::{Item, Table};
use super::{Diff, Flavour, Join, Mapping, MappingError, Rules, Skip, Slot, Unwrap};
use crate::expr::Tables;

const KEYS: [&str; 13] = [
    "name",
    "title",
    "pass_through",
    "time_formats",
    "split",
    "unwrap",
    "skip",
    "join_by",
    "diff_by",
    "fields",
    "personal",
    "flavour",
    "tables",
];
/// The name becomes part of `source`, which is short and free of blanks.
const NAME_BYTES_MAX: usize = 48;

pub(super) fn load(text: &str) -> Result<Mapping, MappingError> {
    let parsed = DeTable::parse(text).map_err(|error| MappingError::NotToml { message: error.to_string() })?;
    let table = Table::root(text, parsed.get_ref());
    table.only(&KEYS)?;
    let pass_through = table.get("pass_through").map(|item| item.bool()).transpose()?.unwrap_or(false);
    let mut base = Rules::default();
    rules(&table, &mut base)?;
    let mut flavours = Vec::new();
    for item in list(&table, "flavour") {
        let flavour = item.table()?;
        flavour.only(&["name", "when", "fields", "personal"])?;
        let mut own = base.clone();
        rules(&flavour, &mut own)?;
        flavours.push(Flavour { when: cond(&flavour.need("when")?)?, rules: own });
    }
    let acts = |rules: &Rules| rules.slots.iter().any(|(slot, _)| *slot == Slot::Action);
    let every_flavour_acts = !flavours.is_empty() && flavours.iter().all(|flavour| acts(&flavour.rules));
    if !(pass_through || acts(&base) || every_flavour_acts) {
        return Err(table.place.error("fields.action is missing: every event needs an action, as in \"pods.create\""));
    }
    let mapping = Mapping {
        name: name(&table.need("name")?)?,
        title: table.get("title").map(|item| item.string()).transpose()?.unwrap_or_default().to_owned(),
        pass_through,
        time_formats: list(&table, "time_formats")
            .iter()
            .map(|item| item.string().map(str::to_owned))
            .collect::<Result<_, _>>()?,
        split: table.get("split").map(|item| pointers(&item)).transpose()?.unwrap_or_default(),
        unwraps: list(&table, "unwrap").iter().map(unwrap).collect::<Result<_, _>>()?,
        skips: list(&table, "skip").iter().map(skip).collect::<Result<_, _>>()?,
        join: table.get("join_by").map(|item| join(&item)).transpose()?,
        diff: table.get("diff_by").map(|item| diff(&item)).transpose()?,
        base,
        flavours,
        tables: table.get("tables").map(|item| tables(&item)).transpose()?.unwrap_or_default(),
    };
    if mapping.join.is_some() && mapping.diff.is_some() {
        return Err(table.place.error("join_by and diff_by do not go together"));
    }
    check_tables(&mapping, &table)?;
    Ok(mapping)
}

fn list<'t>(table: &Table<'t>, key: &str) -> Vec<Item<'t>> {
    table.get(key).map(|item| item.list()).unwrap_or_default()
}

fn name(item: &Item<'_>) -> Result<String, MappingError> {
    let name = item.string()?;
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if name.is_empty() || name.len() > NAME_BYTES_MAX || !letters {
        return Err(item
            .place
            .error(format!("1 to {NAME_BYTES_MAX} letters, digits, dots, dashes or underscores are expected")));
    }
    Ok(name.to_owned())
}

fn unwrap(item: &Item<'_>) -> Result<Unwrap, MappingError> {
    let table = item.table()?;
    table.only(&["when", "record", "text", "made_up_ids"])?;
    Ok(Unwrap {
        when: table.get("when").map(|item| cond(&item)).transpose()?,
        record: pointer(&table.need("record")?)?,
        text: table.get("text").map(|item| item.bool()).transpose()?.unwrap_or(false),
        made_up_ids: table.get("made_up_ids").map(|item| item.bool()).transpose()?.unwrap_or(false),
    })
}

fn skip(item: &Item<'_>) -> Result<Skip, MappingError> {
    let table = item.table()?;
    table.only(&["when", "reason"])?;
    Ok(Skip { when: cond(&table.need("when")?)?, reason: table.need("reason")?.string()?.to_owned() })
}

fn join(item: &Item<'_>) -> Result<Join, MappingError> {
    let table = item.table()?;
    table.only(&["key", "first", "last"])?;
    Ok(Join { key: expr(&table.need("key")?)?, first: cond(&table.need("first")?)?, last: cond(&table.need("last")?)? })
}

fn diff(item: &Item<'_>) -> Result<Diff, MappingError> {
    let table = item.table()?;
    table.only(&["key", "ignore"])?;
    let ignore =
        list(&table, "ignore").iter().map(|item| item.string().map(str::to_owned)).collect::<Result<_, _>>()?;
    Ok(Diff { key: expr(&table.need("key")?)?, ignore })
}

fn tables(item: &Item<'_>) -> Result<Tables, MappingError> {
    let mut tables = Tables::new();
    for (name, item) in item.table()?.items() {
        let mut rows = HashMap::new();
        for (key, item) in item.table()?.items() {
            rows.insert(key.to_owned(), item.scalar()?);
        }
        tables.insert(name.to_owned(), rows);
    }
    Ok(tables)
}

/// Every `lookup:name` names a table that is there.
fn check_tables(mapping: &Mapping, table: &Table<'_>) -> Result<(), MappingError> {
    let all = std::iter::once(&mapping.base).chain(mapping.flavours.iter().map(|flavour| &flavour.rules));
    for rules in all {
        for (slot, expr) in &rules.slots {
            let missing = expr.tables().into_iter().find(|name| !mapping.tables.contains_key(*name));
            if let Some(missing) = missing {
                let key = Slot::ALL.iter().find(|(_, known)| known == slot).map_or("", |(key, _)| key);
                return Err(table
                    .place
                    .error(format!("fields.{key} looks up in {missing:?}, but there is no [tables.{missing}]")));
            }
        }
    }
    Ok(())
}
