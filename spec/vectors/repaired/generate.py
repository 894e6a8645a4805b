"""Writes REPAIRED anew, from spec/repaired.md alone."""

import hashlib
import hmac
import pathlib

SEED = bytes([1] * 32)


def derived(seed, info):
    """HKDF-SHA-256 without salt, 32 bytes (RFC 5869)."""
    extracted = hmac.digest(bytes(32), seed, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def note(origin, manifest, sha256, segments, entries, size, aside):
    lines = ["indelible-repaired/v1", origin, f"manifest {manifest} {sha256}", f"segments {segments}",
             f"entries {entries}", f"size {size}", f"aside {len(aside)}", *(f"file {name}" for name in aside)]
    text = "".join(line + "\n" for line in lines).encode()
    mac = hmac.new(derived(SEED, b"indelible repair note mac/v1"), text, hashlib.sha256).hexdigest()
    return text + f"mac {mac}\n".encode()


pathlib.Path(__file__).with_name("REPAIRED").write_bytes(
    note("dev/0123456789abcdef", 8, "07" * 32, 2, 58, 88, ["000000000007", "000000000000-000000000021.5.idx.1"]))
