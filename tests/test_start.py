"""A start destroys nothing: what it does not understand it leaves, a port that is taken costs nothing, and a list of
segments that was lost is made again by `indelible repair`.
"""

import json
import os
import shutil
import signal
import socket

import pytest

from conftest import indelible, wait_for
from test_disk import may_inject

# Of each call the first few of a start, which are its own; in a campaign all of them.
CALLS = ["unlink", "renameat2", "rename", "ftruncate", "fdatasync", "fsync", "pwrite64"]
TIMES = [*range(1, 60)] if os.environ.get("INDELIBLE_CAMPAIGN") == "1" else [1, 2, 5]

FOREIGN = {
    "git": {"HEAD": "ref: refs/heads/main\n", "objects/aa": "x", "refs/heads/main": "0" * 40 + "\n"},
    "lock": {"LOCK": "another program's lock", "CURRENT": "MANIFEST-000001\n"},
    "names": {"tree/leaves.txt": "oak", "keys/signing": "not ours", "segments/readme": "x"},
}


def contents(folder):
    """Every file's bytes, but the lock of a log and what SQLite maps into memory."""
    own = ("LOCK", "vault.db-shm", "control.db-shm")
    found = {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file() and path.name not in own}
    return {name: data for name, data in found.items() if data or not name.endswith(".db-wal")}


def serving(server):
    """`serve`, to its end: it is expected to be refused."""
    return indelible("serve", "--dev", "--data", server.data, "--marks", server.marks, "--listen", "127.0.0.1:0", cwd=server.home)


def record_and_seal(server, times):
    for n in range(times):
        server.start()
        server.record([{"event_id": f"{n}-{m}", "action": "door.opened", "actor": {"type": "user", "id": "u1", "name": "Ann Lee"}} for m in range(5)])
        server.seal()
        server.stop()


@pytest.mark.parametrize("kind", FOREIGN)
def test_a_foreign_folder_is_left_to_the_byte_by_every_command(new_server, kind):
    server = new_server()
    for name, text in FOREIGN[kind].items():
        path = server.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    before = {path: path.read_bytes() for path in server.data.rglob("*") if path.is_file()}
    at = ["--data", server.data, "--marks", server.marks]
    (server.home / "x.ndjson").write_text('{"action":"door.opened"}\n')
    assert serving(server).returncode == 2
    commands = [["verify", *at], ["import", *at, "--format", "indelible", "x.ndjson"], ["search", *at], ["repair", *at, "--yes"], ["reindex", *at]]
    for command in commands:
        run = server.run(*command)
        assert run.returncode == 2, (command, run.stdout, run.stderr)
    assert {path: path.read_bytes() for path in server.data.rglob("*") if path.is_file()} == before


def test_a_port_that_is_taken_makes_no_log_and_leaves_no_entry(new_server):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        server = new_server()
        arguments = ["serve", "--dev", "--data", server.data, "--marks", server.marks, "--listen", address]
        run = server.run(*arguments)
        assert run.returncode == 2 and "--listen" in run.stderr and not server.data.exists(), run
        record_and_seal(server, 1)
        before = contents(server.data)
        for _ in range(3):
            assert server.run(*arguments).returncode == 2
        assert contents(server.data) == before


def test_a_marker_of_creation_in_a_log_costs_nothing(new_server):
    server = new_server()
    record_and_seal(server, 1)
    keys = contents(server.data / "keys")
    (server.data / "CREATING").touch()
    server.start()
    assert len(server.export_lines(action="door.opened")) == 5
    server.stop()
    assert contents(server.data / "keys") == keys and server.verify().returncode == 0
    (server.data / "keys/signing").unlink()
    (server.data / "CREATING").touch()
    before = contents(server.data)
    refused = serving(server)
    assert refused.returncode == 2 and "keys/signing is missing" in refused.stderr, refused
    assert contents(server.data) == before


@pytest.mark.parametrize("lost", ["newest", "all"])
def test_a_lost_manifest_costs_no_segment_and_repair_makes_it_again(new_server, lost):
    server = new_server()
    record_and_seal(server, 3)
    manifests = sorted((server.data / "manifest").iterdir())
    for path in manifests if lost == "all" else manifests[-1:]:
        path.unlink()
    before = contents(server.data)
    refused = serving(server)
    assert refused.returncode == 2 and "indelible repair" in refused.stderr, refused
    assert contents(server.data) == before

    at = ["--data", server.data, "--marks", server.marks]
    asked = server.run("repair", *at, stdin="")
    assert asked.returncode == 2 and "--yes" in asked.stderr and "3 segments" in asked.stdout, asked
    assert contents(server.data) == before
    done = server.run("repair", *at, "--yes")
    assert done.returncode == 0, done
    assert server.run("repair", *at, "--yes").stdout.startswith("The list of segments is whole")
    server.start()
    assert len(server.export_lines(action="door.opened")) == 15
    (repair,) = server.export_lines(action="server.repair")
    assert json.loads(repair)["properties"]["segments"] == 3
    server.stop()
    verified = server.verify()
    assert verified.returncode == 0, verified


def test_a_first_start_that_cannot_keep_its_marks_makes_nothing(new_server):
    server = new_server()
    server.marks.write_text("a file where the folder of marks should be")
    refused = serving(server)
    assert refused.returncode == 2 and server.marks.name in refused.stderr, refused
    assert not server.data.exists()
    server.marks.unlink()
    server.start()


@pytest.mark.skipif(not may_inject(), reason="strace is not installed, or may not trace here")
@pytest.mark.parametrize("how", ["signal=KILL", "error=EIO"])
def test_a_start_cut_at_a_system_call_that_changes_files_loses_nothing(new_server, how):
    made = new_server("made").start()
    made.record([{"event_id": f"s{n}", "action": "door.opened", "actor": {"type": "user", "id": f"u{n}", "name": f"Ann Lee{n}"}} for n in range(20)])
    made.seal()
    made.record([{"event_id": f"t{n}", "action": "door.opened", "actor": {"type": "user", "id": f"v{n}", "name": f"Bo Ek{n}"}} for n in range(20)])
    expected = made.export_lines(action="door.opened")
    made.kill()
    # A start has more to do: an index is lost, and the tree was written beyond the checkpoint.
    next((made.data / "segments").glob("*.idx")).unlink()
    with open(made.data / "tree/digests", "ab") as digests:
        digests.write(b"\x07" * 64)
    cut = 0
    for call in CALLS:
        for times in TIMES:
            server = new_server(f"{call}-{times}")
            shutil.copytree(made.data, server.data)
            shutil.copytree(made.marks, server.marks)
            server.wrapper = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{how}:when={times}"]
            server.start(wait=False)
            serves = lambda: server.out_path.exists() and "Serving" in server.out_path.read_text()
            wait_for("a start to end, one way or the other", lambda: serves() or not server.running)
            is_through = server.running
            if is_through:
                # The server itself: strace, killed, would let it go on.
                os.kill(int((server.data / "LOCK").read_text().split()[0]), signal.SIGKILL)
            wait_for("it to be gone", lambda: not server.running)
            server.process, server.wrapper = None, []
            cut += not is_through
            server.start()
            assert server.export_lines(action="door.opened") == expected, (call, times)
            assert server.stop() == 0
            verified = server.verify()
            assert verified.returncode == 0, (call, times, verified)
            if is_through:
                break
    assert cut >= 5, cut
