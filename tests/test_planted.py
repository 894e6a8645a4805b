"""What somebody plants under a log's own names stays, to the byte, and is named; nothing is written through a link, and no name
makes a command panic (docs/attacks.md, "Planted files").
"""

import os
import subprocess

import pytest
from attacks import world
from attacks.planted import PLANTED
from conftest import indelible, wait_for

# How a command ends that refuses.
REFUSED = 2


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    home = tmp_path_factory.mktemp("planted")
    one, two = world.filled(home, "one"), world.filled(home, "two")
    assert one.stop() == 0 and two.stop() == 0
    return one.home, two.home


def held(paths):
    return {path: "a pipe" if path.is_fifo() else path.read_bytes() for path in paths}


def everything(home):
    """Every file below a folder, to the byte, and where links lead."""
    found = {}
    for top in ("data", "marks"):
        for path in (home / top).rglob("*"):
            if path.is_symlink():
                found[path] = os.readlink(path)
            elif path.is_file():
                found[path] = path.read_bytes()
    return found


def evidence(files):
    """Without the lock, and without what SQLite makes anew at every opening."""
    return {path: data for path, data in files.items()
            if path.name not in ("LOCK", "vault.db-shm", "control.db-shm") and not (path.name.endswith(".db-wal") and data == b"")}


def start(server):
    """Starts a server; True if it serves, False if it refuses as a command does."""
    server.start(wait=False)
    ended = wait_for("the start to end", lambda: "ended" if server.process.poll() is not None else b"Serving" in server.out_path.read_bytes() and "serves")
    if ended == "serves":
        server.wait_ready()
        return True
    assert server.process.returncode == REFUSED, server.stderr[-3000:]
    server.process = None
    return False


@pytest.mark.parametrize("what", PLANTED)
def test_what_is_planted_stays_and_is_named(logs, tmp_path, what):
    one, two = logs
    server = world.copied(one, tmp_path / "planted")
    kept = held(PLANTED[what](server.home, two))
    names = [path.name for path in kept if (server.home / "data") in path.parents]
    before = everything(server.home)

    found = server.verify()
    assert found.returncode in (0, 1, 2), (found.returncode, found.stderr[-3000:])
    assert everything(server.home) == before, "verify writes nothing"
    repaired = indelible("repair", "--yes", "--data", server.data, "--marks", server.marks, cwd=server.home)
    assert repaired.returncode in (0, 2), repaired.stderr[-3000:]

    serves = start(server)
    if serves:
        entries = server.get("/v1/entries", {"action": "server.repair"}).json()["entries"]
        assert entries == [], "nobody repaired anything"
        assert server.stop() == 0
    assert held(kept) == kept
    assert any(name in server.stderr for name in names), server.stderr[-3000:]
    if not serves:
        assert evidence(everything(server.home)) == evidence(before), "a start that is refused changes nothing"
        return
    # The log goes on, and so it does the next time.
    assert start(server), server.stderr[-3000:]
    server.record([{"action": "door.opened", "actor": {"type": "user", "id": "u-1"}}])
    server.seal()
    assert server.stop() == 0
    assert held(kept) == kept
    assert server.verify().returncode in (0, 1)


def test_a_lock_that_is_removed_or_replaced_lets_no_second_process_in(new_server):
    server = new_server().start()
    server.record([{"action": "door.open"} for _ in range(5)])
    for change in (lambda lock: lock.unlink(), lambda lock: lock.write_bytes(b"")):
        change(server.data / "LOCK")
        second = indelible("serve", "--dev", "--data", server.data, "--marks", server.marks, "--listen", "127.0.0.1:0")
        assert second.returncode == 2 and "held" in second.stderr, second.stderr
        assert server.verify().returncode == 2, "somebody has it open"
    server.record([{"action": "door.open"} for _ in range(5)])
    assert server.stop() == 0
    assert server.verify().returncode == 0
    assert len(server.start().export_lines(q="action:door.open")) == 10


def test_a_copy_made_with_hard_links_is_read_and_not_written_to(new_server, tmp_path):
    server = new_server().start()
    server.record([{"action": "door.open", "actor": {"type": "user", "id": "1", "name": "Ann Lee"}}])
    server.stop()
    copy = tmp_path / "copy"
    subprocess.run(["cp", "-al", server.data, copy], check=True)
    verified = indelible("verify", "--data", copy, "--marks", server.marks)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    started = indelible("serve", "--dev", "--data", copy, "--marks", server.marks, "--listen", "127.0.0.1:0")
    assert started.returncode == 2 and "other names" in started.stderr, started.stderr
