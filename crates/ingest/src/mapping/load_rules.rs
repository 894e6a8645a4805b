//! `[fields]` and `[[personal]]` out of TOML.

use toml::de::DeValue;

use super::load_expr::{cond, expr, pointer, pointers};
use super::toml_table::{Item, Table};
use super::{ChangeRule, EachChange, MappingError, Person, PersonalRule, Rules, Slot, ThingRule};
use crate::expr::Expr;

/// Reads `fields` and `personal` of a mapping or flavour over what `rules` holds already.
pub(super) fn rules(table: &Table<'_>, rules: &mut Rules) -> Result<(), MappingError> {
    if let Some(item) = table.get("fields") {
        for (key, item) in item.table()?.items() {
            match key {
                "resource" => rules.resource = item.list().iter().map(thing).collect::<Result<_, _>>()?,
                "targets" => rules.targets = item.list().iter().map(thing).collect::<Result<_, _>>()?,
                "changes" => rules.changes = item.list().iter().map(change).collect::<Result<_, _>>()?,
                _ => slot(key, &item, rules)?,
            }
        }
    }
    if let Some(item) = table.get("personal") {
        let more = item.list().iter().map(personal).collect::<Result<Vec<_>, _>>()?;
        rules.personal.extend(more);
    }
    Ok(())
}

/// A field, or a table of fields such as `actor`.
fn slot(key: &str, item: &Item<'_>, rules: &mut Rules) -> Result<(), MappingError> {
    if let Some((_, slot)) = Slot::ALL.iter().find(|(name, _)| *name == key) {
        rules.slots.retain(|(held, _)| held != slot);
        // `false` takes back what the mapping says for all flavours.
        if !matches!(item.value, DeValue::Boolean(false)) {
            rules.slots.push((*slot, expr(item)?));
        }
        return Ok(());
    }
    let group = format!("{key}.");
    if !Slot::ALL.iter().any(|(name, _)| name.starts_with(&group)) {
        return Err(item.place.error("events have no such field"));
    }
    item.table()?.items().try_for_each(|(inner, item)| slot(&format!("{key}.{inner}"), &item, rules))
}

fn thing(item: &Item<'_>) -> Result<ThingRule, MappingError> {
    let table = item.table()?;
    table.only(&["when", "each", "where", "type", "id", "name", "person", "also"])?;
    let also: Vec<Expr> = match table.get("also") {
        Some(item) => item.list().iter().map(expr).collect::<Result<_, _>>()?,
        None => Vec::new(),
    };
    let person = match table.get("person") {
        None => Person::Never,
        Some(item) if matches!(item.value, DeValue::Boolean(_)) => {
            if item.bool()? {
                Person::If { cond: None, also }
            } else {
                Person::Never
            }
        }
        Some(item) => Person::If { cond: Some(cond(&item)?), also },
    };
    Ok(ThingRule {
        when: table.get("when").map(|item| cond(&item)).transpose()?,
        each: table.get("each").map(|item| pointer(&item)).transpose()?,
        filter: table.get("where").map(|item| cond(&item)).transpose()?,
        kind: expr(&table.need("type")?)?,
        id: expr(&table.need("id")?)?,
        name: table.get("name").map(|item| expr(&item)).transpose()?,
        person,
    })
}

fn change(item: &Item<'_>) -> Result<ChangeRule, MappingError> {
    let table = item.table()?;
    if table.get("each").is_none() {
        table.only(&["before", "after"])?;
        return Ok(ChangeRule::Pair {
            before: pattern(&table.need("before")?)?,
            after: pattern(&table.need("after")?)?,
        });
    }
    table.only(&["when", "each", "where", "field", "before", "after", "after_in"])?;
    Ok(ChangeRule::Each(Box::new(EachChange {
        when: table.get("when").map(|item| cond(&item)).transpose()?,
        each: pointer(&table.need("each")?)?,
        filter: table.get("where").map(|item| cond(&item)).transpose()?,
        field: expr(&table.need("field")?)?,
        before: table.get("before").map(|item| expr(&item)).transpose()?,
        after: table.get("after").map(|item| expr(&item)).transpose()?,
        after_in: table.get("after_in").map(|item| pointers(&item)).transpose()?.unwrap_or_default(),
    })))
}

/// `old_*` as what stands before and after the star.
fn pattern(item: &Item<'_>) -> Result<(String, String), MappingError> {
    let (start, end) =
        item.string()?.split_once('*').ok_or_else(|| item.place.error("a name with one * is expected"))?;
    Ok((start.to_owned(), end.to_owned()))
}

fn personal(item: &Item<'_>) -> Result<PersonalRule, MappingError> {
    let table = item.table()?;
    table.only(&["when", "each", "of", "at"])?;
    Ok(PersonalRule {
        when: table.get("when").map(|item| cond(&item)).transpose()?,
        each: table.get("each").map(|item| pointer(&item)).transpose()?,
        of: expr(&table.need("of")?)?,
        at: pointers(&table.need("at")?)?,
    })
}
