//! RFC 3339 times as microseconds and back.
