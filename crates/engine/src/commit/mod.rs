//! The sequencer writes what is admitted to journal, ledger and tail; the signer signs checkpoints.

pub(crate) mod received;
pub(crate) mod record;
pub(crate) mod sequencer;
pub(crate) mod signing;
pub(crate) mod stepped;
pub(crate) mod tail;
pub(crate) mod tree;
