//! The durable, ordered record of lines that are not sealed yet
