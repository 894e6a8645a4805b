//! Merkle tree hashing, proofs, tiles, signed notes and checkpoints of the Indelible audit log; no I/O
