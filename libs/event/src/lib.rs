//! Events and entries of the Indelible audit log: strict parsing, limits, derivations, the line, disclosures
