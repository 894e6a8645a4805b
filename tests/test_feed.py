"""The feed: commit order, never a miss or a repeat, over restarts and sealing; and `indelible tail` on top of it."""

import http.client
import json
import re
import socket
import subprocess
import threading
import urllib.parse

import pytest
from conftest import BIN, DEADLINE_SECONDS, indelible, wait_for

EVENTS = {"Accept": "text/event-stream"}


def doors(first, count, **more):
    return [{"action": "door.opened", "actor": {"type": "user", "id": f"u{n % 7}", "name": f"Ann Lee{n % 7}", "email": f"ann{n % 7}@example.com"},
             "description": f"Ann Lee{n % 7} opened door {n}", "properties": {"n": n}, **more} for n in range(first, first + count)]


class Feed:
    """A feed that stays open: whole lines, one by one."""

    def __init__(self, server, headers=None, **params):
        self.connection = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
        self.connection.request("GET", "/v1/feed?" + urllib.parse.urlencode({"follow": "true", **params}, doseq=True), headers=headers or {})
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()

    def line(self):
        return self.answer.readline().decode()

    def entry(self):
        """The next entry of an NDJSON feed; empty lines are heartbeats."""
        while True:
            line = self.line()
            assert line, "the feed ended"
            if line.strip():
                return json.loads(line)

    def event(self):
        """The next server-sent event: a dict of id, data and comments."""
        found = {"comments": []}
        while True:
            line = self.line()
            assert line, "the feed ended"
            line = line.rstrip("\n")
            if not line:
                return found
            if line.startswith(":"):
                found["comments"].append(line[1:].strip())
            else:
                name, value = line.split(": ", 1)
                found[name] = int(value) if name == "id" else json.loads(value)

    def close(self):
        self.connection.close()


def ndjson(answer):
    assert answer.status == 200, answer
    return [json.loads(line) for line in answer.body.splitlines() if line]


def raw(server, path, headers=()):
    """Every byte of an answer, trailers included."""
    with socket.create_connection((server.host, server.port), timeout=DEADLINE_SECONDS) as connection:
        head = [f"GET {path} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close", *headers, "", ""]
        connection.sendall("\r\n".join(head).encode())
        found = b""
        while piece := connection.recv(65536):
            found += piece
        return found


def test_a_feed_is_every_entry_in_commit_order_in_the_shape_of_a_page(server):
    server.record(doors(0, 300))
    server.seal()
    server.record(doors(300, 50, time="2001-01-01T00:00:00Z"))
    feed = ndjson(server.get("/v1/feed"))
    assert [entry["leaf_index"] for entry in feed] == list(range(351))
    # The feed ended where the log did when it began; what records the feed came behind.
    page = {entry["leaf_index"]: entry for entry in server.get("/v1/entries", {"limit": 1000, "-channel": "pii-read"}).json()["entries"]}
    assert {entry["leaf_index"]: entry for entry in feed} == page
    full = ndjson(server.get("/v1/feed", {"full": "true", "-channel": "pii-read", "after_leaf": feed[-2]["leaf_index"]}))
    assert full == [server.entry(feed[-1]["id"])] and full[0]["properties"] == {"n": 349}


def test_after_leaf_goes_on_where_a_client_was_and_filters_hold(server):
    server.record(doors(0, 40) + [{"action": "window.opened"}] + doors(40, 40))
    all_of_them = [entry["leaf_index"] for entry in ndjson(server.get("/v1/feed", {"action": "door.opened"}))]
    assert len(all_of_them) == 80
    for at in range(0, 80, 13):
        rest = ndjson(server.get("/v1/feed", {"action": "door.opened", "after_leaf": all_of_them[at]}))
        assert [entry["leaf_index"] for entry in rest] == all_of_them[at + 1:]
    assert [entry["leaf_index"] for entry in ndjson(server.get("/v1/feed", {"q": "actor_name:lee3"}))] == [
        entry["leaf_index"] for entry in reversed(server.get("/v1/entries", {"q": "actor_name:lee3", "limit": 1000}).json()["entries"])]
    assert [entry["leaf_index"] for entry in ndjson(server.get("/v1/feed", {"action": "door.opened", "last": 5}))] == all_of_them[-5:]
    assert len(ndjson(server.get("/v1/feed", {"action": "door.opened", "last": 1000}))) == 80
    assert ndjson(server.get("/v1/feed", {"action": "door.opened", "last": 0})) == []


def test_a_follower_sees_what_comes_once_over_sealing_and_freezing(server):
    last = server.record(doors(0, 10))[-1]["leaf_index"]
    feed = Feed(server, action="door.opened", after_leaf=last)
    # A buffer holds 16,384 rows: this freezes one while the feed is open.
    for round in range(9):
        server.record(doors(10 + round * 2000, 2000))
        if round in (2, 7):
            server.seal()
    seen = [feed.entry() for _ in range(9 * 2000)]
    assert [entry["description"].split()[-1] for entry in seen] == [str(n) for n in range(10, 18010)]
    # Behind the entry that records the feed's beginning.
    assert [entry["leaf_index"] for entry in seen] == list(range(last + 2, last + 2 + 18000))
    feed.close()


def test_a_client_that_resumes_misses_and_repeats_nothing_over_stops_kills_and_sealing(server):
    """Sequence numbers go in while a client is cut off again and again."""
    sent, seen, last = 0, [], None
    for round in range(6):
        feed = Feed(server, EVENTS, action="door.opened", **({} if last is None else {"after_leaf": last}))
        server.record(doors(sent, 400))
        sent += 400
        while len(seen) < sent - 100:
            event = feed.event()
            if "data" in event:
                seen.append(event["data"]["description"])
            last = event.get("id", last)
        if round % 3 == 0:
            server.seal()
        if round % 2:
            server.kill()
        else:
            server.stop()
        server.start()
        feed.close()
    rest = ndjson(server.get("/v1/feed", {"action": "door.opened", "after_leaf": last}))
    seen += [entry["description"] for entry in rest]
    assert [text.split()[-1] for text in seen] == [str(n) for n in range(sent)]


def test_events_carry_the_leaf_as_id_and_last_event_id_counts_for_more_than_the_url(server):
    receipts = server.record(doors(0, 20))
    first, last = receipts[0]["leaf_index"], receipts[-1]["leaf_index"]
    feed = Feed(server, EVENTS, after_leaf=first)
    assert feed.answer.getheader("content-type") == "text/event-stream"
    assert feed.event()["id"] == first, "a position at once"
    events = [feed.event() for _ in range(19)]
    assert [(event["id"], event["data"]["leaf_index"]) for event in events] == [(n, n) for n in range(first + 1, last + 1)]
    feed.close()
    again = Feed(server, {**EVENTS, "Last-Event-ID": str(last - 3)}, after_leaf=first)
    again.event()
    assert [again.event()["id"] for _ in range(3)] == [last - 2, last - 1, last]
    again.close()


def test_a_feed_without_news_says_that_it_lives_and_where_it_is(new_server):
    server = new_server().start(extra=["--heartbeat-ms", "50"])
    events, lines = Feed(server, EVENTS, action="nothing.happened"), Feed(server, action="nothing.happened")
    receipts = server.record(doors(0, 5))
    wait_for("the position to pass what does not match", lambda: events.event() == {"comments": ["heartbeat"], "id": receipts[-1]["leaf_index"]})
    assert [lines.line() for _ in range(3)] == ["\n"] * 3
    events.close(), lines.close()


def test_an_orderly_stop_ends_every_feed_and_says_where(server):
    last = server.record(doors(0, 5))[-1]["leaf_index"]
    found = []
    ask = lambda: found.append(raw(server, f"/v1/feed?follow=true&after_leaf={last}&action=window.opened", ["TE: trailers"]))
    reading = threading.Thread(target=ask)
    before = Feed(server, action="window.opened")
    reading.start()
    server.record({"action": "window.opened"})
    before.entry()
    assert server.stop() == 0
    reading.join(DEADLINE_SECONDS)
    assert not before.line()
    (answer,) = found
    assert answer.endswith(b"\r\n\r\n") and re.search(rb"0\r\nindelible-feed: stopped; after_leaf=\d+\r\n\r\n$", answer), answer[-200:]
    assert "were still running" not in server.stderr
    server.start()
    assert raw(server, f"/v1/feed?after_leaf={last}", ["TE: trailers"]).count(b"indelible-feed: complete; after_leaf=") == 1


def test_a_hundred_followers_and_one_that_never_reads_keep_nobody_waiting(server):
    big = {"properties": {"text": "x" * 100_000}}
    server.record(doors(0, 60, **big))
    lazy = Feed(server, full="true")
    feeds = [Feed(server, action="window.opened") for _ in range(100)]
    for n in range(5):
        server.record({"action": "window.opened", "description": f"window {n}"})
    for feed in feeds:
        assert [feed.entry()["description"] for _ in range(5)] == [f"window {n}" for n in range(5)]
        feed.close()
    assert server.get("/v1/entries", {"count": "true"}).status == 200
    lazy.close()


@pytest.mark.parametrize("params, headers, code, words", [
    ({"after_leaf": "x"}, {}, "bad_parameter", "after_leaf"),
    ({"after_leaf": "-1"}, {}, "bad_parameter", "after_leaf"),
    ({"after_leaf": "999999999"}, {}, "bad_parameter", "another log"),
    ({}, {"Last-Event-ID": "abc"}, "bad_parameter", "Last-Event-ID"),
    ({}, {"Last-Event-ID": "999999999"}, "bad_parameter", "another log"),
    ({"last": "1001"}, {}, "bad_parameter", "between 0 and 1000"),
    ({"last": "1", "after_leaf": "1"}, {}, "bad_parameter", "give one"),
    ({"follow": "maybe"}, {}, "bad_parameter", "follow"),
    ({"chanel": "auth"}, {}, "bad_filter", "channel"),
])
def test_what_cannot_be_followed_is_refused_by_name(module_server, params, headers, code, words):
    answer = module_server.get("/v1/feed", params, headers)
    assert answer.status == 400 and answer.json()["code"] == code and words in answer.json()["detail"], answer


def test_tail_shows_the_newest_and_follows_over_restarts(new_server):
    server = new_server().start()
    server.record(doors(0, 30))
    shown = indelible("tail", "--url", server.url, "-n", 3, "action:door.opened")
    assert shown.returncode == 0 and [line.split()[-1] for line in shown.stdout.splitlines()] == ["27", "28", "29"]
    assert "Ann Lee6  door.opened  Ann Lee6 opened door 27" in shown.stdout
    command = [BIN, "tail", "--url", server.url, "-f", "-n", "1", "--format", "ndjson", "action:door.opened"]
    tail = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert json.loads(tail.stdout.readline())["description"].endswith("door 29")
        server.kill()
        # The same port again, as an operator's restart has it.
        server.listen = server.address
        server.start()
        server.record(doors(30, 30))
        assert [json.loads(tail.stdout.readline())["description"].split()[-1] for _ in range(30)] == [str(n) for n in range(30, 60)]
    finally:
        tail.kill()
        tail.communicate()
    server.stop()
    gone = indelible("tail", "--url", server.url, "-f", timeout=DEADLINE_SECONDS)
    assert gone.returncode == 2 and "is a log served at" in gone.stderr
