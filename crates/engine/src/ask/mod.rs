//! Questions, and what a caller may see of the answers. [`reader::Reader`] is the one way there.

pub(crate) mod caller;
pub(crate) mod checkpoints;
pub mod inspect;
pub(crate) mod limits;
pub(crate) mod permitted;
pub(crate) mod public_tree;
pub(crate) mod reach;
pub(crate) mod reader;
pub(crate) mod shown;
pub(crate) mod sources;
pub(crate) mod watched;
