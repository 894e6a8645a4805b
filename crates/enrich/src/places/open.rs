//! Opening an operator's database, and saying what is wrong with it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use maxminddb::{MaxMindDbError, Reader, WithinOptions};

use super::record::Record;

/// Largest database read: the largest city databases on the market are about 500 MB, and the file is held in memory.
pub const DATABASE_BYTES_MAX: u64 = 1 << 30;

/// Networks looked at before a database is refused because none says where anything is. City and country databases
/// begin with networks of known places; a database of networks or anonymisers has no place in any record. The bound also
/// ends the walk through a tree whose branches were damaged into meeting again, which has more paths than time has.
const NETWORKS_SAMPLED_MAX: usize = 100_000;

/// Why a location database cannot be used. Each names the file; the remedy is to fix the configuration.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum GeoError {
    /// The file is missing or may not be read.
    #[error("cannot read location database {}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The file is larger than [`DATABASE_BYTES_MAX`].
    #[error("location database {} is larger than {DATABASE_BYTES_MAX} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// The file is not in the MMDB format, is cut short or damaged.
    #[error("location database {} is not a complete MMDB file", path.display())]
    Broken {
        /// The file.
        path: PathBuf,
        /// What the reader said.
        #[source]
        cause: MaxMindDbError,
    },
    /// A sound MMDB file whose records name no country, region or city.
    #[error("database {} (type {database_type:?}) says nothing about places; a city or country database is needed", path.display())]
    NoPlaces {
        /// The file.
        path: PathBuf,
        /// What the database calls itself.
        database_type: String,
    },
}

/// Reads the file and makes sure that it answers the question it will be asked.
///
/// Cost: one read of the file, and decoding of the records up to the first that names a place.
pub(super) fn open(path: &Path) -> Result<Reader<Vec<u8>>, GeoError> {
    let broken = |cause| GeoError::Broken { path: path.to_owned(), cause };
    let reader = Reader::from_source(read(path)?).map_err(broken)?;
    if !names_a_place(&reader).map_err(broken)? {
        let database_type = reader.metadata().database_type.clone();
        return Err(GeoError::NoPlaces { path: path.to_owned(), database_type });
    }
    Ok(reader)
}

fn read(path: &Path) -> Result<Vec<u8>, GeoError> {
    let unreadable = |cause| GeoError::Unreadable { path: path.to_owned(), cause };
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large from one that just fits, whatever its metadata says.
    File::open(path).and_then(|file| file.take(DATABASE_BYTES_MAX + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > DATABASE_BYTES_MAX {
        return Err(GeoError::TooLarge { path: path.to_owned() });
    }
    Ok(bytes)
}

/// Whether one of the first records names a country, region or city.
fn names_a_place(reader: &Reader<Vec<u8>>) -> Result<bool, MaxMindDbError> {
    // Networks without data count too, or the bound would not hold.
    let all = WithinOptions::default().include_networks_without_data();
    for network in reader.networks(all)?.take(NETWORKS_SAMPLED_MAX) {
        // A record of another shape is no place; a damaged file fails here already.
        let record = match network?.decode::<Record>() {
            Ok(record) => record,
            Err(MaxMindDbError::Decoding { .. }) => None,
            Err(damage) => return Err(damage),
        };
        if record.is_some_and(|record| record.place().is_some()) {
            return Ok(true);
        }
    }
    Ok(false)
}
