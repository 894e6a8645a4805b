//! Card numbers.

use serde::Deserialize;

/// Digits of the shortest and the longest card number (ISO/IEC 7812).
const DIGITS: std::ops::RangeInclusive<usize> = 13..=19;

/// One issuer's numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Issuer {
    pub(super) issuer: String,
    /// First digits, from and to, both of the same length.
    pub(super) prefixes: Vec<[u32; 2]>,
    /// How many digits the numbers have.
    pub(super) lengths: Vec<usize>,
}

/// Whether the whole text is a card number of one of the issuers.
///
/// Cost: a look at length and first byte for nearly every text.
pub(super) fn is_card(text: &str, issuers: &[Issuer]) -> bool {
    let bytes = text.as_bytes();
    let possible = bytes.len() >= *DIGITS.start()
        && bytes.len() < 2 * DIGITS.end()
        && bytes.first().is_some_and(u8::is_ascii_digit)
        && bytes.last().is_some_and(u8::is_ascii_digit);
    if !possible {
        return false;
    }
    let mut digits = [0_u8; 19];
    let mut count = 0;
    let mut gap = false;
    for &byte in bytes {
        match byte {
            b'0'..=b'9' => {
                let Some(digit) = digits.get_mut(count) else { return false };
                *digit = byte - b'0';
                count += 1;
                gap = false;
            }
            b' ' | b'-' if !gap => gap = true,
            _ => return false,
        }
    }
    let digits = digits.get(..count).unwrap_or_default();
    DIGITS.contains(&count) && issuers.iter().any(|issuer| issuer.issues(digits)) && luhn(digits)
}

impl Issuer {
    fn issues(&self, digits: &[u8]) -> bool {
        let starts = |[from, to]: &[u32; 2]| {
            let length = from.checked_ilog10().unwrap_or(0) as usize + 1;
            let prefix = digits.iter().take(length).fold(0, |number, digit| number * 10 + u32::from(*digit));
            (*from..=*to).contains(&prefix)
        };
        self.lengths.contains(&digits.len()) && self.prefixes.iter().any(starts)
    }
}

/// Source: ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(*digit);
            match place % 2 {
                0 => digit,
                _ if digit > 4 => 2 * digit - 9,
                _ => 2 * digit,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}
