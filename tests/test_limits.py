"""What a caller can take up at most, over HTTP: past it there is a clear answer, and others go on."""

import http.client
import json
import resource
import urllib.parse

import pytest
from conftest import DEADLINE_SECONDS, indelible, wait_for

ENTRIES = 12_000
"""Enough that a question which reads each line takes some milliseconds."""

INDEXED = 17_000
"""More than the tail scans without an index."""

ASKED_MAX = 64
FEEDS_MAX = 1_024


def test_a_caller_with_too_many_questions_is_told_to_come_back(server):
    for first in range(0, ENTRIES, 1_000):
        server.record([{"action": "door.open", "description": f"Door {n} opened by hand"} for n in range(first, first + 1_000)])

    query = urllib.parse.urlencode({"q": 'text:"7 opened by"', "count": "true"})
    clients = [http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS) for _ in range(2 * ASKED_MAX)]
    for client in clients:
        client.connect()
    for client in clients:
        client.request("GET", f"/v1/entries?{query}", headers={"Cache-Control": "no-cache"})
    answers = [client.getresponse() for client in clients]
    read = [(answer.status, json.loads(answer.read())) for answer in answers]
    assert [body["count"] for status, body in read if status == 200].count(ENTRIES / 10) >= ASKED_MAX
    refused = [(answer, body) for answer, (status, body) in zip(answers, read) if status != 200]
    assert refused
    for answer, body in refused:
        assert (answer.status, body["code"]) == (429, "too_many_questions")
        assert answer.headers["Content-Type"] == "application/problem+json" and int(answer.headers["Retry-After"]) > 0
        assert str(ASKED_MAX) in body["detail"]
    server.record([{"action": "door.close"}])
    assert server.get(f"/v1/entries?{query}").json()["count"] == ENTRIES / 10, "the turns are given back"


def test_a_question_over_budget_is_told_what_to_narrow_and_others_go_on(new_server):
    server = new_server()
    server.start(extra=["--question-lines", "500"])
    for first in range(0, INDEXED, 1_000):
        server.record([{"action": "door.open", "description": f"Door {n} opened by hand"} for n in range(first, first + 1_000)])
    # No index answers a text with spaces in exact case: each candidate's line is read.
    dear = urllib.parse.urlencode({"q": 'text:"Door 1"'})
    within = urllib.parse.urlencode({"q": 'action:door.open'})

    def asked(path):
        answer = server.get(path)
        return answer.status, answer.json()

    def count():
        return asked(f"/v1/entries?{within}&count=true")[1].get("count")

    assert count() == INDEXED
    wait_for("the newest rows to be indexed, so that lines are read", lambda: asked(f"/v1/entries?{dear}&count=true")[0] == 422)
    for path in (f"/v1/entries?{dear}&count=true", f"/v1/histogram?{dear}&interval=day", f"/v1/facets?{dear}&field=action"):
        status, problem = asked(path)
        assert (status, problem["code"]) == (422, "over_budget"), (path, problem)
        assert "more lines" in problem["detail"] and "narrow" in problem["detail"]
    assert count() == INDEXED, "what it costs, it costs nobody else"

    assert server.stop() == 0
    server.start(extra=["--question-ms", "1"])
    # Many texts in letters that no line has: whether its newest rows are indexed or not yet, each looks at all seventeen thousand.
    texts = ["".join(letter.upper() if n >> place & 1 else letter for place, letter in enumerate("opened by")) for n in range(1, 1 << len("opened"))]
    dearest = urllib.parse.urlencode({"q": " OR ".join(f'text:"{text}"' for text in texts)})
    status, problem = asked(f"/v1/entries?{dearest}&count=true")
    assert (status, problem.get("code")) == (422, "over_budget"), problem
    assert "longer than it may" in problem["detail"]


def test_no_budget_at_all_is_refused(tmp_path):
    for flag in ("--question-ms", "--question-lines"):
        ran = indelible("serve", "--dev", "--data", tmp_path / "data", flag, "0")
        assert ran.returncode == 2 and "1.." in ran.stderr and not (tmp_path / "data").exists(), ran


def test_feeds_have_an_end(new_server):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * FEEDS_MAX:
        pytest.skip(f"{4 * FEEDS_MAX} open files are needed, and {hard} allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 4 * FEEDS_MAX), hard))
    try:
        server = new_server()
        server.start()
        def follow():
            connection = http.client.HTTPConnection(server.host, server.port, timeout=DEADLINE_SECONDS)
            connection.request("GET", "/v1/feed?follow=true")
            return connection, connection.getresponse()

        open_feeds = [follow() for _ in range(FEEDS_MAX)]
        assert all(response.status == 200 for _, response in open_feeds)
        _, refused = follow()
        assert refused.status == 503 and int(refused.headers["Retry-After"]) > 0
        assert b"too_many_feeds" in refused.read()
        server.record([{"action": "door.open"}])
        open_feeds.pop()[0].close()
        wait_for("the place of a feed that ended", lambda: follow()[1].status == 200)
        for connection, _ in open_feeds:
            connection.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
