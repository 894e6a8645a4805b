//! What is settled about access, kept: [`Desk`] holds it in memory, and makes changes, each an entry of the log before it holds.

mod desk;
mod error;
pub mod fake;
mod pending;
mod store;
mod uses;

pub use desk::Desk;
pub use error::{ChangeError, OpenControlError};
pub use store::{ControlStore, ControlStoreError, Row, RowChange};
