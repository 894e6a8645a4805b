#!/usr/bin/env python3
"""Writes the golden vectors of journal.md, from that page alone. Run it in this folder; it must reproduce every file."""

import hashlib, json, pathlib, struct

HERE = pathlib.Path(__file__).parent
ORIGIN = "audit.example/0123456789abcdef"
NONCE = bytes(range(16))
TERM = 1


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return struct.pack("<I", crc ^ 0xFFFFFFFF)


def sealed(data):
    return data + crc32c(data)


def header(first_leaf):
    return sealed(
        b"INDELWAL" + struct.pack("<IIQQ", 1, 0, TERM, first_leaf) + NONCE
        + hashlib.sha256(ORIGIN.encode()).digest() + bytes(12)
    )


def frame(kind, leaf, group, previous, lines=(), refs=(), disclosures=()):
    lists = (lines, refs, disclosures)
    joined = [b"".join(items) for items in lists]
    ends = b"".join(struct.pack("<I", len(b"".join(items[: i + 1]))) for items in lists for i in range(len(items)))
    head = (
        b"IWFR" + bytes([kind, 0, 0, 0]) + struct.pack("<QQQ", TERM, leaf, group) + NONCE
        + struct.pack("<IIIII", len(lines), len(joined[0]), len(joined[1]), len(disclosures), len(joined[2]))
        + previous + bytes(4)
    )
    return sealed(sealed(head) + ends + b"".join(joined))


def file(first_leaf, groups, close):
    data, leaf = header(first_leaf), first_leaf
    for group in groups:
        start = len(data)
        for batch in group:
            lines, refs, disclosures = ([item.encode() for item in batch[key]] for key in ("lines", "refs", "disclosures"))
            data += frame(1, leaf, start, data[-4:], lines, refs, disclosures)
            leaf += len(lines)
    return data + (frame(2, leaf, len(data), data[-4:]) if close else bytes(512))


def batch(*lines, refs=None, disclosures=()):
    return {"lines": list(lines), "refs": list(refs or [""] * len(lines)), "disclosures": list(disclosures)}


first = [
    [batch('{"v":1,"n":0}', '{"v":1,"n":1}', refs=["a", ""], disclosures=["sealed zero"])],
    [batch('{"v":1,"n":2}', refs=["a"]), batch('{"v":1,"n":3}', '{"v":1,"n":4}', refs=["b", "ab"], disclosures=["", "x"])],
]
second = [[batch('{"v":1,"n":5}')], [batch('{"v":1,"n":6}', '{"v":1,"n":7}')]]
files = {f"{leaf:016x}-{TERM:08x}.wal": file(leaf, groups, close) for leaf, groups, close in ((0, first, 1), (5, second, 0))}
for name, data in files.items():
    (HERE / name).write_bytes(data)
last = f"{5:016x}-{TERM:08x}.wal"
end = len(files[last]) - 512
one_group = len(header(5)) + len(frame(1, 5, 96, bytes(4), [b'{"v":1,"n":5}'], [b""]))
name = next(iter(files))
changes = [
    {"what": "nothing", "checkpoint": 8, "lines": 8},
    {"what": "last frame, attested by nothing", "file": last, "flip": end - 1, "checkpoint": 0, "lines": 6},
    {"what": "last frame, under a checkpoint", "file": last, "flip": end - 1, "checkpoint": 8, "refused_at": one_group},
    {"what": "first group of the last file, attested by the second", "file": last, "flip": 200, "checkpoint": 0, "refused_at": 96},
    {"what": "file header", "file": last, "flip": 60, "checkpoint": 0, "refused_at": 0},
    {"what": "close of a file that has a successor", "file": name, "flip": len(files[name]) - 1, "checkpoint": 0,
     "refused_at": len(files[name]) - 84},
    {"what": "zeroes ahead", "file": last, "flip": end + 300, "checkpoint": 8, "lines": 8},
]
vectors = {"origin": ORIGIN, "nonce_hex": NONCE.hex(), "files": [
    {"name": name, "groups": groups} for name, groups in zip(files, (first, second))], "changes": changes}
(HERE / "journal.json").write_text(json.dumps(vectors, indent=1) + "\n")
