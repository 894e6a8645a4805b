"""Few open files allowed, and many connections: the log keeps what it needs, and whoever asks something is served."""

import contextlib
import http.client
import os
import re
import resource
import socket

import pytest
from conftest import DEADLINE_SECONDS, wait_for

FILES = 256
"""What the process may have open."""

IDLE = 1_000

HALF = (b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
        b"Expect: 100-continue\r\n\r\n")
"""Keeps a connection busy: the server waits for the body that this head announces, and none comes."""


@pytest.fixture
def few_files(new_server):
    """A server that may have few files open; this process may have many."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield new_server(wrapper=allowed(FILES)).start()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def allowed(files):
    return ["sh", "-c", f'ulimit -n {files} && exec "$@"', "sh"]


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", server.get("/metrics").text, re.M).group(1))


def connect(server):
    return socket.create_connection((server.host, server.port), timeout=DEADLINE_SECONDS)


def works(server):
    """Takes events, signs, seals, answers, exports."""
    before = server.get("/v1/entries", {"q": "action:door.open", "count": "true", "limit": "1"}).json()["count"]
    leaf = server.record([{"action": "door.open"} for _ in range(100)])[-1]["leaf_index"]
    server.wait_checkpoint(leaf + 1)
    server.seal()
    assert server.get("/v1/entries", {"q": "action:door.open", "count": "true", "limit": "1"}).json()["count"] == before + 100
    assert len(server.export_lines(q="action:door.open")) == before + 100
    assert server.get("/readyz").status == 200


def test_idle_connections_take_nothing_from_the_log_and_give_way_to_others(few_files):
    server = few_files
    with contextlib.ExitStack() as idle:
        for _ in range(IDLE):
            idle.enter_context(connect(server))
        for _ in range(3):
            works(server)
        assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= FILES
        assert metric(server, "indelible_connections") <= metric(server, "indelible_connections_max") + 16
        assert metric(server, "indelible_stopped") == 0
    wait_for("those who left to be gone", lambda: metric(server, "indelible_connections") == 1)
    works(server)
    assert server.stop() == 0
    assert server.verify().returncode == 0


def test_connections_that_were_used_give_way_too_the_longest_idle_first(few_files):
    server = few_files
    first = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
    first.request("GET", "/healthz")
    assert first.getresponse().read() == b"ok\n"
    used = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
    used.connect()
    with contextlib.ExitStack() as idle:
        for _ in range(FILES):
            # It asks, too: connections stand in the system's queue until they are accepted, and only then do they count.
            once = idle.enter_context(contextlib.closing(http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)))
            once.request("GET", "/healthz")
            assert once.getresponse().read() == b"ok\n"
            used.request("GET", "/healthz")
            assert used.getresponse().read() == b"ok\n", "one that is used is never the longest idle"
        assert first.sock.recv(1) == b"", "the one idle longest was closed, and in order"
    first.close()
    used.close()


def test_where_all_connections_are_busy_the_newest_is_told_to_come_back(few_files):
    server = few_files
    at_most = int(metric(server, "indelible_connections_max"))
    with contextlib.ExitStack() as busy:
        for _ in range(at_most):
            half = busy.enter_context(connect(server))
            half.sendall(HALF)
            assert half.recv(100).startswith(b"HTTP/1.1 100 ")
        newest = busy.enter_context(connect(server))
        said = b""
        with contextlib.suppress(ConnectionResetError):
            while more := newest.recv(4096):
                said += more
        head, body = said.split(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1\r\n" in head and b'"code":"no_connection"' in body
        assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
    wait_for("a place", lambda: connects(server))
    works(server)


FEED = b"GET /v1/feed?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n"


def test_feeds_take_nothing_from_an_open_connection(few_files):
    server = few_files
    at_most = int(metric(server, "indelible_connections_max"))
    kept = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
    kept.connect()
    with contextlib.ExitStack() as feeds:
        for _ in range(at_most - 1):
            feed = feeds.enter_context(connect(server))
            feed.sendall(FEED)
            assert feed.recv(12) == b"HTTP/1.1 200"
        for _ in range(3):
            kept.request("GET", "/healthz")
            assert kept.getresponse().read() == b"ok\n"
    kept.close()


def test_where_feeds_hold_all_places_the_newest_is_told_at_once_however_many_came_before(few_files):
    """Each asks for its feed at the moment at which it may be told to give way. Nobody waits for these, one after the other."""
    server = few_files
    at_most = int(metric(server, "indelible_connections_max"))
    kept = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
    body = b'{"action":"door.open"}'
    kept.putrequest("POST", "/v1/events")
    for name, value in {"Content-Type": "application/json", "Content-Length": len(body), "Expect": "100-continue"}.items():
        kept.putheader(name, str(value))
    kept.endheaders()
    assert kept.sock.recv(25).startswith(b"HTTP/1.1 100 ")
    with contextlib.ExitStack() as feeds:
        for _ in range(at_most * 6):
            feeds.enter_context(connect(server)).sendall(FEED)
        for _ in range(5):
            newest = feeds.enter_context(connect(server))
            newest.sendall(FEED)
            answer = newest.recv(4096)
            assert answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1\r\n" in answer and b'"code":"no_connection"' in answer
        kept.send(body)
        assert kept.getresponse().status == 201, "a request under way is not cut for anybody"
    kept.close()
    wait_for("a place", lambda: connects(server))
    works(server)


def connects(server):
    try:
        return server.get("/healthz").status == 200
    except (OSError, http.client.HTTPException):
        return False


def test_too_few_files_to_serve_at_all_are_refused_with_what_to_do(new_server):
    server = new_server(wrapper=allowed(64))
    server.start(wait=False)
    assert server.process.wait(DEADLINE_SECONDS) == 2
    server.process = None
    assert "64 files" in server.stderr and "ulimit -n" in server.stderr, server.stderr
