//! The Merkle tree over all digests and its signed checkpoints, on disk
