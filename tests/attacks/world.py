"""A sound log to attack, an older state of it, and another log; what it answers while it is sound."""

import json
import shutil

from conftest import Server

PEOPLE = ("ann", "ben", "cleo", "mallory")


def events(first, count):
    """Deeds of four persons, with names, addresses and declared values."""
    made = []
    for n in range(first, first + count):
        who = PEOPLE[n % len(PEOPLE)]
        made.append({
            "action": "door.opened" if n % 3 else "door.locked",
            "actor": {"type": "user", "id": f"u-{who}", "name": f"{who.title()} Attack", "email": f"{who}@example.com"},
            "client": {"ip": f"203.0.113.{n % 7}", "user_agent": "Mozilla/5.0"},
            "channel": ("doors", "keys")[n % 2],
            "outcome": ("success", "success", "failure")[n % 3],
            "resource": {"type": "door", "id": f"d-{n % 11}", "name": f"Door {n % 11}"},
            "description": f"{who.title()} Attack went through door {n}",
            "properties": {"badge": f"badge {n % 5}", "n": n},
            "personal": [{"of": f"user:u-{who}", "paths": ["/properties/badge"]}],
        })
    return made


def filled(home, name):
    """A log at rest: two segments, a tail, level-1 of the tree; beside it `older`, as it was with one segment."""
    server = Server(home / name)
    server.start()
    record(server, 0, 200)
    server.seal()
    assert server.stop() == 0
    shutil.copytree(server.home, home / f"{name}-older")
    server.start()
    record(server, 200, 200)
    server.seal()
    for first in range(400, 460, 20):
        record(server, first, 20)
    return server


def record(server, first, count):
    server.record(events(first, count))
    server.wait_checkpoint(server.checkpoint_size())


def copied(home, to):
    """A server over a copy of a log at rest."""
    shutil.copytree(home, to, ignore=shutil.ignore_patterns("stdout.txt", "stderr.txt"))
    return Server(to)


QUESTIONS = [
    ("/v1/entries", {"source": "dev", "limit": 1000, "order": "asc", "count": "true", "full": "true"}),
    ("/v1/entries", {"actor": "u-mallory", "limit": 5, "count": "true"}),
    ("/v1/entries", {"actor_name": "mallory", "source": "dev", "limit": 5, "count": "true"}),
    ("/v1/entries", {"ip": "203.0.113.3", "limit": 5, "count": "true"}),
    ("/v1/entries", {"search": "through door 17", "source": "dev", "limit": 5, "count": "true"}),
    ("/v1/entries", {"resource_id": "d-4", "limit": 5, "count": "true"}),
    ("/v1/entries", {"outcome": "failure", "source": "dev", "limit": 5, "count": "true"}),
    ("/v1/facets", {"field": ["channel", "actor", "event"], "source": "dev"}),
    ("/v1/export", {"format": "ndjson", "order": "leaf", "source": "dev"}),
    ("/v1/export", {"format": "csv", "order": "leaf", "source": "dev"}),
]

# A deed refused loudly, a body broken off: not an answer, so nothing untrue was said.
LOUD = None


def answers(server, ids=()):
    """What the log says to each question; `LOUD` where it says that it cannot."""
    found = []
    for path, params in QUESTIONS:
        found.append(answer(server, path, params))
    for entry_id in ids:
        for what in ("", "/line", "/disclosures"):
            found.append(answer(server, f"/v1/entries/{entry_id}{what}", {}))
    return found


def answer(server, path, params):
    try:
        got = server.get(path, params, headers={"Cache-Control": "no-cache"})
    except (OSError, ConnectionError, __import__("http.client").client.HTTPException):
        return LOUD
    if got.status >= 500:
        return LOUD
    if got.status == 200 and got.headers.get("content-type", "").startswith("application/json"):
        said = json.loads(got.body)
        said.pop("next", None) if isinstance(said, dict) else None
        return said
    return got.status, got.body
