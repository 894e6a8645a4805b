//! What is settled about access, kept: [`Desk`] holds it in memory, and makes changes, each an entry of the log before it holds.
//!
//! A [`ControlStore`] keeps the rows: [`SqliteControl`] that of a log on one machine, in `control.db`. Normative: spec/control.md.

mod check;
mod desk;
mod error;
pub mod fake;
mod pending;
mod row_key;
mod sqlite_control;
mod store;
mod uses;

pub use check::check;
pub use desk::Desk;
pub use error::{ChangeError, OpenControlError};
pub use sqlite::Access;
pub use sqlite_control::{OpenControl, SqliteControl};
pub use store::{ControlStore, ControlStoreError, ID_BYTES_MAX, KIND_BYTES_MAX, Row, RowChange, VALUE_BYTES_MAX};
