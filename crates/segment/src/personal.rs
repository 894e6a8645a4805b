//! Whether disclosures are those that a line commits to.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use event::Entry;
use sha2::{Digest as _, Sha256};

/// The digests of an element's disclosures in the order identity, connection, fields.
pub type Digests3 = [Option<[u8; 32]>; 3];

/// Returns whether the digests, per element of the line's `personal` and there by kind, are what the line commits to:
/// each element's `digest` is the SHA-256 over the digests of its disclosures in the order identity, connection, fields.
pub(crate) fn commits_to(entry: &Entry<'_>, digests: &[Digests3]) -> bool {
    entry.personal.len() == digests.len()
        && entry.personal.iter().zip(digests).all(|(personal, element)| combined(element) == personal.digest)
}

/// Returns whether a line commits to disclosures with these digests, per element of its `personal` and there by kind, and to
/// no others. The line is not parsed: `personal` is its last member (spec/entry.md). Cost: a hash an element.
#[must_use]
pub fn names(line: &[u8], digests: &[Digests3]) -> bool {
    const BEGIN: &[u8] = b",\"personal\":[";
    if digests.is_empty() {
        return !line.ends_with(b"\"}]}");
    }
    // The last place is the member itself: inside a string the quotes would be escaped, and `changes` and `properties` stand
    // before it.
    let Some(at) = memchr::memmem::rfind(line, BEGIN) else { return false };
    let mut rest = line.get(at + BEGIN.len()..).unwrap_or_default();
    for element in digests {
        let Some(after) = element_after(rest, &combined(element)) else { return false };
        rest = after.strip_prefix(b",").unwrap_or(after);
    }
    rest == b"]}"
}

/// What follows the element `{"of":"…","digest":"…"}` that `rest` begins with, if its digest is this one.
fn element_after<'l>(rest: &'l [u8], digest: &[u8; 32]) -> Option<&'l [u8]> {
    let mut of = rest.strip_prefix(b"{\"of\":\"")?;
    loop {
        match of.get(memchr::memchr2(b'"', b'\\', of)?..)? {
            [b'\\', _, after @ ..] => of = after,
            [_, after @ ..] => {
                let after = after.strip_prefix(b",\"digest\":\"")?;
                let (text, after) = after.split_first_chunk::<43>()?;
                let mut expected = [0; 43];
                let written = URL_SAFE_NO_PAD.encode_slice(digest, &mut expected);
                return after.strip_prefix(b"\"}").filter(|_| written == Ok(expected.len()) && *text == expected);
            }
            [] => return None,
        }
    }
}

fn combined(element: &Digests3) -> [u8; 32] {
    let mut hasher = Sha256::new();
    element.iter().flatten().for_each(|digest| hasher.update(digest));
    hasher.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_disclosures_and_no_others() {
        let (first, second): (Digests3, Digests3) = ([Some([1; 32]), None, None], [Some([2; 32]), Some([3; 32]), None]);
        let element =
            |of: &str, digests| format!(r#"{{"of":"{of}","digest":"{}"}}"#, URL_SAFE_NO_PAD.encode(combined(digests)));
        let line = |elements: &[String]| format!(r#"{{"v":1,"source":"dev","personal":[{}]}}"#, elements.join(","));
        let both = line(&[element(r#"user:\"1\"\\"#, &first), element("user:2", &second)]);
        assert!(names(both.as_bytes(), &[first, second]));
        for others in [&[][..], &[first], &[second], &[second, first], &[first, second, second]] {
            assert!(!names(both.as_bytes(), others), "{others:?}");
        }
        assert!(names(br#"{"v":1,"source":"dev"}"#, &[]));
        assert!(!names(br#"{"v":1,"source":"dev"}"#, &[first]));
    }
}
