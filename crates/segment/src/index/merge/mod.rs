//! Merging indexes of neighbouring leaves, as streams: the rows of each are numbered anew, and every section is written from
//! the same sections of the others, which lie in order already. No line is read.
//!
//! The bytes are those that the builder gives for all rows at once, but for values of fields kept as pairs: those that had
//! enough rows for a dictionary in one of the indexes stay there with these rows, and all others stay pairs, since a value
//! is not known from its hash.
//!
//! Memory, whatever the number of rows: four bytes a row where rows of the indexes lie among one another in time, a few bits a row
//! for the set that is being written, a mebibyte for each list of the section in the making, of which there are at most seven;
//! what is longer lies in temporary files meanwhile.

mod dictionary;
mod ids;
mod order;
mod output;
mod packing;
mod pairs;
mod paths;
mod sets;
mod spool;
mod tokens;
mod values;

use std::io;
use std::path::{Path, PathBuf};

use env::Disk;

use self::order::Order;
use self::output::IndexOutput;
use self::sets::SetsOutput;
use self::spool::Scratch;
use super::format::{INDEX_ROWS_MAX, Keeping, Kind};
use super::{Index, IndexError};
use crate::part::{Field, Text};

/// Why indexes were not merged. The file begun is of no use; whoever named it removes it.
#[derive(Debug, thiserror::Error)]
pub enum IndexMergeError {
    /// One of them is damaged. Remedy: [`crate::sealed::reindex`].
    #[error("an index to be merged cannot be used")]
    Source(#[from] IndexError),
    /// The disk failed or is full. Remedy: make room or look at the disk.
    #[error("cannot write {}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system answered.
        source: io::Error,
    },
    /// Together they hold more than the format can count. Remedy: none is needed; they stay apart.
    #[error("the merged index would have more {what} than one may")]
    TooLarge {
        /// Of what there is too much.
        what: &'static str,
    },
    /// It was given up, as the caller asked for.
    #[error("merging was given up")]
    GivenUp,
}

/// Where the merged index goes, and on what terms.
pub struct MergeInto<'a> {
    /// The disk.
    pub disk: &'a dyn Disk,
    /// A new file, which must not exist.
    pub file: &'a Path,
    /// What follows the index in its file.
    pub trailer: &'a [u8],
    /// Bytes of each list that are held in memory: [`SPOOL_BYTES`] unless a test wants less.
    pub spool_bytes: usize,
    /// Whether to go on; asked often.
    pub go_on: &'a dyn Fn() -> bool,
}

/// Bytes of a list that are held in memory.
pub const SPOOL_BYTES: usize = 1 << 20;

/// Steps between two looks at whether to go on: some milliseconds' worth.
const STEPS_A_LOOK: u64 = 1 << 14;

/// Counts steps, and looks now and then whether to go on.
struct Pace<'a> {
    go_on: &'a dyn Fn() -> bool,
    steps: u64,
}

impl Pace<'_> {
    fn step(&mut self, steps: u64) -> Result<(), IndexMergeError> {
        let before = self.steps / STEPS_A_LOOK;
        self.steps += steps;
        if self.steps / STEPS_A_LOOK == before || (self.go_on)() { Ok(()) } else { Err(IndexMergeError::GivenUp) }
    }
}

/// Writes and syncs one index of all rows of `sources`, which must be of neighbouring leaves in their order and have one seed.
///
/// Cost: every section is read once, and written twice where it is longer than what is held in memory; about 1.5 µs a
/// row. Memory: above.
///
/// # Errors
/// [`IndexMergeError`].
///
/// # Panics
/// If the sources are none, not neighbours, or of several seeds.
pub fn merge_indexes(sources: &[&Index], into: &MergeInto<'_>) -> Result<(), IndexMergeError> {
    let (first, last) = match sources {
        [first, .., last] => (*first, *last),
        [only] => (*only, *only),
        [] => panic!("there is something to merge"),
    };
    for pair in sources.windows(2) {
        let &[before, behind] = pair else { continue };
        assert_eq!(
            before.first_leaf() + u64::from(before.rows()),
            behind.first_leaf(),
            "merged indexes are neighbours"
        );
    }
    assert!(sources.iter().all(|source| source.seed() == first.seed()), "the indexes of a log have one seed");
    let rows = last.first_leaf() + u64::from(last.rows()) - first.first_leaf();
    let rows = u32::try_from(rows).ok().filter(|rows| *rows <= INDEX_ROWS_MAX);
    let rows = rows.ok_or(IndexMergeError::TooLarge { what: "rows" })?;

    let scratch = Scratch::new(into.disk, into.file, into.spool_bytes);
    let mut pace = Pace { go_on: into.go_on, steps: 0 };
    let mut output = IndexOutput::create(into.disk, into.file)?;
    let order = Order::write(sources, rows, &scratch, &mut output, &mut pace)?;
    ids::write(sources, &scratch, &mut output)?;
    let mut merge = Merge { sources, rows, order, scratch: &scratch, sets: SetsOutput::new(&scratch), output, pace };
    merge.fields()?;
    merge.texts()?;
    let Merge { sets, mut output, .. } = merge;
    output.section(Kind::Sets.alone(), &[], [sets.into_spool()])?;
    output.finish(first.first_leaf(), rows, first.seed(), into.trailer)
}

/// What every section is made with.
struct Merge<'m> {
    sources: &'m [&'m Index],
    rows: u32,
    order: Order,
    scratch: &'m Scratch<'m>,
    sets: SetsOutput<'m>,
    output: IndexOutput,
    pace: Pace<'m>,
}

impl Merge<'_> {
    fn fields(&mut self) -> Result<(), IndexMergeError> {
        for field in Field::ALL {
            match Keeping::of(field) {
                Keeping::Dictionary => self.dictionary(Kind::Dictionary.of_field(field))?,
                Keeping::Pairs => {
                    self.dictionary(Kind::Dictionary.of_field(field))?;
                    self.pairs(field)?;
                }
                Keeping::Paths => self.paths(field)?,
                Keeping::Id | Keeping::Tokens(_) => {}
            }
        }
        Ok(())
    }

    fn texts(&mut self) -> Result<(), IndexMergeError> {
        for text in Text::ALL {
            self.tokens(text)?;
            self.dictionary(Kind::TextFacts.of_text(text, 0))?;
        }
        Ok(())
    }
}

/// A number that the format keeps in 32 bits.
fn u32_of(number: u64, what: &'static str) -> Result<u32, IndexMergeError> {
    u32::try_from(number).map_err(|_| IndexMergeError::TooLarge { what })
}
