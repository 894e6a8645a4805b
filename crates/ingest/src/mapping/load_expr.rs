//! Expressions and conditions out of TOML.

use toml::de::DeValue;

use super::MappingError;
use super::toml_table::{Item, Table};
use crate::expr::{Cond, Expr, Filter, Pointer, Test, parse_expr};

pub(super) fn expr(item: &Item<'_>) -> Result<Expr, MappingError> {
    match item.value {
        DeValue::String(text) => parse_expr(text).map_err(|message| item.place.error(message)),
        DeValue::Array(_) => item.list().iter().map(expr).collect::<Result<_, _>>().map(Expr::First),
        DeValue::Table(_) => table(&item.table()?),
        _ => item.scalar().map(Expr::Const),
    }
}

fn table(table: &Table<'_>) -> Result<Expr, MappingError> {
    table.only(&["when", "value", "const", "then"])?;
    let when = table.get("when").map(|item| cond(&item).map(Box::new)).transpose()?;
    let value = match table.get("const") {
        Some(item) => Expr::Const(item.scalar()?),
        None => expr(&table.need("value")?)?,
    };
    let then = table.get("then").map(|item| filters(&item)).transpose()?.unwrap_or_default();
    Ok(Expr::Table { when, value: Box::new(value), then })
}

fn filters(item: &Item<'_>) -> Result<Vec<Filter>, MappingError> {
    let parse = |text: &str| Filter::parse(text).map_err(|message| item.place.error(message));
    item.string()?.split(" | ").map(parse).collect()
}

pub(super) fn pointer(item: &Item<'_>) -> Result<Pointer, MappingError> {
    Pointer::parse(item.string()?).map_err(|message| item.place.error(message))
}

pub(super) fn pointers(item: &Item<'_>) -> Result<Vec<Pointer>, MappingError> {
    item.list().iter().map(pointer).collect()
}

/// `{ "/pointer" = "value", any = [ … ] }`: all of its members must hold.
pub(super) fn cond(item: &Item<'_>) -> Result<Cond, MappingError> {
    let table = item.table()?;
    let mut all = Vec::new();
    for (key, item) in table.items() {
        all.push(match key {
            "all" => Cond::All(conds(&item)?),
            "any" => Cond::Any(conds(&item)?),
            "not" => Cond::Not(Box::new(cond(&item)?)),
            _ => {
                let expr = parse_expr(key).map_err(|message| item.place.error(message))?;
                if matches!(expr, Expr::Const(_)) {
                    return Err(item.place.error("no condition: write a pointer as \"/member\", or any, all, not"));
                }
                tests(&expr, &item)?
            }
        });
    }
    Ok(if all.len() == 1 { all.remove(0) } else { Cond::All(all) })
}

fn conds(item: &Item<'_>) -> Result<Vec<Cond>, MappingError> {
    item.list().iter().map(cond).collect()
}

fn texts(item: &Item<'_>) -> Result<Vec<String>, MappingError> {
    item.list().iter().map(Item::scalar).collect()
}

fn tests(expr: &Expr, item: &Item<'_>) -> Result<Cond, MappingError> {
    let DeValue::Table(_) = item.value else {
        return Ok(Cond::Test(expr.clone(), Test::OneOf(texts(item)?)));
    };
    let mut all = Vec::new();
    for (key, item) in item.table()?.items() {
        let test = match key {
            "exists" => Test::Exists(item.bool()?),
            "starts" => Test::Starts(item.scalar()?),
            "ends" => Test::Ends(item.scalar()?),
            "contains" => Test::Contains(item.scalar()?),
            "none_of" => Test::NoneOf(texts(&item)?),
            "differs_from" => Test::DiffersFrom(Box::new(self::expr(&item)?)),
            "object" if item.bool()? => Test::Object,
            _ => {
                return Err(item.place.error(
                    "no such test; there are exists, starts, ends, contains, none_of, differs_from, object = true",
                ));
            }
        };
        all.push(Cond::Test(expr.clone(), test));
    }
    Ok(Cond::All(all))
}
