"""Disks that fail. Full: nothing acknowledged is lost, questions are answered, and the log goes on by itself once there is
room (on a tmpfs of its own, which takes the right to mount). A failed sync: the server stops acknowledging, says so, ends,
and the next start has everything that was acknowledged (failures are injected with strace).
"""

import hashlib
import json
import shutil
import subprocess

import pytest

from conftest import wait_for

SMALL, ROOMY = "40m", "160m"
BATCH, BATCHES_MAX = 1000, 200


def may_inject():
    """Whether failures can be injected: strace is there (`make test` installs it), and the system lets it trace."""
    return shutil.which("strace") is not None and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"], capture_output=True).returncode == 0


@pytest.fixture
def small_disk(new_server):
    server = new_server()
    server.data.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", server.data], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"a tmpfs cannot be mounted here: {mounted.stderr.strip()}")
    yield server
    if server.running:
        server.kill()
    subprocess.run(["umount", "-l", server.data], check=True)


def batch(number):
    return [{"event_id": f"{number}-{n}", "action": "door.open", "properties": {"text": f"{number} {n} " + "x" * 600}} for n in range(BATCH)]


def post(server, number):
    body = "\n".join(json.dumps(event) for event in batch(number))
    return server.post("/v1/events", body.encode(), {"Content-Type": "application/x-ndjson"})


def test_a_full_disk_is_said_costs_nothing_acknowledged_and_is_left_behind_unaided(small_disk):
    server = small_disk
    server.start()
    acknowledged, answer = [], None
    for number in range(BATCHES_MAX):
        answer = post(server, number)
        if answer.status != 201:
            break
        acknowledged += [receipt["digest"] for receipt in answer.json()["receipts"]]
    assert (answer.status, answer.json()["code"]) == (507, "disk_full"), answer
    assert acknowledged and int(answer.headers["retry-after"]) > 0

    def count():
        return server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"]

    assert count() == len(acknowledged), "questions are answered, and nothing of the refused batch is there"
    exported = server.get("/v1/export", {"format": "ndjson", "q": "event_id:0-0"})
    assert exported.status == 200, "the log's own entry about the export has room in reserve"
    assert server.get("/readyz").status == 200

    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", server.data], check=True)
    assert post(server, number).status == 201, "it goes on by itself, with the batch that was refused"
    assert count() == len(acknowledged) + BATCH
    assert server.stop() == 0
    assert server.verify().returncode == 0
    server.start()
    assert count() == len(acknowledged) + BATCH


@pytest.mark.skipif(not may_inject(), reason="strace is not installed, or may not trace here")
@pytest.mark.parametrize("failing", [3, 25])
def test_a_failed_sync_stops_the_log_and_loses_nothing_acknowledged(new_server, failing):
    inject = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", f"inject=fdatasync:error=EIO:when={failing}+"]
    server = new_server()
    server.start()
    assert server.stop() == 0
    server.wrapper = inject
    server.start()
    acknowledged = {}
    for number in range(200):
        try:
            answer = server.post("/v1/events", {"event_id": str(number), "action": "door.open"})
        except OSError:
            break
        if answer.status != 201:
            assert (answer.status, answer.json()["code"]) == (503, "stopped")
            break
        receipt = answer.json()["receipts"][0]
        acknowledged[receipt["leaf_index"]] = receipt["digest"]
    else:
        pytest.fail("no sync failed")
    wait_for("the server to end by itself", lambda: not server.running)
    assert server.process.returncode == 2
    assert "the log stopped by itself" in server.stderr
    server.process, server.wrapper = None, []
    server.start()
    lines = server.export_lines()
    assert all(hashlib.sha256(lines[leaf]).hexdigest() == digest for leaf, digest in acknowledged.items())
    assert server.stop() == 0
    assert server.verify().returncode == 0
