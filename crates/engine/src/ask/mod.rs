//! Questions, and what a caller may see of the answers.

pub(crate) mod checkpoints;
pub(crate) mod disclosed;
pub(crate) mod limits;
pub(crate) mod opener;
pub(crate) mod questions;
pub(crate) mod rows;
pub(crate) mod visible;
pub(crate) mod watched;
