"""The ledger's files (spec/ledger.md): records of checkpoints and hashes."""

import struct

from .bytes import crc32c, flipped, u32, u64


class Record:
    """A record of `tree/checkpoints`: time, number, MAC, note."""

    def __init__(self, time_us, number, mac, note):
        self.time_us, self.number, self.mac, self.note = time_us, number, mac, note

    def but(self, **changed):
        return Record(**{**self.__dict__, **changed})

    def encoded(self):
        head = b"IDC2" + struct.pack("<IQQ", len(self.note), self.time_us, self.number) + self.mac
        head += struct.pack("<I", crc32c(head))
        return head + self.note + struct.pack("<I", crc32c(head + self.note))


def records(data):
    """The records of `tree/checkpoints`."""
    found, at = [], 0
    while at < len(data):
        note_at = at + 60
        end = note_at + u32(data, at + 4)
        found.append(Record(u64(data, at + 8), u64(data, at + 16), data[at + 24:at + 56], data[note_at:end]))
        at = end + 4
    return found


def joined(taken, renumbered=True):
    """The file of these records; numbered as they stand, as somebody without the key would."""
    if renumbered:
        taken = [one.but(number=number) for number, one in enumerate(taken)]
    return b"".join(one.encoded() for one in taken)


def checkpoint_changes(data):
    """Changes of `tree/checkpoints`: (what, new bytes)."""
    every = records(data)
    assert joined(every) == data, "put together as it was, the file is the same"
    middle, last = len(every) // 2, len(every) - 1
    _, size, root, *_ = every[middle].note.split(b"\n")

    def changed(number, **fields):
        return joined([*every[:number], every[number].but(**fields), *every[number + 1:]])

    note = every[middle].note
    yield "a time, an hour earlier", changed(middle, time_us=every[middle].time_us - 3_600_000_000)
    yield "the last time, a year later", changed(last, time_us=every[last].time_us + 365 * 86_400_000_000)
    yield "a MAC", changed(middle, mac=flipped(every[middle].mac, 0))
    yield "a byte of a signature", changed(middle, note=flipped(note, len(note) - 10))
    yield "a root", changed(middle, note=note.replace(root, flipped(root, 3), 1))
    yield "a size", changed(middle, note=note.replace(b"\n" + size + b"\n", b"\n" + str(int(size) + 1).encode() + b"\n", 1))
    for how, renumbered in (("", True), (", numbers as they were", False)):
        yield "the first is left out" + how, joined(every[1:], renumbered)
        yield "one in the middle is left out" + how, joined(every[:middle] + every[middle + 1:], renumbered)
        yield "one in the middle is doubled" + how, joined(every[:middle] + every[middle:middle + 1] + every[middle:], renumbered)
        yield "two change places" + how, joined(every[:middle] + [every[middle + 1], every[middle]] + every[middle + 2:], renumbered)
    yield "the last is left out", joined(every[:-1])


def hash_changes(data):
    """Changes of a file of hashes: (what, new bytes)."""
    yield "the first hash", flipped(data, 0)
    yield "the last hash", flipped(data, len(data) - 32)
    if len(data) >= 64:
        yield "two hashes change places", data[32:64] + data[:32] + data[64:]
        yield "the last hash is left out", data[:-32]
        yield "a hash in the middle is left out", data[:32] + data[64:]
    yield "a hash is added", data + bytes(32)
    yield "half a hash is added", data + bytes(16)
