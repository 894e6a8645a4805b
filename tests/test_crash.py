"""kill -9 at any moment loses nothing that was acknowledged.

Each kill comes at a seeded random moment of concurrent ingest and sealing, or of a start. `INDELIBLE_CAMPAIGN=1` makes it
two hundred kills; `INDELIBLE_SEED` repeats a run's choices (not the machine's timing).
"""

import hashlib
import http.client
import json
import os
import random
import threading
import time

import pytest
import verify as verifier

LONG = os.environ.get("INDELIBLE_CAMPAIGN") == "1"
SEED = int(os.environ.get("INDELIBLE_SEED", random.SystemRandom().randrange(1 << 32)))
KILLS = 200 if LONG else 12
# A log that a round cannot read through in a moment makes a slow campaign, not a better one.
KILLS_PER_LOG = 20
CREATIONS = 40 if LONG else 6
CLIENTS = 3


SMALL = [1, 1, 1, 2, 7, 30, 200]
# Enough for buffers to fill and for segments to be due by themselves, while the log takes in.
LARGE, SEAL_LARGE = [1, 400, 3000, 6000], ["--seal-rows", "20000"]


class Client(threading.Thread):
    """Posts batches until the server is gone. Remembers what was acknowledged, and what it cannot know."""

    def __init__(self, server, name, seed, sizes):
        super().__init__(daemon=True)
        self.server, self.name, self.random, self.sizes = server, name, random.Random(seed), sizes
        self.acknowledged, self.unknown, self.refused = [], [], []

    def batch(self, number):
        count = self.random.choice(self.sizes)
        return [
            {
                "event_id": f"{self.name}:{number}:{place}:{count}",
                "action": "door.opened",
                "actor": {"type": "user", "id": f"u{self.random.randrange(20)}", "name": f"Person {place}", "email": f"p{place}@doors.example"},
                "description": f"door {number} of {self.name}",
                "client": {"ip": f"10.0.{number % 250}.{place % 250}"},
                "properties": {"padding": "x" * self.random.randrange(300)},
            }
            for place in range(count)
        ]

    def run(self):
        number = 0
        while True:
            events = self.batch(number)
            number += 1
            try:
                answer = self.server.post("/v1/events", events if len(events) > 1 else events[0])
            except (OSError, http.client.HTTPException):
                self.unknown.append(events)
                return
            if answer.status == 201:
                self.acknowledged.append((events, answer.json()["receipts"]))
            elif answer.status != 503:
                self.refused.append(answer)
                return


class Sealing(threading.Thread):
    """Seals again and again until the server is gone."""

    def __init__(self, server):
        super().__init__(daemon=True)
        self.server, self.sealed = server, 0

    def run(self):
        while True:
            try:
                answer = self.server.post("/v1/seal")
            except (OSError, http.client.HTTPException):
                return
            if answer.status == 200:
                self.sealed = answer.json()["sealed"]


class Promises:
    """Everything a log has said so far, and whether it still stands by it."""

    def __init__(self):
        self.receipts = {}  # event_id -> (id, leaf, digest)
        self.lines, self.leaf_of = [], {}
        self.notes, self.vkey = [], None

    def acknowledge(self, events, receipts):
        assert len(events) == len(receipts)
        for event, receipt in zip(events, receipts):
            said = (receipt["id"], receipt["leaf_index"], receipt["digest"])
            assert self.receipts.setdefault(event["event_id"], said) == said, "two receipts for one event"

    def check(self, server):
        """Reads the whole log and compares."""
        self.check_checkpoints(server)
        lines = server.export_lines()
        assert lines[: len(self.lines)] == self.lines, "a line that was there before is gone or changed"
        for leaf in range(len(self.lines), len(lines)):
            event_id = json.loads(lines[leaf]).get("event_id")
            if event_id:
                assert event_id not in self.leaf_of, f"{event_id} is there twice: {self.leaf_of[event_id]} and {leaf}"
                self.leaf_of[event_id] = leaf
                self.check_whole(lines, leaf, event_id)
        self.lines = lines
        for event_id, (entry_id, leaf, digest) in self.receipts.items():
            assert self.leaf_of.get(event_id) == leaf, f"{event_id} was acknowledged at {leaf}"
            assert hashlib.sha256(lines[leaf]).hexdigest() == digest, f"leaf {leaf} is not the line acknowledged"
            assert f'"id":"{entry_id}"'.encode() in lines[leaf]

    def check_whole(self, lines, leaf, event_id):
        """The line before is the one before in its batch; behind the first one come all the others."""
        client, number, place, count = event_id.rsplit(":", 3)
        place, count = int(place), int(count)
        others = range(1, count) if place == 0 else [place - 1]
        for other in others:
            at = leaf - place + other
            expected = f"{client}:{number}:{other}:{count}"
            assert 0 <= at < len(lines) and json.loads(lines[at])["event_id"] == expected, f"batch of {event_id} is not whole"

    def check_checkpoints(self, server):
        vkey = self.vkey = self.vkey or server.vkey()
        assert server.vkey() == vkey, "another key"
        note = server.get("/checkpoint").body
        self.notes.append(note)
        newest = verifier.open_checkpoint(note, vkey)
        # The one before, the first ever, and one between.
        for older in {self.notes[0], self.notes[len(self.notes) // 2], self.notes[-2 if len(self.notes) > 1 else -1]}:
            older = verifier.open_checkpoint(older, vkey)
            assert older.size <= newest.size, "a checkpoint shrank"
            if older.size > 0:
                answer = server.get("/v1/consistency", {"from": older.size, "to": newest.size})
                assert answer.status == 200, answer
                path = [verifier.unbase64(line, 32) for line in answer.text.splitlines()]
                verifier.check_consistency(older, newest, path)


def kill_while_starting(server, chance, extra=()):
    """Kills at a random moment of start and recovery."""
    server.start(wait=False, extra=extra)
    time.sleep(chance.random() * 0.15)  # the moment of the kill; nothing is waited for
    server.kill()


def kill_while_working(server, promises, name, chance, large):
    """Kills at a random moment of ingest and sealing. Returns the batches nobody answered for."""
    sizes = LARGE if large else SMALL
    clients = [Client(server, f"{name}.{number}", chance.random(), sizes) for number in range(CLIENTS)]
    threads = clients if large else [*clients, Sealing(server)]
    for thread in threads:
        thread.start()
    time.sleep(chance.choice([0.02, 0.2, 0.8]) * chance.random())  # the moment of the kill
    server.kill()
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()
    for client in clients:
        assert client.refused == []
        for events, receipts in client.acknowledged:
            promises.acknowledge(events, receipts)
    return [events for client in clients for events in client.unknown]


def check_at_rest(server, since=None):
    found = server.verify("--json", *(["--since", since] if since else []))
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("log", range(-(-KILLS // KILLS_PER_LOG)))
def test_every_acknowledged_entry_survives_kills_at_random_moments(new_server, log):
    chance, promises, server = random.Random(f"{SEED} {log}"), Promises(), new_server()
    kills, wanted = 0, min(KILLS_PER_LOG, KILLS - log * KILLS_PER_LOG)
    # Every third log of the long form takes large batches and seals by itself.
    large = log % 3 == 1
    extra = SEAL_LARGE if large else []
    remembered = server.home / "remembered"
    started = time.monotonic()
    print(f"\nseed {SEED}, log {log}")
    while kills < wanted:
        if chance.random() < 0.25:
            kill_while_starting(server, chance, extra)
            kills += 1
            if (server.data / "keys" / "signing").exists() and not (server.data / "CREATING").exists():
                check_at_rest(server, remembered if remembered.exists() else None)
        server.start(extra=extra)
        promises.check(server)
        remembered.write_bytes(promises.notes[-1])
        unknown = kill_while_working(server, promises, f"r{kills}", chance, large)
        kills += 1
        check_at_rest(server, remembered)
        if unknown and chance.random() < 0.5:
            # A client that heard nothing sends again: the event is there once, whatever had become of it.
            server.start(extra=extra)
            again = chance.choice(unknown)
            promises.acknowledge(again, server.record(again))
            server.kill()
            kills += 1
    server.start()
    promises.check(server)
    assert promises.receipts, "something was acknowledged between the kills"
    assert server.stop() == 0
    check_at_rest(server, remembered)
    print(f"\nseed {SEED}, log {log}: {kills} kills, {len(promises.receipts)} entries acknowledged, "
          f"{len(promises.lines)} recorded, {len(list((server.data / 'segments').glob('*.zst')))} segments, "
          f"{time.monotonic() - started:.0f} s")


def test_a_log_whose_creation_was_killed_is_made_anew(new_server):
    chance = random.Random(f"{SEED} creation")
    for number in range(CREATIONS):
        server = new_server(f"log{number}")
        for _ in range(3):
            kill_while_starting(server, chance)
        server.start()
        [receipt] = server.record({"action": "door.opened"})
        assert hashlib.sha256(server.export_lines()[receipt["leaf_index"]]).hexdigest() == receipt["digest"]
        assert server.stop() == 0, f"seed {SEED}"
        check_at_rest(server)
