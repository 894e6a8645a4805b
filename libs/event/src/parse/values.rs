//! Reading of single values. Each notes what is wrong and returns `None` then, as for `null`.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::json::Token;
use crate::limits::SEQUENCE_N_MAX;
use crate::time;

use super::place::Place;
use super::reader::{Read, Reader};

/// What a text must be like.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// Bytes of UTF-8.
    pub(super) max: usize,
    /// Whether `""` is a value.
    pub(super) empty: bool,
}

/// A text that says something: ids, types, words.
pub(super) const fn filled(max: usize) -> Form {
    Form { max, empty: false }
}

/// A text that may be empty: names and prose, kept as sent.
pub(super) const fn any(max: usize) -> Form {
    Form { max, empty: true }
}

impl<'a> Reader<'a, '_> {
    #[inline]
    pub(super) fn text(&mut self, token: &Token<'a>, place: &Place<'_>, form: Form) -> Read<Option<Cow<'a, str>>> {
        // the usual case first: built in place, not moved
        if let Token::String(text) = token
            && let Some(plain) = text.plain()
            && plain.len() <= form.max
            && (form.empty || !plain.is_empty())
        {
            return Ok(Some(Cow::Borrowed(plain)));
        }
        self.unusual_text(token, place, form)
    }

    fn unusual_text(&mut self, token: &Token<'a>, place: &Place<'_>, form: Form) -> Read<Option<Cow<'a, str>>> {
        let Token::String(text) = token else {
            if *token != Token::Null {
                self.wrong_type(token, place, "a string")?;
            }
            return Ok(None);
        };
        let text = text.decode();
        if text.len() > form.max {
            let message = format!("{} bytes long, at most {} are allowed", text.len(), form.max);
            self.report.add(place, "too_long", message);
            return Ok(None);
        }
        if text.is_empty() && !form.empty {
            self.report.add(place, "empty", "must not be empty: leave the member out if there is nothing to say");
            return Ok(None);
        }
        Ok(Some(text))
    }

    /// One of a few words.
    pub(super) fn word<T>(
        &mut self,
        token: &Token<'a>,
        place: &Place<'_>,
        read: fn(&str) -> Option<T>,
        words: &str,
    ) -> Read<Option<T>> {
        let Some(text) = self.text(token, place, any(usize::MAX))? else { return Ok(None) };
        let word = read(&text);
        if word.is_none() {
            self.report.add(place, "invalid_value", format!("must be one of {words}"));
        }
        Ok(word)
    }

    pub(super) fn time(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<i64>> {
        let Some(text) = self.text(token, place, any(usize::MAX))? else { return Ok(None) };
        Ok(time::parse(&text).map_err(|error| self.report.add(place, "invalid_time", error.to_string())).ok())
    }

    pub(super) fn ip(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Cow<'a, str>>> {
        let Some(text) = self.text(token, place, any(usize::MAX))? else { return Ok(None) };
        if text.parse::<IpAddr>().is_err() {
            let message = "not an IPv4 or IPv6 address: send it without port, zone or prefix length";
            self.report.add(place, "invalid_ip", message);
            return Ok(None);
        }
        Ok(Some(text))
    }

    pub(super) fn status(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<u16>> {
        let Token::Number(text) = token else {
            if *token != Token::Null {
                self.wrong_type(token, place, "a number")?;
            }
            return Ok(None);
        };
        // three digits: what the grammar of a status line allows
        let status = text.parse().ok().filter(|status| (100..=999).contains(status) && text.len() == 3);
        if status.is_none() {
            self.report.add(place, "invalid_value", "must be an integer from 100 to 999");
        }
        Ok(status)
    }

    pub(super) fn sequence_n(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<u64>> {
        let Token::Number(text) = token else {
            if *token != Token::Null {
                self.wrong_type(token, place, "a number")?;
            }
            return Ok(None);
        };
        // JSON has no leading zeros or plus signs, so what is parsed here is written the same; `-0` is not
        let n = text.parse().ok().filter(|n| *n <= SEQUENCE_N_MAX);
        if n.is_none() {
            let message = format!(
                "must be an integer from 0 to {SEQUENCE_N_MAX}, in digits alone: number a stream's events one by one"
            );
            self.report.add(place, "invalid_value", message);
        }
        Ok(n)
    }

    pub(super) fn action(&mut self, token: &Token<'a>, place: &Place<'_>) -> Read<Option<Cow<'a, str>>> {
        let action = self.text(token, place, filled(crate::limits::ACTION_BYTES_MAX))?;
        let Some(action) = action else { return Ok(None) };
        let parts = action.rsplit_once('.');
        let named = parts.is_some_and(|(noun, verb)| !noun.is_empty() && !verb.is_empty());
        if !named || action.chars().any(|c| c.is_whitespace() || c.is_control()) {
            let message = "must be noun.verb, such as invoice.delete, without white space or control characters";
            self.report.add(place, "invalid_action", message);
            return Ok(None);
        }
        Ok(Some(action))
    }
}
