//! Per-person keys; sealing and opening disclosures
