"""Hostile bodies get a clear problem document each, in bounded memory, and the server goes on serving."""

import gzip
import io
import json

import pytest
import zstandard
from conftest import Server

BOMB_BYTES = 1 << 30
MEMORY_KIB_MAX = 200 * 1024
CHUNK = b" " * (1 << 20)


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("bad") / "log").start()
    server.record([{"action": "door.opened"}])
    server.memory_before = server.memory_kib()
    yield server
    if server.process is not None:
        server.kill()


@pytest.fixture(autouse=True)
def unharmed(victim):
    """After every body: the same process answers and records, and has not grown."""
    yield
    assert victim.running
    assert victim.record([{"action": "door.closed"}])[0]["id"]
    assert victim.memory_kib() - victim.memory_before < MEMORY_KIB_MAX


def problem(answer, status, code=None, pointer=None, index=0):
    """Checks a problem document; with a pointer or code also that of its one event."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json"
    document = answer.json()
    assert document["status"] == status and document["title"] and document["detail"]
    assert document["type"] == f"urn:indelible:problem:{document['code']}"
    found = [(one.get("index"), one["pointer"], one["code"]) for one in document.get("problems", [])]
    if pointer is not None:
        assert (index, pointer, code) in found
        assert all(one["message"] for one in document["problems"])
    elif code is not None:
        assert code in [document["code"], *(one[2] for one in found)]
    return document


def nested(depth):
    return '{"action":"a.b","properties":{"x":' + "[" * depth + "]" * depth + "}}"


@pytest.mark.parametrize("depth", [64, 1000, 100_000])
def test_deep_nesting_is_refused(victim, depth):
    problem(victim.post("/v1/events", nested(depth)), 422, "too_deep")


def test_nesting_at_the_limit_is_recorded(victim):
    answer = victim.post("/v1/events", nested(63))
    assert answer.status == 201, answer


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 100_000, "[" * 100_000 + "]" * 100_000])
def test_a_body_of_nothing_but_nesting_is_refused(victim, text):
    problem(victim.post("/v1/events", text), 422)


def gzip_bomb():
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=1) as packer:
        for _ in range(BOMB_BYTES // len(CHUNK)):
            packer.write(CHUNK)
    return out.getvalue()


def zstd_bomb():
    packer = zstandard.ZstdCompressor(level=1).compressobj()
    return b"".join(packer.compress(CHUNK) for _ in range(BOMB_BYTES // len(CHUNK))) + packer.flush()


@pytest.mark.parametrize(("encoding", "bomb"), [("gzip", gzip_bomb), ("zstd", zstd_bomb)])
def test_a_gigabyte_packed_small_is_refused_at_the_limit(victim, encoding, bomb):
    packed = bomb()
    assert len(packed) < 8 << 20
    problem(victim.post("/v1/events", packed, {"Content-Encoding": encoding}), 413, "body_too_large")
    # The peak of the process, not just what is left.
    assert victim.memory_kib("VmHWM") < MEMORY_KIB_MAX + victim.memory_before + victim.memory_kib("RssFile")


def test_what_is_no_gzip_or_zstd_is_refused(victim):
    for encoding in ("gzip", "zstd"):
        problem(victim.post("/v1/events", b"plain text", {"Content-Encoding": encoding}), 400, "body_corrupt")
    problem(victim.post("/v1/events", b"{}", {"Content-Encoding": "br"}), 415, "unknown_encoding")


EVENTS = {
    "a duplicate member": ('{"action":"a.b","action":"a.c"}', "/action", "duplicate_member"),
    "a duplicate member by escape": ('{"action":"a.b","properties":{"a":1,"\\u0061":2}}', "/properties/a", "duplicate_member"),
    "half a surrogate pair": ('{"action":"a.b","description":"x\\ud800y"}', "/description", "lone_surrogate"),
    "half a pair in properties": ('{"action":"a.b","properties":{"x":"\\udc00"}}', "/properties/x", "lone_surrogate"),
    "a number beyond all doubles": ('{"action":"a.b","http":{"status":1e400}}', "/http/status", None),
    "an unknown member": ('{"action":"a.b","colour":"red"}', "/colour", "unknown_member"),
    "an unknown member inside": ('{"action":"a.b","actor":{"type":"user","id":"1","age":9}}', "/actor/age", "unknown_member"),
    "a reserved member": ('{"action":"a.b","received":"2026-01-01T00:00:00Z"}', "/received", "reserved_member"),
    "a claimed source": ('{"action":"a.b","source":"indelible"}', "/source", "reserved_member"),
    "a marker of ours": ('{"action":"a.b","properties":{"$personal":0}}', "/properties/$personal", "reserved_member"),
    "a number for a text": ('{"action":7}', "/action", "wrong_type"),
    "a text for an object": ('{"action":"a.b","actor":"user:1"}', "/actor", "wrong_type"),
    "an object for a list": ('{"action":"a.b","targets":{}}', "/targets", "wrong_type"),
    "a text for a status": ('{"action":"a.b","http":{"status":"200"}}', "/http/status", "wrong_type"),
    "an unknown kind of actor": ('{"action":"a.b","actor":{"type":"robot","id":"1"}}', "/actor/type", "invalid_value"),
    "a reason too long": ('{"action":"a.b","reason":"' + "x" * 1025 + '"}', "/reason", "too_long"),
    "a session too long": ('{"action":"a.b","session_id":"' + "x" * 129 + '"}', "/session_id", "too_long"),
    "a number without its stream": ('{"action":"a.b","sequence":{"n":1}}', "/sequence/stream", "missing"),
    "a number of a stream with a fraction": ('{"action":"a.b","sequence":{"stream":"s","n":1.5}}', "/sequence/n", "invalid_value"),
    "a session declared personal": ('{"action":"a.b","personal":[{"of":"user:1","paths":["/session_id"]}]}', "/personal/0/paths/0", "not_declarable"),
    "no action": ("{}", "/action", "missing"),
    "an action without a verb": ('{"action":"nothing"}', "/action", "invalid_action"),
    "a time that never was": ('{"action":"a.b","time":"2026-02-30T00:00:00Z"}', "/time", "invalid_time"),
    "second 60": ('{"action":"a.b","time":"2016-12-31T23:59:60Z"}', "/time", "invalid_time"),
    "no address": ('{"action":"a.b","client":{"ip":"localhost"}}', "/client/ip", "invalid_ip"),
    "a severity of one's own": ('{"action":"a.b","severity":"huge"}', "/severity", "invalid_value"),
    "a text too long": ('{"action":"a.b","description":"' + "x" * 4097 + '"}', "/description", "too_long"),
    "too many targets": (json.dumps({"action": "a.b", "targets": [{"type": "t", "id": "1"}] * 33}), "/targets", "too_many"),
    "a bad pointer": ('{"action":"a.b","personal":[{"of":"user:1","paths":["detail"]}]}', "/personal/0/paths/0", "invalid_pointer"),
    "a place that stays": ('{"action":"a.b","personal":[{"of":"user:1","paths":["/action"]}]}', "/personal/0/paths/0", "not_declarable"),
}


@pytest.mark.parametrize("name", EVENTS)
def test_an_event_with_a_mistake_is_refused_at_its_place(victim, name):
    text, pointer, code = EVENTS[name]
    answer = victim.post("/v1/events", text)
    if code is None:
        assert pointer in [one["pointer"] for one in problem(answer, 422)["problems"]]
    else:
        problem(answer, 422, code, pointer)


def test_numbers_in_properties_stay_as_they_were_written(victim):
    properties = '{"big":1e400,"long":123456789012345678901234567890,"fine":0.10,"neg":-0}'
    answer = victim.post("/v1/events", '{"action":"a.b","properties": ' + properties.replace(",", " , ") + "}")
    assert answer.status == 201, answer
    entry = answer.json()["receipts"][0]["id"]
    assert f'"properties":{properties}' in victim.get(f"/v1/entries/{entry}/line").text
    assert properties in victim.get(f"/v1/entries/{entry}").text


@pytest.mark.parametrize("body", [b'{"action":"a.\xff"}', b'\xef\xbb\xbf{"action":"a.b"}', b'{"action":"a.b","description":"\xed\xa0\x80"}', b"\x00" * 100,
                                  b"", b"null", b"[1,2]", b'"text"', b'{"action":"a.b"} trailing', b'{"action":"a.b"', b'{"action":"a.\nb"}'])
def test_bytes_that_are_no_event_are_refused(victim, body):
    answer = victim.post("/v1/events", body)
    assert answer.status in (400, 422), answer
    problem(answer, answer.status)


def test_an_event_of_300_kib_is_too_large(victim):
    problem(victim.post("/v1/events", {"action": "a.b", "properties": {"text": "x" * 300 * 1024}}), 413, "line_too_long")


def test_a_batch_of_10001_events_or_17_mib_is_too_large(victim):
    problem(victim.post("/v1/events", '{"action":"a.b"}\n' * 10_001, {"Content-Type": "application/x-ndjson"}), 413)
    for mib in (17, 60):
        # A client that reads no answer before it has sent everything gets one.
        problem(victim.post("/v1/events", b" " * (mib << 20)), 413, "body_too_large")


def test_every_problem_of_a_batch_is_listed_and_nothing_is_recorded(victim):
    size = len(victim.export_lines())
    batch = [{"action": "a.b"}, {"action": "nothing", "colour": 1}, {"action": "a.b"}, {"actor": 3, "severity": "x"}]
    document = problem(victim.post("/v1/events", batch), 422, "unknown_member", "/colour", 1)
    assert {(one["index"], one["pointer"]) for one in document["problems"]} == {
        (1, "/action"), (1, "/colour"), (3, "/action"), (3, "/actor"), (3, "/severity")}
    later = victim.export_lines()[size:]
    assert not [line for line in later if b'"source":"dev"' in line]


def test_partial_records_the_good_ones_and_lists_the_others(victim):
    batch = [{"action": "part.one"}, {"action": "nothing"}, {"action": "part.two"}, {}]
    answer = victim.post("/v1/events", batch, params={"partial": "true"})
    assert answer.status == 201, answer
    receipts, problems = answer.json()["receipts"], answer.json()["problems"]
    assert [receipt is not None for receipt in receipts] == [True, False, True, False]
    assert {(one["index"], one["code"]) for one in problems} == {(1, "invalid_action"), (3, "missing")}
    assert [victim.entry(receipt["id"])["action"] for receipt in receipts if receipt] == ["part.one", "part.two"]


def test_in_ndjson_a_bad_line_does_not_hide_the_next(victim):
    body = '{"action":"a.b"}\n{"action":\n\n{"action":"nothing"}\r\n{"action":"a.c"}\n'
    document = problem(victim.post("/v1/events", body, {"Content-Type": "application/x-ndjson"}), 422, "invalid_action")
    assert {one["index"] for one in document["problems"]} == {1, 2}


def test_there_is_an_end_to_the_problems_listed(victim):
    document = problem(victim.post("/v1/events", [{}] * 5000), 422)
    assert len(document["problems"]) == 1001
    assert document["problems"][-1]["code"] == "more_problems"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(victim, kind):
    problem(victim.post("/v1/events", {"action": "a.b"}, {"Content-Type": kind}), 415, "unknown_type")


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Host": "127.0.0.1.evil.example"}, {"Origin": "https://evil.example"},
                                     {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}], ids=str)
def test_foreign_hosts_and_origins_are_refused(victim, headers):
    problem(victim.get("/v1/entries", headers=headers), 403, "foreign_request")
    problem(victim.post("/v1/events", {"action": "a.b"}, headers), 403, "foreign_request")


def test_unknown_parameters_paths_and_methods_are_refused(victim):
    problem(victim.post("/v1/events", {"action": "a.b"}, params={"partail": "true"}), 400, "bad_parameter")
    problem(victim.get("/v1/nothing"), 404, "not_found")
    problem(victim.request("DELETE", "/v1/events"), 405, "method_not_allowed")
