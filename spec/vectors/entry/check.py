"""Checks lines.json by a second implementation of entry.md, "The line" and "The digest": standard library only.

Each line is taken apart and written again from its members, by the rules of that page; digests, ids, order times and the
digests of `personal` are computed anew. Says nothing and exits 0 if all is well.
"""

import base64
import datetime
import hashlib
import json
import pathlib
import re

NAMED = ["id", "name"]
RESOURCE = ["type", "id", "name"]
PRINCIPAL = ["type", "id", "name", "email"]
SHAPE = {
    "v": None, "id": None, "event_id": None, "time": None, "received": None,
    "organization": NAMED, "workspace": NAMED, "project": NAMED,
    "actor": PRINCIPAL + [("on_behalf_of", PRINCIPAL)],
    "action": None, "event": None, "channel": None, "description": None, "resource": RESOURCE, "targets": [RESOURCE],
    "outcome": None, "detail": None, "severity": None, "http": ["method", "path", "status"],
    "client": ["ip", "user_agent", ("location", ["city", "region", "country"]), "ci"],
    "request_id": None, "trace_id": None, "reason": None, "session_id": None, "sequence": ["stream", "n"], "changes": None, "properties": None, "source": None, "personal": [["of", "digest"]],
}
MANDATORY = {"v", "id", "time", "received", "actor", "action", "event", "channel", "description", "severity", "source"}
SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}


def string(text):
    return '"' + re.sub(r'[\x00-\x1f"\\]', lambda m: SHORT.get(m[0]) or f"\\u{ord(m[0]):04x}", text) + '"'


def write(value, shape):
    if isinstance(value, Raw):
        return value.text
    if isinstance(value, str):
        return string(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, list):
        assert value, "empty arrays are left out"
        return "[" + ",".join(write(item, shape[0]) for item in value) + "]"
    assert value, "empty objects are left out"
    order = {name: inner for name, inner in (part if isinstance(part, tuple) else (part, None) for part in shape)}
    assert set(value) <= set(order), value
    return "{" + ",".join(f'"{name}":{write(value[name], inner)}' for name, inner in order.items() if name in value) + "}"


class Raw:
    def __init__(self, text):
        self.text = text


def members(line):
    """The members of a line; `changes` and `properties` as text."""
    found, at = {}, 1
    while line[at - 1] != "}":
        name, at = json.JSONDecoder().raw_decode(line, at)
        start = at + 1
        value, at = json.JSONDecoder().raw_decode(line, start)
        found[name] = Raw(line[start:at]) if name in ("changes", "properties") else value
        at += 1
    assert at == len(line), "nothing follows"
    return found


def instant(text):
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", text), text
    return datetime.datetime.fromisoformat(text)


def digest_of(disclosures):
    def of(text):
        return hashlib.sha256(base64.urlsafe_b64encode(text.encode()).rstrip(b"=")).digest()

    combined = hashlib.sha256(b"".join(of(text) for text in disclosures)).digest()
    return base64.urlsafe_b64encode(combined).rstrip(b"=").decode()


def check(case):
    line = case["line"]
    found = members(line)
    assert MANDATORY <= set(found), line
    assert line.startswith('{"v":1,"')
    assert line == "{" + ",".join(f'"{name}":{write(found[name], shape)}' for name, shape in SHAPE.items() if name in found) + "}"
    assert hashlib.sha256(line.encode()).hexdigest() == case["digest"]
    received = instant(found["received"])
    order = min(instant(found["time"]), received + datetime.timedelta(minutes=5))
    assert order == instant(case["order_time"])
    bits = int(found["id"].replace("-", ""), 16)
    ms = (received - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)) // datetime.timedelta(milliseconds=1)
    assert (bits >> 80, bits >> 76 & 15, bits >> 62 & 3) == (ms, 7, 2)
    assert (bits >> 64 & 0xFFF, bits & (1 << 62) - 1) == (0x102, 0x0304_0506_0708_090A)
    assert [person["digest"] for person in found.get("personal", [])] == [digest_of(d) for d in case["disclosures"]]


for case in json.loads(pathlib.Path(__file__).with_name("lines.json").read_text("utf-8")):
    try:
        check(case)
    except AssertionError as error:
        raise SystemExit(f"{case['name']}: {error}") from error
