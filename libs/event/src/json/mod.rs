//! JSON text, exactly: a strict scanner without recursion, and the writer of strings.
