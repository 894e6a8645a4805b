#!/usr/bin/env python3
"""Writes disclosures.json: persons, pseudonyms and disclosures as ../../disclosure.md says. Standard library only."""
import base64, hashlib, hmac, json, pathlib, struct

PSEUDONYM_KEY = b"\x5a" * 32


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def person_bytes(mark: str, scope: str, kind: str, id: str) -> bytes:
    part = lambda text: struct.pack(">I", len(text.encode())) + text.encode()
    return mark.encode() + part(scope) + part(kind) + id.encode()


def hkdf(key: bytes, info: bytes) -> bytes:
    extracted = hmac.digest(b"\0" * 32, key, "sha256")
    return hmac.digest(extracted, info + b"\x01", "sha256")


def disclosure(key: bytes, kind: str, value: str) -> dict:
    salt_key = hkdf(key, b"salt/v1")
    salt = b64(hmac.digest(salt_key, kind.encode() + b"\0" + value.encode(), "sha256")[:16])
    text = f'["{salt}","{kind}",{value}]'
    encoded = b64(text.encode())
    return {"kind": kind, "value": value, "text": text, "disclosure": encoded,
            "digest": hashlib.sha256(encoded.encode()).hexdigest()}


def case(name: str, mark: str, scope: str, kind: str, id: str, values: list[tuple[str, str]]) -> dict:
    person = person_bytes(mark, scope, kind, id)
    key = hashlib.sha256(person).digest()
    disclosures = [disclosure(key, *value) for value in values]
    combined = hashlib.sha256(b"".join(bytes.fromhex(each["digest"]) for each in disclosures)).digest()
    return {
        "name": name, "scope": mark, "scope_id": scope, "type": kind, "id": id, "person": person.hex(),
        "pseudonym": "p_" + b64(hmac.digest(PSEUDONYM_KEY, person, "sha256")[:16]),
        "erased_name": "Erased person " + hashlib.sha256(person).hexdigest()[:4],
        "person_key": key.hex(), "salt_key": hkdf(key, b"salt/v1").hex(),
        "disclosures": disclosures, "combined": b64(combined),
    }


IDENTITY = '{"/actor/email":"ann@example.com","/actor/name":"Ann Lee"}'
CASES = [
    case("a user of an organization", "o", "acme", "user", "77", [("identity", IDENTITY)]),
    case("the same id in another organization", "o", "umbrella", "user", "77", [("identity", IDENTITY)]),
    case("the same id of a source", "s", "acme", "user", "77", [("identity", IDENTITY)]),
    case("an address", "o", "acme", "user", "ann@example.com", [("identity", '{"/actor/id":"ann@example.com"}')]),
    case("an anonymous day", "s", "dev", "anonymous", "2026-11-23", [("connection", '{"/client/ip":"192.0.2.7"}')]),
    case("all three kinds, characters of all lengths", "o", "Größe ☃ 🦀", "customer", "ü:1", [
        ("identity", '{"/actor/name":"Zoë \\"Z\\" ☃ 🦀 \\u0001"}'),
        ("connection", '{"/client/ip":"2001:db8::7","/client/location/city":"Zürich","/client/user_agent":"a\\\\b"}'),
        ("fields", '{"/changes/a~1b/after":1.500,"/properties/x":{"y":[null,true,"\\u0041"]}}'),
    ]),
    case("no identity", "s", "import:okta", "user", "00u1", [("connection", '{"/client/ip":"192.0.2.7"}'), ("fields", '{"/detail":"x"}')]),
]

if __name__ == "__main__":
    text = json.dumps(CASES, indent=2, ensure_ascii=False) + "\n"
    pathlib.Path(__file__).with_name("disclosures.json").write_text(text)
