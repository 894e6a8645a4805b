"""Reads the golden segment and manifests by a second implementation of segment.md and manifest.md. Needs `zstandard`.

Lines and disclosures must be those of lines.ndjson and disclosures.ndjson; every length, number, order and checksum that the pages
name is checked on the way. Says nothing and exits 0 if all is well.
"""

import hashlib
import json
import pathlib
import struct

import zstandard

HERE = pathlib.Path(__file__).parent
TEXT_MAX = 1_048_576
ITEMS_A_BLOCK = 64
REFERENCES = 4


def crc(data):
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
    return value ^ 0xFFFFFFFF


assert crc(b"123456789") == 0xE3069283


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        assert self.at + n <= len(self.data), "the bytes end too soon"
        self.at += n
        return self.data[self.at - n:self.at]

    def unpack(self, form):
        values = struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))
        return values if len(values) > 1 else values[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.unpack("B")
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                assert value < 2**32 and (byte or shift == 7), "a varint of at most 32 bits, in its shortest form"
                return value

    def end(self):
        assert self.at == len(self.data), "nothing is left over"


def read_roaring(reader):
    """The numbers of a set in the portable Roaring format for 64 bits, ascending."""
    numbers = []
    for _ in range(reader.unpack("Q")):
        high, cookie = reader.unpack("II")
        if cookie & 0xFFFF == 12347:
            containers = (cookie >> 16) + 1
            flags = reader.take((containers + 7) // 8)
        else:
            assert cookie == 12346
            containers, flags = reader.unpack("I"), bytes(8192)
        heads = [reader.unpack("HH") for _ in range(containers)]
        if cookie == 12346 or containers >= 4:
            reader.take(4 * containers)
        for at, (key, less_one) in enumerate(heads):
            begin = (high << 32) + (key << 16)
            if flags[at // 8] >> at % 8 & 1:
                runs = [reader.unpack("HH") for _ in range(reader.unpack("H"))]
                found = [low for start, length in runs for low in range(start, start + length + 1)]
            elif less_one < 4096:
                found = [reader.unpack("H") for _ in range(less_one + 1)]
            else:
                words = [reader.unpack("Q") for _ in range(1024)]
                found = [64 * nth + bit for nth, word in enumerate(words) for bit in range(64) if word >> bit & 1]
            assert len(found) == less_one + 1
            numbers += [begin + low for low in found]
    reader.end()
    assert numbers == sorted(set(numbers)) and numbers
    return numbers


def read_lines(data, first):
    """The lines of a `.ndjson.zst`, in leaf order, without their newlines; the bytes of the set of removed leaves, and its leaves."""
    count, flags, magic = struct.unpack("<IBI", data[-9:])
    assert (flags, magic) == (0x80, 0x8F92EAB1)
    seek_bytes = 8 + 12 * count + 9
    seek = Reader(data[-seek_bytes:])
    assert seek.unpack("II") == (0x184D2A5E, 12 * count + 9)
    entries = [seek.unpack("III") for _ in range(count)]
    n = count - 1
    assert entries[-1][1:] == (0, 0x51D8E999)
    tables_at = len(data) - seek_bytes - entries[-1][0]
    table = Reader(data[tables_at:len(data) - seek_bytes])
    assert table.unpack("II") == (0x184D2A50, entries[-1][0] - 8)
    name, version, *rest = table.unpack("8sIQI")
    assert (name, rest) == (b"INDLINES", [first, n]) and version in (1, 2)
    counts = [table.unpack("I") for _ in range(n)]
    removed_bytes, removed = b"", []
    if version == 2:
        last, length = table.unpack("QI")
        removed_bytes = table.take(length)
        removed = read_roaring(Reader(removed_bytes))
        assert first <= removed[0] and removed[-1] <= last and last - first + 1 == sum(counts) + len(removed)
    assert table.unpack("I") == crc(table.data[:-4] + data[-seek_bytes:])
    table.end()
    lines, at = [], 0
    assert n > 0 or removed
    for (packed, text_bytes, checksum), number in zip(entries[:-1], counts):
        frame = data[at:at + packed]
        at += packed
        parameters = zstandard.get_frame_parameters(frame)
        assert (parameters.content_size, parameters.has_checksum, parameters.dict_id) == (text_bytes, True, 0)
        assert text_bytes <= TEXT_MAX and struct.unpack("<I", frame[-4:])[0] == checksum
        text = zstandard.ZstdDecompressor().decompress(frame)
        assert len(text) == text_bytes and text.endswith(b"\n")
        found = text[:-1].split(b"\n")
        assert len(found) == number > 0
        lines += found
    assert at == tables_at
    return lines, removed_bytes, removed


def read_blocks(data):
    """The items of each of the five sections of a `.disc`, as blocks of bytes; and first leaf and numbers of items."""
    footer = Reader(data[-48:])
    magic, version, first, *items, tables_crc, own_crc = footer.unpack("8sIQ5III")
    assert (magic, version) == (b"INDLDISC", 1) and own_crc == crc(data[-48:-4])
    blocks = [-(-number // ITEMS_A_BLOCK) for number in items]
    tables_at = len(data) - 48 - 16 * sum(blocks)
    tables = Reader(data[tables_at:-48])
    assert tables_crc == crc(tables.data)
    sections, places = [], []
    for number in blocks:
        section = []
        for _ in range(number):
            at, length, block_crc = tables.unpack("QII")
            block = data[at:at + length]
            assert length <= 64 << 20 and crc(block) == block_crc
            places.append((at, at + length))
            section.append(block)
        sections.append(section)
    places.sort()
    assert [start for start, _ in places] + [tables_at] == [0] + [end for _, end in places], "without gaps"
    return first, items, sections


def read_disclosures(data, expected_first):
    """For each leaf, for each element of `personal`, the records of the kinds 0 to 2 (None where there is none)."""
    first, items, sections = read_blocks(data)
    assert first == expected_first
    handles = b"".join(sections[3])
    assert len(handles) == 16 * items[3]
    records = []
    for kind in range(3):
        found = []
        for block in sections[kind]:
            reader = Reader(block)
            for _ in range(min(ITEMS_A_BLOCK, items[kind] - len(found))):
                digest, person = reader.take(32), reader.varint()
                assert person < items[3]
                found.append((digest.hex(), handles[16 * person:16 * person + 16].hex(), reader.take(reader.varint()).hex()))
            reader.end()
        records.append(found)
    leaves, following = [], [0, 0, 0]
    for block in sections[REFERENCES]:
        reader = Reader(block)
        assert [reader.varint() for _ in range(3)] == following
        for _ in range(min(ITEMS_A_BLOCK, items[REFERENCES] - len(leaves))):
            elements, more = [], True
            while more:
                head = reader.unpack("B")
                if head == 0x10 and not elements:
                    break
                assert head & 0xF0 == 0 and head & 7, "a head byte names at least one disclosure"
                element, more = [None] * 3, head & 8 != 0
                for kind in range(3):
                    if head >> kind & 1:
                        back = reader.varint()
                        element[kind] = records[kind][following[kind] - back]
                        following[kind] += back == 0
                elements.append(element)
            leaves.append(elements)
        reader.end()
    assert following == items[:3]
    return leaves


def check_manifest(data, number, previous):
    """Reads a manifest and writes it again; returns its SHA-256."""
    head, *segments, last = data.decode().removesuffix("\n").split("\n")
    wanted = json.loads(head)
    before = data[:data.rindex(b'{"sha256"')]
    assert json.loads(last) == {"sha256": hashlib.sha256(before).hexdigest()}
    assert (wanted["number"], wanted["previous"]) == (number, previous)
    leaf, version = 0, 1
    for segment in map(json.loads, segments):
        assert segment["first"] == leaf
        leaf = segment["last"] + 1
        if "removed" in segment:
            version = 2
            assert 1 <= segment["removed"]["leaves"] <= leaf - segment["first"]
    assert wanted["sealed_to"] == leaf
    again = [json.dumps(json.loads(line), separators=(",", ":")) + "\n" for line in [head, *segments, last]]
    assert "".join(again).encode() == data
    assert list(wanted) == ["format", "number", "previous", "term", "sealed_to"] and wanted["format"] == f"indelible-manifest/{version}"
    return hashlib.sha256(data).hexdigest(), [json.loads(line) for line in segments]


def main():
    name = "000000000000-000000000299.0"
    lines = (HERE / f"{name}.ndjson.zst").read_bytes()
    disclosures = (HERE / f"{name}.disc").read_bytes()
    all_lines = (HERE / "lines.ndjson").read_bytes().splitlines()
    assert read_lines(lines, 0) == (all_lines, b"", [])
    shown = [json.loads(line) for line in (HERE / "disclosures.ndjson").read_text().splitlines()]
    shown = [[[record and (record["digest"], record["person"], record["ciphertext"]) for record in element]
              for element in leaf] for leaf in shown]
    assert read_disclosures(disclosures, 0) == shown
    first, segments = check_manifest((HERE / "manifest-1").read_bytes(), 1, None)
    for member, data in (("lines", lines), ("disclosures", disclosures)):
        assert segments[0][member] == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    second, _ = check_manifest((HERE / "manifest-2").read_bytes(), 2, first)
    name = "000000000000-000000000299.1"
    lines = (HERE / f"{name}.ndjson.zst").read_bytes()
    disclosures = (HERE / f"{name}.disc").read_bytes()
    left, removed_bytes, removed = read_lines(lines, 0)
    gone = set(removed)
    assert left == [line for leaf, line in enumerate(all_lines) if leaf not in gone]
    assert read_disclosures(disclosures, 0) == [element for leaf, element in enumerate(shown) if leaf not in gone]
    _, segments = check_manifest((HERE / "manifest-3").read_bytes(), 3, second)
    for member, data in (("lines", lines), ("disclosures", disclosures)):
        assert segments[0][member] == {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    assert segments[0]["removed"] == {"leaves": len(removed), "sha256": hashlib.sha256(removed_bytes).hexdigest()}


if __name__ == "__main__":
    main()
