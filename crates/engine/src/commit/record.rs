//! Which disclosure records of a book of the journal belong to a line: the engine's own part of a journal frame.
//!
//! Byte by byte: spec/journal.md, "References". The records themselves are [`event::personal::SealedDisclosure::to_record`].

use env::{put_varint, read_varint};

/// Per element of a line's `personal`: numbers of its records (counted from the start of the book) in the order
/// identity, connection, fields.
pub(crate) type Numbers = Vec<[Option<u32>; 3]>;

/// Bytes that are no list of numbers, although the frame around them is whole: a mistake of ours, or a
/// file forged with care.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a journal frame holds references to disclosures that cannot be read")]
pub struct NumbersError;

/// Appends the numbers of a line: per element one byte (bit k: kind k is present), then the numbers, each a LEB128.
pub(crate) fn write_numbers(numbers: &[[Option<u32>; 3]], out: &mut Vec<u8>) {
    for element in numbers {
        let mask = element.iter().enumerate().fold(0, |mask, (at, number)| mask | (u8::from(number.is_some()) << at));
        out.push(mask);
        element.iter().flatten().for_each(|&number| put_varint(out, number));
    }
}

/// Reads what [`write_numbers`] wrote.
pub(crate) fn read_numbers(mut bytes: &[u8]) -> Result<Numbers, NumbersError> {
    let mut numbers = Vec::new();
    while let Some((&mask, rest)) = bytes.split_first() {
        bytes = rest;
        let mut element = [None; 3];
        if mask > 7 {
            return Err(NumbersError);
        }
        for (at, slot) in element.iter_mut().enumerate() {
            if mask & (1 << at) != 0 {
                let next = || {
                    let (&byte, rest) = bytes.split_first()?;
                    bytes = rest;
                    Some(byte)
                };
                *slot = Some(read_varint(next).ok_or(NumbersError)?);
            }
        }
        numbers.push(element);
    }
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back_as_written() {
        let numbers = vec![[Some(0), Some(127), None], [None; 3], [Some(128), None, Some(u32::MAX)]];
        let mut bytes = Vec::new();
        write_numbers(&numbers, &mut bytes);
        assert_eq!(read_numbers(&bytes), Ok(numbers));
        assert!(read_numbers(&bytes[..bytes.len() - 1]).is_err());
        assert!(read_numbers(&[8]).is_err());
        assert_eq!(read_numbers(&[]), Ok(vec![]));
    }
}
