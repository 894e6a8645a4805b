//! The tail: what makes lines searchable that are not sealed yet.
