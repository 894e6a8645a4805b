//! The indelible binary.
fn main() {}
