"""The journal (spec/journal.md): frames taken apart, changed, and put together with sound checksums."""

import struct

from .bytes import crc32c, flipped, patched, put, u32

HEADER = 192
MAC = 32


def frames(data):
    """Where each frame begins and ends."""
    at, found = HEADER, []
    while data[at:at + 4] == b"IWFR":
        n, line_bytes, ref_bytes, m, record_bytes = struct.unpack_from("<5I", data, at + 48)
        end = at + 80 + 8 * n + 4 * m + line_bytes + ref_bytes + record_bytes + MAC + 4
        found.append((at, end))
        at = end
    return found


def repaired(data):
    """The file with every checksum made anew: of the header, and of each frame, which repeats that of the one before."""
    data = put(data, HEADER - 4, crc32c(data[:HEADER - 4]))
    previous = u32(data, HEADER - 4)
    for at, end in frames(data):
        data = put(data, at + 68, previous)
        data = put(data, at + 76, crc32c(data[at:at + 76]))
        previous = crc32c(data[at:end - 4])
        data = put(data, end - 4, previous)
    return data


def journal_changes(data):
    """Changes of a journal file that has at least two batches: (what, new bytes)."""
    assert repaired(data) == data, "put together as it was, the file is the same"
    batches = [(at, end) for at, end in frames(data) if data[at + 4] == 1]
    at, end = [place for place in batches if b'"outcome":"success"' in data[slice(*place)]][-1]
    n, line_bytes, ref_bytes, m, record_bytes = struct.unpack_from("<5I", data, at + 48)
    lines_at = at + 80 + 8 * n + 4 * m
    refs_at = lines_at + line_bytes
    records_at = refs_at + ref_bytes
    received = data.index(b'"received":"', lines_at) + len(b'"received":"')
    yield "a line says it came in 2099", repaired(patched(data, received, b"2099"))
    yield "a line says it came in 2001", repaired(patched(data, received, b"2001"))
    success = data.index(b'"outcome":"success"', lines_at)
    yield "a line says failure for success", repaired(patched(data, success, b'"outcome":"failure"'))
    if ref_bytes:
        yield "a reference", repaired(flipped(data, refs_at + ref_bytes - 1))
    records = [(start, record_start(data, start)) for start, _ in batches if u32(data, start + 60)]
    _, record_at = records[0]
    for what, place in (("digest", 0), ("person", 32), ("kind", 48), ("ciphertext", 49)):
        yield f"a disclosure's {what}", repaired(flipped(data, record_at + place))
    for what, place in (("term", 8), ("first leaf", 16), ("group", 24), ("nonce", 32), ("lines", 48), ("kind", 4), ("MAC", end - at - 4 - MAC)):
        yield f"frame: {what}", repaired(flipped(data, at + place)) if what != "lines" else fewer_lines(data, at)
    for what, place in (("version", 8), ("term", 16), ("first leaf", 24), ("nonce", 32), ("origin", 48),
                        ("checkpoint", 80), ("root", 88), ("MAC of the file before", 120), ("MAC", 152), ("reserved", 184)):
        yield f"header: {what}", repaired(flipped(data, place))
    yield "the last batch is left out", repaired(data[:at] + data[end:])
    (one, one_end), (two, two_end) = batches[:2]
    if (one, one_end) != (at, end):
        yield "two batches change places", repaired(data[:one] + data[two:two_end] + data[one:one_end] + data[two_end:])
    yield "the last batch is doubled", repaired(data[:end] + data[at:end] + data[end:])


def record_start(data, at):
    n, line_bytes, ref_bytes, m, _ = struct.unpack_from("<5I", data, at + 48)
    return at + 80 + 8 * n + 4 * m + line_bytes + ref_bytes


def fewer_lines(data, at):
    return put(data, at + 48, u32(data, at + 48) - 1)
