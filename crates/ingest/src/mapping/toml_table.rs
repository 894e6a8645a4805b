//! A TOML table that knows where it stands, so that every complaint names key and line.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::MappingError;

/// A table and its key path.
#[derive(Clone)]
pub(super) struct Table<'t> {
    pub(super) place: Place<'t>,
    table: &'t DeTable<'t>,
}

/// A value and its key path.
pub(super) struct Item<'t> {
    pub(super) place: Place<'t>,
    pub(super) value: &'t DeValue<'t>,
}

/// Where something stands in the file.
#[derive(Clone)]
pub(super) struct Place<'t> {
    text: &'t str,
    key: String,
    at: usize,
}

impl<'t> Place<'t> {
    fn under(&self, key: &str, at: usize) -> Self {
        let key = if self.key.is_empty() { key.to_owned() } else { format!("{}.{key}", self.key) };
        Self { text: self.text, key, at }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> MappingError {
        let line = self.text.get(..self.at).unwrap_or_default().matches('\n').count() + 1;
        MappingError::Key { key: self.key.clone(), line, message: message.into() }
    }
}

impl<'t> Table<'t> {
    pub(super) fn root(text: &'t str, table: &'t DeTable<'t>) -> Self {
        Self { place: Place { text, key: String::new(), at: 0 }, table }
    }

    pub(super) fn get(&self, key: &str) -> Option<Item<'t>> {
        let (name, value) = self.table.iter().find(|(name, _)| name.get_ref().as_ref() == key)?;
        Some(self.item(name, value))
    }

    pub(super) fn need(&self, key: &str) -> Result<Item<'t>, MappingError> {
        self.get(key).ok_or_else(|| self.place.error(format!("{key:?} is missing")))
    }

    pub(super) fn items(&self) -> impl Iterator<Item = (&'t str, Item<'t>)> + '_ {
        self.table.iter().map(|(name, value)| (name.get_ref().as_ref(), self.item(name, value)))
    }

    fn item(&self, name: &Spanned<Cow<'_, str>>, value: &'t Spanned<DeValue<'t>>) -> Item<'t> {
        Item { place: self.place.under(name.get_ref(), name.span().start), value: value.get_ref() }
    }

    /// Complains about a key that is none of these.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), MappingError> {
        match self.items().find(|(key, _)| !known.contains(key)) {
            Some((_, item)) => Err(item.place.error(format!("no such key; there are {}", known.join(", ")))),
            None => Ok(()),
        }
    }
}

impl<'t> Item<'t> {
    pub(super) fn table(&self) -> Result<Table<'t>, MappingError> {
        match self.value {
            DeValue::Table(table) => Ok(Table { place: self.place.clone(), table }),
            _ => Err(self.place.error("a table is expected")),
        }
    }

    pub(super) fn string(&self) -> Result<&'t str, MappingError> {
        match self.value {
            DeValue::String(text) => Ok(text),
            _ => Err(self.place.error("a text is expected")),
        }
    }

    pub(super) fn bool(&self) -> Result<bool, MappingError> {
        match self.value {
            DeValue::Boolean(value) => Ok(*value),
            _ => Err(self.place.error("true or false is expected")),
        }
    }

    /// A text, a number or a truth value, as text.
    pub(super) fn scalar(&self) -> Result<String, MappingError> {
        match self.value {
            DeValue::String(text) => Ok(text.clone().into_owned()),
            DeValue::Boolean(value) => Ok(value.to_string()),
            DeValue::Integer(value) => Ok(value.to_string()),
            _ => Err(self.place.error("a text, a whole number, true or false is expected")),
        }
    }

    /// The elements of a list; one value counts as a list of one.
    pub(super) fn list(&self) -> Vec<Item<'t>> {
        match self.value {
            DeValue::Array(elements) => {
                let item = |(at, value): (usize, &'t Spanned<DeValue<'t>>)| Item {
                    place: Place {
                        text: self.place.text,
                        key: format!("{}[{at}]", self.place.key),
                        at: value.span().start,
                    },
                    value: value.get_ref(),
                };
                elements.iter().enumerate().map(item).collect()
            }
            value => vec![Item { place: self.place.clone(), value }],
        }
    }
}
