#!/usr/bin/env python3
"""Writes the golden vectors of ledger.md, from that page and checkpoint.md alone. Needs the package `cryptography`.

Run it in this folder; it must reproduce every file.
"""

import base64, hashlib, hmac, pathlib, struct
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
ORIGIN = "audit.example/0123456789abcdef"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
sha = lambda data: hashlib.sha256(data).digest()
b64 = lambda data: base64.b64encode(data).decode()
KEY_ID = sha(ORIGIN.encode() + b"\n\x01" + PUBLIC)[:4]


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def mth(leaves):
    if len(leaves) < 2:
        return leaves[0] if leaves else sha(b"")
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def checkpoint(size):
    text = f"{ORIGIN}\n{size}\n{b64(mth(leaves[:size]))}\n"
    return f"{text}\n— {ORIGIN} {b64(KEY_ID + KEY.sign(text.encode()))}\n".encode()


hmac256 = lambda key, data: hmac.new(key, data, hashlib.sha256).digest()
# HKDF-SHA-256 without salt, one block.
CHAIN_KEY = hmac256(hmac256(bytes(32), bytes(range(32))), b"checkpoints/v1\x01")


def records(sizes, first_us):
    file, mac = b"", bytes(32)
    for number, size in enumerate(sizes):
        note, recorded_us = checkpoint(size), first_us + number
        mac = hmac256(CHAIN_KEY, mac + struct.pack("<Qq", number, recorded_us) + note)
        head = b"IDC2" + struct.pack("<IqQ", len(note), recorded_us, number) + mac
        data = head + crc32c(head) + note
        file += data + crc32c(data)
    return file


digests = [sha(b'{"v":1,"n":%d}' % n) for n in range(520)]
leaves = [sha(b"\x00" + digest) for digest in digests]
files = {
    "origin": f"{ORIGIN}\n".encode(),
    "digests": b"".join(digests),
    "level-1": mth(leaves[:256]) + mth(leaves[256:512]),
    "checkpoints": records((0, 1, 300, 520), 1_700_000_000_000_000),
    "mark": checkpoint(520),
    "signing": f"PRIVATE+KEY+{ORIGIN}+{KEY_ID.hex()}+{b64(bytes([1]) + bytes(range(32)))}\n".encode(),
}
for name, data in files.items():
    (HERE / name).write_bytes(data)
