//! HTTP API of the Indelible audit log, one file per resource
