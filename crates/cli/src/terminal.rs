//! Text for terminals: what attackers wrote is shown, never obeyed; long work shows how far it is.

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

/// A bar that counts entries, on the error output; nothing where that is no terminal.
pub(crate) fn entries_bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    match ProgressStyle::with_template("{bar:40} {pos}/{len} entries, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Control characters and marks that turn the writing direction, made visible.
pub(crate) fn harmless(text: &str) -> String {
    let shown = |c: char| match c {
        c if c.is_control() => c.escape_default().collect::<String>(),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => {
            c.escape_unicode().collect()
        }
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// A member of an entry as text; nothing where there is none.
pub(crate) fn member(entry: &Value, pointer: &str) -> String {
    match entry.pointer(pointer) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => harmless(text),
        Some(other) => harmless(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn escapes_are_shown_and_not_obeyed() {
        assert_eq!(super::harmless("a\u{1b}[31mb\r\n\u{202e}c ü"), "a\\u{1b}[31mb\\r\\n\\u{202e}c ü");
    }
}
