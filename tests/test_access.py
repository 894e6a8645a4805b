"""What tokens, grants, allow-lists and settings promise, in a server that runs: what ends, what is refused, and what is on record."""

import hashlib
import http.client
import itertools
import json
import os
import re
import socket
import stat
import subprocess
import time

import pytest
from conftest import DEADLINE_SECONDS, Server, indelible, wait_for
from controlled import Controlled
from test_disk import ROOMY, SMALL, may_inject, post_until_full

ACME, GLOBEX = {"organization": "acme"}, {"organization": "globex"}
# A permission that is gone ends what runs within a second; the rest is the machine's.
ENDS_SECONDS = 2


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    """A log of some megabytes, of two organizations, for tests that leave it fit for one another."""
    made = Controlled(tmp_path_factory.mktemp("access") / "log").start()
    text = "x" * 1500
    for batch in range(12):
        made.record([{"action": "door.opened", **place(scope), "properties": {"text": f"{batch} {n} {text}"}}
                     for n, scope in zip(range(1000), itertools.cycle([ACME, GLOBEX]))])
    yield made
    made.kill()


@pytest.fixture
def small(tmp_path):
    """A log of its own, empty."""
    made = Controlled(tmp_path / "log").start()
    yield made
    if made.process is not None:
        made.kill()


def place(scope):
    return {level: {"id": id} for level, id in scope.items()}


class Running:
    """A long answer that is being read, at the reader's pace."""

    def __init__(self, server, token, path, accept="*/*", buffer=None):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.settimeout(DEADLINE_SECONDS / 3)
        self.socket.connect((server.host, server.port))
        head = f"GET {path} HTTP/1.1\r\nHost: {server.address}\r\nAuthorization: Bearer {token}\r\nAccept: {accept}\r\nTE: trailers\r\n\r\n"
        self.socket.sendall(head.encode())
        self.body = b""
        while b"\r\n\r\n" not in self.body:
            self.body += self.socket.recv(1024)
        assert self.body.startswith(b"HTTP/1.1 200 "), self.body

    def wait_for(self, text):
        while text not in self.body:
            more = self.socket.recv(1 << 16)
            assert more, "it ended"
            self.body += more

    def rest(self):
        """What comes until the server ends it, and how many seconds that takes."""
        began, rest = time.monotonic(), b""
        while True:
            try:
                more = self.socket.recv(1 << 16)
            except ConnectionResetError:
                more = b""
            if not more:
                self.socket.close()
                return rest, time.monotonic() - began
            rest += more


def is_whole(rest):
    return b"\r\n0\r\n" in rest or b"complete" in rest.lower()


# What runs ends with the permission

FEEDS = [("/v1/feed?follow=true&last=1&action=door.opened", "*/*"), ("/v1/feed?follow=true&last=1&action=door.opened", "text/event-stream")]


def ways_to_end(server, program):
    """Ways to take a permission away while it is used."""
    def revoke():
        server.settle("DELETE", f"/v1/tokens/{program.id}")

    def remove():
        server.settle("DELETE", f"/v1/grants/{server.grants_of(program)[0]['id']}")

    def rotate():
        server.settle("POST", f"/v1/tokens/{program.id}/rotate", {"overlap": 0})

    def suspend():
        server.settle("PUT", "/v1/organizations/acme", {"status": "suspended", "message": "Pay first."})

    return {"revoke": revoke, "remove": remove, "rotate": rotate, "suspend": suspend}


@pytest.mark.parametrize("way", ["revoke", "remove", "rotate", "suspend"])
@pytest.mark.parametrize(("path", "accept"), FEEDS)
def test_a_feed_ends_with_the_permission(log, path, accept, way):
    program = log.program("auditor", ACME)
    feed = Running(log, program.token, path, accept)
    feed.wait_for(b"door.opened")
    ways_to_end(log, program)[way]()
    rest, seconds = feed.rest()
    log.settle("PUT", "/v1/organizations/acme", {"status": "active"})
    assert seconds <= ENDS_SECONDS
    assert b'"code":"' in rest and not is_whole(rest), "it says why, and is not whole"
    assert log.ask(program.token, "GET", "/v1/feed?last=1").status == (401 if way in ("revoke", "rotate") else 200 if way == "suspend" else 403)


def test_a_feed_ends_when_one_of_several_grants_goes_and_can_be_asked_for_again(log):
    program = log.program("auditor", ACME)
    other = log.grant(program, "viewer", GLOBEX)
    feed = Running(log, program.token, "/v1/feed?follow=true&last=1&action=door.opened")
    feed.wait_for(b"door.opened")
    log.settle("DELETE", f"/v1/grants/{other}")
    rest, seconds = feed.rest()
    assert seconds <= ENDS_SECONDS and b"no_longer_permitted" in rest
    again = log.ask(program.token, "GET", "/v1/entries?count=true")
    assert again.json()["count"] > 0 and b"globex" not in again.body


def test_a_feed_goes_on_while_nothing_of_its_own_changes(log):
    program, other = log.program("auditor", ACME), log.program("auditor", ACME)
    feed = Running(log, program.token, "/v1/feed?follow=true&last=0")
    for way in ("remove", "rotate", "revoke"):
        ways_to_end(log, other)[way]()
    log.settle("POST", f"/v1/tokens/{program.id}/rotate", {"overlap": 60})
    began = time.monotonic()
    wait_for("the feed to be asked about again", lambda: time.monotonic() - began > ENDS_SECONDS)
    log.record({"action": "feed.goes-on", **place(ACME)})
    feed.wait_for(b"feed.goes-on")
    feed.socket.close()


@pytest.mark.parametrize("way", ["revoke", "remove"])
@pytest.mark.parametrize("form", ["ndjson", "json", "csv"])
def test_an_export_ends_with_the_permission_however_slow_its_reader(log, form, way):
    program = log.program("auditor", {})
    export = Running(log, program.token, f"/v1/export?format={form}", buffer=4096)
    ways_to_end(log, program)[way]()
    began = time.monotonic()
    wait_for("the end", lambda: time.monotonic() - began >= ENDS_SECONDS)
    rest, _ = export.rest()
    whole = log.get("/v1/export", {"format": form})
    assert not is_whole(rest) and len(rest) < len(whole.body), "only what was on its way already"
    assert log.ask(program.token, "GET", "/v1/export").status in (401, 403)


def test_an_export_that_nobody_reads_gives_its_place_back_with_the_permission(log):
    program = log.program("auditor", {})
    held = []
    while True:
        try:
            held.append(Running(log, program.token, "/v1/export", buffer=4096))
        except AssertionError as full:
            assert b"too_many_exports" in str(full).encode()
            break
    began = time.monotonic()
    wait_for("what lies between both ends to be full", lambda: time.monotonic() - began > 3)
    ways_to_end(log, program)["revoke"]()
    began = time.monotonic()
    wait_for("a place", lambda: log.get("/v1/export?q=event_id:none").status == 200)
    assert time.monotonic() - began <= ENDS_SECONDS
    for export in held:
        export.socket.close()


# Tokens

def test_two_tokens_are_good_side_by_side_while_they_overlap(small):
    program = small.program("viewer", ACME)

    def good(*tokens):
        return [small.ask(token, "GET", "/v1/session").status == 200 for token in tokens]

    def rotated(overlap):
        return small.settle("POST", f"/v1/tokens/{program.id}/rotate", {"overlap": overlap}).json()["token"]

    second = rotated(60)
    assert good(program.token, second) == [True, True]
    third = rotated(60)
    assert good(program.token, second, third) == [False, True, True], "never three"
    fourth = rotated(1)
    wait_for("the overlap to end", lambda: good(third, fourth) == [False, True])
    assert good(program.token, second, third, fourth) == [False, False, False, True]
    assert "has expired" in small.ask(third, "GET", "/v1/session").json()["detail"]
    (listed,) = small.get("/v1/tokens").json()["tokens"]
    assert listed["id"] == program.id and listed["source"] == "program"
    assert small.ask(small.operator, "POST", f"/v1/tokens/{program.id}/rotate", {"overlap": 30 * 86_400 + 1}).status == 422


def test_a_token_is_good_until_its_time_is_over_and_what_runs_ends_with_it(small):
    small.record({"action": "door.opened", **place(ACME)})
    brief, long = small.program("auditor", ACME, expires_in=3), small.program("auditor", ACME, expires_in=600)
    feed = Running(small, brief.token, "/v1/feed?follow=true")
    feed.wait_for(b"door.opened")
    rest, _ = feed.rest()
    assert b"has expired" in rest
    assert small.ask(brief.token, "GET", "/v1/session").json()["code"] == "bad_token"
    assert small.ask(long.token, "GET", "/v1/session").status == 200
    assert small.ask(small.operator, "POST", f"/v1/tokens/{brief.id}/rotate", {}).status == 404, "its time is over for good"
    for wrong in (0, -1, 3_660 * 86_400 + 1, 1.5, "60", 10**30):
        wanted = {"name": "x", "role": "viewer", "scope": {}, "expires_in": wrong}
        assert small.ask(small.operator, "POST", "/v1/tokens", wanted).status == 422


def test_what_a_writer_sends_is_of_its_own_source(small):
    shop, other = (small.program("writer", {}, name) for name in ("shop", "other"))
    for program in (shop, other):
        assert small.ask(program.token, "POST", "/v1/events", {"event_id": "1", "action": "x.y"}).status == 201, "each has its own ids"
    assert small.ask(shop.token, "POST", "/v1/events", {"event_id": "1", "action": "x.y"}).status == 200
    for source in ("other", "indelible", "dev"):
        answer = small.ask(shop.token, "POST", "/v1/events", {"action": "x.y", "source": source})
        assert answer.status == 422 and "/source" in answer.text
    sources = [entry["source"] for entry in small.export_entries(action="x.y")]
    assert sorted(sources) == ["other", "shop"]
    for name, status in [("shop", 409), ("indelible", 422), ("Shop", 422), ("import:x" * 20, 422), ("", 422)]:
        wanted = {"name": "third", "role": "writer", "scope": {}, "source": name}
        assert small.ask(small.operator, "POST", "/v1/tokens", wanted).status == status, name


def test_a_sender_keeps_to_its_limits_on_average(small):
    rate, batch = 100, 50
    program = small.program("writer", {}, limits={"events_per_second": rate})
    free = small.program("writer", {})
    events, sent, refused = [{"action": "x.y"}] * batch, 0, 0
    began = time.monotonic()
    while refused < 3:
        answer = small.ask(program.token, "POST", "/v1/events", events)
        if answer.status == 201:
            sent += batch
            continue
        assert (answer.status, answer.json()["code"]) == (429, "too_much_sent")
        wait = int(answer.headers["retry-after"])
        assert 1 <= wait <= 2
        refused += 1
        assert small.ask(free.token, "POST", "/v1/events", events).status == 201, "others are not held up"
        until = time.monotonic() + wait
        wait_for("what the answer said", lambda: time.monotonic() >= until)
        assert small.ask(program.token, "POST", "/v1/events", events).status == 201, "it holds what it said"
        sent += batch
    seconds = time.monotonic() - began
    # Ten seconds' worth at once, the average since, and the batch that goes below nothing.
    assert sent <= rate * (10 + seconds) + 2 * batch
    assert small.ask(free.token, "GET", "/v1/entries").status == 403
    bytes = small.program("writer", {}, limits={"bytes_per_second": 1000})
    assert small.ask(bytes.token, "POST", "/v1/events", {"action": "x.y", "properties": {"x": "y" * 12_000}}).status == 201
    assert small.ask(bytes.token, "POST", "/v1/events", {"action": "x.y"}).status == 429
    assert len([entry for entry in small.export_entries(action="x.y", source="program")]) == sent, "of what was refused nothing is there"


# On record

def test_each_change_is_on_record_with_before_and_after_and_no_secret_anywhere(small):
    program = small.program("writer", ACME, "shop", reason="for the shop", limits={"events_per_second": 5})
    rotated = small.settle("POST", f"/v1/tokens/{program.id}/rotate", {"overlap": 60, "reason": "leaked"}).json()["token"]
    grant = small.grant(program, "viewer", GLOBEX)
    small.settle("DELETE", f"/v1/grants/{grant}")
    small.settle("PUT", "/v1/organizations/acme", {"status": "suspended", "message": "Pay first.", "allow": ["192.0.2.0/24"]})
    small.settle("PUT", "/v1/organizations/acme", {"status": "active"})
    small.settle("PATCH", "/v1/settings", {"second_factor_required": True})
    minting = small.program("scope-admin", ACME)
    viewer = small.ask(minting.token, "POST", "/v1/viewer-tokens", {"scope": ACME, "origin": "https://a.example", "expires_in": 60}).json()["token"]
    small.ask(small.operator, "DELETE", "/v1/viewer-tokens", Indelible_Reason="a leak")
    admin = small.program("platform-admin", {})
    assert small.ask(admin.token, "DELETE", f"/v1/tokens/{program.id}", Indelible_Reason="done").status == 204

    def one(action, **of):
        found = [entry for entry in small.own(action) if all(entry["resource"][name] == value for name, value in of.items())]
        return found[-1]

    created = one("token.created", id=program.id)
    assert created["reason"] == "for the shop" and created["actor"] == {"type": "system", "id": "operator"}
    assert created["changes"]["limits"]["after"] == {"events_per_second": 5} and created["changes"]["name"] == {"before": None, "after": "shop"}
    assert created["changes"]["grant"]["after"]["grant"] == {"role": "writer", "scope": ACME}
    assert one("token.rotated")["changes"]["overlap_s"]["after"] == 60 and one("token.rotated")["reason"] == "leaked"
    added, removed = one("grant.added", id=grant), one("grant.removed", id=grant)
    assert added["changes"]["grant"] == {"before": None, "after": removed["changes"]["grant"]["before"]}
    assert removed["changes"]["grant"]["after"] is None
    first, second = small.own("organization.changed")
    assert first["changes"]["message"]["after"] == "Pay first." and first["organization"] == {"id": "acme"}
    assert second["changes"]["status"] == {"before": "suspended", "after": "active"}
    assert second["changes"]["allow"] == {"before": ["192.0.2.0/24"], "after": []}
    assert one("settings.changed")["changes"] == {"second_factor_required": {"before": False, "after": True}}
    revoked = one("token.revoked")
    assert revoked["actor"]["type"] == "token" and revoked["actor"]["id"] == admin.id and revoked["reason"] == "done"
    assert revoked["changes"]["revoked_us"]["before"] is None
    assert one("viewer.minted")["actor"]["id"] == minting.id
    assert [entry["reason"] for entry in small.own("viewer_key.replaced") if "reason" in entry] == ["a leak"]

    lines = b"\n".join(small.export_lines())
    secrets = [program.token, rotated, minting.token, admin.token, viewer, small.operator]
    assert small.stop() == 0
    said = (small.stderr + small.out_path.read_text()).encode()
    kept = {path: path.read_bytes() for path in small.home.rglob("*") if path.is_file()}
    for secret in secrets:
        hash = hashlib.sha256(secret.encode()).hexdigest().encode()
        for hidden in (secret.encode(), secret[20:-7].encode(), hash):
            assert hidden not in lines and hidden not in said
            assert not [path for path, bytes in kept.items() if hidden in bytes and path.name not in ("control.db", "control.db-wal")]
        assert not [path for path, bytes in kept.items() if secret.encode() in bytes], "no file has a token"


def test_who_is_refused_is_on_record_once_a_route_and_hour(small):
    program, other = small.program("viewer", ACME), small.program("writer", ACME)
    for _ in range(20):
        for path in ("/v1/tokens", "/v1/settings", f"/v1/export?q={program.id}"):
            assert small.ask(program.token, "GET", path).status == 403
        assert small.ask(program.token, "DELETE", "/v1/tokens/abc").status == small.ask(program.token, "DELETE", "/v1/tokens/def").status == 403
        assert small.ask(other.token, "GET", "/v1/tokens").status == 403
        assert small.ask(None, "GET", "/v1/tokens").status == 401
        assert small.ask("ind_wrong", "GET", "/v1/tokens").status == 401
    expected = {(program.id, route) for route in ("GET /v1/tokens", "GET /v1/settings", "GET /v1/export", "DELETE /v1/tokens/{id}")}
    expected |= {(other.id, "GET /v1/tokens"), ("", "GET /v1/tokens")}
    wait_for("all to be on record", lambda: len(small.own("access.refused")) >= len(expected))
    found = small.own("access.refused")
    assert sorted(("" if entry["actor"]["type"] == "anonymous" else entry["actor"]["id"], entry["resource"]["id"]) for entry in found) == sorted(expected)
    assert all(entry["outcome"] == "failure" and entry["channel"] == "auth" and entry["client"]["ip"] == "127.0.0.1" for entry in found)
    assert {entry["properties"]["code"] for entry in found} == {"not_permitted", "not_signed_in"}
    assert all(entry["properties"]["refused_in_the_hour_before"] == 0 for entry in found)


# What cannot be put on record does not happen

@pytest.fixture
def small_disk(tmp_path):
    server = Controlled(tmp_path / "log")
    server.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", server.data], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield server
    if server.running:
        server.kill()
    subprocess.run(["umount", "-l", server.data], check=True)


def eat(server):
    with open(server.data / "another-program's", "ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass


def test_a_change_that_cannot_be_put_on_record_does_not_happen(small_disk):
    server = small_disk.start()
    held = server.program("viewer", ACME)
    post_until_full(server, persons=False)
    eat(server)
    answer, made = None, []
    for n in range(3_000):
        wanted = {"principal": f"program:{held.id}", "role": "viewer", "scope": {"organization": os.urandom(500).hex()}, "reason": os.urandom(450).hex()}
        answer = server.ask(server.operator, "POST", "/v1/grants", wanted)
        if answer.status != 201:
            break
        made.append(answer.json()["id"])
    assert (answer.status, answer.json()["code"]) == (507, "disk_full"), answer
    grants = {grant["id"] for grant in server.grants_of(held)}
    assert set(made) <= grants and len(grants) == len(made) + 1, "what was refused is not there"
    assert server.ask(held.token, "GET", "/v1/session").status == 200
    server.kill()
    server.start().kill()
    assert subprocess.run(["mount", "-o", f"remount,size={ROOMY}", server.data]).returncode == 0
    server.start()
    assert {grant["id"] for grant in server.grants_of(held)} == grants, "nor is it after a start"
    recorded = {entry["resource"]["id"] for entry in server.own("grant.added")}
    assert recorded == set(made)


@pytest.mark.skipif(not may_inject(), reason="strace is not installed, or may not trace here")
@pytest.mark.parametrize("call", ["fdatasync", "pwrite64"])
def test_a_kill_between_the_steps_of_a_change_leaves_entry_and_change_or_neither(tmp_path, call):
    server = Controlled(tmp_path / "log").start()
    held = server.program("viewer", ACME)
    first = {grant["id"] for grant in server.grants_of(held)}
    assert server.stop() == 0
    seen = set()
    for times in range(1, 40):
        server.start()
        attach = ["strace", "-f", "-qq", "-o", "/dev/null", "-p", str(server.process.pid), "-e", f"trace={call}", "-e", f"inject={call}:signal=KILL:when={times}"]
        tracer = subprocess.Popen(attach, stderr=subprocess.PIPE)
        wait_for("strace to be attached", lambda: is_traced(server.process.pid))
        wanted = {"principal": f"program:{held.id}", "role": "auditor", "scope": {"organization": f"o{times}"}}
        try:
            answered = server.ask(server.operator, "POST", "/v1/grants", wanted).status == 201
        except (OSError, http.client.HTTPException):
            answered = False
        died = server.process.poll() is not None or not answered
        server.kill()
        tracer.wait(DEADLINE_SECONDS)
        server.start()
        holds = {grant["id"] for grant in server.grants_of(held)} - first
        recorded = {entry["resource"]["id"] for entry in server.own("grant.added")}
        assert holds == recorded, f"{call} {times}: the change holds if and only if it is on record"
        assert len(recorded) == len(server.own("grant.added"))
        new = bool([grant for grant in server.grants_of(held) if grant["scope"] == {"organization": f"o{times}"}])
        assert new or not answered, "what was answered holds"
        seen.add((answered, new))
        assert server.stop() == 0
        if not died:
            break
    assert (True, True) in seen and (False, False) in seen
    assert server.verify().returncode == 0


def is_traced(pid):
    status = open(f"/proc/{pid}/status").read()
    return not re.search(r"^TracerPid:\s+0$", status, re.M)


# The operator's file, and --dev

def test_the_operators_token_is_for_its_owner_and_for_one_run(tmp_path):
    server = Controlled(tmp_path / "log").start()
    file = server.data / "OPERATOR"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = server.operator
    assert server.ask(first, "GET", "/v1/session").json()["principal"]["type"] == "operator"
    assert server.stop() == 0 and not file.exists()
    server.start()
    second = server.operator
    assert server.ask(first, "GET", "/v1/session").status == 401
    server.kill()
    assert file.read_text().strip() == second, "a crash leaves it"
    target = tmp_path / "elsewhere"
    target.write_text("untouched")
    file.unlink()
    file.symlink_to(target)
    server.start()
    assert target.read_text() == "untouched" and not file.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert server.ask(second, "GET", "/v1/session").status == 401
    good = server.operator
    file.unlink()
    target.write_text(good)
    file.symlink_to(target)
    listed = server.run("token", "list", "--data", server.data, "--marks", server.marks)
    assert listed.returncode != 0 and "Not signed in" in listed.stderr + listed.stdout, "a link is not followed"
    assert server.ask(good, "GET", "/v1/session").status == 200
    server.stop()


def test_the_command_line_asks_the_folders_own_server_or_the_folder_itself(tmp_path):
    server = Controlled(tmp_path / "log")
    base = ["--data", server.data, "--marks", server.marks]
    made = server.run("token", "create", *base, "--name", "first", "--role", "auditor", "--organization", "acme", "--json")
    assert made.returncode == 0, made
    first = json.loads(made.stdout)
    server.start()
    assert server.ask(first["token"], "GET", "/v1/session").json()["grants"][0]["scope"] == ACME
    second = json.loads(server.run("token", "create", *base, "--name", "second", "--role", "writer", "--json").stdout)
    assert server.ask(second["token"], "POST", "/v1/events", {"action": "x.y"}).status == 201
    refused = server.run("token", "list", "--url", server.url, "--token", second["token"])
    assert refused.returncode != 0 and "not_permitted" in refused.stderr or "permission" in refused.stderr
    assert server.run("token", "revoke", *base, first["id"]).returncode == 0
    assert server.ask(first["token"], "GET", "/v1/session").status == 401
    server.stop()
    assert server.run("token", "revoke", *base, second["id"]).returncode == 0
    server.start()
    assert server.ask(second["token"], "POST", "/v1/events", {"action": "x.y"}).status == 401
    assert [entry["actor"] for entry in server.own("token.revoked")] == [{"type": "system", "id": "operator"}] * 2
    server.kill()


def test_dev_refuses_a_folder_in_which_somebody_settled_access(small):
    small.program("viewer", ACME)
    assert small.stop() == 0
    before = {path: path.read_bytes() for path in small.data.rglob("*") if path.is_file()}
    refused = indelible("serve", "--dev", "--data", small.data, "--marks", small.marks, "--listen", "127.0.0.1:0")
    assert refused.returncode == 2 and "without --dev" in refused.stderr
    assert {path: path.read_bytes() for path in small.data.rglob("*") if path.is_file()} == before


# From where, and whether at all

def ask_from(server, address, token, method, path, body=None):
    connection = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS, source_address=(address, 0))
    try:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        connection.request(method, path, body and json.dumps(body), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or b"null")
    finally:
        connection.close()


def test_requests_come_from_where_the_platform_says(small):
    reader, admin = small.program("viewer", {}), small.program("platform-admin", {})
    here, elsewhere = "127.0.0.1", "127.0.0.2"
    shut_out = small.ask(admin.token, "PATCH", "/v1/settings", {"allow": ["192.0.2.0/24", "127.0.0.2"]})
    assert (shut_out.status, shut_out.json()["code"]) == (409, "shuts_you_out")
    assert small.get("/v1/settings").json()["allow"] == []
    settled = small.ask(admin.token, "PATCH", "/v1/settings", {"allow": ["::ffff:127.0.0.1", "192.0.2.0/24"]})
    assert settled.status == 200, settled
    for path in ("/v1/entries", "/v1/session", "/checkpoint"):
        status, problem = ask_from(small, elsewhere, reader.token, "GET", path)
        assert (status, problem["code"]) == (403, "not_from_here")
        status, problem = ask_from(small, elsewhere, None, "GET", path)
        assert (status, problem["code"]) == (403, "not_from_here")
    forged = small.request("GET", "/v1/session", headers={"X-Forwarded-For": elsewhere, "Forwarded": f"for={elsewhere}"}, token=reader.token)
    assert forged.status == 200 and ask_from(small, here, reader.token, "GET", "/v1/session")[0] == 200, "no proxy was named, so none is believed"
    assert ask_from(small, elsewhere, small.operator, "GET", "/v1/session")[0] == 200, "whoever has the machine comes from it"
    feed = Running(small, reader.token, "/v1/feed?follow=true")
    assert small.ask(admin.token, "PATCH", "/v1/settings", {"allow": [elsewhere], "confirm": True}).status == 200
    rest, seconds = feed.rest()
    assert b"not_from_here" in rest and seconds <= ENDS_SECONDS
    assert small.ask(admin.token, "GET", "/v1/settings").status == 403
    assert ask_from(small, elsewhere, admin.token, "GET", "/v1/settings")[0] == 200
    for wrong in (["127.0.0.1/8"], ["x"], ["127.0.0.1/33"], [""], "127.0.0.1", ["::1/129"], [None]):
        assert small.ask(small.operator, "PATCH", "/v1/settings", {"allow": wrong}).status == 422, wrong


def test_an_organizations_people_come_from_where_it_says_and_what_it_sends_goes_on(small):
    reader, other = small.program("auditor", ACME), small.program("auditor", GLOBEX)
    writer, both = small.program("writer", ACME), small.program("auditor", ACME)
    small.grant(both, "viewer", GLOBEX)
    small.record([{"action": "door.opened", **place(ACME)}, {"action": "door.opened", **place(GLOBEX)}])
    small.settle("PUT", "/v1/organizations/acme", {"status": "active", "allow": ["127.0.0.2"]})
    status, problem = ask_from(small, "127.0.0.1", reader.token, "GET", "/v1/entries")
    assert (status, problem["code"]) == (403, "not_from_here")
    assert ask_from(small, "127.0.0.2", reader.token, "GET", "/v1/entries")[0] == 200
    assert ask_from(small, "127.0.0.1", other.token, "GET", "/v1/entries")[0] == 200
    assert ask_from(small, "127.0.0.1", writer.token, "POST", "/v1/events", {"action": "x.y", **place(ACME)})[0] == 201
    status, page = ask_from(small, "127.0.0.1", both.token, "GET", "/v1/entries?limit=1000")
    assert status == 200 and {entry["organization"]["id"] for entry in page["entries"]} == {"globex"}


def test_a_suspended_organization_sends_on_and_its_readers_get_its_message(small):
    reader, other, writer = small.program("auditor", ACME), small.program("auditor", GLOBEX), small.program("writer", ACME)
    below = small.program("auditor", {**ACME, "project": "p1"})
    platform = small.program("auditor", {})
    small.record([{"action": "door.opened", **place(ACME)}, {"action": "door.opened", **place(GLOBEX)}])
    small.settle("PUT", "/v1/organizations/acme", {"status": "suspended", "message": "Ihr Abonnement ist abgelaufen — <b>zahlen</b>."})
    for token in (reader.token, below.token):
        for path in ("/v1/entries", "/v1/export", "/v1/facets?field=action", "/v1/feed"):
            answer = small.ask(token, "GET", path)
            assert (answer.status, answer.json()["code"]) == (403, "organization_suspended")
            assert answer.json()["detail"] == "Ihr Abonnement ist abgelaufen — <b>zahlen</b>."
        assert small.ask(token, "GET", "/v1/session").json()["permissions"] == {}
    assert small.ask(writer.token, "POST", "/v1/events", {"action": "sent.on", **place(ACME)}).status == 201
    assert small.ask(other.token, "GET", "/v1/entries").status == 200
    assert len(small.ask(platform.token, "GET", "/v1/entries?action=sent.on").json()["entries"]) == 1, "the platform sees it all the while"
    small.settle("PUT", "/v1/organizations/acme", {"status": "active"})
    assert len(small.ask(reader.token, "GET", "/v1/entries?action=sent.on").json()["entries"]) == 1


def test_a_reason_is_demanded_where_the_setting_says(small):
    admin, reader = small.program("platform-admin", {}), small.program("auditor", {})
    receipt, = small.record({"action": "door.opened", "actor": {"type": "user", "id": "u1", "name": "Ann Lee"}})
    assert small.ask(admin.token, "PATCH", "/v1/settings", {"reason_required": True}).status == 200
    for method, path, body in [("PATCH", "/v1/settings", {"second_factor_required": True}), ("POST", "/v1/tokens", {"name": "x", "role": "viewer", "scope": {}}),
                               ("DELETE", f"/v1/tokens/{reader.id}", None), ("PUT", "/v1/organizations/acme", {"status": "active"})]:
        for headers in ({}, {"Indelible_Reason": ""}):
            answer = small.ask(admin.token, method, path, body, **headers)
            assert (answer.status, answer.json()["code"]) == (422, "reason_needed"), (method, path)
    looks = ["/v1/export", f"/v1/entries/{receipt['id']}", f"/v1/entries/{receipt['id']}/disclosures"]
    for path in looks:
        for token in (admin.token, reader.token, small.operator):
            answer = small.ask(token, "GET", path)
            assert (answer.status, answer.json()["code"]) == (422, "reason_needed"), path
        assert small.ask(reader.token, "GET", path, Indelible_Reason="T-7").status == 200
    answer = small.ask(admin.token, "PATCH", "/v1/settings", {"reason_required": False}, Indelible_Reason="Prüfung".encode())
    assert answer.status == 200, answer
    assert small.own("settings.changed")[-1]["reason"] == "Prüfung"
    assert {entry.get("reason") for entry in small.own("audit_log.export") if entry["actor"].get("id") == reader.id} == {"T-7"}


@pytest.mark.parametrize("is_public", [True, False])
def test_the_tree_is_for_everybody_or_for_whoever_is_known(small, is_public):
    writer = small.program("writer", ACME)
    small.wait_checkpoint(1)
    small.settle("PATCH", "/v1/settings", {"tree_public": is_public})
    for path in ("/checkpoint", "/vkey", "/v1/consistency?from=1&to=1", "/tile/0/000.p/1"):
        assert small.ask(writer.token, "GET", path).status in (200, 404), path
        anonymous = small.ask(None, "GET", path)
        assert (anonymous.status == 401) != is_public, path
        assert small.ask("ind_wrong", "GET", path).status == 401, path


# Who manages access stays

def test_the_last_who_manages_access_is_removed_by_the_operator_alone(small):
    first = small.program("platform-admin", {})
    (grant,) = small.grants_of(first)
    removals = [("DELETE", f"/v1/grants/{grant['id']}"), ("DELETE", f"/v1/tokens/{first.id}")]
    for method, path in removals:
        answer = small.ask(first.token, method, path)
        assert (answer.status, answer.json()["code"]) == (409, "last_manager")
    second = small.program("platform-admin", {})
    assert small.ask(first.token, *removals[0]).status == 204
    assert small.ask(first.token, "GET", "/v1/tokens").status == 403
    assert small.ask(second.token, "DELETE", f"/v1/tokens/{second.id}").json()["code"] == "last_manager"
    brief = small.program("platform-admin", {}, expires_in=1)
    wait_for("it to expire", lambda: small.ask(brief.token, "GET", "/v1/session").status == 401)
    assert small.ask(second.token, "DELETE", f"/v1/tokens/{second.id}").json()["code"] == "last_manager", "one whose time is over manages nothing"
    assert small.ask(small.operator, "DELETE", f"/v1/tokens/{second.id}").status == 204


def test_nobody_grants_more_than_the_design_lets_them(small):
    admin = small.program("platform-admin", {})
    others = [small.program(role, ACME) for role in ("auditor", "scope-admin", "viewer", "writer", "privacy-officer", "records-manager")]
    wanted = {"principal": f"program:{others[0].id}", "role": "platform-admin", "scope": {}}
    for program in others:
        assert small.ask(program.token, "POST", "/v1/grants", wanted).status == 403
        assert small.ask(program.token, "POST", "/v1/tokens", {"name": "x", "role": "viewer", "scope": ACME}).status == 403
    for role, scope in [("platform-admin", ACME), ("scope-admin", {}), ("member", {}), ("member", ACME), ("auditor", {"own": True}), ("root", {}), ("Viewer", {}), ("", {})]:
        assert small.ask(admin.token, "POST", "/v1/grants", {**wanted, "role": role, "scope": scope}).status == 422, (role, scope)
    for principal in ("operator:operator", "viewer:x", "program:", "person:", "program", "", "program:absent", None, 7):
        assert small.ask(admin.token, "POST", "/v1/grants", {**wanted, "principal": principal}).status in (404, 422), principal
    small.grant(others[2], "member", {"own": True})
    assert small.ask(others[2].token, "GET", "/v1/entries?count=true").json()["count"] == small.ask(others[0].token, "GET", "/v1/entries?count=true").json()["count"]


def test_roles_of_the_configuration_manage_a_scope_and_nothing_beyond_it(tmp_path):
    file = tmp_path / "indelible.toml"
    file.write_text('[roles]\ndesk = ["access", "read"]\n')
    server = Controlled(tmp_path / "log").start(extra=["--config", file])
    desk = server.program("desk", ACME, name="desk")
    made = server.ask(desk.token, "POST", "/v1/tokens", {"name": "reader", "role": "viewer", "scope": ACME})
    assert made.status == 201
    beyond = {"name": "other", "role": "viewer", "scope": {"organization": "globex"}}
    assert server.ask(desk.token, "POST", "/v1/tokens", beyond).status == 403
    more = {"name": "more", "role": "auditor", "scope": ACME}
    assert server.ask(desk.token, "POST", "/v1/tokens", more).status == 403, "nobody gives more than he has"
    listed = server.ask(desk.token, "GET", "/v1/tokens").json()["tokens"]
    assert {token["name"] for token in listed} == {"desk", "reader"}
    server.stop()
    file.write_text('[roles]\ndesk = ["acess"]\n')
    refused = server.run("serve", "--config", file, "--data", server.data, "--marks", server.marks)
    assert refused.returncode == 2 and "acess" in refused.stderr and "there are: read" in refused.stderr, refused
