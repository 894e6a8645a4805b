//! One mapping engine with ready mappings: vendor records in, events out
