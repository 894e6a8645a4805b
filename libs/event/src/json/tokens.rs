//! The grammatical level: a pull parser whose stack is one word.

use super::Text;
use super::scan::{Scanner, Syntax};

/// One step through a JSON value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Token<'a> {
    /// `{`
    ObjectStart,
    /// `}`
    ObjectEnd,
    /// `[`
    ArrayStart,
    /// `]`
    ArrayEnd,
    /// A member's name, its colon taken too.
    Key(Text<'a>),
    /// A string value.
    String(Text<'a>),
    /// A number, as it stands in the text.
    Number(&'a str),
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    FirstElement,
    FirstKey,
    Key,
    CommaOrEnd,
    Nothing,
}

/// Deepest nesting a `Tokens` can follow: the bits of its stack.
const STACK_BITS: u32 = u128::BITS;

/// Pulls tokens out of one JSON value, checking the grammar of RFC 8259 on the way. Memory: constant, whatever the input.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    scan: Scanner<'a>,
    expect: Expect,
    /// One bit a level, the innermost lowest: set = object.
    stack: u128,
    depth: u32,
    depth_max: u32,
    token_start: usize,
}

impl<'a> Tokens<'a> {
    /// Starts on `text`, which holds exactly one value; nesting beyond `depth_max` (at most 128) is refused.
    #[must_use]
    pub fn new(text: &'a str, depth_max: u32) -> Self {
        Self::over(text, false, depth_max)
    }

    /// As [`Tokens::new`], over bytes: where they stop being UTF-8, the text ends with an error that says so.
    #[must_use]
    pub fn of_bytes(bytes: &'a [u8], depth_max: u32) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::over(text, false, depth_max),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                Self::over(std::str::from_utf8(valid).unwrap_or_default(), true, depth_max)
            }
        }
    }

    fn over(text: &'a str, cut: bool, depth_max: u32) -> Self {
        assert!(depth_max <= STACK_BITS, "the stack of the scanner has {STACK_BITS} bits");
        Self { scan: Scanner::new(text, cut), expect: Expect::Value, stack: 0, depth: 0, depth_max, token_start: 0 }
    }

    /// How many objects and arrays are open.
    #[must_use]
    pub fn depth(&self) -> u32 {
        self.depth
    }

    /// Changes the greatest depth allowed from here on.
    pub fn set_depth_max(&mut self, depth_max: u32) {
        assert!(depth_max <= STACK_BITS, "the stack of the scanner has {STACK_BITS} bits");
        self.depth_max = depth_max;
    }

    /// The greatest depth allowed.
    #[must_use]
    pub fn depth_max(&self) -> u32 {
        self.depth_max
    }

    /// Byte offset behind the last token.
    #[must_use]
    pub fn at(&self) -> usize {
        self.scan.at
    }

    /// Byte offset of the last token's first byte (of a string, its opening quote).
    #[must_use]
    pub fn token_start(&self) -> usize {
        self.token_start
    }

    /// The text between two offsets.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> &'a str {
        self.scan.slice(from, to)
    }

    /// Whether white space was passed since the last call.
    pub fn take_saw_space(&mut self) -> bool {
        std::mem::take(&mut self.scan.saw_space)
    }

    /// The next token; `None` once the value and the text are at their end.
    ///
    /// # Errors
    /// [`Syntax`] where the text is not JSON or too deep. Do not go on after an error.
    #[allow(clippy::should_implement_trait, reason = "an iterator of results invites going on after an error")]
    pub fn next(&mut self) -> Result<Option<Token<'a>>, Box<Syntax>> {
        let mut byte = self.scan.peek();
        if self.expect == Expect::CommaOrEnd {
            match byte {
                Some(b',') => {
                    self.scan.at += 1;
                    self.expect = if self.in_object() { Expect::Key } else { Expect::Value };
                    byte = self.scan.peek();
                }
                Some(b'}') if self.in_object() => return Ok(Some(self.close(Token::ObjectEnd))),
                Some(b']') if !self.in_object() => return Ok(Some(self.close(Token::ArrayEnd))),
                _ => {
                    let what = if self.in_object() {
                        "neither a comma nor the end of the object"
                    } else {
                        "neither a comma nor the end of the array"
                    };
                    return Err(self.error(what));
                }
            }
        }
        self.token_start = self.scan.at;
        match (self.expect, byte) {
            (Expect::FirstKey, Some(b'}')) => Ok(Some(self.close(Token::ObjectEnd))),
            (Expect::FirstElement, Some(b']')) => Ok(Some(self.close(Token::ArrayEnd))),
            (Expect::FirstKey | Expect::Key, Some(b'"')) => Ok(Some(Token::Key(self.key()?))),
            (Expect::FirstKey | Expect::Key, _) => Err(self.error("no member name where one is due")),
            (Expect::Nothing, None) if !self.scan.cut => Ok(None),
            (Expect::Nothing, _) => Err(self.error("more text after the end of the value")),
            (Expect::Value | Expect::FirstElement | Expect::CommaOrEnd, byte) => self.value(byte).map(Some),
        }
    }

    /// The name of the next member of the innermost object; `None` at the object's end. As [`Tokens::next`], which it may
    /// stand in for wherever one of the two is due, but faster.
    ///
    /// # Errors
    /// As [`Tokens::next`].
    #[inline]
    pub fn next_key(&mut self) -> Result<Option<Text<'a>>, Box<Syntax>> {
        let at = self.scan.at;
        // the usual case, without white space
        if self.expect == Expect::CommaOrEnd
            && self.in_object()
            && self.scan.byte(at) == Some(b',')
            && self.scan.byte(at + 1) == Some(b'"')
        {
            self.scan.at = at + 1;
            self.token_start = at + 1;
            return self.key().map(Some);
        }
        Ok(match self.next()? {
            Some(Token::Key(key)) => Some(key),
            _ => None,
        })
    }

    /// Takes the name of the next member if `label` (comma, name in quotes, colon) stands here byte for byte; at an object's
    /// beginning without the comma. Where it answers `false` nothing was taken. For those who know which name is due.
    #[inline]
    pub fn take_key(&mut self, label: &str) -> bool {
        let label = match self.expect {
            Expect::CommaOrEnd if self.in_object() => label,
            Expect::FirstKey => label.get(1..).unwrap_or_default(),
            _ => return false,
        };
        let taken = self.scan.take(label);
        if taken {
            self.expect = Expect::Value;
        }
        taken
    }

    /// Passes over the rest of the value that `token` began.
    ///
    /// # Errors
    /// As [`Tokens::next`].
    pub fn skip(&mut self, token: Token<'a>) -> Result<(), Box<Syntax>> {
        if matches!(token, Token::ObjectStart | Token::ArrayStart) {
            let outside = self.depth - 1;
            while self.depth > outside {
                self.next()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn in_object(&self) -> bool {
        self.stack & 1 == 1
    }

    #[cold]
    fn error(&self, what: &'static str) -> Box<Syntax> {
        let what = if self.scan.byte(self.scan.at).is_none() { "the text ends too early" } else { what };
        self.scan.error(self.scan.at, what)
    }

    /// Takes a name and its colon; the cursor stands on the opening quote.
    #[inline]
    fn key(&mut self) -> Result<Text<'a>, Box<Syntax>> {
        let key = self.scan.string()?;
        if self.scan.peek() != Some(b':') {
            return Err(self.error("member name without a colon"));
        }
        self.scan.at += 1;
        self.expect = Expect::Value;
        Ok(key)
    }

    #[inline]
    fn value(&mut self, byte: Option<u8>) -> Result<Token<'a>, Box<Syntax>> {
        let token = match byte {
            Some(b'"') => Token::String(self.scan.string()?),
            Some(b'{') => return self.open(true),
            Some(b'[') => return self.open(false),
            Some(b'-' | b'0'..=b'9') => Token::Number(self.scan.number()?),
            Some(b't') => self.scan.word("true").map(|()| Token::True)?,
            Some(b'f') => self.scan.word("false").map(|()| Token::False)?,
            Some(b'n') => self.scan.word("null").map(|()| Token::Null)?,
            _ => return Err(self.error("no value where one is due")),
        };
        self.expect = if self.depth == 0 { Expect::Nothing } else { Expect::CommaOrEnd };
        Ok(token)
    }

    fn open(&mut self, object: bool) -> Result<Token<'a>, Box<Syntax>> {
        if self.depth >= self.depth_max {
            return Err(Box::new(Syntax {
                at: self.scan.at,
                code: "too_deep",
                what: "nested too deeply: at most 64 levels are kept",
            }));
        }
        self.scan.at += 1;
        self.depth += 1;
        self.stack = self.stack << 1 | u128::from(object);
        self.expect = if object { Expect::FirstKey } else { Expect::FirstElement };
        Ok(if object { Token::ObjectStart } else { Token::ArrayStart })
    }

    fn close(&mut self, token: Token<'a>) -> Token<'a> {
        self.token_start = self.scan.at;
        self.scan.at += 1;
        self.depth -= 1;
        self.stack >>= 1;
        self.expect = if self.depth == 0 { Expect::Nothing } else { Expect::CommaOrEnd };
        token
    }
}
