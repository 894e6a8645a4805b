"""What somebody tries who has a stolen token, or none: each try ends as the design says, and nothing is seen or changed by it."""

import concurrent.futures
import http.client
import json
import os
import random
import socket
import statistics
import time

import pytest
from conftest import DEADLINE_SECONDS, wait_for
from controlled import Controlled, Lasting, of_nobody, whole, with_other_secret

LONG = os.environ.get("INDELIBLE_CAMPAIGN") == "1"
SEED = int(os.environ.get("INDELIBLE_SEED", random.SystemRandom().randrange(1 << 32)))
ACME, GLOBEX = {"organization": "acme"}, {"organization": "globex"}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    made = Controlled(tmp_path_factory.mktemp("attacks") / "log").start()
    made.record([{"action": f"{scope['organization']}.opened", "organization": {"id": scope["organization"]}, "actor": {"type": "user", "id": f"u{n}", "name": f"Nym{n}"}}
                 for n in range(20) for scope in (ACME, GLOBEX)])
    made.wait_checkpoint(40)
    made.reader, made.other, made.writer = made.program("auditor", ACME), made.program("auditor", GLOBEX), made.program("writer", ACME)
    made.admin = made.program("platform-admin", {})
    yield made
    made.kill()


def raw(server, request, seconds=DEADLINE_SECONDS):
    """Sends bytes as they are; returns the status line's number and all that is answered (0: nothing)."""
    with socket.create_connection((server.host, server.port), timeout=seconds) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while more := connection.recv(1 << 16):
                answer += more
        except (TimeoutError, ConnectionResetError):
            pass
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.1 ") else 0, answer


def head(server, *lines, path="/v1/entries?limit=1000", method="GET"):
    host = [] if any(line.lower().startswith("host:") for line in lines) else [f"Host: {server.address}"]
    return ("\r\n".join([f"{method} {path} HTTP/1.1", *host, "Connection: close", *lines]) + "\r\n\r\n").encode("latin-1")


# The header

def test_a_token_is_taken_in_one_header_of_the_right_form_alone(log):
    token = log.reader.token
    good = [f"Authorization: Bearer {token}", f"authorization: bearer {token}", f"AUTHORIZATION: BEARER {token}", f"Authorization: Bearer   {token}  "]
    for line in good:
        status, answer = raw(log, head(log, line))
        assert status == 200 and b"acme.opened" in answer and b"globex" not in answer, line
    bad = [
        [f"Authorization: {token}"], [f"Authorization: Basic {token}"], [f"Authorization: Bearer{token}"], [f"Authorization: Bearer {token} x"],
        [f"Authorization: Bearer {token},Bearer {log.admin.token}"], [f"Authorization: Bearer {token.upper()}"], [f"Authorization: Bearer {token[:-1]}"],
        [f"Authorization: Bearer {token}a"], ["Authorization: Bearer "], ["Authorization:"],
        [f"Authorization: Bearer {token}", f"Authorization: Bearer {log.admin.token}"], [f"Authorization: Bearer {token}", f"Authorization: Bearer {token}"],
        [f"X-Authorization: Bearer {token}"], [f"Proxy-Authorization: Bearer {token}"], [f"Cookie: indelible={token}"], [f"Cookie: __Host-indelible={token}"],
        [f"Authorization: Bearer {token}\xff"], ["Authorization: Bearer " + "a" * 7000], ["Authorization: Bearer \xe4\xf6\xfc"], ["X-Forwarded-User: operator"],
    ]
    for lines in bad:
        status, answer = raw(log, head(log, *lines))
        assert status == 401 and b"acme.opened" not in answer and b'"code":"' in answer, lines
    for line in [f"Authorization: Bearer {token}\0", f"Authorization: Bearer {token[:20]}\0{token[20:]}", "Authorization: Bearer " + "a" * 2_000_000]:
        status, answer = raw(log, head(log, line), seconds=5)
        assert status in (0, 400, 431) and b"acme.opened" not in answer
    for name in ("token", "access_token", "authorization", "api_key"):
        status, answer = raw(log, head(log, path=f"/v1/entries?{name}={token}"))
        assert status == 401 and b"acme.opened" not in answer
    assert log.ask(token, "GET", "/v1/session").status == 200


def test_no_header_changes_who_asks_or_what_is_asked(log):
    for name, value in [("X-HTTP-Method-Override", "DELETE"), ("X-Method-Override", "DELETE"), ("X-Original-URL", "/v1/tokens"), ("X-Rewrite-URL", "/v1/tokens"),
                        ("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Host", "evil.example"), ("X-Real-IP", "10.0.0.1"), ("X-Organization", "globex"), ("X-Principal", "operator:operator")]:
        status, answer = raw(log, head(log, f"Authorization: Bearer {log.reader.token}", f"{name}: {value}"))
        assert status == 200 and b"globex" not in answer, name
    assert log.ask(log.reader.token, "POST", "/v1/entries", {}, X_HTTP_Method_Override="GET").status == 405
    for method in ("OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get", "DELETE"):
        status, answer = raw(log, head(log, f"Authorization: Bearer {log.reader.token}", method=method))
        assert status in (400, 404, 405, 501) and log.reader.token.encode() not in answer and b"acme.opened" not in answer, method
    status, answer = raw(log, head(log, f"Authorization: Bearer {log.reader.token}", method="HEAD"))
    assert status == 200 and answer.endswith(b"\r\n\r\n")


# The path

PATHS = [
    "//v1/tokens", "/v1//tokens", "/v1/tokens/", "/v1/tokens//", "/V1/tokens", "/v1/Tokens", "/v1/TOKENS", "/v1/entries/../tokens", "/v1/entries/%2e%2e/tokens",
    "/v1/entries/..%2ftokens", "/v1/%74okens", "/v1/tokens%00", "/v1/tokens;x=1", "/v1/tokens%20", "/v1/tokens%2f", "/./v1/tokens", "/v1/./tokens", "/assets/../v1/tokens",
    "/assets/%2e%2e/v1/tokens", "/v1/tokens?/v1/entries", "/v1/tokens#", "\\v1\\tokens", "/v1\\tokens", "/healthz/../v1/tokens", "/healthz/%2e%2e/v1/tokens", "/tile/../v1/tokens", "/tile/%2e%2e/v1/tokens",
]


@pytest.mark.parametrize("path", PATHS)
def test_no_spelling_of_a_path_leads_past_what_a_route_needs(log, path):
    for token in (log.reader.token, log.writer.token, None):
        lines = [f"Authorization: Bearer {token}"] if token else []
        status, answer = raw(log, head(log, *lines, path=path))
        assert status in (400, 401, 403, 404, 405), answer[:300]
        assert b'"tokens":' not in answer and log.admin.id.encode() not in answer


def test_ids_of_any_form_are_absent_or_wrong_and_never_a_failure(log):
    for id in ["..", "%2e%2e", "%2f", "a%2fb", "a%00b", "%ff%fe", "%", "%zz", "a" * 5000, "%F0%9F%98%80", "'", "%22", "*", "acme%40x", "-", "0"]:
        for method, path in [("GET", "/v1/entries/{}"), ("GET", "/v1/entries/{}/proof"), ("DELETE", "/v1/tokens/{}"), ("DELETE", "/v1/grants/{}"), ("POST", "/v1/tokens/{}/rotate")]:
            body = ["Content-Type: application/json", "Content-Length: 2"] if method == "POST" else []
            for token, statuses in [(log.admin.token, (400, 404, 405)), (log.reader.token, (400, 403, 404, 405))]:
                request = head(log, f"Authorization: Bearer {token}", *body, method=method, path=path.format(id)) + (b"{}" if body else b"")
                status, answer = raw(log, request)
                assert status in statuses, (method, id, answer[:400])


# What belongs to others

def test_a_cursor_is_good_for_the_one_who_got_it_alone(log):
    of_admin = log.ask(log.admin.token, "GET", "/v1/entries?limit=5").json()["next"]
    of_other = log.ask(log.other.token, "GET", "/v1/entries?limit=5").json()["next"]
    garbled = log.ask(log.reader.token, "GET", "/v1/entries?limit=5&cursor=AAAA")
    for cursor in (of_admin, of_other):
        answer = log.ask(log.reader.token, "GET", f"/v1/entries?limit=5&cursor={cursor}")
        assert (answer.status, answer.body) == (garbled.status, garbled.body) and answer.status == 400
    own = log.ask(log.reader.token, "GET", "/v1/entries?limit=5").json()["next"]
    assert log.ask(log.reader.token, "GET", f"/v1/entries?limit=5&cursor={own}").status == 200
    assert log.ask(log.other.token, "GET", f"/v1/entries?limit=5&cursor={own}").status == 400
    both = log.program("auditor", ACME)
    log.grant(both, "viewer", GLOBEX)
    assert log.ask(both.token, "GET", f"/v1/entries?limit=5&cursor={own}").status == 400, "nor for one who sees more"


def test_no_filter_reaches_beyond_the_scope(log):
    foreign = next(entry for entry in log.export_entries(action="globex.opened"))
    questions = [f"id={foreign['id']}", f"event_id={foreign.get('event_id', 'x')}", "organization=globex", "organization=acme&organization=globex", "-organization=acme", "q=organization:globex",
                 "q=-organization:acme", "q=(organization:globex OR organization:acme)", "action=globex.opened", "search=globex", f"q=id:{foreign['id']}", "actor_name=Nym3", "scope={}", "organization="]
    for question in questions:
        for path in ("/v1/entries?full=true&count=true&", "/v1/facets?field=organization&field=action&", "/v1/export?", "/v1/feed?", "/v1/histogram?by=organization&", "/v1/catalogue?", "/v1/suggestions?field=organization&"):
            answer = log.ask(log.reader.token, "GET", path + question.replace(" ", "%20"))
            assert answer.status in (200, 400, 422), answer
            if answer.status == 200:
                assert b"globex" not in answer.body, (path, question, answer)
    leaf = foreign["leaf_index"]
    for path in (f"/v1/feed?after_leaf={leaf - 1}", "/v1/feed?last=1000", f"/v1/feed?after_leaf={leaf - 1}&follow=false"):
        assert b"globex" not in log.ask(log.reader.token, "GET", path).body
    assert b"globex" not in log.ask(log.reader.token, "GET", "/v1/feed", Last_Event_ID=str(leaf - 1)).body


def test_scopes_of_odd_ids_are_refused_or_answered_and_never_a_failure(log):
    odd = ["a@b", "ops@acme.example", "10.0.0.1", "::1", "", " ", "acme ", "ACME", "a\0b", "a\nb", "\u202eacme", "ä", "*", "%", "x" * 300, "x" * 5000, "{}", "\"", "organization:acme"]
    for id in odd:
        for scope in ({"organization": id}, {"project": id}, {"resource": {"type": "door", "id": id}}):
            answer = log.ask(log.operator, "POST", "/v1/tokens", {"name": "odd", "role": "auditor", "scope": scope})
            assert answer.status in (201, 422), (scope, answer)
            if answer.status == 201:
                for path in ("/v1/entries", "/v1/session", "/v1/export", "/v1/facets?field=action", "/v1/feed"):
                    read = log.ask(answer.json()["token"], "GET", path)
                    assert read.status == 200 and b"globex.opened" not in read.body and b"acme.opened" not in read.body, (scope, read)


# Bodies

def test_bodies_are_read_strictly(log):
    admin = log.admin.token
    before = log.get("/v1/tokens").json()["tokens"]
    good = {"name": "strict", "role": "viewer", "scope": ACME}
    texts = [
        '{"name":"a","name":"b","role":"viewer","scope":{}}', '{"name":"a","role":"viewer","role":"platform-admin","scope":{}}',
        '{"name":"a","role":"viewer","scope":{"organization":"acme"},"scope":{}}', '{"name":"a","role":"viewer","scope":{"organization":"acme","organization":"globex"}}',
        '{"name":"a","role":"viewer","scope":{"organization":"acme","own":true}}', '{"name":"a","role":"viewer","scope":{"organisation":"acme"}}',
        '{"name":"a","role":"viewer","scope":{"organization":"acme","x":1}}', '{"name":"a","role":"viewer","scope":{"resource":{"type":"door"}}}',
        '{"name":"a","role":"viewer","scope":{"resource":{"type":"door","id":"7","x":1}}}', '{"name":"a","role":"viewer","scope":{"resource":{"type":"door","id":"7","id":"8"}}}',
        '{"name":"a","role":"viewer","scope":null}', '{"name":"a","role":"viewer","scope":"acme"}', '{"name":"a","role":"viewer","scope":{"organization":7}}',
        '{"name":"a","role":"viewer","scope":{"organization":["acme"]}}', '{"name":"a","role":["viewer"],"scope":{}}', '{"name":"a","role":"viewer","scope":{},"id":"x"}',
        '{"name":"a","role":"viewer","scope":{},"token":"x"}', '{"name":"","role":"viewer","scope":{}}', '{"name":"a\\nb","role":"viewer","scope":{}}',
        '{"name":"a","role":"viewer","scope":{}}x', '{"name":"a","role":"viewer","scope":{}', "[]", "null", "", "7", '"x"', "\ufeff{}", "{" * 10_000, "[" * 100_000,
        '{"name":"a","role":"viewer","scope":{},"limits":{"events_per_second":-1}}', '{"name":"a","role":"viewer","scope":{},"limits":{"events_per_second":1e99}}',
        '{"name":"a","role":"viewer","scope":{},"limits":{"x":1}}',
    ]
    for text in texts:
        answer = log.ask(admin, "POST", "/v1/tokens", text.encode())
        assert answer.status == 422, (text[:100], answer)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert log.ask(admin, "POST", "/v1/tokens", good, Content_Type=kind).status == 415
    assert [token["id"] for token in log.get("/v1/tokens").json()["tokens"]] == [token["id"] for token in before]
    grant = {"principal": f"program:{log.reader.id}", "role": "auditor", "scope": {}}
    for text in ['{"principal":"program:x","principal":"program:y","role":"viewer","scope":{}}', json.dumps({**grant, "id": "x"}), json.dumps({**grant, "scope": {"organization": "a", "Organization": "b"}}), json.dumps({**grant, "scope": []})]:
        assert log.ask(admin, "POST", "/v1/grants", text.encode()).status == 422, text
    without = log.ask(admin, "POST", "/v1/grants", {"principal": f"program:{log.reader.id}", "role": "auditor"})
    assert without.status == 422, "no scope is not every scope"
    assert len(log.grants_of(log.reader)) == 1


def test_a_body_is_not_read_of_who_may_not_send_it(log):
    for method, path, token in [("POST", "/v1/events", log.reader.token), ("POST", "/v1/tokens", log.writer.token), ("PATCH", "/v1/settings", log.reader.token), ("POST", "/v1/events", None)]:
        lines = [f"Authorization: Bearer {token}"] if token else []
        request = head(log, *lines, "Content-Type: application/json", f"Content-Length: {1 << 40}", method=method, path=path)
        with socket.create_connection((log.host, log.port), timeout=DEADLINE_SECONDS) as connection:
            connection.sendall(request)
            answer = connection.recv(1 << 16)
            assert answer.startswith(b"HTTP/1.1 403 " if token else b"HTTP/1.1 401 "), "before a byte of the body came"
        request = head(log, *lines, "Content-Type: application/json", "Expect: 100-continue", "Content-Length: 1000000", method=method, path=path)
        with socket.create_connection((log.host, log.port), timeout=DEADLINE_SECONDS) as connection:
            connection.sendall(request)
            assert b"100 Continue" not in connection.recv(1 << 16), "nor asked for"
    large = b'{"name":"' + b"x" * (1 << 20) + b'"}'
    assert log.ask(log.admin.token, "POST", "/v1/tokens", large).status == 413


def test_over_http_2_the_same_is_asked(log):
    httpx = pytest.importorskip("httpx")
    with httpx.Client(http1=False, http2=True, base_url=log.url) as client:
        def get(path, *headers):
            return client.get(path, headers=list(headers))

        assert get("/v1/entries").status_code == 401
        answer = get("/v1/entries", ("authorization", f"Bearer {log.reader.token}"))
        assert answer.http_version == "HTTP/2" and answer.status_code == 200 and "globex" not in answer.text
        assert get("/v1/entries", ("authorization", f"Bearer {log.reader.token}"), ("authorization", f"Bearer {log.admin.token}")).status_code == 401
        assert get("/v1/tokens", ("authorization", f"Bearer {log.reader.token}")).status_code == 403
        assert get("/v1/tokens", ("authorization", f"Bearer {log.admin.token}")).status_code == 200


# At once

def at_once(*works):
    with concurrent.futures.ThreadPoolExecutor(len(works)) as threads:
        return [future.result() for future in [threads.submit(work) for work in works]]


def test_of_two_who_take_the_last_managers_at_once_one_stays(tmp_path):
    server = Controlled(tmp_path / "log").start()
    for _ in range(10):
        pair = [server.program("platform-admin", {}) for _ in range(2)]
        ids = [server.grants_of(program)[0]["id"] for program in pair]
        answers = at_once(*[lambda way=way: server.ask(pair[way].token, "DELETE", f"/v1/grants/{ids[way]}" if way else f"/v1/tokens/{pair[0].id}") for way in (0, 1)])
        assert sorted(answer.status for answer in answers) == [204, 409], answers
        for program in pair:
            server.request("DELETE", f"/v1/tokens/{program.id}")
    assert server.stop() == 0


def test_a_token_that_is_revoked_while_it_is_rotated_is_gone(log):
    for _ in range(20):
        program = log.program("viewer", ACME)
        rotated, revoked = at_once(lambda: log.ask(log.admin.token, "POST", f"/v1/tokens/{program.id}/rotate", {"overlap": 60}),
                                   lambda: log.ask(log.admin.token, "DELETE", f"/v1/tokens/{program.id}"))
        assert revoked.status == 204 and rotated.status in (201, 404)
        tokens = [program.token] + ([rotated.json()["token"]] if rotated.status == 201 else [])
        assert all(log.ask(token, "GET", "/v1/session").status == 401 for token in tokens)


def test_of_many_who_want_a_source_one_gets_it(log):
    wanted = {"name": "race", "role": "writer", "scope": {}, "source": f"race-{SEED}"}
    answers = at_once(*[lambda: log.ask(log.admin.token, "POST", "/v1/tokens", wanted)] * 8)
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7


# Guessing

def test_an_unknown_id_takes_as_long_as_a_wrong_secret(log):
    """Tries are taken in turn, so that what a loaded machine does falls on all kinds alike; what differs by itself differs in
    every round, and what passes does not."""
    tries, at_most = (10_000, 1.1) if LONG else (300, 1.5)
    rng, lasting, token = random.Random(SEED), Lasting(log), log.reader.token
    kinds = {"unknown": lambda: of_nobody(rng), "wrong": lambda: with_other_secret(token, rng), "nearly right": lambda: whole(token[:58] + rng.choice("abcdefgh") + rng.choice("klmnopqr"))}
    for _ in range(5):
        took, bodies = {kind: [] for kind in kinds}, {}
        for _ in range(tries):
            for kind, token_shown in rng.sample([(kind, make()) for kind, make in kinds.items()], len(kinds)):
                began = time.perf_counter()
                answer = lasting.ask("GET", "/v1/session", headers={"Authorization": f"Bearer {token_shown}"})
                took[kind].append(time.perf_counter() - began)
                bodies[kind] = (answer.status, {name: value for name, value in answer.headers.items() if name != "date"}, answer.body)
        assert bodies["unknown"] == bodies["wrong"] == bodies["nearly right"] and bodies["unknown"][0] == 401
        medians = {kind: statistics.median(times) for kind, times in took.items()}
        print({kind: f"{median * 1e6:.1f} µs" for kind, median in medians.items()})
        if max(medians.values()) / min(medians.values()) < at_most:
            return
    pytest.fail(f"{medians}")
