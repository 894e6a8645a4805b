//! Personal values: the one way from a sealed disclosure to its text.
//!
//! Whoever shows, matches, sorts, counts or exports values goes by a [`sight::Sight`], which says of whom which kind of value may be
//! seen. What may not is not opened, and is neither told from what was erased nor from what never was. Two make no one see
//! anything: [`indexing`], which makes of a text what the index holds, and [`checking`], which says whether a disclosure is sound.
//! `tests/test_modules.py` refuses to open a disclosure anywhere else.

pub(crate) mod checking;
mod disclosing;
pub(crate) mod indexing;
pub(crate) mod lately;
pub(crate) mod named;
pub(crate) mod opener;
pub(crate) mod sight;
pub(crate) mod texts;
pub(crate) mod visible;

pub(crate) use disclosing::Disclosing;
