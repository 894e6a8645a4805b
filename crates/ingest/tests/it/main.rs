//! Integration tests of the mapping engine.
