#!/usr/bin/env python3
"""Writes the golden vectors of tree.md, checkpoint.md and proof.md, from those pages alone.

A second implementation, on purpose: recursive where the Rust one is iterative. Needs the package `cryptography`.
Run it in this folder; it must reproduce the files byte for byte.
"""

import base64, hashlib, json, pathlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
sha = lambda data: hashlib.sha256(data).digest()
b64 = lambda data: base64.b64encode(data).decode()


def line(n):
    return json.dumps({"v": 1, "n": n}, separators=(",", ":")).encode()


def leaf(n):
    return sha(b"\x00" + sha(line(n)))


def split(count):
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m, leaves):
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    return path(m, leaves[:k]) + [mth(leaves[k:])] if m < k else path(m - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(m, leaves, known):
    if m == len(leaves):
        return [] if known else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], known) + [mth(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]


def write(name, value):
    (HERE / name).write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


LEAVES = [leaf(n) for n in range(600)]
SIZES = [*range(0, 18), 31, 32, 33, 255, 256, 257, 300, 511, 512, 513, 600]

write("tree.json", {
    "lines": [line(n).decode() for n in range(4)],
    "digests_hex": [sha(line(n)).hex() for n in range(4)],
    "leaf_hashes": [b64(leaf(n)) for n in range(4)],
    "roots": [{"size": size, "root": b64(mth(LEAVES[:size]))} for size in SIZES],
    "inclusion": [
        {"index": index, "size": size, "path": [b64(h) for h in path(index, LEAVES[:size])]}
        for size in (1, 2, 3, 7, 8, 300) for index in sorted({0, 1, size // 2, size - 2, size - 1}) if 0 <= index < size
    ],
    "consistency": [
        {"old": old, "new": new, "path": [b64(h) for h in subproof(old, LEAVES[:new], True)]}
        for old, new in ((1, 2), (2, 3), (3, 7), (4, 7), (6, 8), (7, 8), (8, 8), (256, 300), (299, 600), (257, 512))
    ],
})


def tile_name(level, index, width):
    groups = []
    while True:
        groups.append(f"{index % 1000:03}")
        index //= 1000
        if not index:
            break
    name = "/".join([f"x{g}" for g in reversed(groups[1:])] + groups[:1])
    return f"tile/{level}/{name}" + ("" if width == 256 else f".p/{width}")


def tile(level, index, width):
    span = 256 ** level
    return b"".join(mth(LEAVES[n * span:(n + 1) * span]) for n in range(index * 256, index * 256 + width))


write("tiles.json", {
    "names": [
        {"level": level, "index": index, "width": width, "name": tile_name(level, index, width)}
        for level, index, width in ((0, 0, 256), (0, 1, 44), (1, 999, 1), (2, 1000, 256), (3, 1234067, 255),
                                    ("entries", 0, 1), ("entries", 273, 256), (0, 2**56 - 1, 256))
    ],
    "tree_of_600": [
        {"name": tile_name(level, index, width), "sha256_hex": sha(tile(level, index, width)).hex()}
        for level, index, width in ((0, 0, 256), (0, 1, 256), (0, 2, 88), (1, 0, 2))
    ],
    "bundle": {
        "name": tile_name("entries", 0, 3),
        "bytes_hex": b"".join((32).to_bytes(2, "big") + sha(line(n)) for n in range(3)).hex(),
    },
})

NAME = "audit.example/0123456789abcdef"
ED25519 = b"\x01"
SEED = bytes(range(32))
key = Ed25519PrivateKey.from_private_bytes(SEED)
public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
key_id = sha(NAME.encode() + b"\n" + ED25519 + public)[:4]


def signed(text):
    return f"{text}\n— {NAME} {b64(key_id + key.sign(text.encode()))}\n"


def checkpoint(size):
    return signed(f"{NAME}\n{size}\n{b64(mth(LEAVES[:size]))}\n")


write("checkpoint.json", {
    "name": NAME,
    "seed_hex": SEED.hex(),
    "key_id_hex": key_id.hex(),
    "verifier_key": f"{NAME}+{key_id.hex()}+{b64(ED25519 + public)}",
    "signing_key": f"PRIVATE+KEY+{NAME}+{key_id.hex()}+{b64(ED25519 + SEED)}",
    "note": {"text": "one\n\ntwo\n", "signed": signed("one\n\ntwo\n")},
    "checkpoints": [{"size": size, "signed": checkpoint(size)} for size in (0, 1, 7, 300)],
})

write("proof.json", {
    "verifier_key": f"{NAME}+{key_id.hex()}+{b64(ED25519 + public)}",
    "proofs": [
        {
            "line": line(index).decode(),
            "index": index,
            "size": size,
            "proof": "c2sp.org/tlog-proof@v1\n" + f"index {index}\n"
            + "".join(b64(h) + "\n" for h in path(index, LEAVES[:size])) + "\n" + checkpoint(size),
        }
        for index, size in ((0, 1), (0, 7), (6, 7), (299, 300))
    ],
})


def receipt(*numbers):
    lines = "".join(f"{n} 01890a5d-ac96-774b-bcce-{n:012x} {sha(line(n)).hex()}\n" for n in numbers)
    return f"indelible-receipt/v1\n{NAME}\n{lines}"


def entries(*numbers):
    return [{"leaf_index": n, "id": f"01890a5d-ac96-774b-bcce-{n:012x}", "digest": sha(line(n)).hex()} for n in numbers]


first = receipt(7).split("\n")[2]
write("receipt.json", {
    "verifier_key": f"{NAME}+{key_id.hex()}+{b64(ED25519 + public)}",
    "receipts": [{"entries": entries(*numbers), "signed": signed(receipt(*numbers))} for numbers in ((7,), (0, 1, 599), (3, 2))],
    "refused": [
        {"what": "a checkpoint", "signed": signed(f"{NAME}\n7\n{b64(mth(LEAVES[:7]))}\n")},
        {"what": "no entry", "signed": signed(f"indelible-receipt/v1\n{NAME}\n")},
        {"what": "another log's", "signed": signed(receipt(7).replace(NAME, "audit.example/fedcba9876543210"))},
        {"what": "a version this page does not know", "signed": signed(receipt(7).replace("/v1", "/v2"))},
        {"what": "a digest in capitals", "signed": signed(receipt(7).replace(first[-64:], first[-64:].upper()))},
        {"what": "a leading zero", "signed": signed(receipt(7).replace("\n7 ", "\n07 "))},
        {"what": "a fourth word", "signed": signed(receipt(7).replace(first, first + " x"))},
        {"what": "an empty line", "signed": signed(receipt(7) + "\n")},
        {"what": "altered after it was signed", "signed": signed(receipt(7)).replace("\n7 ", "\n8 ")},
    ],
})
