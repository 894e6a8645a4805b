//! The data compiled into this crate.

/// The country database, compressed MMDB.
const COUNTRIES: &[u8] = include_bytes!("../data/country.mmdb.zst");

/// The rules for user agents, compressed YAML.
const RULES: &[u8] = include_bytes!("../data/regexes.yaml.zst");

/// Largest built-in file unpacked; the country database is 5.2 MB and grows slowly.
const UNPACKED_BYTES_MAX: usize = 16 << 20;

/// The country database as an MMDB file. Cost: about 20 ms and 5 MB; the caller keeps the result.
pub(crate) fn countries() -> Vec<u8> {
    unpack(COUNTRIES, "country database")
}

/// The rules for user agents as YAML. Cost: under a millisecond and 220 KB.
pub(crate) fn rules() -> String {
    String::from_utf8(unpack(RULES, "user agent rules")).expect("the built-in user agent rules are UTF-8")
}

/// Unpacks built-in data. It was compiled in and is tested, so a failure here is a broken executable.
fn unpack(packed: &[u8], what: &str) -> Vec<u8> {
    zstd::bulk::decompress(packed, UNPACKED_BYTES_MAX)
        .unwrap_or_else(|cause| panic!("the built-in {what} does not unpack: {cause}"))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    /// `data/README.md`, which names where every byte of built-in data comes from.
    const README: &str = include_str!("../data/README.md");

    fn checksum(bytes: &[u8]) -> String {
        Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn the_built_in_files_are_the_ones_the_readme_names() {
        assert!(README.contains(&checksum(&super::countries())));
        assert!(README.contains(&checksum(super::rules().as_bytes())));
    }
}
