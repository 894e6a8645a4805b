//! Merging indexes of neighbouring leaves, as streams: rows are numbered anew, and each section is written from the same sections
//! of the sources, which are sorted already. No line is read.
//!
//! The bytes are those that the builder gives for all rows at once, except for fields kept as pairs: a value that had enough rows
//! for a dictionary in one source stays there with these rows, and all other rows stay pairs, since a hash does not tell its
//! value.
//!
//! Memory: four bytes a row where the sources overlap in time; a few bits a row for the set that is being written; a mebibyte for
//! each list of the section in the making, at most seven, beyond which lists go to temporary files; and of the sources, that
//! section and its row sets, a hundred megabytes for sixteen million rows.

mod dictionary;
mod error;
mod ids;
mod order;
mod output;
mod pace;
mod packing;
mod pairs;
mod paths;
mod sets;
mod spool;
mod tokens;
mod values;

use std::path::Path;

use env::Disk;
use proof::Digest;

pub use self::error::IndexMergeError;
use self::order::Order;
use self::output::IndexOutput;
use self::pace::Pace;
use self::sets::SetsOutput;
pub use self::spool::SPOOL_BYTES;
use self::spool::Scratch;
use super::fold::Class;
use super::format::{INDEX_ROWS_MAX, Keeping, Kind, SectionName};
use super::{Index, IndexError};
use crate::field::{Field, Text};
use crate::secret::IndexKey;

/// Where the merged index goes, and on what terms.
pub struct MergeInto<'a> {
    /// The disk.
    pub disk: &'a dyn Disk,
    /// A new file, which must not exist.
    pub file: &'a Path,
    /// SHA-256 of the file of lines, for the trailer; `None`: the file is the index alone, without a trailer.
    pub lines: Option<&'a Digest>,
    /// The key for the MAC in the trailer.
    pub key: IndexKey,
    /// Bytes of each list that are held in memory: [`SPOOL_BYTES`] unless a test wants less.
    pub spool_bytes: usize,
    /// Whether to go on; asked often.
    pub go_on: &'a dyn Fn() -> bool,
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
    // The merge reads its own copies, and forgets them section by section.
    let mut own = Sources::afresh(sources)?;
    let order = Order::write(&own.begin(), rows, &scratch, &mut output, &mut pace)?;
    ids::write(&own.begin(), &scratch, &mut output)?;
    let mut sets = SetsOutput::new(&scratch);
    for step in Step::all() {
        let merge = Merge {
            sources: &own.begin(),
            rows,
            order: &order,
            scratch: &scratch,
            sets: &mut sets,
            output: &mut output,
            pace: &mut pace,
        };
        merge.write(step)?;
    }
    output.section(Kind::Sets.alone(), &[], [sets.into_spool()])?;
    output.finish(first.first_leaf(), rows, first.seed(), into.lines.map(|lines| (lines, &into.key)))
}

/// The indexes to be merged, in copies that the merge alone uses.
struct Sources(Vec<Index>);

impl Sources {
    fn afresh(sources: &[&Index]) -> Result<Self, IndexError> {
        sources.iter().map(|source| source.afresh()).collect::<Result<_, _>>().map(Self)
    }

    /// Begins a section: nothing of those before stays in memory.
    fn begin(&mut self) -> Vec<&Index> {
        self.0.iter_mut().for_each(Index::forget);
        self.0.iter().collect()
    }
}

/// A section, or some that are written together.
#[derive(Clone, Copy)]
enum Step {
    Dictionary(SectionName),
    Pairs(Field),
    Paths(Field),
    Tokens(Text, Class),
}

impl Step {
    /// All that need sets, in the order of the file.
    fn all() -> Vec<Self> {
        let of_field = |field: Field| match Keeping::of(field) {
            Keeping::Dictionary => vec![Self::Dictionary(Kind::Dictionary.of_field(field))],
            Keeping::Pairs => vec![Self::Dictionary(Kind::Dictionary.of_field(field)), Self::Pairs(field)],
            Keeping::Paths => vec![Self::Paths(field)],
            Keeping::Id | Keeping::Tokens(_) => Vec::new(),
        };
        let of_text = |text: Text| {
            let tokens = Class::ALL.into_iter().map(move |class| Self::Tokens(text, class));
            tokens.chain([Self::Dictionary(Kind::TextFacts.of_text(text, 0))])
        };
        Field::ALL.into_iter().flat_map(of_field).chain(Text::ALL.into_iter().flat_map(of_text)).collect()
    }
}

/// What a section is made with.
struct Merge<'m, 's> {
    sources: &'m [&'m Index],
    rows: u32,
    order: &'m Order,
    scratch: &'s Scratch<'s>,
    sets: &'m mut SetsOutput<'s>,
    output: &'m mut IndexOutput,
    pace: &'m mut Pace<'s>,
}

impl Merge<'_, '_> {
    fn write(mut self, step: Step) -> Result<(), IndexMergeError> {
        match step {
            Step::Dictionary(name) => self.dictionary(name),
            Step::Pairs(field) => self.pairs(field),
            Step::Paths(field) => self.paths(field),
            Step::Tokens(text, class) => self.tokens(text, class as u8),
        }
    }
}
