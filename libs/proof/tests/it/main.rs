//! Tests of the published surface against foreign and golden vectors.
