#!/usr/bin/env python3
"""Writes the golden vectors of vault.md, from that page alone. Needs `cryptography` with OpenSSL 3.2 or later."""

import base64, hashlib, hmac, ipaddress, json, pathlib
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

b64u = lambda data: base64.urlsafe_b64encode(data).decode().rstrip("=")
sha = lambda data: hashlib.sha256(data).digest()
number = lambda n, size: n.to_bytes(size, "big")


def derive(key, info, length=32):
    return HKDF(SHA256(), length, None, info).derive(key)


def encrypt(key, nonce, bound, message):
    return AESGCMSIV(key).encrypt(nonce, message, bound)


ROOT = bytes(range(32))
INDEXES = bytes(range(64, 96))
NONCE = bytes(range(12))

check = sha(b"indelible-root-key-v1\0" + ROOT)[:8].hex()
root_id = derive(ROOT, b"root-id/v1", 8).hex()
sealed_log = encrypt(derive(ROOT, b"wrap/log/v1"), NONCE, b"indelible-log-key-v2", INDEXES)


def person(mark, scope, kind, subject, handle, key, created_us, address=None):
    part = lambda text: number(len(text.encode()), 4) + text.encode()
    name = mark.encode() + part(scope) + part(kind) + subject.encode()
    bound = handle + created_us.to_bytes(8, "big", signed=True) + name
    wrapped = NONCE + encrypt(derive(ROOT, b"wrap/person/v1"), NONCE, bound, key + (address or "").encode())
    return {
        "id_hex": handle.hex(), "scope": mark + scope, "kind": kind, "subject": subject,
        "wrapped_hex": wrapped.hex(), "created_us": created_us, "key_hex": key.hex(), "address": address,
    }


PEOPLE = [
    person("o", "acme", "user", "77", bytes([1] * 16), bytes([11] * 32), 1_700_000_000_000_000),
    person("s", "import:okta", "user", "p_Ünï", bytes([2] * 16), bytes([22] * 32), -1),
    person("o", "acme", "user", "p_AAECAwQFBgcICQoLDA0ODw", bytes([3] * 16), bytes([33] * 32), 7, "ada@lovelace.example"),
]


def record(row, kind, text):
    digest = sha(b64u(text.encode()).encode())
    head = digest + bytes.fromhex(row["id_hex"]) + bytes([kind])
    key = derive(bytes.fromhex(row["key_hex"]), b"enc/v1")
    return {"text": text, "record_hex": (head + encrypt(key, digest[:12], head, text.encode())).hex()}


TABLE = pathlib.Path(__file__).parents[2] / "tables/phrases-1.txt"


def codes():
    """Phrase → its code as a text of 0 and 1: those of a length follow one another, and shorter ones come first."""
    found, code, size = {}, 0, 0
    for line in TABLE.read_bytes().splitlines():
        bits, phrase = line.split(b" ", 1)
        code, size = code << int(bits) - size, int(bits)
        found[bytes.fromhex(phrase[2:].decode()) if phrase[:2] == b"\\x" and len(phrase) == 4 else phrase] = f"{code:0{size}b}"
        code += 1
    return found


CODES = codes()


def phrases(value):
    """The longest phrase at each place."""
    bits, at = "1", 0
    while at < len(value):
        phrase = max((p for p in CODES if value.startswith(p, at)), key=len)
        bits, at = bits + CODES[phrase], at + len(phrase)
    bits += "1" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def record_without_salt(row, kind, value):
    words = ("identity", "connection", "fields")
    salt_key = derive(bytes.fromhex(row["key_hex"]), b"salt/v1")
    salt = b64u(hmac.digest(salt_key, f"{words[kind]}\0{value}".encode(), "sha256")[:16])
    text = f'["{salt}","{words[kind]}",{value}]'
    digest = sha(b64u(text.encode()).encode())
    head = digest + bytes.fromhex(row["id_hex"]) + bytes([kind])
    key = derive(bytes.fromhex(row["key_hex"]), b"enc/v1")
    plain = min(phrases(value.encode()), value.encode(), key=len)
    return {"text": text, "plain_hex": plain.hex(), "record_hex": (head + encrypt(key, digest[:12], head, plain)).hex()}


def address_value(row, address):
    """What the index holds for an address: as it is where it stands in the line, else under the person's key."""
    ip = ipaddress.ip_address(address)
    block = ip.packed if ip.version == 6 else b"\0" * 10 + b"\xff\xff" + ip.packed
    if row is None:
        return bytes(16) + block
    cipher = Cipher(algorithms.AES(derive(bytes.fromhex(row["key_hex"]), b"address/v1")[:16]), modes.ECB()).encryptor()
    return bytes.fromhex(row["id_hex"]) + cipher.update(block)


pathlib.Path(__file__).with_name("vault.json").write_text(json.dumps({
    "root_key_hex": ROOT.hex(),
    "keys_root": f"indelible-root-key-v1 {b64u(ROOT)} {check}\n",
    "keys_log": f"indelible-log-key-v2 {root_id} {b64u(NONCE + sealed_log)}\n",
    "people": PEOPLE,
    "records": [
        record(PEOPLE[0], 0, '["AAAAAAAAAAAAAAAAAAAAAA","identity",{"/actor/name":"Ada Lovelace"}]'),
        record(PEOPLE[1], 1, '["AQEBAQEBAQEBAQEBAQEBAQ","connection",{"/client/ip":"192.0.2.1"}]'),
        record(PEOPLE[1], 2, '["AQEBAQEBAQEBAQEBAQEBAQ","fields",{"/changes/née/before":"Straße"}]'),
    ],
    "records_without_salt": [
        record_without_salt(PEOPLE[0], 0, '{"/actor/email":"ada@lovelace.example","/actor/name":"Ada Lovelace"}'),
        record_without_salt(PEOPLE[0], 1, '{"/client/ip":"203.0.113.77","/client/location/city":"Zürich","/client/user_agent":"Mozilla/5.0 '
                            '(Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/146.0.0.0 Safari/537.36"}'),
        record_without_salt(PEOPLE[1], 1, '{"/client/ip":"2001:db8::1"}'),
        record_without_salt(PEOPLE[1], 2, '{"/changes/née/before":"Straße \\u0007\\"東京\\"","/properties/n":-1.5e3}'),
        record_without_salt(PEOPLE[1], 2, '{"/changes/^~/before":"^~|`^~|`^~|`^~|`^~|`^~|`^~|`^~|`"}'),
        record_without_salt(PEOPLE[1], 2, "{}"),
    ],
    "index_mac_key_hex": hmac.digest(INDEXES, b"MAC key of indexes", "sha256").hex(),
    "index_seed": f"{int.from_bytes(hmac.digest(INDEXES, b'seed of indexes', 'sha256')[:8], 'big'):016x}",
    "address_values": [
        {"address": address, "id_hex": row and row["id_hex"], "value_hex": address_value(row, address).hex()}
        for row in (*PEOPLE, None) for address in ("192.0.2.1", "::FFFF:192.0.2.1", "2001:DB8:0:0::1")
    ],
}, indent=1, ensure_ascii=False) + "\n")
