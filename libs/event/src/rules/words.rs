//! Names taken apart into words: `clientSecret`, `x-api-key` and `API_Key` alike.

/// Appends the words of a name to `out`, in lower case and joined by `_`: a word ends at every character that is no
/// letter or digit, between a letter and a digit, before a capital that follows a small letter, and before the last
/// of several capitals that a small letter follows (`APIKey` → `api_key`).
pub(super) fn push_words(name: &str, out: &mut String) {
    let mut before: Option<char> = None;
    let mut chars = name.chars().peekable();
    let start = out.len();
    while let Some(c) = chars.next() {
        if !c.is_alphanumeric() {
            before = None;
            continue;
        }
        let starts = match before {
            None => true,
            Some(last) => {
                last.is_numeric() != c.is_numeric()
                    || (c.is_uppercase()
                        && (last.is_lowercase() || chars.peek().is_some_and(|next| next.is_lowercase())))
            }
        };
        if starts && out.len() > start {
            out.push('_');
        }
        if c.is_ascii() {
            out.push(c.to_ascii_lowercase());
        } else {
            out.extend(c.to_lowercase());
        }
        before = Some(c);
    }
}

/// See [`push_words`].
pub(super) fn words(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    push_words(name, &mut out);
    out
}

/// The word itself and what it may be an inflection of, most likely first: `copied` → `copied`, `copy`, `copi`, ….
/// None of them need be a word; they are looked up in a table.
pub(super) fn stems(word: &str) -> Vec<String> {
    let mut stems = vec![word.to_owned()];
    for (ending, instead) in
        [("ies", "y"), ("ied", "y"), ("s", ""), ("es", ""), ("d", ""), ("ed", ""), ("ing", "e"), ("ing", "")]
    {
        if let Some(stem) = word.strip_suffix(ending).filter(|stem| stem.len() >= 2) {
            let mut made = stem.to_owned();
            made.push_str(instead);
            stems.push(made);
            // dropped, dropping → drop
            let mut last = stem.chars().rev();
            if let (Some(a), Some(b)) = (last.next(), last.next())
                && a == b
                && ending.len() > 1
            {
                stems.push(stem.strip_suffix(a).unwrap_or(stem).to_owned());
            }
        }
    }
    stems
}

/// Words joined by `_`, and what they may be an inflection of: of the last word, or of the first (`signed_in`).
pub(super) fn phrase_stems(phrase: &str) -> Vec<String> {
    let mut all = stems(phrase);
    if let Some((first, rest)) = phrase.split_once('_') {
        all.extend(stems(first).into_iter().skip(1).map(|stem| format!("{stem}_{rest}")));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_every_style_have_the_same_words() {
        for name in ["client_secret", "clientSecret", "ClientSecret", "client-secret", "CLIENT_SECRET", "client.secret"]
        {
            assert_eq!(words(name), "client_secret");
        }
        assert_eq!(words("X-API-Key"), "x_api_key");
        assert_eq!(words("APIKey"), "api_key");
        assert_eq!(words("password2"), "password_2");
        assert_eq!(words("authorization.k8s.io/decision"), "authorization_k_8_s_io_decision");
        assert_eq!(words("Größe"), "größe");
        assert_eq!(words("--"), "");
    }

    #[test]
    fn inflected_words_lead_to_their_stem() {
        for (word, stem) in [
            ("created", "create"),
            ("creates", "create"),
            ("creating", "create"),
            ("dropped", "drop"),
            ("dropping", "drop"),
            ("copied", "copy"),
            ("policies", "policy"),
            ("accesses", "access"),
            ("added", "add"),
            ("revoked", "revoke"),
        ] {
            assert!(stems(word).iter().any(|candidate| candidate == stem), "{word}");
        }
    }
}
