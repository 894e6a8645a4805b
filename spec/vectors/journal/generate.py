#!/usr/bin/env python3
"""Writes the golden vectors of journal.md, from that page alone. Run it in this folder; it must reproduce every file."""

import hashlib, hmac, json, pathlib, struct

HERE = pathlib.Path(__file__).parent
ORIGIN = "audit.example/0123456789abcdef"
NONCE = bytes(range(16))
TERM = 1
SEED = bytes([7] * 32)
ROTATED_AT = 3  # leaves that were signed when the second file was begun


def mac(key, *parts):
    return hmac.new(key, b"".join(parts), hashlib.sha256).digest()


# HKDF-SHA-256 without salt, one block (RFC 5869)
MAC_KEY = mac(mac(bytes(32), SEED), b"indelible journal mac/v1", b"\x01")


def root(digests):
    if not digests:
        return hashlib.sha256(b"").digest()
    if len(digests) == 1:
        return hashlib.sha256(b"\x00" + digests[0]).digest()
    split = 1 << (len(digests) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root(digests[:split]) + root(digests[split:])).digest()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def sealed(data):
    return data + crc32c(data)


def header(first_leaf, checkpoint, previous):
    data = (
        b"INDELWAL" + struct.pack("<IIQQ", 2, 0, TERM, first_leaf) + NONCE
        + hashlib.sha256(ORIGIN.encode()).digest() + struct.pack("<Q", checkpoint[0]) + checkpoint[1] + previous
    )
    own = mac(MAC_KEY, previous, data[:16], data[24:32], data[48:120])
    return sealed(data + own + bytes(4)), own


def frame(kind, leaf, group, crc, previous, lines=(), refs=(), disclosures=()):
    lists = (lines, refs, disclosures)
    joined = [b"".join(items) for items in lists]
    ends = b"".join(struct.pack("<I", len(b"".join(items[: i + 1]))) for items in lists for i in range(len(items)))
    head = (
        b"IWFR" + bytes([kind, 0, 0, 0]) + struct.pack("<QQQ", TERM, leaf, group) + NONCE
        + struct.pack("<IIIII", len(lines), len(joined[0]), len(joined[1]), len(disclosures), len(joined[2]))
        + crc + bytes(4)
    )
    digests = b"".join(hashlib.sha256(line).digest() for line in lines)
    own = mac(MAC_KEY, previous, head[:8], head[16:32], head[48:68], ends, digests, joined[1], joined[2])
    return sealed(sealed(head) + ends + b"".join(joined) + own), own


def file(first_leaf, groups, close, checkpoint, previous):
    (data, last), leaf = header(first_leaf, checkpoint, previous), first_leaf
    for group in groups:
        start = len(data)
        for batch in group:
            lines, refs, disclosures = ([item.encode() for item in batch[key]] for key in ("lines", "refs", "disclosures"))
            made, last = frame(1, leaf, start, data[-4:], last, lines, refs, disclosures)
            data, leaf = data + made, leaf + len(lines)
    if not close:
        return data + bytes(512), last
    made, last = frame(2, leaf, len(data), data[-4:], last)
    return data + made, last


def batch(*lines, refs=None, disclosures=()):
    return {"lines": list(lines), "refs": list(refs or [""] * len(lines)), "disclosures": list(disclosures)}


first = [
    [batch('{"v":1,"n":0}', '{"v":1,"n":1}', refs=["a", ""], disclosures=["sealed zero"])],
    [batch('{"v":1,"n":2}', refs=["a"]), batch('{"v":1,"n":3}', '{"v":1,"n":4}', refs=["b", "ab"], disclosures=["", "x"])],
]
second = [[batch('{"v":1,"n":5}')], [batch('{"v":1,"n":6}', '{"v":1,"n":7}')]]
digests = [hashlib.sha256(line.encode()).digest() for group in first + second for part in group for line in part["lines"]]
files, previous = {}, bytes(32)
for leaf, groups, close, size in ((0, first, True, 0), (5, second, False, ROTATED_AT)):
    data, previous = file(leaf, groups, close, (size, root(digests[:size])), previous)
    files[f"{leaf:016x}-{TERM:08x}.wal"] = data
for name, data in files.items():
    (HERE / name).write_bytes(data)
last = f"{5:016x}-{TERM:08x}.wal"
end = len(files[last]) - 512
one_group = 192 + len(frame(1, 5, 192, bytes(4), bytes(32), [b'{"v":1,"n":5}'], [b""])[0])
name = next(iter(files))
changes = [
    {"what": "nothing", "checkpoint": 8, "lines": 8},
    {"what": "last frame, attested by nothing", "file": last, "flip": end - 1, "checkpoint": 3, "lines": 6},
    {"what": "last frame, under a checkpoint", "file": last, "flip": end - 1, "checkpoint": 8, "refused_at": one_group},
    {"what": "first group of the last file, attested by the second", "file": last, "flip": 300, "checkpoint": 3, "refused_at": 192},
    {"what": "file header", "file": last, "flip": 60, "checkpoint": 3, "refused_at": 0},
    {"what": "close of a file that has a successor", "file": name, "flip": len(files[name]) - 1, "checkpoint": 3,
     "refused_at": len(files[name]) - 116},
    {"what": "zeroes ahead", "file": last, "flip": end + 300, "checkpoint": 8, "lines": 8},
]
vectors = {"origin": ORIGIN, "nonce_hex": NONCE.hex(), "signing_seed_hex": SEED.hex(), "rotated_at": ROTATED_AT, "files": [
    {"name": name, "groups": groups} for name, groups in zip(files, (first, second))], "changes": changes}
(HERE / "journal.json").write_text(json.dumps(vectors, indent=1) + "\n")
