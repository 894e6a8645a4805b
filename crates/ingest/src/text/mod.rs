//! What is inside texts: times, addresses, e-mail addresses, countries, words.

pub(crate) mod address;
pub(crate) mod country;
pub(crate) mod cut;
pub(crate) mod email;
pub(crate) mod time;
pub(crate) mod words;
