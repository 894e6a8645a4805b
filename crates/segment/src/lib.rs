//! Sealed files of consecutive lines, their index and disclosures, the manifest, and the tail
