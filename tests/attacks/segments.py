"""Segments (spec/segment.md, spec/index.md): their files taken apart, changed, and put together with sound checksums."""

import hashlib
import struct

import zstandard

from .bytes import crc32c, flipped, patched, put, u32, u64, varint


def lines_repaired(data, frames=None, first=None, counts=None, version=None):
    """The `.ndjson.zst` with other frames (compressed bytes, text length, checksum) or leaf table, its checksums made anew."""
    taken = LinesFile(data)
    frames = taken.frames if frames is None else frames
    counts = taken.counts if counts is None else counts
    body = b"".join(frame for frame, _, _ in frames)
    table = struct.pack("<II8sIQI", 0x184D2A50, 28 + 4 * len(counts), b"INDLINES",
                        taken.version if version is None else version, taken.first if first is None else first, len(counts))
    table += b"".join(struct.pack("<I", count) for count in counts)
    seek = struct.pack("<II", 0x184D2A5E, 12 * (len(frames) + 1) + 9)
    seek += b"".join(struct.pack("<III", len(frame), text, checksum) for frame, text, checksum in frames)
    seek += struct.pack("<III", len(table) + 4, 0, 0x51D8E999) + struct.pack("<IBI", len(frames) + 1, 0x80, 0x8F92EAB1)
    return body + table + struct.pack("<I", crc32c(table + seek)) + seek


def frame(text):
    """One zstd frame of `text`, as the format wants it, with its entry in the seek table."""
    packed = zstandard.ZstdCompressor(level=1, write_checksum=True, write_content_size=True).compress(text)
    return packed, len(text), struct.unpack("<I", packed[-4:])[0]


class LinesFile:
    """A `.ndjson.zst` taken apart."""

    def __init__(self, data):
        count = u32(data, len(data) - 9)
        seek_at = len(data) - 9 - 12 * count - 8
        entries = [struct.unpack_from("<III", data, seek_at + 8 + 12 * n) for n in range(count - 1)]
        self.frames, at = [], 0
        for packed, text, checksum in entries:
            self.frames.append((data[at:at + packed], text, checksum))
            at += packed
        assert data[at + 8:at + 16] == b"INDLINES", "the leaf table follows the frames"
        self.version, self.first, number = struct.unpack_from("<IQI", data, at + 16)
        self.counts = list(struct.unpack_from(f"<{number}I", data, at + 32))

    def texts(self):
        return [zstandard.ZstdDecompressor().decompress(packed) for packed, _, _ in self.frames]


def lines_changes(data):
    """Changes of the lines file: (what, new bytes)."""
    taken = LinesFile(data)
    assert lines_repaired(data) == data, "put together as it was, the file is the same"
    texts = taken.texts()
    last = len(texts) - 1

    def with_text(number, text):
        frames = list(taken.frames)
        frames[number] = frame(text)
        return frames

    changed = texts[last].replace(b'"outcome":"success"', b'"outcome":"failure"', 1)
    assert changed != texts[last]
    yield "a line says failure for success", lines_repaired(data, with_text(last, changed))
    rows = texts[0].splitlines(keepends=True)
    yield "two lines change places", lines_repaired(data, with_text(0, b"".join([rows[1], rows[0], *rows[2:]])))
    fewer = [taken.counts[0] - 1, *taken.counts[1:]]
    yield "a line is taken out", lines_repaired(data, with_text(0, b"".join(rows[1:])), counts=fewer)
    yield "a line is doubled in place of another", lines_repaired(data, with_text(0, b"".join([rows[0], rows[0], *rows[2:]])))
    yield "a line is added", lines_repaired(data, with_text(0, texts[0] + rows[0]), counts=[taken.counts[0] + 1, *taken.counts[1:]])
    yield "leaf table: first leaf", lines_repaired(data, first=taken.first + 1)
    yield "leaf table: lines in a frame", lines_repaired(data, counts=fewer)
    yield "leaf table: version", lines_repaired(data, version=taken.version + 1)
    yield "seek table: checksum of a text", lines_repaired(data, [(taken.frames[0][0], taken.frames[0][1], taken.frames[0][2] ^ 1), *taken.frames[1:]])
    yield "seek table: length of a text", lines_repaired(data, [(taken.frames[0][0], taken.frames[0][1] + 1, taken.frames[0][2]), *taken.frames[1:]])


def disclosures_repaired(data):
    """The `.disc` with the checksums of its blocks, tables and footer made anew."""
    blocks, tables_at = disclosure_blocks(data)
    tables = b""
    for _, offset, length in blocks:
        tables += struct.pack("<QII", offset, length, crc32c(data[offset:offset + length]))
    footer = data[-48:-8] + struct.pack("<I", crc32c(tables))
    return data[:tables_at] + tables + footer + struct.pack("<I", crc32c(footer))


def disclosure_blocks(data):
    """The blocks of a `.disc`, (section, offset, length), and where the tables begin."""
    items = [u32(data, len(data) - 28 + 4 * section) for section in range(5)]
    counts = [-(-number // 64) for number in items]
    at = tables_at = len(data) - 48 - 16 * sum(counts)
    blocks = []
    for section, number in enumerate(counts):
        for _ in range(number):
            blocks.append((section, u64(data, at), u32(data, at + 8)))
            at += 16
    return blocks, tables_at


def disclosure_changes(data):
    """Changes of the disclosures file: (what, new bytes)."""
    assert disclosures_repaired(data) == data, "put together as it was, the file is the same"
    blocks, _ = disclosure_blocks(data)
    first = {}
    for section, offset, length in blocks:
        first.setdefault(section, (offset, length))
    for section, kind in enumerate(("identity", "connection", "fields")):
        if section not in first:
            continue
        at = first[section][0]
        person_at = at + 32
        _, length_at = varint(data, person_at)
        _, text_at = varint(data, length_at)
        yield f"{kind}: ciphertext", disclosures_repaired(flipped(data, text_at + 2))
        yield f"{kind}: digest", disclosures_repaired(flipped(data, at))
        yield f"{kind}: person", disclosures_repaired(flipped(data, person_at))
    at, length = first[3]
    yield "persons: a handle", disclosures_repaired(flipped(data, at))
    if length >= 32:
        swapped = patched(data, at, data[at + 16:at + 32] + data[at:at + 16])
        yield "persons: two handles change places", disclosures_repaired(swapped)
    at, length = first[4]
    yield "references: the last leaf's", disclosures_repaired(flipped(data, at + length - 1))
    yield "references: a leaf loses its values", disclosures_repaired(reference_emptied(data, at))
    yield "footer: first leaf", disclosures_repaired(flipped(data, len(data) - 36))
    yield "footer: leaves", disclosures_repaired(flipped(data, len(data) - 12))
    yield "tables: two blocks change places", blocks_swapped(data, blocks)


def reference_emptied(data, at):
    """The first head byte of the references says that nothing is present (the length of the block stays, so more goes wrong)."""
    for _ in range(3):
        _, at = varint(data, at)
    return patched(data, at, b"\x10")


def blocks_swapped(data, blocks):
    tables_at = len(data) - 48 - 16 * len(blocks)
    return disclosures_repaired(patched(data, tables_at, data[tables_at + 16:tables_at + 32] + data[tables_at:tables_at + 16]))


def index_sections(data):
    """The sections of an index: (kind, number, class, place of its table entry, offset, length)."""
    end = index_end(data)
    number = u32(data, 12)
    table_at = end - 24 * number
    sections = []
    for at in range(table_at, end, 24):
        sections.append((data[at], data[at + 1], data[at + 2], at, u64(data, at + 8), u64(data, at + 16)))
    return sections


def index_end(data):
    """Where the index of index.md ends, and what ties it to its lines begins."""
    return u64(data, len(data) - 28)


def index_repaired(data):
    """The `.idx` with the checksums of sections and header, and the digests of its blocks, made anew; the MAC stays as it was."""
    for *_, entry_at, offset, length in index_sections(data):
        data = put(data, entry_at + 4, crc32c(data[offset:offset + length]))
    end = index_end(data)
    table_at = end - 24 * u32(data, 12)
    data = put(data, 40, crc32c(data[:40] + data[table_at:end]))
    return index_bound(data, data[-60:-28])


def index_bound(data, lines_hash):
    """The `.idx` tied to lines of this hash, whatever its blocks are now, as somebody without the log's keys can: under the MAC it had."""
    index = data[:index_end(data)]
    blocks = (index[at:at + 16_384] for at in range(0, len(index), 16_384))
    tie = b"".join(hashlib.sha256(block).digest()[:16] for block in blocks)
    tie += b"INDEXOF3" + lines_hash + struct.pack("<Q", len(index)) + data[-20:-4]
    return index + tie + struct.pack("<I", crc32c(tie))


def index_changes(data):
    """Changes of the index: (what, new bytes)."""
    assert index_repaired(data) == data, "put together as it was, the file is the same"
    for kind, number, letters, _, offset, length in index_sections(data):
        for place in sorted({offset, offset + length // 2}):
            yield f"section {kind}/{number}/{letters}: byte {place - offset}", index_repaired(flipped(data, place))
    yield "header: first leaf", index_repaired(flipped(data, 16))
    yield "header: rows", index_repaired(flipped(data, 24))
    yield "header: seed", index_repaired(flipped(data, 32))
    yield "tied to other lines", index_bound(data, bytes(32))
    yield "mallory renamed", index_repaired(data.replace(b"mallory", b"nallory"))
