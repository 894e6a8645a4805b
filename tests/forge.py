"""What somebody with the disk and no key can do: change a file and repair every checksum above the change."""

import hashlib
import json
import re
import struct

HEADER_BYTES, TABLE_ENTRY_BYTES, TRAILER_BYTES = 48, 24, 44
FOOTER_BYTES, ENTRY_BYTES = 48, 16


def _table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


_TABLE = _table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def in_index(path, old, new):
    """Replaces bytes of an index by as many others; mends the checksums of their section and of the header."""
    data = bytearray(path.read_bytes())
    end = len(data) - TRAILER_BYTES
    (sections,) = struct.unpack_from("<I", data, 12)
    table = end - sections * TABLE_ENTRY_BYTES
    at, changed = data.find(old), 0
    while 0 <= at < table:
        data[at:at + len(old)] = new
        changed += 1
        at = data.find(old, at + len(new))
    assert changed and len(old) == len(new), "nothing to change"
    for entry in range(table, end, TABLE_ENTRY_BYTES):
        start, length = struct.unpack_from("<QQ", data, entry + 8)
        struct.pack_into("<I", data, entry + 4, crc32c(data[start:start + length]))
    struct.pack_into("<I", data, 40, crc32c(bytes(data[:40]) + bytes(data[table:end])))
    path.write_bytes(data)


def blocks(data):
    """Where the blocks of each section of a disclosure file stand: (table entry, offset, length)."""
    footer = len(data) - FOOTER_BYTES
    items = struct.unpack_from("<5I", data, footer + 20)
    counts = [-(-count // 64) for count in items]
    entry, found = footer - sum(counts) * ENTRY_BYTES, []
    for count in counts:
        section = []
        for _ in range(count):
            section.append((entry, *struct.unpack_from("<QI", data, entry)))
            entry += ENTRY_BYTES
        found.append(section)
    return found


def in_disclosures(path, section, change):
    """Lets `change` alter the first block of a section (0 to 2 records, 3 persons); mends all checksums of the file."""
    data = bytearray(path.read_bytes())
    footer = len(data) - FOOTER_BYTES
    first_table = min(entry for found in blocks(data) for entry, _, _ in found)
    entry, offset, length = blocks(data)[section][0]
    block = bytearray(data[offset:offset + length])
    change(block)
    assert len(block) == length
    data[offset:offset + length] = block
    struct.pack_into("<I", data, entry + 12, crc32c(block))
    struct.pack_into("<I", data, footer + 40, crc32c(data[first_table:footer]))
    struct.pack_into("<I", data, footer + 44, crc32c(data[footer:footer + 44]))
    path.write_bytes(data)


def mend_manifest(log):
    """Puts the hashes of the files as they are now into the newest manifest."""
    path = max((log.data / "manifest").iterdir())
    head, *segments, _ = path.read_text().splitlines()
    lines = [head]
    for line in segments:
        member = json.loads(line)
        for kind, extension in (("lines", "ndjson.zst"), ("disclosures", "disc")):
            name = f"{member['first']:012}-{member['last']:012}.{member['generation']}.{extension}"
            data = (log.data / "segments" / name).read_bytes()
            old = re.search(rf'"{kind}":\{{"bytes":\d+,"sha256":"[0-9a-f]+"\}}', line).group(0)
            line = line.replace(old, f'"{kind}":{{"bytes":{len(data)},"sha256":"{hashlib.sha256(data).hexdigest()}"}}')
        lines.append(line)
    text = "".join(line + "\n" for line in lines)
    path.write_text(text + f'{{"sha256":"{hashlib.sha256(text.encode()).hexdigest()}"}}\n')


def records(path):
    """The records of `tree/checkpoints`, apart."""
    data, found = path.read_bytes(), []
    while data:
        (note,) = struct.unpack_from("<I", data, 4)
        found.append(bytearray(data[:60 + note + 4]))
        data = data[60 + note + 4:]
    return found


def put_records(path, found, numbered):
    """Writes records with their checksums mended, numbered anew if so wished."""
    for number, record in enumerate(found):
        if numbered:
            struct.pack_into("<Q", record, 16, number)
        struct.pack_into("<I", record, 56, crc32c(record[:56]))
        struct.pack_into("<I", record, len(record) - 4, crc32c(record[:-4]))
    path.write_bytes(b"".join(found))
