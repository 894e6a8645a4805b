//! JSON text, exactly: a strict scanner that never recurses, and the writer of strings.
//!
//! Own code rather than a parser crate, because the entry is about *text*: numbers, member order and escapes inside
//! `changes` and `properties` survive as received, strings are borrowed from the body for as long as the body lives,
//! lone surrogates, raw control characters and bad UTF-8 are refused, and depth is a counter, not the call stack.

mod duplicates;
mod path;
mod plain;
mod scan;
mod text;
mod tokens;
mod trail;
mod write;

pub use duplicates::Keys;
pub use path::Path;
pub use scan::Syntax;
pub use text::Text;
pub use tokens::{Token, Tokens};
pub use trail::{Mark, Trail};
pub use write::{compact, escape_pointer, push_string, shown, unescape_pointer};
