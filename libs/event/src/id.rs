//! UUIDv7.
