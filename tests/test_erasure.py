"""No key that outlives a person gives addresses back: neither from the index, nor from pseudonyms in lines."""

import base64
import hashlib
import hmac
import re

from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PEOPLE = [f"person{n}@example.org" for n in range(40)]


def b64u(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys_of_the_log(data):
    """Every key that `keys/` holds beside the root key, unwrapped with it; and the root key."""
    root = b64u((data / "keys" / "root").read_text().split()[1])
    header, _, sealed = (data / "keys" / "log").read_text().split()
    sealed = b64u(sealed)
    wrapper = HKDF(SHA256(), 32, None, b"wrap/log/v1").derive(root)
    plain = AESGCMSIV(wrapper).decrypt(sealed[:12], sealed[12:], header.encode())
    return [root] + [plain[at:at + 32] for at in range(0, len(plain), 32)]


def windows(data, names, size):
    held = set()
    for name in names:
        for file in data.glob(name):
            content = file.read_bytes()
            held.update(content[at:at + size] for at in range(len(content) - size + 1))
    return held


def test_trying_every_address_of_a_network_under_every_key_of_the_log_finds_none(server):
    events = [{"action": "a.b", "actor": {"type": "user", "id": f"u{n % 5}"}, "client": {"ip": f"10.1.{n % 7}.{n}"}} for n in range(60)]
    server.record(events)
    server.seal()
    server.record(events)
    data = server.data
    held = windows(data, ["segments/*.idx", "segments/*.seg", "journal/*"], 8)
    assert held
    for key in keys_of_the_log(data):
        for derived in (key, HKDF(SHA256(), 32, None, b"address/v1").derive(key)):
            mac = hmac.new(derived, digestmod=hashlib.sha256)
            for end in range(1 << 16):
                attempt = mac.copy()
                attempt.update(f"10.1.{end >> 8}.{end & 255}".encode())
                token = attempt.digest()[:8]
                assert token not in held and token[::-1] not in held, (end >> 8, end & 255)
    # And the filter finds each all the same.
    for n in (0, 17, 59):
        assert server.get("/v1/entries", {"ip": f"10.1.{n % 7}.{n}", "count": "true"}).json()["count"] == 2
    assert sum(value["count"] for value in server.get("/v1/facets", {"field": "ip", "action": "a.b"}).json()["facets"]["ip"]) == 120


def test_a_dictionary_of_addresses_under_every_key_of_the_log_finds_no_pseudonym(server):
    server.record([{"action": "a.b", "organization": {"id": "acme"}, "actor": {"type": "user", "id": address}} for address in PEOPLE])
    lines = b"\n".join(server.export_lines()).decode()
    pseudonyms = {match for match in re.findall(r"(?<![A-Za-z0-9_-])p_[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])", lines)}
    assert len(pseudonyms) == len(PEOPLE) and "@" not in lines
    number = lambda text: len(text).to_bytes(4, "big") + text.encode()
    for key in keys_of_the_log(server.data):
        for address in PEOPLE:
            person = b"o" + number("acme") + number("user") + address.encode()
            made = base64.urlsafe_b64encode(hmac.digest(key, person, "sha256")[:16]).decode().rstrip("=")
            assert "p_" + made not in pseudonyms, address
    # The same address has the same pseudonym again, over restarts; filters by address go on.
    server.restart()
    server.record({"action": "a.b", "organization": {"id": "acme"}, "actor": {"type": "user", "id": PEOPLE[3]}})
    assert set(re.findall(r"(?<![A-Za-z0-9_-])p_[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])", b"\n".join(server.export_lines()).decode())) == pseudonyms
    assert server.get("/v1/entries", {"actor": PEOPLE[3], "count": "true"}).json()["count"] == 2
