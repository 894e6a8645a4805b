"""A disk that is full: nothing acknowledged is lost, questions are answered, and the log goes on by itself once there is room.

On a tmpfs of its own, which takes the right to mount.
"""

import json
import subprocess

import pytest

SMALL, ROOMY = "40m", "160m"
BATCH, BATCHES_MAX = 1000, 200


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
