//! Country names as vendors write them, to ISO 3166-1 codes.

use std::collections::HashMap;
use std::sync::LazyLock;

const TABLE: &str = include_str!("countries.tsv");

static BY_NAME: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    let rows = TABLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    rows.flat_map(|(code, names)| names.split('\t').chain([code]).map(move |name| (name.to_lowercase(), code)))
        .collect()
});

/// The two-letter code of a country given by name or code, upper case; `None` if it is neither.
pub(crate) fn code(text: &str) -> Option<&'static str> {
    BY_NAME.get(text.trim().to_lowercase().as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn names_and_codes_give_codes() {
        for (text, expected) in
            [("United States", "US"), ("us", "US"), ("United Kingdom", "GB"), ("Iceland", "IS"), ("south korea", "KR")]
        {
            assert_eq!(code(text), Some(expected), "{text}");
        }
        assert_eq!(code("Atlantis"), None);
    }
}
