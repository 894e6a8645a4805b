"""Exports: whole or recognisably not, in every order, beside one another; and what `indelible export` makes of them."""

import csv
import io
import json
import socket
import threading

import pytest
from conftest import DEADLINE_SECONDS, indelible, wait_for


def doors(first, count, **more):
    return [{"action": "door.opened", "actor": {"type": "user", "id": f"u{n % 7}", "name": f"Ann Lee{n % 7}", "email": f"ann{n % 7}@example.com"},
             "time": f"2026-03-{1 + n * 7919 % 28:02d}T10:00:{n % 60:02d}Z", "description": f"Ann Lee{n % 7} opened door {n}",
             "client": {"ip": f"10.0.0.{n % 200}"}, "properties": {"n": n, "text": 'a "quoted", text'}, **more} for n in range(first, first + count)]


def ask(server, path, headers=("TE: trailers",)):
    """A connection on which `path` was asked for."""
    connection = socket.create_connection((server.host, server.port), timeout=DEADLINE_SECONDS)
    head = [f"GET {path} HTTP/1.1", f"Host: {server.host}:{server.port}", "Connection: close", *headers, "", ""]
    connection.sendall("\r\n".join(head).encode())
    return connection


def everything(connection):
    with connection:
        found = b""
        while piece := connection.recv(1 << 20):
            found += piece
        return found


def parts(answer):
    """Head, body and trailers of a chunked answer."""
    head, rest = answer.split(b"\r\n\r\n", 1)
    body = b""
    while True:
        size, rest = rest.split(b"\r\n", 1)
        size = int(size, 16)
        if not size:
            return head.decode().lower(), body, rest.decode()
        body, rest = body + rest[:size], rest[size + 2:]


@pytest.fixture(scope="module")
def log(module_server):
    """Two segments that overlap in time, and a tail."""
    for first in (0, 3000):
        for n in range(0, 3000, 1000):
            module_server.record(doors(first + n, 1000))
        module_server.seal()
    module_server.record(doors(6000, 500))
    return module_server


@pytest.mark.parametrize("form", ["ndjson", "csv", "json"])
def test_a_whole_export_ends_with_a_trailer_that_counts_it(log, form):
    head, body, trailers = parts(everything(ask(log, f"/v1/export?format={form}&action=door.opened")))
    assert "\r\ntrailer: indelible-export" in head
    assert trailers == f"indelible-export: complete; entries=6500; bytes={len(body)}\r\n\r\n"
    if form == "json":
        found = json.loads(body)
        assert list(found) == ["exported_at", "filters", "entries", "count", "complete"]
        assert found["count"] == len(found["entries"]) == 6500 and found["complete"] is True
    without = parts(everything(ask(log, f"/v1/export?format={form}&action=door.opened", headers=())))
    assert without[2] == "\r\n", "no trailer where nobody asks for one, and the closing chunk"


@pytest.mark.parametrize("order", ["desc", "asc", "leaf"])
@pytest.mark.parametrize("filters", [{"action": "door.opened"}, {"q": "actor_name:lee3 time:2026-03-05..2026-03-20"}, {"action": "no.such"}])
def test_every_format_holds_the_same_entries_in_the_order_asked(log, order, filters):
    ask_for = lambda form: log.get("/v1/export", {"format": form, "order": order, **filters}).body
    lines = [json.loads(line) for line in ask_for("ndjson").splitlines()]
    entries = json.loads(ask_for("json"))["entries"]
    rows = list(csv.DictReader(io.StringIO(ask_for("csv").decode("utf-8-sig"))))
    ids = [line["id"] for line in lines]
    assert ids == [entry["id"] for entry in entries] == [row["id"] for row in rows]
    keys = [(entry["time"], entry["leaf_index"]) for entry in entries]
    assert keys == sorted(keys, key=(lambda key: key[1]) if order == "leaf" else None, reverse=order == "desc")
    pages, cursor = [], {}
    while order != "leaf":
        page = log.get("/v1/entries", {**filters, "order": order, "limit": 1000, "full": "true", **cursor}).json()
        # `details` is computed at reading, and in no export.
        pages += [{name: value for name, value in entry.items() if name != "details"} for entry in page["entries"]]
        if not page.get("next"):
            assert pages == entries
            break
        cursor = {"cursor": page["next"]}
    for row, entry in list(zip(rows, entries))[::97]:
        assert json.loads(row["properties"]) == entry["properties"] and row["actor_email"] == entry["actor"]["email"]


def test_an_export_that_breaks_off_is_seen_by_client_and_command(new_server):
    """A frame of a sealed segment is damaged in the middle: what came before is sent, and then no end."""
    server = new_server().start()
    for n in range(0, 20_000, 5000):
        server.record(doors(n, 5000, properties={"n": n, "text": "x" * 300}))
    server.seal()
    server.stop()
    (lines,) = (server.data / "segments").glob("*.ndjson.zst")
    with open(lines, "r+b") as file:
        size = file.seek(0, 2)
        file.seek(size * 2 // 3)
        file.write(b"\xff" * 64)
    server.start()
    for form in ["ndjson", "csv", "json"]:
        answer = everything(ask(server, f"/v1/export?format={form}&order=leaf"))
        assert answer.startswith(b"HTTP/1.1 200") and len(answer) > 100_000
        assert b"\r\n0\r\n" not in answer[-200:] and b"indelible-export: complete" not in answer, "no closing chunk, no trailer"
        assert not answer.rstrip().endswith(b"}\r\n0")
        out = server.home / f"out.{form}"
        if form == "csv":
            out.write_text("kept from before")
        command = indelible("export", "--url", server.url, "--format", form, "--order", "leaf", "-o", out)
        assert command.returncode == 2 and "not whole" in command.stderr, command
        left = [path.name for path in server.home.glob(f"out.{form}*")]
        assert left == ([out.name] if form == "csv" else []), "nothing that looks like an export is left"
        assert form != "csv" or out.read_text() == "kept from before"
    assert "damaged" in server.stderr


class Proxy:
    """Passes one answer on as a middlebox would that hides the cut: the closing chunk, but no trailer."""

    def __init__(self, server):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, args=(server,), daemon=True).start()

    def run(self, server):
        client, _ = self.listener.accept()
        with client:
            request = client.recv(65536).split(b" ")[1].decode()
            head, body, _ = parts(everything(ask(server, request, headers=())))
            half = body[:len(body) // 2]
            client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(half), half))


def test_a_cut_that_a_proxy_hides_is_found_by_the_missing_trailer(log):
    command = indelible("export", "--url", Proxy(log).url, "-o", log.home / "half.ndjson")
    assert command.returncode == 2 and "is not whole" in command.stderr and "proxy" in command.stderr


def test_the_command_writes_whole_files_and_passes_refusals_on(log):
    out = log.home / "whole.ndjson"
    command = indelible("export", "--url", log.url, "--order", "leaf", "-o", out, "action:door.opened")
    assert command.returncode == 0, command
    assert out.read_bytes().splitlines() == log.export_lines(action="door.opened")
    printed = indelible("export", "--url", log.url, "--order", "leaf", "action:door.opened")
    assert printed.returncode == 0 and printed.stdout.encode() == out.read_bytes()
    refused = indelible("export", "--url", log.url, "chanel:auth")
    assert refused.returncode == 2 and "channel" in refused.stderr
    before = out.read_bytes()
    refused = indelible("export", "--url", log.url, "chanel:auth", "-o", out)
    assert refused.returncode == 2 and out.read_bytes() == before, "a file that is there stays until all has come"
    gone = indelible("export", "--url", "http://127.0.0.1:1", "-o", out)
    assert gone.returncode == 2 and out.read_bytes() == before
    assert sorted(path.name for path in log.home.glob("whole*")) == ["whole.ndjson"]
    gone = indelible("export", "--url", "http://127.0.0.1:1")
    assert gone.returncode == 2 and "is a log served at" in gone.stderr


def test_slow_readers_are_bounded_in_number_and_cost_others_nothing(new_server):
    server = new_server().start()
    for n in range(0, 5000, 1000):
        server.record(doors(n, 1000, properties={"text": "x" * 4000}))
    server.seal()
    slow = [ask(server, "/v1/export?format=json") for _ in range(6)]
    for connection in slow:
        assert connection.recv(1000).startswith(b"HTTP/1.1 200")
    refused = server.get("/v1/export")
    assert refused.status == 503 and refused.json()["code"] == "too_many_exports" and refused.headers["retry-after"] == "10"
    assert server.memory_kib() < 400_000, "each slow export holds a few megabytes"
    assert server.get("/v1/entries", {"count": "true", "action": "door.opened"}).json()["count"] == 5000
    server.record(doors(5000, 10))
    slow.pop().close()
    wait_for("the place of the one who left", lambda: server.get("/v1/export", {"action": "no.such"}).status == 200)
    for connection in slow:
        connection.close()


def test_an_export_is_recorded_before_its_first_byte(new_server):
    server = new_server().start()
    server.record(doors(0, 10))
    body = server.get("/v1/export", {"order": "leaf", "format": "ndjson"}).body
    last = json.loads(body.splitlines()[-1])
    assert last["action"] == "audit_log.export" and last["source"] == "indelible"
