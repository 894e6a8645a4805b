//! Cutting what is too long for a field; the whole stays in `properties`.

/// The longest start of at most `bytes_max` bytes that ends on a character, with `…` where something was cut.
pub(crate) fn cut(text: &str, bytes_max: usize) -> Option<String> {
    const MARK: &str = "…";
    if text.len() <= bytes_max {
        return None;
    }
    let mut end = bytes_max.saturating_sub(MARK.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Some(format!("{}{MARK}", text.get(..end).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn a_cut_text_fits_and_is_marked() {
        assert_eq!(cut("short", 10), None);
        assert_eq!(cut("äääää", 8).as_deref(), Some("ää…"));
        assert!(cut(&"x".repeat(100), 50).unwrap().len() <= 50);
    }
}
