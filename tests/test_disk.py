"""Disks that fail. Full: nothing acknowledged is lost, questions are answered, and the log goes on by itself once there is
room (on a tmpfs of its own, which takes the right to mount). A failed sync: the server stops acknowledging, says so, ends,
and the next start has everything that was acknowledged (failures are injected with strace).
"""

import hashlib
import json
import os
import random
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


def eat(server):
    """Another program takes what is left."""
    with open(server.data / "another-program's", "ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            pass


def fill(server):
    """Records until the disk is full, and lets another program take what is left. Returns how many entries were acknowledged."""
    person = {"action": "door.open", "actor": {"type": "user", "id": "u1", "name": "Person Number1"}, "event_id": "person"}
    acknowledged = len(server.post("/v1/events", person).json()["receipts"])
    for number in range(BATCHES_MAX):
        answer = post(server, number)
        if answer.status != 201:
            break
        acknowledged += BATCH
    assert (answer.status, answer.json()["code"]) == (507, "disk_full"), answer
    eat(server)
    # What no checkpoint covers, a start after a crash writes once more: at most a second's worth, once this is signed.
    server.wait_checkpoint(acknowledged)
    return acknowledged


def test_on_a_full_disk_reading_sealing_and_starting_go_on_in_the_reserve(small_disk):
    server = small_disk
    server.start()
    acknowledged = fill(server)
    assert "degraded: disk_full: " in server.get("/readyz").text
    assert "indelible_disk_full 1" in server.get("/metrics").text
    assert post(server, 999).status == 507
    assert server.stderr.count("the disk is full") == 1, "said once, not for each request"

    (found,) = server.get("/v1/entries", {"q": "event_id:person"}).json()["entries"]
    opened = server.get(f"/v1/entries/{found['id']}")
    assert opened.status == 200, f"the viewer is new and needs a key: {opened}"
    assert server.get("/v1/export", {"format": "ndjson", "q": "event_id:0-0"}).status == 200
    assert server.get(f"/v1/entries/{found['id']}/proof").status == 200

    for how in (server.stop, server.kill):
        how()
        server.start()
        assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged

    sealed = server.post("/v1/seal")
    assert sealed.status == 200, f"sealed in the reserve, in pieces that fit: {sealed}"
    assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged

    (server.data / "another-program's").unlink()
    wait_for("room to be noticed", lambda: "degraded" not in server.get("/readyz").text)
    assert "indelible_disk_full 0" in server.get("/metrics").text
    assert post(server, 999).status == 201
    assert server.stop() == 0
    assert server.verify().returncode == 0


def taken(server):
    """Bytes of the disk that are in use beside the reserve."""
    disk, reserve = os.statvfs(server.data), server.data / "journal" / "reserve"
    kept = reserve.stat().st_size if reserve.exists() else 0
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize - kept


def post_until_full(server, persons=True):
    """Records texts that do not compress until not one event has room. Returns how many entries were acknowledged: too
    few for the log to begin a segment by itself."""
    acknowledged, number = 0, 0
    for size in (BATCH, 50, 1):
        answer = None
        while answer is None or answer.status == 201:
            number += 1
            texts = [random.Random(f"{number} {n}").randbytes(1000).hex() for n in range(size)]
            events = [{"action": "door.open", "properties": {"text": text}} for text in texts]
            if persons:
                events = [{**event, "actor": {"type": "user", "id": f"{number}-{n}", "name": f"Person Number{n}"}} for n, event in enumerate(events)]
            answer = server.post("/v1/events", events)
            acknowledged += size if answer.status == 201 else 0
    assert (answer.status, answer.json()["code"]) == (507, "disk_full"), answer
    server.wait_checkpoint(acknowledged)
    return acknowledged


def test_each_start_on_a_full_disk_serves_like_the_first_and_opens_no_room_for_events(small_disk):
    server = small_disk
    server.start()
    acknowledged = post_until_full(server, persons=False)
    server.stop()
    server.start()
    before = taken(server)
    starts = 12
    for n in range(starts):
        assert "degraded: disk_full: " in server.get("/readyz").text, "at once, not only when an event was refused"
        # New to everything: to be refused, it must not even leave a key.
        new = {"action": "door.open", "actor": {"type": "user", "id": f"new {n}", "name": f"New {n}"}}
        assert server.post("/v1/events", new).status == 507
        assert server.post("/v1/events", [new] * BATCH).status == 507
        assert server.get("/v1/export", {"format": "ndjson", "q": "event_id:0-0"}).status == 200
        (server.kill if n % 2 else server.stop)()
        server.start()
        assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged
    # Each start and each export is an entry, in a file of its own at worst: two blocks, and one for each checkpoint's files.
    assert taken(server) - before <= starts * 24 * 1024
    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", server.data], check=True)
    wait_for("room to be noticed", lambda: "degraded" not in server.get("/readyz").text)
    assert server.post("/v1/events", new).status == 201
    assert server.stop() == 0
    assert server.verify().returncode == 0


def own(server, action):
    return server.get("/v1/entries", {"q": f"action:{action}", "count": "true", "limit": "1"}).json()["count"]


def use_up_own_part(server):
    """Asks for exports until they cannot be recorded. What was asked for is kept with an export; it is made not to compress."""
    for _ in range(2_000):
        answer = server.get("/v1/export", {"format": "ndjson", "q": f"event_id:0-0 {os.urandom(1500).hex()}"})
        if answer.status != 200:
            break
    assert (answer.status, answer.json()["code"]) == (507, "disk_full"), answer


def test_once_own_entries_have_used_their_part_of_the_reserve_a_start_serves_and_is_recorded_later(small_disk):
    server = small_disk
    server.start()
    acknowledged = post_until_full(server, persons=False)
    eat(server)
    # A start gives back the zeroes ahead in the journal, and its entry is smaller than an export's, so a few have room.
    recorded = []
    while len(recorded) < 2 or recorded[-2] != recorded[-1]:
        use_up_own_part(server)
        server.kill()
        server.start()
        recorded.append(own(server, "server.start"))
    assert len(recorded) < 20
    used = taken(server)
    for how in (server.stop, server.kill, server.stop, server.kill, server.kill):
        assert how() in (0, -9)
        server.start()
        assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged
        assert (own(server, "server.start"), own(server, "server.stop")) == (recorded[-1], 0)
    assert taken(server) <= used, "a start that records nothing takes nothing"
    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", server.data], check=True)
    wait_for("room to be noticed", lambda: "degraded" not in server.get("/readyz").text)
    assert post(server, 999).status == 201
    wait_for("the start to be recorded", lambda: own(server, "server.start") == recorded[-1] + 1)
    assert server.stop() == 0
    assert server.verify().returncode == 0


def test_a_segment_that_does_not_fit_the_reserve_is_said_and_sealed_once_there_is_room(small_disk):
    server = small_disk
    server.start()
    acknowledged = post_until_full(server)
    for _ in range(2):
        sealed = server.post("/v1/seal")
        assert (sealed.status, sealed.json()["code"]) == (503, "not_sealed"), sealed
        assert "make room" in sealed.json()["detail"] and "--reserve" in sealed.json()["detail"] and "os error" not in sealed.json()["detail"]
    assert server.get("/v1/export", {"format": "ndjson", "q": "event_id:0-0"}).status == 200, "the reserve is there again"
    server.kill()
    server.start()
    assert server.post("/v1/seal").status == 503
    subprocess.run(["mount", "-o", f"remount,size={ROOMY}", server.data], check=True)
    wait_for("sealing to go on by itself", lambda: server.get("/readyz").text.strip() == "ready")
    assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged
    assert list((server.data / "segments").glob("*.zst"))
    assert server.stop() == 0
    assert server.verify().returncode == 0


@pytest.mark.parametrize("how", ["kill", "stop"])
def test_a_start_without_any_room_says_what_to_do_and_loses_nothing(small_disk, how):
    """After a stop SQLite makes the files beside the database anew: what it lacks is room, and no copy of the database."""
    server = small_disk
    server.start()
    acknowledged = fill(server)
    getattr(server, how)()
    (server.data / "journal" / "reserve").unlink(missing_ok=True)
    eat(server)
    refused = server.run("serve", "--dev", "--data", str(server.data), "--marks", str(server.marks), "--listen", "127.0.0.1:0")
    assert refused.returncode == 2 and "make room on the disk" in refused.stderr, refused
    (server.data / "another-program's").unlink()
    server.start()
    assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == acknowledged


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
