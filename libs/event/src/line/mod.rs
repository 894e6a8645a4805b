//! The one function that writes a line.
