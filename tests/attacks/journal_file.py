"""The frames of a journal file, written from spec/journal.md alone: what somebody with the disk, and no key, can do."""

import hashlib
import struct
from typing import NamedTuple

from .bytes import crc32c

HEADER_BYTES, FRAME_HEADER_BYTES, MAC_BYTES = 192, 80, 32


class Batch(NamedTuple):
    """A frame of lines, without what its place gives it."""

    lines: list
    refs: list
    disclosures: list
    mac: bytes


def checksum(data):
    return struct.pack("<I", crc32c(data))


def ends(items):
    total, found = 0, b""
    for item in items:
        total += len(item)
        found += struct.pack("<I", total)
    return found


class JournalFile:
    """A journal file taken apart into batches; written again with every checksum right, and the MACs as they are."""

    def __init__(self, path):
        self.path = path
        data = path.read_bytes()
        assert data.startswith(b"INDELWAL") and struct.unpack_from("<I", data, 8) == (2,)
        self.header = bytearray(data[:HEADER_BYTES])
        self.length = len(data)
        self.first_leaf = struct.unpack_from("<Q", data, 24)[0]
        self.batches, self.offsets, self.groups, at = [], [], [], HEADER_BYTES
        while data[at:at + 4] == b"IWFR" and data[at + 4] == 1:
            n, *sizes = struct.unpack_from("<IIIII", data, at + 48)
            line_bytes, ref_bytes, records, record_bytes = sizes
            counts, lengths = (n, n, records), (line_bytes, ref_bytes, record_bytes)
            tables, body = at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + 4 * sum(counts)
            lists = []
            for count, length in zip(counts, lengths):
                stops = struct.unpack_from(f"<{count}I", data, tables)
                tables += 4 * count
                lists.append([data[body + start:body + stop] for start, stop in zip((0, *stops), stops)])
                body += length
            self.batches.append(Batch(*lists, data[body:body + MAC_BYTES]))
            self.offsets.append(at)
            self.groups.append(struct.unpack_from("<Q", data, at + 24)[0] == at)
            at = body + MAC_BYTES + 4
        self.end = at

    def leaf_of(self, number):
        return self.first_leaf + sum(len(batch.lines) for batch in self.batches[:number])

    def write(self):
        """Every frame a group of its own, but those that were not before."""
        self.header[188:] = checksum(self.header[:188])
        data, group, self.offsets = bytes(self.header), 0, []
        for number, batch in enumerate(self.batches):
            begins = number >= len(self.groups) or self.groups[number]
            group = len(data) if begins else group
            self.offsets.append(len(data))
            joined = [b"".join(items) for items in batch[:3]]
            head = (b"IWFR" + bytes([1, 0, 0, 0]) + self.header[16:24] + struct.pack("<QQ", self.leaf_of(number), group)
                    + self.header[32:48]
                    + struct.pack("<IIIII", len(batch.lines), len(joined[0]), len(joined[1]), len(batch.disclosures), len(joined[2]))
                    + data[-4:] + bytes(4))
            frame = head + checksum(head) + b"".join(map(ends, batch[:3])) + b"".join(joined) + batch.mac
            data += frame + checksum(frame)
        self.path.write_bytes(data + bytes(max(self.length - len(data), 512)))


def digest(line):
    return hashlib.sha256(line).hexdigest()
