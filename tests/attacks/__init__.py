"""Attacks upon the files of a log: what somebody with the disk, and no key, can do, checksums repaired."""
