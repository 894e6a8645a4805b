"""No personal value stands in the clear in any file of the data directory, nor in what the server prints.

Unique values go in wherever an event can hold a personal one; afterwards every byte that the server left anywhere is
searched for them, as whole words, raw and in the usual encodings. Readers still see them, and search finds them.
"""

import base64
import json
import re
import urllib.parse

import pytest
from conftest import Server, decompressed


def canary(n):
    """An event full of personal values, and these values. None is part of an id that is no address."""
    name, email = f"Kanariø Vögel{n:04}", f"canary.{n:04}@birds.example"
    other, pet = f"Paradies Vogel{n:04}", f"tweety.{n:04}@pets.example"
    agent, city, region = f"CanaryBrowser/{n:04}.7 (Cage)", f"Kanarienstadt{n:04}", f"Vogelland{n:04}"
    field, before, number = f"Nest Höhle{n:04}", f"Gelbe Feder{n:04}", 700_000_000_000 + n
    ip = f"2001:db8:ca1a::{n + 0x1000:x}"
    event = {
        "event_id": f"event-{n}",
        "organization": {"id": "acme", "name": "Acme"},
        "actor": {"type": "user", "id": f"77{n}", "name": name, "email": email},
        "action": "bird.renamed",
        "description": f"{name} renamed {pet} for {field}",
        "resource": {"type": "bird", "id": pet, "name": other},
        "targets": [{"type": "nest", "id": f"n{n}", "name": field}],
        "detail": f"by {email}",
        "http": {"method": "GET", "path": f"/birds?for={urllib.parse.quote(email, safe='')}&name={urllib.parse.quote_plus(name)}"},
        "client": {"ip": ip, "user_agent": agent, "location": {"city": city, "region": region, "country": "ES"}},
        "changes": {"nickname": {"before": before, "after": f"was {before}"}},
        "properties": {"declared": {"deep": [field, number]}, "mention": f"seen at {city} by {name}", "open": f"plain{n}"},
        "personal": [
            {"of": f"user:77{n}", "paths": ["/changes/nickname/before", "/properties/declared"]},
            {"of": f"pet:{pet}", "paths": ["/resource/name"]},
        ],
    }
    return event, [name, email, other, pet, agent, city, region, field, before, str(number), ip]


def encodings(value):
    """The value in the ways in which it might have been written down, by name."""
    raw = value.encode()
    percent = urllib.parse.quote(value, safe="")
    patterns = {
        "raw": raw, "json": json.dumps(value)[1:-1].encode(), "hex": raw.hex().encode(), "HEX": raw.hex().upper().encode(),
        "percent": percent.encode(), "form": urllib.parse.quote_plus(value).encode(),
        "percent-lower": re.sub(r"%..", lambda escape: escape[0].lower(), percent).encode(),
    }
    for name, text in (("utf-16-le", "utf-16-le"), ("utf-16-be", "utf-16-be")):
        patterns[name] = value.encode(text)
    for shift in range(3):
        # What base64 makes of the value behind `shift` other bytes, less the characters that its neighbours share.
        padded = b"\0" * shift + raw
        whole = len(padded) // 3 * 3
        text = base64.b64encode(padded[:whole])[(0, 2, 3)[shift]:]
        patterns[f"base64+{shift}"] = text
        patterns[f"base64url+{shift}"] = text.replace(b"+", b"-").replace(b"/", b"_")
    return patterns


def findings(files, values):
    """Where which value stands, and in which encoding."""
    sought = [(value, name, word) for value in values for name, word in encodings(value).items()]
    found = []
    for file, data in files:
        # Space kept free ahead holds nothing.
        data = re.sub(rb"\0{64,}", bytes(64), data)
        for value, name, word in sought:
            if word in data and (name != "raw" or re.search(b"(?<![A-Za-z0-9])" + re.escape(word) + b"(?![A-Za-z0-9])", data)):
                found.append((file, value, name))
    return found


def everything_left(server):
    """Every file of the log and its marks, packed ones unpacked as well, and what the server printed."""
    paths = [path for place in (server.data, server.marks) for path in sorted(place.rglob("*")) if path.is_file()]
    for path in [*paths, server.log_path, server.out_path]:
        yield str(path), path.read_bytes()
        if path.suffix == ".zst":
            yield f"{path} unpacked", decompressed(path)


def test_the_scan_finds_a_value_in_each_encoding():
    """Else its silence would say nothing."""
    value = "Kanariø Vögel0042"
    raw = value.encode()
    hidden = {
        "raw": raw, "json": json.dumps({"a": value}).encode(), "hex": b"00" + raw.hex().encode(), "HEX": raw.hex().upper().encode(),
        "percent": b"?a=" + urllib.parse.quote(value, safe="").encode(), "form": urllib.parse.quote_plus(value).encode(),
        "utf-16-le": value.encode("utf-16-le"), "utf-16-be": value.encode("utf-16-be"),
        **{f"base64+{n}": base64.b64encode(b"xyz"[:n] + raw + b"tail") for n in range(3)},
        **{f"base64url+{n}": base64.urlsafe_b64encode(b"xyz"[:n] + raw + b"tail") for n in range(3)},
    }
    for name, data in hidden.items():
        assert name in {found for _, _, found in findings([("file", b"\0\1" + data)], [value])}, name
    assert not findings([("file", b"idKanari\xc3\xb8 V\xc3\xb6gel00421")], [value]), "part of a longer word is another word"


@pytest.fixture(scope="module")
def cage(tmp_path_factory):
    """A log with canaries in segments, in the journal of a stopped server, and in that of a killed one."""
    server = Server(tmp_path_factory.mktemp("canary") / "log", env={"RUST_LOG": "trace"}).start()
    events, values = zip(*map(canary, range(24)))
    server.record(list(events[:8]))
    server.seal()
    server.record(list(events[8:16]))
    server.stop()
    server.start()
    # Refused events, odd questions, and single looks are logged without what was said.
    server.post("/v1/events", [{**events[0], "event_id": None, "severity": values[0][0], values[0][0]: 1}])
    server.post("/v1/events", [{**events[1], "description": "another"}])
    server.post("/v1/events", f'{{"action":"{values[0][0]}')
    server.get("/v1/entries", {"search": values[0][0]})
    server.get("/v1/entries", {"actor": values[1][1], "limit": "0"})
    server.record(list(events[16:]))
    server.kill()
    server.start()
    yield server, events, values
    if server.process is not None:
        server.kill()


def shown(entry, *path):
    for name in path:
        entry = entry[name]
    return entry


def test_personal_values_are_shown_in_their_places(cage):
    server, events, _ = cage
    by_event = {entry.get("event_id"): entry for entry in server.export_entries()}
    for event in events:
        entry = by_event[event["event_id"]]
        for path in [("actor",), ("description",), ("resource",), ("detail",), ("http", "path"), ("client",), ("changes",), ("properties",)]:
            expected, found = shown(event, *path), shown(entry, *path)
            if isinstance(expected, dict):
                found = {name: value for name, value in found.items() if name in expected}
            assert found == expected, path


def test_personal_values_are_found(cage):
    server, events, values = cage
    for event, (name, email, _, pet, *_, ip) in list(zip(events, values))[::7]:
        for question in [{"actor": email}, {"actor_name": name[-10:].lower()}, {"search": f"{name.upper()} RENAMED {pet}"}, {"ip": ip},
                         {"resource_id": pet}, {"person": email}, {"q": f'actor:"{email}" outcome:success OR actor:"{email}"'}]:
            found = server.get("/v1/entries", question).json()["entries"]
            assert [entry["event_id"] for entry in found] == [event["event_id"]], question


def test_no_personal_value_stands_in_any_file_or_message(cage):
    server, _, values = cage
    for state in ("running", "stopped"):
        found = findings(everything_left(server), [value for of_event in values for value in of_event])
        assert not found, f"{state}: {sorted({(file.rsplit('/', 1)[-1], name) for file, _, name in found})}; {len(found)} in all, such as {found[:5]}"
        if state == "running":
            server.stop()
    # What is no personal value does stand there: the scan reads the right files.
    assert any(b'"open":"plain3"' in data for _, data in everything_left(server))
