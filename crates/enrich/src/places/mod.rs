//! Where an address is: country from the built-in database, or city, region and country from a file of the operator's.

mod open;
mod public;
mod record;

use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;

use maxminddb::Reader;

pub use open::{DATABASE_BYTES_MAX, GeoError};
use record::Record;

/// A location database in memory.
///
/// Shape: the whole file, 5 MB for the built-in one (shared by all of a process). Cost of a lookup: a walk of at most
/// 128 tree nodes and one record: 200 ns built in, a microsecond with city and region.
pub struct Geo {
    database: Database,
}

/// Where the bytes are.
enum Database {
    /// Unpacked once per process; the engine and every test share it.
    Builtin(&'static Reader<Vec<u8>>),
    /// The operator's file.
    Own(Reader<Vec<u8>>),
}

impl Geo {
    /// The built-in country database: best effort, country only.
    ///
    /// Cost: unpacked at the first call in a process, about 20 ms; nothing afterwards.
    ///
    /// # Errors
    /// [`GeoError::Broken`] if the executable's copy is damaged.
    ///
    /// Source: `data/README.md`.
    pub fn builtin() -> Result<Self, GeoError> {
        static READER: OnceLock<Reader<Vec<u8>>> = OnceLock::new();
        if let Some(reader) = READER.get() {
            return Ok(Self { database: Database::Builtin(reader) });
        }
        let reader = Reader::from_source(crate::packed::countries())
            .map_err(|cause| GeoError::Broken { path: "(built in)".into(), cause })?;
        Ok(Self { database: Database::Builtin(READER.get_or_init(|| reader)) })
    }

    /// A database in the MMDB format, read whole into memory.
    ///
    /// Understood are records like GeoLite2 City and Country (`country.iso_code`, `subdivisions[0].names.en`,
    /// `city.names.en`) and flat ones (`country_code`, `state1` or `region`, `city`).
    /// The file may be replaced while it is in use; the new one is read at the next start.
    ///
    /// # Errors
    /// [`GeoError`] names the file and says what is wrong with it: unreadable, too large, not MMDB, or a database that
    /// says nothing about places (of networks, or of anonymisers).
    ///
    /// Source: MaxMind DB File Format Specification 2.0.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        Ok(Self { database: Database::Own(open::open(path)?) })
    }

    /// What the database calls itself, such as `GeoLite2-City`.
    #[must_use]
    pub fn database_type(&self) -> &str {
        &self.reader().metadata().database_type
    }

    /// When the database was built, in seconds since 1970 UTC. Old data is wrong data: operators want to see this.
    #[must_use]
    pub fn built_s(&self) -> u64 {
        self.reader().metadata().build_epoch
    }

    fn reader(&self) -> &Reader<Vec<u8>> {
        match &self.database {
            Database::Builtin(reader) => reader,
            Database::Own(reader) => reader,
        }
    }
}

impl event::Places for Geo {
    /// `None` if the address is not a public one, if the database does not know it, or if its record is damaged: a
    /// location never stands in the way of admission.
    fn lookup(&self, ip: IpAddr) -> Option<event::Place> {
        let ip = ip.to_canonical();
        if !public::is_public(ip) {
            return None;
        }
        self.reader().lookup(ip).ok()?.decode::<Record>().ok()??.place()
    }
}
