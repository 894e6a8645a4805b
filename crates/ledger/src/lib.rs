//! The Merkle tree over all digests and its signed checkpoints, on disk.
//!
//! The ledger hashes opaque 32-byte digests; it knows no JSON (I-2). `tree/digests` holds them, `tree/level-N` the
//! hashes of the complete subtrees of 256^N leaves, so that C2SP tiles are slices of these files; `tree/checkpoints`
//! every checkpoint ever signed. `spec/ledger.md` defines their bytes.
//!
//! [`Ledger::checkpoint`] keeps the order that I-3 asks for: hashes durable, consistent with the checkpoint before and
//! with the mark kept outside the directory, signed, recorded, marked, and only then published.
//!
//! | module | what it holds |
//! |---|---|
//! | `ledger` | the log's tree: appending, signing, answering |
//! | `levels` | the files of digests and subtree hashes |
//! | `record` | the bytes of `tree/checkpoints` |
//! | `dates` | their times, and those of leaves |
//! | `chain` | what joins these records |
//! | `mark` | what is remembered outside |
//! | `keys` | origin and signing key |
//! | `verify` | checking everything |

mod ahead;
mod chain;
mod dates;
mod error;
mod keys;
mod ledger;
mod levels;
mod mark;
mod record;
mod verify;

pub use ahead::DigestsAhead;
pub use chain::ChainKey;
pub use dates::LEAF_AGE_US_MAX;
pub use error::{AppendError, BuildProofError, KeyFileError, MarkError, OpenLedgerError, ReadError, SignError};
pub use keys::{create_signing_key, load_signing_key, new_origin};
pub use ledger::{Ledger, LedgerEnv, Published};
pub use mark::{MarkState, OlderMark, mark_path};
pub use verify::{Beyond, Recorded, TreeCheck, TreeFinding, TreeReport, verify_tree};

/// The log's name, one line, inside the tree's folder.
const ORIGIN_FILE: &str = "origin";
/// Every checkpoint ever signed, inside the tree's folder. Creation makes it last: where it is, the log exists.
pub const CHECKPOINTS_FILE: &str = "checkpoints";
