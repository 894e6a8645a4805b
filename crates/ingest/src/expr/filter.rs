//! Filters: what a pipe does to a text. A filter that finds nothing gives nothing, so that first-of goes on.

use std::borrow::Cow;

use super::Tables;
use crate::json::{Doc, Kind};
use crate::text::{address, country, email, words};

/// One step of a pipe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Filter {
    Lower,
    Upper,
    Trim,
    Snake,
    Words,
    Verb,
    Noun,
    Singular,
    Action,
    Before(String),
    After(String),
    BeforeLast(String),
    AfterLast(String),
    StripPrefix(String),
    StripSuffix(String),
    Replace(String, String),
    Unbracket,
    ApiVersion,
    Ip,
    Country,
    Email,
    Uuid,
    Number,
    JsonText,
    Lookup(String),
}

const NAMES: &str = "lower, upper, trim, snake, words, verb, noun, singular, action, before:, after:, before_last:, after_last:, \
                     strip_prefix:, strip_suffix:, replace:a=>b, unbracket, api_version, ip, country, email, uuid, number, \
                     json_text, lookup:";

impl Filter {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start();
        let (name, argument) =
            text.split_once(':').map_or((text.trim(), None), |(name, rest)| (name, Some(rest.to_owned())));
        let with = |make: fn(String) -> Self| {
            argument
                .clone()
                .filter(|text| !text.is_empty())
                .map(make)
                .ok_or_else(|| format!("{name}: needs an argument"))
        };
        Ok(match name {
            "lower" => Self::Lower,
            "upper" => Self::Upper,
            "trim" => Self::Trim,
            "snake" => Self::Snake,
            "words" => Self::Words,
            "verb" => Self::Verb,
            "noun" => Self::Noun,
            "singular" => Self::Singular,
            "action" => Self::Action,
            "unbracket" => Self::Unbracket,
            "api_version" => Self::ApiVersion,
            "ip" => Self::Ip,
            "country" => Self::Country,
            "email" => Self::Email,
            "uuid" => Self::Uuid,
            "number" => Self::Number,
            "json_text" => Self::JsonText,
            "before" => with(Self::Before)?,
            "after" => with(Self::After)?,
            "before_last" => with(Self::BeforeLast)?,
            "after_last" => with(Self::AfterLast)?,
            "strip_prefix" => with(Self::StripPrefix)?,
            "strip_suffix" => with(Self::StripSuffix)?,
            "lookup" => with(|name| Self::Lookup(name.trim().to_owned()))?,
            "replace" => {
                let argument = argument.unwrap_or_default();
                let (from, to) = argument
                    .split_once("=>")
                    .filter(|(from, _)| !from.is_empty())
                    .ok_or("replace: is written replace:old=>new")?;
                Self::Replace(from.to_owned(), to.to_owned())
            }
            _ => return Err(format!("there is no filter {name:?}; there are {NAMES}")),
        })
    }

    /// The lookup table it needs, if it is one.
    pub(crate) fn table(&self) -> Option<&str> {
        if let Self::Lookup(name) = self { Some(name) } else { None }
    }

    pub(crate) fn apply<'a>(&self, text: Cow<'a, str>, tables: &Tables) -> Option<Cow<'a, str>> {
        match self {
            Self::Lower => map(text, str::to_lowercase),
            Self::Upper => map(text, str::to_uppercase),
            Self::Trim => part(text, |text| Some(text.trim())),
            Self::Snake => map(text, words::snake),
            Self::Words => map(text, |text| words::snake(text).replace('_', " ")),
            Self::Verb => map(text, |text| words::snake(text).split('_').next().unwrap_or_default().to_owned()),
            Self::Noun => map(text, |text| words::snake(text).split_once('_').unwrap_or_default().1.to_owned()),
            Self::Singular => map(text, words::singular),
            Self::Action => map(text, words::action),
            Self::Before(end) => {
                part(text, |text| Some(text.split_once(end.as_str()).map_or(text, |(before, _)| before)))
            }
            Self::After(start) => part(text, |text| text.split_once(start.as_str()).map(|(_, after)| after)),
            Self::BeforeLast(end) => {
                part(text, |text| Some(text.rsplit_once(end.as_str()).map_or(text, |(before, _)| before)))
            }
            Self::AfterLast(start) => {
                part(text, |text| Some(text.rsplit_once(start.as_str()).map_or(text, |(_, after)| after)))
            }
            Self::StripPrefix(start) => part(text, |text| Some(text.strip_prefix(start.as_str()).unwrap_or(text))),
            Self::StripSuffix(end) => part(text, |text| Some(text.strip_suffix(end.as_str()).unwrap_or(text))),
            Self::Replace(from, to) => map(text, |text| text.replace(from.as_str(), to)),
            Self::Unbracket => {
                part(text, |text| Some(text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text)))
            }
            Self::ApiVersion => part(text, |text| Some(words::without_api_version(text))),
            Self::Ip => address::ip(&text).map(Cow::Owned),
            Self::Country => country::code(&text).map(Cow::Borrowed),
            Self::Email => {
                if email::is(&text) {
                    Some(text)
                } else {
                    None
                }
            }
            Self::Uuid => {
                if is_uuid(&text) {
                    Some(text)
                } else {
                    None
                }
            }
            Self::Number => {
                if text.parse::<f64>().is_ok_and(f64::is_finite) {
                    Some(text)
                } else {
                    None
                }
            }
            Self::JsonText => json_text(&text).map(Cow::Owned),
            Self::Lookup(name) => tables.get(name)?.get(text.as_ref()).map(|found| Cow::Owned(found.clone())),
        }
        .filter(|text| !text.is_empty())
    }
}

fn map<'a>(text: Cow<'a, str>, change: impl FnOnce(&str) -> String) -> Option<Cow<'a, str>> {
    let changed = change(&text);
    Some(if changed == text { text } else { Cow::Owned(changed) })
}

fn part<'a>(text: Cow<'a, str>, take: impl FnOnce(&str) -> Option<&str>) -> Option<Cow<'a, str>> {
    match text {
        Cow::Borrowed(text) => take(text).map(Cow::Borrowed),
        Cow::Owned(text) => take(&text).map(|part| Cow::Owned(part.to_owned())),
    }
}

/// A real identifier: 8-4-4-4-12 hexadecimal digits, not all zero.
fn is_uuid(text: &str) -> bool {
    let shape = text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        });
    shape && text.bytes().any(|byte| !matches!(byte, b'0' | b'-'))
}

/// The text of a JSON string inside a string (`"\"value\""`), or of a list with one such string in it.
fn json_text(text: &str) -> Option<String> {
    let Ok(doc) = Doc::parse(text) else {
        return Some(text.to_owned());
    };
    let only = if doc.kind(Doc::ROOT) == Kind::Array { doc.children(Doc::ROOT).next() } else { Some(Doc::ROOT) };
    let one = only.filter(|id| doc.kind(*id) == Kind::String && doc.len() <= 2);
    Some(one.map_or_else(|| text.to_owned(), |id| doc.text(id).into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(filters: &str, text: &str) -> Option<String> {
        let mut value = Some(Cow::Owned(text.to_owned()));
        for filter in filters.split(" | ") {
            value = value.and_then(|value| Filter::parse(filter).unwrap().apply(value, &Tables::new()));
        }
        value.map(Cow::into_owned)
    }

    #[test]
    fn filters_do_what_their_names_say() {
        let cases = [
            ("verb", "GetBucketLogging", Some("get")),
            ("noun", "GetBucketLogging", Some("bucket_logging")),
            ("noun", "Invoke", None),
            ("words", "DeleteMFADevice", Some("delete mfa device")),
            ("api_version | snake", "UpdateFunctionConfiguration20150331v2", Some("update_function_configuration")),
            ("before:.amazonaws", "ec2.amazonaws.com", Some("ec2")),
            ("after:@", "nothing", None),
            ("after_last:/", "a/b/c", Some("c")),
            ("strip_prefix:auth/ | before:/", "auth/userpass/login", Some("userpass")),
            ("replace:_=> ", "a_b", Some("a b")),
            ("unbracket", "[Boto3/1.2]", Some("Boto3/1.2")),
            ("ip", "[2603:1036::5]:51902", Some("2603:1036::5")),
            ("ip", "AWS Internal", None),
            ("uuid", "00000000-0000-0000-0000-000000000000", None),
            ("json_text", "\"a\"", Some("a")),
            ("country", "United States", Some("US")),
            ("email", "anna@example.com", Some("anna@example.com")),
            ("email", "anna", None),
        ];
        for (filters, text, expected) in cases {
            assert_eq!(through(filters, text).as_deref(), expected, "{filters} of {text}");
        }
    }

    #[test]
    fn an_unknown_filter_is_named_with_those_there_are() {
        let message = Filter::parse("lowercase").unwrap_err();
        assert!(message.contains("lowercase") && message.contains("lower,"), "{message}");
    }
}
