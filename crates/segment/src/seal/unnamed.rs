//! What a file in the folder of segments is, by its name and its beginning.

use std::io;
use std::path::Path;

use env::{Disk, Kind, TEMPORARY_SUFFIX, begins_as};

use crate::names::{SegmentFile, SegmentName};

/// What a file is.
pub(crate) enum Placed {
    /// One of a segment's.
    Of(SegmentName),
    /// What sealing, merging or indexing has not finished: it holds nothing that is not elsewhere.
    Unfinished,
    /// Anything else, and what is wrong with it.
    Foreign(&'static str),
}

/// What a zstd frame begins with.
///
/// Source: RFC 8878 §3.1.1.
const ZSTD_BEGIN: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// A file in the making.
#[derive(Debug, PartialEq, Eq)]
enum Unfinished {
    Lines,
    Index,
    /// Disclosures, whose beginning is a person's disclosure; lists of a merge. Nothing in them says what they are.
    Unmarked,
}

/// Says what a file is. Cost: one small read of a temporary file.
///
/// # Errors
/// What the disk answers.
pub(crate) fn place(disk: &dyn Disk, path: &Path) -> io::Result<Placed> {
    let file_name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if let Some((name, _)) = SegmentName::parse(file_name) {
        return Ok(Placed::Of(name));
    }
    let is_ours = match unfinished(file_name) {
        None => return Ok(Placed::Foreign("no file of a segment is named so")),
        Some(Unfinished::Lines) => begins_as(disk, path, &ZSTD_BEGIN)?,
        Some(Unfinished::Index) => begins_as(disk, path, &index::MAGIC)?,
        Some(Unfinished::Unmarked) => disk.kind(path)? == Kind::Plain,
    };
    Ok(if is_ours {
        Placed::Unfinished
    } else {
        Placed::Foreign("it has a temporary name, and is not what sealing writes under it")
    })
}

/// Reads a temporary file's name: `<first>-open.<n>.<extension>` of a segment in the making, a segment's index made anew, and beside
/// either index `piece-<n>` or `<n>`, all with the temporary suffix.
fn unfinished(file_name: &str) -> Option<Unfinished> {
    let name = file_name.strip_suffix(TEMPORARY_SUFFIX)?;
    if let Some((beside, part)) = name.rsplit_once('.')
        && beside.ends_with(TEMPORARY_SUFFIX)
    {
        let of_index = unfinished(beside)? == Unfinished::Index;
        let (number, is) = match part.strip_prefix("piece-") {
            Some(number) => (number, Unfinished::Index),
            None => (part, Unfinished::Unmarked),
        };
        return (of_index && is_number(number)).then_some(is);
    }
    if let Some((_, SegmentFile::Index)) = SegmentName::parse(name) {
        return Some(Unfinished::Index);
    }
    let (first, rest) = name.split_once("-open.")?;
    let (number, extension) = rest.split_once('.')?;
    if first.len() < 12 || first.parse::<u64>().is_err() || !is_number(number) {
        return None;
    }
    SegmentFile::ALL.into_iter().find(|file| file.extension() == extension).map(|file| match file {
        SegmentFile::Lines => Unfinished::Lines,
        SegmentFile::Disclosures => Unfinished::Unmarked,
        SegmentFile::Index => Unfinished::Index,
    })
}

fn is_number(text: &str) -> bool {
    text.parse::<u32>().is_ok_and(|number| number.to_string() == text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_sealing_gives_are_temporary() {
        for (name, is) in [
            ("000000000020-open.0.ndjson.zst.tmp", Unfinished::Lines),
            ("000000000020-open.12.disc.tmp", Unfinished::Unmarked),
            ("000000000020-open.0.idx.tmp", Unfinished::Index),
            ("000000000020-open.0.idx.tmp.7.tmp", Unfinished::Unmarked),
            ("000000000000-000000000009.3.idx.tmp", Unfinished::Index),
            ("000000000000-000000000009.3.idx.tmp.piece-4.tmp", Unfinished::Index),
            ("000000000000-000000000009.3.idx.tmp.piece-4.tmp.0.tmp", Unfinished::Unmarked),
        ] {
            assert_eq!(unfinished(name), Some(is), "{name}");
        }
        for foreign in [
            "000000000000-my-notes.tmp",
            "000000000000-open.00.idx.tmp",
            "000000000000-open.0.txt.tmp",
            "00-open.0.idx.tmp",
            "000000000000-000000000009.3.disc.tmp",
            "000000000020-open.0.disc.tmp.7.tmp",
            "000000000020-open.0.idx.tmp.x.tmp",
            ".tmp.1.tmp",
            "anything.tmp",
        ] {
            assert_eq!(unfinished(foreign), None, "{foreign}");
        }
    }
}
