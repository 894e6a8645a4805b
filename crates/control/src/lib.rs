//! What is settled about access, kept.

mod check;
pub mod fake;
mod row_key;
mod sqlite_control;
mod store;

pub use check::check;
pub use sqlite::Access;
pub use sqlite_control::{OpenControl, SqliteControl};
pub use store::{ControlStore, ControlStoreError, ID_BYTES_MAX, KIND_BYTES_MAX, Row, RowChange, VALUE_BYTES_MAX};
