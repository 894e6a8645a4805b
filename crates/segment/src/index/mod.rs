//! The index of a run of rows: builder and reader.
