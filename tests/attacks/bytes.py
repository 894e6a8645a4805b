"""What the formats share: CRC-32C, fields at fixed places, LEB128. Written from spec/, not from the program."""

import struct

_TABLE = []
for _byte in range(256):
    for _ in range(8):
        _byte = (_byte >> 1) ^ (0x82F63B78 if _byte & 1 else 0)
    _TABLE.append(_byte)


def crc32c(data, crc=0):
    """CRC-32C (Castagnoli); `crc` goes on from what was computed before."""
    crc ^= 0xFFFFFFFF
    for byte in data:
        crc = _TABLE[(crc ^ byte) & 0xFF] ^ (crc >> 8)
    return crc ^ 0xFFFFFFFF


assert crc32c(b"123456789") == 0xE3069283


def u32(data, at):
    return struct.unpack_from("<I", data, at)[0]


def u64(data, at):
    return struct.unpack_from("<Q", data, at)[0]


def put(data, at, value, size=4):
    """`data` with the number `value` written at `at`."""
    return patched(data, at, (value % (1 << 8 * size)).to_bytes(size, "little"))


def patched(data, at, new):
    """`data` with `new` in place of as many bytes at `at`."""
    return data[:at] + new + data[at + len(new):]


def flipped(data, at):
    """`data` with one bit of the byte at `at` changed."""
    return patched(data, at, bytes([data[at] ^ 1]))


def varint(data, at):
    """The LEB128 number at `at`, and where it ends."""
    value, shift = 0, 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
