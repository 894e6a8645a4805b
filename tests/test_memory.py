"""What requests hold in memory at once has a budget: past it they are told to come back, and small ones still come in."""

import concurrent.futures
import http.client
import re

import zstandard
from conftest import DEADLINE_SECONDS

MIB = 1 << 20
BODY_BYTES_MAX = 16 * MIB
BODIES_BYTES_MAX = 128 * MIB
ADMISSION_BYTES_MAX = (256 + 32) * MIB

SLACK_BYTES = 128 * MIB
"""Beside the budgets: what is recorded, connections, and what the allocator keeps of what was freed."""


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", server.get("/metrics").text, re.M).group(1))


def grown_bytes(server, before_kib):
    return (server.memory_kib("VmHWM") - before_kib) * 1024


def test_unfinished_bodies_hold_no_more_than_their_budget_and_small_ones_come_in_beside_them(server):
    unfinished = 48
    server.record([{"action": "door.open"}])
    before = server.memory_kib("VmHWM")
    body = b'[{"action":"door.close"}' + b" " * (BODY_BYTES_MAX - 26) + b" ]"
    clients = []
    for _ in range(unfinished):
        client = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
        client.putrequest("POST", "/v1/events")
        client.putheader("Content-Type", "application/json")
        client.putheader("Content-Length", str(len(body)))
        client.endheaders(body[:-1])
        clients.append(client)
        held = metric(server, "indelible_request_bytes")
        assert held <= BODIES_BYTES_MAX == metric(server, "indelible_request_bytes_max")
    assert held >= 4 * BODY_BYTES_MAX, "several of the largest find room"
    server.record([{"action": "door.knock", "description": "x" * 4_000}])
    assert grown_bytes(server, before) < BODIES_BYTES_MAX + SLACK_BYTES
    for client in clients:
        client.send(body[-1:])
    answers = [client.getresponse() for client in clients]
    statuses = [answer.status for answer in answers]
    assert set(statuses) == {201, 503} and statuses.count(201) >= 4, statuses
    for answer in answers:
        text = answer.read()
        if answer.status == 503:
            assert int(answer.headers["Retry-After"]) > 0 and b'"code":"overloaded"' in text
    assert server.get("/v1/entries", {"q": "action:door.close", "count": "true", "limit": "1"}).json()["count"] == statuses.count(201)
    for client in clients:
        client.close()
    assert metric(server, "indelible_request_bytes") == 0, "all of it is given back"


def test_what_comes_out_of_compressed_bodies_is_of_the_budget(server):
    at_once, events = 64, 500
    one = b'{"action":"door.open"' + b" " * (BODY_BYTES_MAX // events - 24) + b"}\n"
    body = zstandard.ZstdCompressor().compress(one * events)
    assert len(body) < 40_000
    server.record([{"action": "door.open"}])
    before = server.memory_kib("VmHWM")
    headers = {"Content-Type": "application/x-ndjson", "Content-Encoding": "zstd"}
    with concurrent.futures.ThreadPoolExecutor(at_once) as clients:
        answers = list(clients.map(lambda _: server.post("/v1/events", body, headers), range(at_once)))
    statuses = [answer.status for answer in answers]
    assert set(statuses) <= {201, 503} and 201 in statuses, statuses
    assert grown_bytes(server, before) < BODIES_BYTES_MAX + ADMISSION_BYTES_MAX + SLACK_BYTES
    assert server.get("/v1/entries", {"q": "action:door.open", "count": "true", "limit": "1"}).json()["count"] == 1 + events * statuses.count(201)
    assert (metric(server, "indelible_request_bytes"), metric(server, "indelible_admission_bytes")) == (0, 0)
