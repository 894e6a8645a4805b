//! Merkle tree hashing, proofs, tiles, signed notes and checkpoints of the Indelible audit log; no I/O.
//!
//! The tree is that of RFC 6962 over SHA-256, and its leaf data is the 32-byte digest of a line:
//!
//! ```text
//! digest            = SHA-256(line)
//! leaf              = SHA-256(0x00 ‖ digest)
//! node(left, right) = SHA-256(0x01 ‖ left ‖ right)
//! empty tree        = SHA-256("")
//! ```
//!
//! To check what a log claims, an outsider needs three things: the line, its `.tlog-proof` and the log's verifier key.
//!
//! ```
//! use indelible_proof::{self as proof, Checkpoint, Digest, LeafIndex, MemoryTree, TreeSize, TlogProof, SigningKey};
//!
//! // The log: three lines, one checkpoint, a proof for the second line.
//! let lines = ["{\"v\":1,\"id\":\"a\"}", "{\"v\":1,\"id\":\"b\"}", "{\"v\":1,\"id\":\"c\"}"];
//! let tree: MemoryTree = lines.iter().map(|line| Digest::of(line.as_bytes()).leaf_hash()).collect();
//! let key = SigningKey::from_seed("audit.example/0123456789abcdef", &[7; 32])?;
//! let checkpoint = Checkpoint { origin: key.name().to_owned(), size: tree.size(), root: tree.root() };
//! let path = proof::inclusion_path(LeafIndex(1), TreeSize(3), &tree)?;
//! let text = TlogProof { index: LeafIndex(1), path, checkpoint_note: checkpoint.sign(&key)?.to_string() }.to_string();
//!
//! // The outsider.
//! let proof: TlogProof = text.parse()?;
//! let proven = proof.verify(&Digest::of(lines[1].as_bytes()), &key.verifier())?;
//! assert_eq!(proven.size, TreeSize(3));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds | source |
//! |---|---|---|
//! | root of the crate | hashes, numbers, building and checking proofs, the right edge | RFC 6962 §2.1, RFC 9162 §2.1 |
//! | [`tile`] | names and bytes of tiles and entry bundles | C2SP tlog-tiles |
//! | [`note`] | signed notes and keys | C2SP signed-note |
//! | [`checkpoint`] | what a log signs | C2SP tlog-checkpoint |
//! | [`receipt`] | what a log signs for those whose entries it has recorded | spec/receipt.md |
//! | [`tlog_proof`] | the proof file | C2SP tlog-proof |

pub mod checkpoint;
mod consistency;
mod digest_map;
mod edge;
mod hash;
mod inclusion;
mod memory;
mod nodes;
pub mod note;
mod numbers;
pub mod receipt;
mod subtree;
pub mod tile;
pub mod tlog_proof;

pub use checkpoint::{Checkpoint, CheckpointError};
pub use consistency::{consistency_path, verify_consistency};
pub use digest_map::{DigestMap, FirstBytes};
pub use edge::{EdgeError, RightEdge};
pub use hash::{Digest, Hash, HexError, empty_root, leaf_hash, node_hash};
pub use inclusion::{ProofError, inclusion_path, verify_inclusion};
pub use memory::{MemoryTree, NoSuchNode};
pub use nodes::{BuildError, NodeSource, root};
pub use note::{NoteError, SignedNote, SigningKey, VerifierKey};
pub use numbers::{LEAVES_MAX, LeafIndex, TreeSize};
pub use receipt::{Acknowledged, RECEIPT_BEGIN, Receipt, ReceiptError};
pub use subtree::{subtree_path, verify_subtree};
pub use tile::TilePath;
pub use tlog_proof::{TlogProof, TlogProofError};
