use super::{Text, Token};

/// Hash and length of a JSON pointer.
pub type Mark = (u64, usize);

/// Follows tokens as [`super::Path`] does, and knows hash and length of the pointer all the time: each step costs its own
/// length, however deep it is. Feed it every token of one value.
#[derive(Debug)]
pub struct Trail {
    /// Of the value itself.
    base: Mark,
    /// One per open object or array.
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    /// Of the object or array.
    around: Mark,
    /// Elements passed, in an array.
    element: Option<usize>,
    /// Of the member or element.
    here: Mark,
}

impl Trail {
    /// `base` = the pointer of the value whose tokens follow.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: Self::mark(base), steps: Vec::new() }
    }

    /// The mark of a pointer.
    #[must_use]
    pub fn mark(pointer: &str) -> Mark {
        append((0xCBF2_9CE4_8422_2325, 0), pointer.bytes())
    }

    /// Takes note of a token, as [`super::Path::follow`] does.
    pub fn follow(&mut self, token: &Token<'_>) {
        match token {
            Token::Key(name) => {
                if let Some(step) = self.steps.last_mut() {
                    step.here = named(step.around, name);
                }
            }
            Token::ObjectEnd | Token::ArrayEnd => {
                self.steps.pop();
            }
            _ => {
                if let Some(Step { around, element: Some(element), here }) = self.steps.last_mut() {
                    *here = append(append(*around, [b'/']), element.to_string().bytes());
                    *element += 1;
                }
            }
        }
        let element = match token {
            Token::ObjectStart => None,
            Token::ArrayStart => Some(0),
            _ => return,
        };
        let around = self.here();
        self.steps.push(Step { around, element, here: around });
    }

    /// Takes note that the rest of the value that `token` began was passed over.
    pub fn pass(&mut self, token: &Token<'_>) {
        if matches!(token, Token::ObjectStart | Token::ArrayStart) {
            self.steps.pop();
        }
    }

    /// The mark of the place.
    #[must_use]
    pub fn here(&self) -> Mark {
        self.steps.last().map_or(self.base, |step| step.here)
    }
}

/// With a member's name, escaped as in a pointer.
fn named(around: Mark, name: &Text<'_>) -> Mark {
    let mut mark = append(around, [b'/']);
    for byte in name.decode().bytes() {
        mark = match byte {
            b'~' => append(mark, *b"~0"),
            b'/' => append(mark, *b"~1"),
            byte => append(mark, [byte]),
        };
    }
    mark
}

/// FNV-1a.
fn append((hash, length): Mark, bytes: impl IntoIterator<Item = u8>) -> Mark {
    bytes.into_iter().fold((hash, length), |(hash, length), byte| {
        ((hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3), length + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Path, Tokens};
    use super::*;

    #[test]
    fn it_is_where_the_path_is() {
        let json = r#"{"a":[1,{"~x/":{"b":"x","c\u002fd":null}},[[],[2]],"y"],"e":"z"}"#;
        let mut tokens = Tokens::new(json, 64);
        let mut path = Path::default();
        let mut trail = Trail::new("/base");
        while let Ok(Some(token)) = tokens.next() {
            path.follow(&token);
            trail.follow(&token);
            assert_eq!(trail.here(), Trail::mark(&path.pointer("/base")), "{token:?}");
        }
    }
}
