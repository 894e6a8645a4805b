//! The lexical level: white space, strings, numbers, literals.

use super::Text;
use super::plain::plain_len;

/// Where and why text is not JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Syntax {
    /// Byte offset into the text.
    pub at: usize,
    /// Stable, for programs.
    pub code: &'static str,
    /// What is wrong there, for people.
    pub what: &'static str,
}

/// A cursor over text.
#[derive(Debug, Clone)]
pub(super) struct Scanner<'a> {
    text: &'a str,
    pub(super) at: usize,
    /// Set when white space was skipped; the owner clears it.
    pub(super) saw_space: bool,
    /// The text was cut where its bytes stop being UTF-8.
    pub(super) cut: bool,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str, cut: bool) -> Self {
        Self { text, at: 0, saw_space: false, cut }
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }

    #[inline]
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    /// Takes `text` if it stands here.
    #[inline]
    pub(super) fn take(&mut self, text: &str) -> bool {
        // Most that are not it differ behind comma and quote.
        let text = text.as_bytes();
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let stands = rest.get(2) == text.get(2) && rest.starts_with(text);
        if stands {
            self.at += text.len();
        }
        stands
    }

    /// Skips white space and returns the next byte without taking it.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => {
                    self.saw_space = true;
                    self.at += 1;
                }
                other => return other,
            }
        }
    }

    /// Boxed, as errors are rare and results are everywhere.
    #[cold]
    pub(super) fn error(&self, at: usize, what: &'static str) -> Box<Syntax> {
        if self.cut && at >= self.text.len() {
            return Box::new(Syntax { at: self.text.len(), code: "not_utf8", what: "bytes that are not UTF-8" });
        }
        Box::new(Syntax { at, code: "invalid_json", what })
    }

    /// Takes a string; the cursor stands on its opening quote.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Text<'a>, Box<Syntax>> {
        let start = self.at + 1;
        let mut at = start;
        let mut escaped = false;
        loop {
            at += plain_len(self.text.as_bytes().get(at..).unwrap_or_default());
            match self.byte(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Text::new(self.slice(start, at), escaped));
                }
                Some(b'\\') => {
                    escaped = true;
                    at = self.escape(at)?;
                }
                Some(_) => return Err(self.error(at, "control character in a string: write it as \\u00xx")),
                None => return Err(self.error(at, "string without an end")),
            }
        }
    }

    /// Checks the escape whose backslash is at `at`; returns where it ends.
    fn escape(&self, at: usize) -> Result<usize, Box<Syntax>> {
        match self.byte(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u') => {
                let unit = self.unit(at + 2)?;
                match unit {
                    0xD800..=0xDBFF => {
                        if self.byte(at + 6) == Some(b'\\')
                            && self.byte(at + 7) == Some(b'u')
                            && let 0xDC00..=0xDFFF = self.unit(at + 8)?
                        {
                            return Ok(at + 12);
                        }
                        Err(self.lone(at))
                    }
                    0xDC00..=0xDFFF => Err(self.lone(at)),
                    _ => Ok(at + 6),
                }
            }
            None => Err(self.error(at + 1, "string without an end")),
            Some(_) => Err(self.error(at, "escape that JSON does not know")),
        }
    }

    #[cold]
    fn lone(&self, at: usize) -> Box<Syntax> {
        Box::new(Syntax { at, code: "lone_surrogate", what: "half of a surrogate pair: it stands for no character" })
    }

    /// Four hex digits.
    fn unit(&self, at: usize) -> Result<u32, Box<Syntax>> {
        let mut unit = 0;
        for offset in 0..4 {
            let digit = self.byte(at + offset).and_then(|byte| char::from(byte).to_digit(16));
            unit = unit << 4 | digit.ok_or_else(|| self.error(at + offset, "\\u without four hex digits"))?;
        }
        Ok(unit)
    }

    /// Takes a number, by the grammar of RFC 8259; the cursor stands on its first byte.
    pub(super) fn number(&mut self) -> Result<&'a str, Box<Syntax>> {
        let start = self.at;
        let mut at = start;
        if self.byte(at) == Some(b'-') {
            at += 1;
        }
        match self.byte(at) {
            Some(b'0') => {
                at += 1;
                if self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
                    return Err(self.error(at, "number with a leading zero"));
                }
            }
            _ => at = self.digits(at)?,
        }
        if self.byte(at) == Some(b'.') {
            at = self.digits(at + 1)?;
        }
        if let Some(b'e' | b'E') = self.byte(at) {
            at += 1;
            if let Some(b'+' | b'-') = self.byte(at) {
                at += 1;
            }
            at = self.digits(at)?;
        }
        self.at = at;
        Ok(self.slice(start, at))
    }

    /// At least one digit.
    fn digits(&self, start: usize) -> Result<usize, Box<Syntax>> {
        let mut at = start;
        while self.byte(at).is_some_and(|byte| byte.is_ascii_digit()) {
            at += 1;
        }
        if at == start { Err(self.error(at, "number without a digit where one is due")) } else { Ok(at) }
    }

    /// Takes this word.
    pub(super) fn word(&mut self, word: &'static str) -> Result<(), Box<Syntax>> {
        let end = self.at + word.len();
        if self.text.as_bytes().get(self.at..end) == Some(word.as_bytes()) {
            self.at = end;
            Ok(())
        } else {
            Err(self.error(self.at, "a word that is neither true, false nor null"))
        }
    }
}
