//! What an address or a user agent tells: country and city, browser, operating system, CI platform.

use std::net::IpAddr;
use std::path::Path;

/// A location database.
pub struct Geo {}

/// Why a location database cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("not a location database: {0}")]
pub struct GeoError(String);

impl Geo {
    /// The built-in country database.
    ///
    /// # Errors
    /// [`GeoError`].
    pub fn builtin() -> Result<Self, GeoError> {
        Ok(Self {})
    }

    /// A database in the MMDB format.
    ///
    /// # Errors
    /// [`GeoError`].
    pub fn open(_path: &Path) -> Result<Self, GeoError> {
        Ok(Self {})
    }
}

impl event::Places for Geo {
    fn lookup(&self, _ip: IpAddr) -> Option<event::Place> {
        None
    }
}

/// CI platforms by their user agents.
#[derive(Debug, Clone, Copy)]
pub struct Platforms;

impl event::Agents for Platforms {
    fn ci(&self, _user_agent: &str) -> Option<&str> {
        None
    }
}
