"""Verification while serving: one at a time, how far it is, and the last one over restarts."""

import threading

import pytest

from conftest import wait_for


@pytest.fixture
def server(new_server):
    return new_server().start()


def test_the_last_verification_outlives_a_restart(server):
    assert server.get("/v1/verification").json() == {"running": None, "last": None}
    server.record([{"action": "door.opened"}] * 20)
    checked = server.post("/v1/verification").json()
    said = server.get("/v1/verification").json()
    assert said["running"] is None
    assert (said["last"]["sound"], said["last"]["entries"], said["last"]["findings"]) == (True, checked["entries"], [])
    (own,) = server.get("/v1/entries", {"source": "indelible", "action": "audit_log.verify"}).json()["entries"]
    assert said["last"]["time"] == own["time"]
    server.restart()
    assert server.get("/v1/verification").json() == said
    # Only the log itself says so.
    server.record({"action": "audit_log.verify", "outcome": "failure", "properties": {"entries": 1, "findings": ["forged"]}})
    assert server.get("/v1/verification").json() == said
    server.post("/v1/verification")
    assert server.get("/v1/verification").json()["last"]["entries"] > said["last"]["entries"]


def test_findings_are_told_until_a_sound_verification(server):
    server.record([{"action": "door.opened", "description": f"Door {n}"} for n in range(2_000)])
    server.seal()
    server.restart()
    (segment,) = (server.data / "segments").glob("*.ndjson.zst")

    def flip():
        with open(segment, "r+b") as file:
            at = segment.stat().st_size // 3
            file.seek(at)
            byte = file.read(1)[0]
            file.seek(at)
            file.write(bytes([byte ^ 1]))

    # While it serves: at its start it looks at the newest segment itself.
    flip()
    assert server.post("/v1/verification").json()["sound"] is False
    last = server.get("/v1/verification").json()["last"]
    assert last["sound"] is False and last["findings"] and segment.name in last["findings"][0]
    flip()
    server.restart()
    assert server.get("/v1/verification").json()["last"] == last
    assert server.post("/v1/verification").json()["sound"] is True
    assert server.get("/v1/verification").json()["last"]["findings"] == []


def test_one_verification_runs_at_a_time_and_says_how_far_it_is(server):
    for _ in range(20):
        server.record([{"action": "door.opened", "description": f"Door {n}"} for n in range(5_000)])
    answers = []
    running = threading.Thread(target=lambda: answers.append(server.post("/v1/verification")))
    running.start()
    seen = wait_for("a verification to run", lambda: server.get("/v1/verification").json()["running"])
    refused = server.post("/v1/verification")
    assert (refused.status, refused.json()["code"]) == (409, "verification_running")
    assert "GET /v1/verification" in refused.json()["detail"]
    assert 0 <= seen["entries_done"] <= seen["entries"]
    running.join()
    (done,) = answers
    assert done.status == 200 and done.json()["entries"] >= 100_000
    assert server.get("/v1/verification").json()["running"] is None
    assert server.post("/v1/verification").status == 200
