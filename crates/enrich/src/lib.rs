//! What an address or a user agent tells: country and city, browser, operating system, CI platform.
//!
//! Two of the three run once per admitted event and are cheap: [`Geo`] (the place of an address, into the line) and
//! [`Platforms`] (the CI platform, into the line). The third, [`Browsers`], runs when entries are read: `Chrome on macOS`
//! is computed for display and never stored, so better rules improve old entries too.
//!
//! All data is built in (`data/README.md` names source and licence); nothing here opens a connection.

mod browsers;
mod packed;
mod places;
mod platforms;

pub use browsers::{Browsers, LABELS_CACHED_MAX};
pub use places::{DATABASE_BYTES_MAX, Geo, GeoError};
pub use platforms::Platforms;
