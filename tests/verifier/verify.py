#!/usr/bin/env python3
"""Verifies what an Indelible log hands out, trusting only a key.

Written from spec/ alone, as a second implementation: Python's standard library and `cryptography`.

    verify.py export      VKEY CHECKPOINT LINES            every line of an export (order=leaf) against a checkpoint
    verify.py proof       VKEY PROOF LINE                  one line (a file with its exact bytes) and its .tlog-proof
    verify.py consistency VKEY OLDER NEWER HASHES          that NEWER's tree begins with OLDER's
    verify.py disclosures LINE DISCLOSURES                 personal values (JSON as the log gives it) against a line
    verify.py receipt     VKEY RECEIPT [CHECKPOINT LINES]  a signed receipt; with an export and its checkpoint, that both fit

Exit codes: 0 sound, 1 refused (says why), 2 could not check.
"""

import base64
import hashlib
import json
import re
import sys
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

KINDS = ["identity", "connection", "fields"]


class Refused(Exception):
    """What was given does not prove what it should."""


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def need(condition, why):
    if not condition:
        raise Refused(why)


def sha256(data):
    return hashlib.sha256(data).digest()


def unbase64(text, size=None):
    """Standard base64 in its only spelling (spec/tree.md)."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused(f"{text!r} is not base64") from None
    need(base64.b64encode(data).decode() == text, f"{text!r} is a second spelling of base64")
    need(size is None or len(data) == size, f"{text!r} holds {len(data)} bytes, not {size}")
    return data


def number(text):
    need(re.fullmatch("0|[1-9][0-9]{0,19}", text), f"{text!r} is not a number")
    return int(text)


# The tree (spec/tree.md)

def leaf_hash(line):
    return sha256(b"\0" + sha256(line))


def node(left, right):
    return sha256(b"\1" + left + right)


def tree_root(lines):
    """The root of the tree of these lines, and how many they are; one pass, a hash per level in memory."""
    edge, size = [], 0
    for line in lines:
        edge.append((0, leaf_hash(line)))
        while len(edge) > 1 and edge[-1][0] == edge[-2][0]:
            (level, right), (_, left) = edge.pop(), edge.pop()
            edge.append((level + 1, node(left, right)))
        size += 1
    if not edge:
        return sha256(b""), 0
    root = edge.pop()[1]
    while edge:
        root = node(edge.pop()[1], root)
    return root, size


def check_inclusion(leaf, index, size, path, root):
    need(index < size, f"leaf {index} is not in a tree of {size}")
    a, z, h = index, size - 1, leaf
    for p in path:
        need(z > 0, "the path is too long")
        if a & 1 or a == z:
            h = node(p, h)
            while not a & 1 and a:
                a, z = a >> 1, z >> 1
        else:
            h = node(h, p)
        a, z = a >> 1, z >> 1
    need(z == 0 and h == root, f"the path does not join leaf {index} to the root")


def check_consistency(older, newer, path):
    m, n, r, s = older.size, newer.size, older.root, newer.root
    need(0 < m <= n, f"nothing proves a tree of {m} the beginning of one of {n}")
    if m == n:
        return need(not path and r == s, "two roots for one size")
    path = ([r] if m & (m - 1) == 0 else []) + list(path)
    need(path, "the path is empty")
    a, z = m - 1, n - 1
    while a & 1:
        a, z = a >> 1, z >> 1
    x = y = path[0]
    for p in path[1:]:
        need(z > 0, "the path is too long")
        if a & 1 or a == z:
            x, y = node(p, x), node(p, y)
            while not a & 1 and a:
                a, z = a >> 1, z >> 1
        else:
            y = node(y, p)
        a, z = a >> 1, z >> 1
    need(z == 0 and x == r and y == s, "the later tree does not begin with the earlier one")


# Keys, notes, checkpoints (spec/checkpoint.md)

def key_id(name, typed_key):
    return sha256(name.encode() + b"\n" + typed_key)[:4]


def parse_key(vkey):
    """Name, id and public key of a log's verifier key."""
    parts = vkey.strip().split("+", 2)
    need(len(parts) == 3 and parts[0], "not a verifier key")
    typed = unbase64(parts[2], 33)
    need(typed[0] == 1, "not an Ed25519 key of a log")
    need(key_id(parts[0], typed).hex() == parts[1], "the key's id is not its own")
    return parts[0], bytes.fromhex(parts[1]), Ed25519PublicKey.from_public_bytes(typed[1:])


def open_note(note, vkey, longest):
    """The key's name and the text of a signed note (bytes), if the key signed it."""
    name, known_id, public = parse_key(vkey)
    need(len(note) <= longest, "the note is too long")
    try:
        text = note.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("the note is not UTF-8") from None
    need(not re.search(r"[\x00-\x09\x0b-\x1f]", text), "the note holds a control character")
    end = text.rfind("\n\n")
    need(end > 0 and text.endswith("\n"), "not a signed note")
    body, signatures, signed = text[:end + 1], text[end + 2:-1].split("\n"), False
    need(0 < len(signatures) <= 100, "the note has no signature, or too many")
    for line in signatures:
        found = re.fullmatch(r"— (\S+) (\S+)", line)
        need(found, "a signature line is not of its form")
        blob = unbase64(found[2])
        if found[1] == name and blob[:4] == known_id:
            try:
                public.verify(blob[4:], body.encode())
            except InvalidSignature:
                raise Refused("the signature is not the key's") from None
            signed = True
    need(signed, "the key has not signed the note")
    return name, body


def open_checkpoint(note, vkey):
    """The checkpoint in a signed note (bytes), if the key signed it."""
    name, body = open_note(note, vkey, 1 << 20)
    lines = body.split("\n")[:-1]
    need(len(lines) >= 3 and all(lines), "not a checkpoint")
    need(lines[0] == name, "the checkpoint is another log's")
    return Checkpoint(lines[0], number(lines[1]), unbase64(lines[2], 32))


# Receipts (spec/receipt.md)

def open_receipt(note, vkey):
    """The entries that a signed receipt (bytes) acknowledges: (leaf index, id, digest)."""
    name, body = open_note(note, vkey, 2 << 20)
    first, *lines = body.split("\n")[:-1]
    need(first == "indelible-receipt/v1" and len(lines) >= 2, "not a receipt")
    need(lines.pop(0) == name, "the receipt is another log's")
    entries = []
    for line in lines:
        found = re.fullmatch("([0-9]+) ([A-Za-z0-9-]{1,64}) ([0-9a-f]{64})", line)
        need(found, "a line of the receipt is not of its form")
        entries.append((number(found[1]), found[2], bytes.fromhex(found[3])))
    return entries


# What a reader asks

def verify_export(lines, note, vkey):
    """Every line (an iterable of bytes, leaf order) against a checkpoint; later lines are not looked at."""
    checkpoint = open_checkpoint(note, vkey)
    root, size = tree_root(line for _, line in zip(range(checkpoint.size), lines))
    need(size == checkpoint.size, f"{size} lines, but the checkpoint signs {checkpoint.size}")
    need(root == checkpoint.root, "the lines do not have the root that the checkpoint signs")
    return checkpoint


def verify_proof(proof, line, vkey):
    """A line's exact bytes and its .tlog-proof (bytes); returns leaf index and checkpoint (spec/proof.md)."""
    head, separator, note = proof.partition(b"\n\n")
    need(separator and head.isascii(), "not a proof")
    lines = head.decode().split("\n")
    need(lines.pop(0) == "c2sp.org/tlog-proof@v1", "not a proof of this version")
    if lines and lines[0].startswith("extra "):
        unbase64(lines.pop(0)[6:])
    need(lines and lines[0].startswith("index "), "the proof names no index")
    index, path = number(lines[0][6:]), [unbase64(text, 32) for text in lines[1:]]
    need(len(path) <= 64, "the path is too long")
    checkpoint = open_checkpoint(note, vkey)
    check_inclusion(leaf_hash(line), index, checkpoint.size, path, checkpoint.root)
    return index, checkpoint


def verify_consistency(older, newer, hashes, vkey):
    """Two checkpoints' notes (bytes) and the text of /v1/consistency between their sizes."""
    older, newer = open_checkpoint(older, vkey), open_checkpoint(newer, vkey)
    need(not hashes or hashes.endswith("\n"), "the last hash is not ended")
    check_consistency(older, newer, [unbase64(text, 32) for text in hashes.split("\n")[:-1]])
    return older, newer


def verify_receipt(note, vkey, checkpoint=None, lines=()):
    """A receipt, and that a checkpoint and the lines it covers hold what the receipt acknowledges."""
    entries = open_receipt(note, vkey)
    if checkpoint is not None:
        digests = []
        size = verify_export((digests.append(sha256(line)) or line for line in lines), checkpoint, vkey).size
        for leaf, name, digest in entries:
            need(leaf < size, f"entry {name} is missing: the checkpoint covers {size} leaves, not leaf {leaf}")
            need(digests[leaf] == digest, f"entry {name}, leaf {leaf}, was changed")
    return entries


def unbase64url(text):
    need(re.fullmatch("[A-Za-z0-9_-]*", text) and len(text) % 4 != 1, f"{text!r} is not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verify_disclosures(line, handed_out):
    """Disclosures as handed out against a line's `personal` (spec/disclosure.md); returns per person {pointer: value}."""
    personal, values = json.loads(line).get("personal", []), []
    need(len(personal) == len(handed_out["personal"]), "not the persons of the line")
    for mine, given in zip(personal, handed_out["personal"]):
        texts = [one.get("disclosure") for one in given["disclosures"]]
        digests = [sha256(text.encode()) if text else unbase64url(one["digest"]) for text, one in zip(texts, given["disclosures"])]
        need(digests and sha256(b"".join(digests)) == unbase64url(mine["digest"]), f"not what {mine['of']} disclosed")
        opened = [json.loads(unbase64url(text)) for text in texts if text]
        order = [KINDS.index(kind) for _, kind, _ in opened]
        need(order == sorted(set(order)), "the disclosures are not in their order")
        values.append({pointer: value for _, _, shown in opened for pointer, value in shown.items()})
    return values


def main(arguments):
    def read(path):
        with open(path, "rb") as file:
            return file.read()

    match arguments:
        case ["export", vkey, note, lines]:
            with open(lines, "rb") as file:
                found = verify_export((line.removesuffix(b"\n") for line in file), read(note), vkey)
            print(f"sound: {found.size} lines of {found.origin}")
        case ["proof", vkey, proof, line]:
            index, found = verify_proof(read(proof), read(line), vkey)
            print(f"sound: leaf {index} of {found.size} of {found.origin}")
        case ["consistency", vkey, older, newer, hashes]:
            old, new = verify_consistency(read(older), read(newer), read(hashes).decode(), vkey)
            print(f"sound: {new.size} continues {old.size} of {new.origin}")
        case ["receipt", vkey, note]:
            print(f"sound: {len(verify_receipt(read(note), vkey))} entries acknowledged")
        case ["receipt", vkey, note, checkpoint, lines]:
            with open(lines, "rb") as file:
                lines = (line.removesuffix(b"\n") for line in file)
                print(f"sound: {len(verify_receipt(read(note), vkey, read(checkpoint), lines))} entries acknowledged and held")
        case ["disclosures", line, handed_out]:
            print(json.dumps(verify_disclosures(read(line), json.loads(read(handed_out))), ensure_ascii=False))
        case _:
            print(__doc__, file=sys.stderr)
            return 2
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as refused:
        print(f"refused: {refused}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
