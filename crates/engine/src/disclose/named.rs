//! Whether disclosures are those that a line commits to.

use segment::{Digests3, Disclosed, PartError};

/// Fails unless the line commits to these disclosures: those of somebody else may be sound in themselves, and are still not this
/// line's.
pub(crate) fn must_name(line: &[u8], leaf: u64, disclosed: &Disclosed) -> Result<(), PartError> {
    let digests: Vec<Digests3> = disclosed
        .iter()
        .map(|element| element.each_ref().map(|record| record.as_ref().map(|record| record.digest)))
        .collect();
    if segment::names(line, &digests) { Ok(()) } else { Err(PartError::NotCommitted { leaf }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use event::personal::{SealedDisclosure, combined_digest};
    use event::{Kind, PersonId};

    #[test]
    fn the_sound_disclosures_of_somebody_else_are_none_of_the_line() {
        let record = |n: u8| SealedDisclosure {
            digest: [n; 32],
            person: PersonId([n; 16]),
            kind: Kind::Identity,
            ciphertext: vec![n],
        };
        let line = |n: u8| {
            let digest = combined_digest([&[n; 32]]);
            let digest: String = base64(&digest);
            format!(r#"{{"v":1,"source":"test","personal":[{{"of":"user:{n}","digest":"{digest}"}}]}}"#)
        };
        for (of, read) in [(1, 1), (1, 2), (2, 1)] {
            let named = must_name(line(of).as_bytes(), 7, &vec![[Some(record(read)), None, None]]);
            assert_eq!(named.is_ok(), of == read, "{named:?}");
        }
        assert!(matches!(must_name(line(1).as_bytes(), 7, &Vec::new()), Err(PartError::NotCommitted { leaf: 7 })));
    }

    fn base64(bytes: &[u8]) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let bits = |at: usize| {
            (0..6).fold(0, |six, bit| {
                (six << 1) | bytes.get((at + bit) / 8).map_or(0, |byte| (byte >> (7 - (at + bit) % 8)) & 1)
            })
        };
        (0..bytes.len() * 8).step_by(6).map(|at| char::from(LETTERS[usize::from(bits(at))])).collect()
    }
}
