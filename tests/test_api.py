"""What the description of the interface and the README promise, over real HTTP against the real binary."""

import csv
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import socket
import subprocess
import threading

import pytest
import zstandard
from conftest import BIN, Server, indelible

GOLDEN = pathlib.Path(__file__).parent / "golden" / "openapi.json"
COMMANDS = ["serve", "demo", "import", "send", "search", "show", "tail", "export", "facets", "catalogue", "verify", "reindex", "bench", "bench ingest", "bench query", "bench export", "bench verify", "bench reindex", "bench commits", "bench start", "bench together", "bench all", "completions"]


@pytest.fixture(scope="module")
def log(module_server):
    return module_server


def person(n, **more):
    return {"action": "door.opened", "actor": {"type": "user", "id": f"u{n}", "name": f"Ann Lee{n}", "email": f"ann{n}@example.com"}, **more}


def own(server, action):
    """What the log recorded about itself, newest first."""
    return server.get("/v1/entries", {"action": action, "source": "indelible", "full": "true", "limit": 1000}).json()["entries"]


# Events

def test_receipts_come_in_request_order_and_name_the_bytes(log):
    batch = [{"action": f"door.opened{n}"} for n in range(200)]
    answer = log.post("/v1/events", batch)
    assert answer.status == 201
    receipts = answer.json()["receipts"]
    first = receipts[0]["leaf_index"]
    assert [receipt["leaf_index"] for receipt in receipts] == list(range(first, first + 200))
    for event, receipt in list(zip(batch, receipts))[::20]:
        line = log.get(f"/v1/entries/{receipt['id']}/line")
        assert line.headers["content-type"] == "application/json"
        assert hashlib.sha256(line.body).hexdigest() == receipt["digest"]
        assert json.loads(line.body)["action"] == event["action"]
        assert log.export_lines()[receipt["leaf_index"]] == line.body


@pytest.mark.parametrize("pack", [("gzip", gzip.compress), ("zstd", zstandard.compress), ("identity", bytes)], ids=lambda pack: pack[0])
@pytest.mark.parametrize("kind", ["object", "array", "ndjson"])
def test_bodies_of_every_kind_and_packing_are_taken(log, kind, pack):
    event = {"action": "door.opened", "description": "Tür – “offen”"}
    events = [event] * (1 if kind == "object" else 3)
    body = {"object": json.dumps(event), "array": json.dumps(events), "ndjson": "\n".join(map(json.dumps, events))}[kind]
    headers = {"Content-Encoding": pack[0], "Content-Type": "application/x-ndjson" if kind == "ndjson" else "application/json"}
    answer = log.post("/v1/events", pack[1](body.encode()), headers)
    assert answer.status == 201 and len(answer.json()["receipts"]) == len(events), answer


def test_the_same_event_again_is_the_first_receipt_and_another_under_its_id_a_conflict(log):
    event = person(1, event_id="once", properties={"n": 1.50})
    (first,) = log.record(event)
    again = log.post("/v1/events", event)
    assert again.status == 200
    assert again.json()["receipts"] == [{**first, "duplicate": True}]
    mixed = log.post("/v1/events", [event, {"action": "door.closed"}])
    assert mixed.status == 201 and [receipt.get("duplicate") for receipt in mixed.json()["receipts"]] == [True, None]
    other = log.post("/v1/events", {**event, "properties": {"n": 1.5, "m": 2}})
    assert other.status == 409 and other.json()["code"] == "event_id_conflict"
    assert [one["index"] for one in other.json()["problems"]] == [0]
    log.restart()
    assert log.post("/v1/events", event).json()["receipts"] == [{**first, "duplicate": True}]
    assert log.post("/v1/events", {**event, "action": "door.shut"}).status == 409
    assert len([line for line in log.export_lines() if b'"event_id":"once"' in line]) == 1


def test_secrets_are_redacted_and_the_receipt_says_where(log):
    (receipt,) = log.record({"action": "user.created", "properties": {"password": "hunter2hunter2", "kept": "yes"}, "http": {"path": "/a?token=s3cr3tvalue&b=1"}})
    assert {warning["pointer"] for warning in receipt["warnings"]} == {"/properties/password", "/http/path"}
    line = log.get(f"/v1/entries/{receipt['id']}/line").text
    assert "hunter2" not in line and "s3cr3t" not in line and '"kept":"yes"' in line


def test_a_time_far_off_is_kept_and_flagged(log):
    (receipt,) = log.record({"action": "door.opened", "time": "2199-01-01T00:00:00+02:00"})
    assert [warning["code"] for warning in receipt["warnings"]] == ["time_skewed"]
    assert log.entry(receipt["id"])["time"] == "2198-12-31T22:00:00.000000Z"
    newer = log.record({"action": "door.closed", "time": "2200-01-01T00:00:00Z"})[0]
    assert log.get("/v1/entries", {"limit": 1}).json()["entries"][0]["id"] == newer["id"], "order is by what was believed, ties by leaf"


# Reading

def test_unknown_ids_are_not_found_whatever_is_asked_of_them(log):
    for entry in ["01a207d2-6df8-7f2b-b70f-bf8bf216baeb", "nonsense", "%00", "..%2f..%2fkeys%2froot"]:
        for what in ["", "/line", "/proof", "/disclosures"]:
            answer = log.get(f"/v1/entries/{entry}{what}")
            assert answer.status == 404 and answer.json()["code"] == "not_found", (entry, what)
    assert log.get("/tile/0/x999/999").status == 404
    assert log.get("/tile/..%2fdigests").status == 404


def test_pages_by_cursor_see_the_log_as_the_first_page_saw_it(log):
    log.record([person(n, channel="pinned") for n in range(50)])
    ask = {"channel": "pinned", "limit": 9, "count": "true"}
    page = log.get("/v1/entries", ask).json()
    before = log.get("/v1/entries", {"channel": "pinned", "limit": 1000}).json()["entries"]
    seen = list(page["entries"])
    while page.get("next"):
        log.record([person(n, channel="pinned") for n in range(5)])
        page = log.get("/v1/entries", {**ask, "cursor": page["next"]}).json()
        assert page["count"] == 50
        seen += page["entries"]
    assert seen == before
    other = log.get("/v1/entries", {"channel": "other", "cursor": log.get("/v1/entries", ask).json()["next"]})
    assert other.status == 400, "a cursor belongs to its question"


def test_a_cursor_goes_on_after_a_restart_and_belongs_to_its_log(new_server):
    server = new_server().start()
    server.record([person(n, channel="pinned") for n in range(20)])
    ask = {"channel": "pinned", "limit": 15}
    first = server.get("/v1/entries", ask).json()
    server.restart()
    rest = server.get("/v1/entries", {**ask, "cursor": first["next"]}).json()
    assert len({entry["id"] for entry in first["entries"] + rest["entries"]}) == 20
    other = new_server("other").start()
    other.record([person(n, channel="pinned") for n in range(20)])
    assert other.get("/v1/entries", {**ask, "cursor": first["next"]}).status == 400


def test_ndjson_is_the_lines_themselves_in_the_order_asked(log):
    lines = log.export_lines()
    assert [json.loads(line)["id"] for line in log.export_lines("asc", channel="pinned")] == [
        json.loads(line)["id"] for line in reversed(log.export_lines("desc", channel="pinned"))]
    answer = log.get("/v1/export", {"order": "leaf"})
    assert answer.body.splitlines()[:len(lines)] == lines and answer.body.endswith(b"}\n")
    assert answer.headers["content-type"] == "application/x-ndjson"
    assert re.search(r'filename="audit-log-\d{8}T\d{6}Z\.ndjson"', answer.headers["content-disposition"])


def test_a_json_export_closes_and_names_its_filters(log):
    answer = log.get("/v1/export", [("format", "json"), ("channel", "pinned"), ("-actor", "u1"), ("from", "2020-01-01")])
    document = answer.json()
    assert list(document) == ["exported_at", "filters", "entries", "count", "complete"] and answer.text.rstrip().endswith('"complete":true}')
    assert document["filters"] == [["channel", "pinned"], ["-actor", "u1"], ["from", "2020-01-01"]]
    assert document["entries"] and all(entry["channel"] == "pinned" and entry["actor"]["name"] for entry in document["entries"])


def test_csv_has_a_mark_harmless_cells_and_its_columns(log):
    texts = ['=cmd|"/c calc"!A1', "+1", "-1", "@SUM(A1)", "\tx", "\rx", 'quo"te,comma\nline', "plain"]
    log.record([person(3, channel="csv", description=text, properties={"n": 1.5}) for text in texts])
    answer = log.get("/v1/export", {"format": "csv", "channel": "csv", "order": "leaf"})
    assert answer.body.startswith(b"\xef\xbb\xbf") and answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
    fixed = ["id", "time", "channel", "event", "description", "actor_email", "actor_id", "resource_type", "resource_id", "changes", "properties"]
    assert list(rows[0])[-15:] == fixed + ["reason", "session_id", "sequence_stream", "sequence_n"], "later columns stand behind all earlier ones"
    assert all(row[name] == "" for row in rows for name in ("reason", "session_id", "sequence_stream", "sequence_n"))
    assert [row["description"] for row in rows] == ["'" + text for text in texts[:6]] + texts[6:]
    assert all(row["actor_email"] == "ann3@example.com" and row["properties"] == '{"n":1.5}' for row in rows)
    for layout in ["platform", "records", "events", "access"]:
        assert log.get("/v1/export", {"format": "csv", "layout": layout, "channel": "csv"}).status == 200
    assert log.get("/v1/export", {"format": "csv", "layout": "other"}).status == 400


def test_a_number_that_a_sender_s_stream_lacks_is_found_by_asking(log):
    agent = {"type": "agent", "id": "a-1", "name": "Helper", "on_behalf_of": {"type": "user", "id": "u1", "name": "Ann Lee"}}
    numbers = [n for n in range(3_000) if n != 2_047]
    for few in range(0, len(numbers), 1000):
        log.record([{"action": "door.checked", "channel": "numbered", "actor": agent, "reason": f"=T-{n}", "session_id": "s-1",
                     "sequence": {"stream": "doors", "n": n}} for n in numbers[few:few + 1000]])

    def held(first, last):
        asked = {"source": "dev", "sequence_stream": "doors", "sequence_n": f"{first}..{last}", "count": "true", "limit": 1}
        return log.get("/v1/entries", asked).json()["count"]

    # As docs/gaps.md says: halve the range that holds fewer than it should.
    first, last = 0, 2_999
    assert held(first, last) == 2_999
    while first < last:
        middle = (first + last) // 2
        first, last = (first, middle) if held(first, middle) < middle - first + 1 else (middle + 1, last)
    assert first == 2_047 and held(2_047, 2_047) == 0
    streams = log.get("/v1/facets", {"field": "sequence_stream", "channel": "numbered"}).json()["facets"]["sequence_stream"]
    assert streams == [{"value": "doors", "count": 2_999}]
    text = log.get("/v1/export", {"format": "csv", "layout": "access", "order": "leaf", "channel": "numbered"}).body.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [int(row["sequence_n"]) for row in rows] == numbers
    assert {(row["sequence_stream"], row["session_id"], row["Actor"]) for row in rows} == {("doors", "s-1", "Helper (Agent for Ann Lee)")}
    assert rows[5]["reason"] == "'=T-5", "no cell is a formula"


# What the log says about itself

def test_the_log_records_starts_stops_exports_reads_and_verifications(new_server):
    server = new_server().start()
    (receipt,) = server.record(person(4, resource={"type": "door", "id": "9"}))
    for _ in range(3):
        server.entry(receipt["id"])
    (read,) = own(server, "pii.read")
    assert (read["channel"], read["description"], read["resource"]["id"]) == ("pii-read", "pii.read.door", receipt["id"])
    (plain,) = server.record({"action": "door.closed"})
    server.entry(plain["id"])
    assert len(own(server, "pii.read")) == 1, "nothing personal was shown"
    server.get("/v1/export", {"format": "csv", "actor": "u4"})
    (export,) = own(server, "audit_log.export")
    assert export["description"] == "Audit log export downloaded"
    assert export["properties"] == {"format": "csv", "filters": [["actor", "u4"]]}
    checked = server.post("/v1/verification")
    assert checked.status == 200 and checked.json()["sound"] is True
    assert own(server, "audit_log.verify")[0]["outcome"] == "success"
    server.stop()
    server.start()
    assert len(own(server, "server.start")) == 2 and len(own(server, "server.stop")) == 1
    server.kill()
    server.start()
    assert len(own(server, "server.recover")) == 1 and len(own(server, "server.stop")) == 1
    # Nobody else can say such things: only the reserved source counts.
    assert server.record({"action": "server.stop"}) and len(own(server, "server.stop")) == 1


def test_metrics_count_what_was_recorded(log):
    def figures():
        text = log.get("/metrics").text
        return {name: float(value) for name, value in re.findall(r"^(\w+) (\S+)$", text, re.M)}

    before = figures()
    log.record([{"action": "door.opened"}] * 10)
    after = figures()
    assert after["indelible_entries"] == before["indelible_entries"] + 10
    assert after["indelible_events_recorded_total"] == before.get("indelible_events_recorded_total", 0) + 10
    assert after["indelible_stopped"] == 0


def test_the_description_of_the_interface_changes_only_on_purpose(log):
    """INDELIBLE_GOLDEN=1 writes the golden file anew."""
    found = json.dumps(log.get("/openapi.json").json(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    if os.environ.get("INDELIBLE_GOLDEN"):
        GOLDEN.parent.mkdir(exist_ok=True)
        GOLDEN.write_text(found)
    assert found == GOLDEN.read_text()


def test_every_answer_carries_safe_headers(log):
    for path in ["/", "/v1/entries", "/nothing", "/checkpoint", "/healthz"]:
        headers = log.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"] and headers["x-content-type-options"] == "nosniff"


# Connections and the process

def test_clients_that_never_finish_their_headers_hold_up_nobody(log):
    slow = [socket.create_connection((log.host, log.port)) for _ in range(500)]
    try:
        for one in slow:
            one.sendall(b"GET /v1/entries HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        for _ in range(20):
            assert log.record({"action": "door.opened"})
            assert log.get("/v1/entries", {"limit": 1}).status == 200
    finally:
        for one in slow:
            one.close()


def test_concurrent_writers_all_get_receipts_of_their_own(log):
    receipts, lock = [], threading.Lock()

    def write(writer):
        for n in range(20):
            mine = log.record([{"action": "race.run", "request_id": f"{writer}-{n}-{k}"} for k in range(5)])
            with lock:
                receipts.extend(mine)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    leaves = {receipt["leaf_index"] for receipt in receipts}
    assert len(leaves) == len(receipts) == 800
    assert log.get("/v1/entries", {"action": "race.run", "count": "true", "limit": 1}).json()["count"] == 800


def test_sigterm_ends_in_good_order_and_everything_acknowledged_is_there(new_server):
    server = new_server().start()
    server.record([person(n) for n in range(100)])
    assert server.stop() == 0
    assert "Stopped." in server.out_path.read_text()
    assert server.verify().returncode == 0
    server.start()
    assert server.get("/v1/entries", {"action": "door.opened", "count": "true"}).json()["count"] == 100


def test_a_second_process_on_the_folder_is_turned_away(log):
    other = log.run("serve", "--dev", "--data", log.data, "--marks", log.marks, "--listen", "127.0.0.1:0")
    assert other.returncode == 2 and str(log.process.pid) in other.stderr


def test_serve_listens_beyond_this_machine_neither_in_the_clear_nor_without_access_control(tmp_path):
    base = ["serve", "--data", tmp_path / "data", "--marks", tmp_path / "marks", "--listen", "0.0.0.0:0"]
    assert "tls_cert" in (said := indelible(*base)).stderr and said.returncode == 2
    assert "--dev" in (said := indelible(*base, "--dev")).stderr and said.returncode == 2
    assert not (tmp_path / "data").exists()
    # More rows than may wait for sealing would stop the log before it seals.
    refused = indelible("serve", "--dev", "--data", tmp_path / "log", "--seal-rows", "1200000")
    assert refused.returncode == 2 and "448751" in refused.stderr


# The command line

@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command):
    said = indelible(*command.split(), "--help")
    assert said.returncode == 0 and f"indelible {command}" in said.stdout
    assert "Example" in said.stdout


def test_commands_answer_0_done_1_no_2_error(log, tmp_path):
    (receipt,) = log.record(person(5, channel="cli"))
    at = ["--url", log.url]
    shown = indelible("show", *at, "--json", receipt["id"])
    assert shown.returncode == 0 and json.loads(shown.stdout)["id"] == receipt["id"]
    assert indelible("show", *at, "01a207d2-6df8-7f2b-b70f-bf8bf216baeb").returncode == 1
    assert indelible("search", *at, "channel:cli", "--count").stdout.strip() == "1"
    assert [json.loads(line)["id"] for line in indelible("search", *at, "channel:cli", "--format", "ndjson").stdout.splitlines()] == [receipt["id"]]
    assert indelible("search", *at, "nokey:x").returncode == 2
    assert indelible("search", "--url", "http://127.0.0.1:9").returncode == 2
    assert json.loads(indelible("facets", *at, "--json", "--field", "channel", "channel:cli").stdout)
    exported = indelible("export", *at, "--order", "leaf", "-o", tmp_path / "lines.ndjson")
    assert exported.returncode == 0 and receipt["id"] in (tmp_path / "lines.ndjson").read_text()
    sent = indelible("send", *at, "-", stdin='{"event_id":"s1","action":"door.opened"}\n')
    assert sent.returncode == 0, sent.stderr
    assert indelible("nonsense").returncode == 2
    # A folder that a server holds is asked through the server.
    assert log.run("search", "--data", log.data, "--marks", log.marks, "channel:cli", "--count").stdout.strip() == "1"


def test_a_reader_that_has_had_enough_ends_a_command_quietly(log):
    log.post("/v1/events", [{"action": "pipe.filled", "description": "x" * 4000} for _ in range(200)])
    command = [BIN, "search", "--url", log.url, "--limit", "200", "--format", "ndjson", "action:pipe.filled"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.read(1)
    process.stdout.close()
    assert (process.wait(timeout=30), process.stderr.read()) == (141, b"")


def test_verify_says_0_sound_1_tampered_2_could_not_check(new_server, tmp_path):
    server = new_server().start()
    receipts = server.record([person(n) for n in range(30)])
    server.wait_checkpoint(30)
    older = tmp_path / "older.txt"
    older.write_text(server.checkpoint())
    entry = receipts[7]["id"]
    line, proof, bad = tmp_path / "line", tmp_path / "proof", tmp_path / "bad"
    line.write_bytes(server.get(f"/v1/entries/{entry}/line").body)
    proof.write_bytes(server.get(f"/v1/entries/{entry}/proof").body)
    bad.write_bytes(line.read_bytes().replace(b"opened", b"closed"))
    key = ["--key", server.vkey()]
    of_line = ["verify", *key, "--proof", proof, "--line"]
    assert indelible(*of_line, line).returncode == 0
    assert indelible(*of_line, bad).returncode == 1
    assert indelible(*of_line, tmp_path / "absent").returncode == 2
    assert indelible("verify", "--line", line, "--proof", line, *key).returncode == 2
    assert indelible("verify").returncode == 2
    server.record([person(n) for n in range(30)])
    server.wait_checkpoint(60)
    for more in ([], key, ["--since", older], [*key, "--since", older]):
        assert indelible("verify", "--url", server.url, *more).returncode == 0, more
    # A checkpoint under another key says that the log was replaced; one that is none says nothing.
    other = new_server("other").start()
    foreign, foreign_key = tmp_path / "foreign.txt", other.vkey()
    foreign.write_text(other.checkpoint())
    assert indelible("verify", "--url", server.url, "--key", foreign_key).returncode == 1
    assert indelible("verify", "--url", server.url, "--since", foreign).returncode == 1
    assert indelible("verify", "--url", server.url, "--since", line).returncode == 2
    assert indelible("verify", "--url", "http://127.0.0.1:9").returncode == 2
    newest = tmp_path / "newest.txt"
    newest.write_text(server.checkpoint())
    server.seal()
    server.stop()
    assert server.verify().returncode == 0
    assert server.verify("--since", newest).returncode == 0
    found = server.verify("--since", foreign)
    assert found.returncode == 1 and "not signed by this log's key" in found.stdout, found.stdout + found.stderr
    assert server.verify("--since", line).returncode == 2
    assert json.loads(server.verify("--json").stdout)["sound"] is True
    assert server.run("verify", "--data", tmp_path / "nothing").returncode == 2
    digests = server.data / "tree" / "digests"
    whole = digests.read_bytes()
    digests.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    found = server.verify()
    assert found.returncode == 1 and "tree/digests" in found.stdout, found.stdout + found.stderr
    digests.write_bytes(whole)
    assert server.verify().returncode == 0


def test_indexes_are_made_again_without_changing_evidence(new_server):
    server = new_server().start()
    server.record([person(n) for n in range(30)])
    server.seal()
    lines = server.export_lines()
    server.stop()
    (index,) = server.data.rglob("*.idx")
    index.unlink()
    assert server.verify().returncode == 0
    index.unlink(missing_ok=True)
    assert server.run("reindex", "--data", server.data, "--marks", server.marks).returncode == 0
    assert index.exists()
    server.start()
    assert server.export_lines()[:len(lines)] == lines
    assert server.get("/v1/entries", {"actor_name": "lee7", "count": "true"}).json()["count"] == 1
