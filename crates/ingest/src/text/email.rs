//! E-mail addresses: whether a text is one, and the first one inside a text.

/// Domains whose addresses belong to programs, not people.
const PROGRAM_DOMAINS: [&str; 2] = ["gserviceaccount.com", "svc.id.goog"];
/// Local parts that never belong to a person.
const PROGRAM_NAMES: [&str; 6] = ["noreply", "no-reply", "donotreply", "do-not-reply", "git", "system"];

/// Whether the whole text is one e-mail address.
pub(crate) fn is(text: &str) -> bool {
    find(text).is_some_and(|found| found.len() == text.len())
}

/// The first address of a person inside a text.
pub(crate) fn of_person(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(found) = find(rest) {
        if !belongs_to_program(found) {
            return Some(found);
        }
        let end = found.as_ptr() as usize - rest.as_ptr() as usize + found.len();
        rest = rest.get(end..)?;
    }
    None
}

fn belongs_to_program(address: &str) -> bool {
    let (name, domain) = address.rsplit_once('@').unwrap_or_default();
    PROGRAM_DOMAINS.iter().any(|end| domain.ends_with(end)) || PROGRAM_NAMES.contains(&name)
}

/// The first address inside a text: a local part, `@`, and a domain with a dot and letters at its end.
fn find(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b'@', bytes) {
        let local = bytes.get(..at)?.iter().rev().take_while(|byte| is_local(**byte)).count();
        let domain = bytes.get(at + 1..)?.iter().take_while(|byte| is_domain(**byte)).count();
        let start = at - local;
        let name = text.get(start..at)?;
        let trimmed = name.trim_start_matches(['.', '-', '\'', '/', '=', '&']);
        let start = start + name.len() - trimmed.len();
        let host = text.get(at + 1..at + 1 + domain)?.trim_end_matches(['.', '-']);
        let ending = host.rsplit_once('.').map(|(_, ending)| ending);
        let plausible =
            ending.is_some_and(|ending| ending.len() >= 2 && ending.bytes().all(|byte| byte.is_ascii_alphabetic()));
        if !trimmed.is_empty() && plausible && !host.starts_with(['.', '-']) && !host.contains("..") {
            return text.get(start..at + 1 + host.len());
        }
    }
    None
}

const fn is_local(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-' | b'\'' | b'#')
}

const fn is_domain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-')
}

#[cfg(test)]
mod tests {
    use super::{is, of_person};

    #[test]
    fn addresses_are_told_from_other_texts() {
        assert!(is("anna.b+c@mail.example.com"));
        for text in ["anna", "@example.com", "anna@host", "git@github.com:a/b", "a b@example.com", "x@1.2"] {
            assert!(!is(text), "{text}");
        }
    }

    #[test]
    fn the_first_person_is_found_inside_a_text() {
        assert_eq!(of_person("user:anna@example.com"), Some("anna@example.com"));
        assert_eq!(of_person("{\"to\":\"a@b.io\"}"), Some("a@b.io"));
        assert_eq!(of_person("x@p.iam.gserviceaccount.com, bob@example.org."), Some("bob@example.org"));
        assert_eq!(of_person("git@github.com:acme/x.git"), None);
        assert_eq!(of_person("x@p.iam.gserviceaccount.com"), None);
    }
}
