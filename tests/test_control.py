"""`control.db` beside a log: verification checks it, access control does not begin with one that another hand changed, and a log without one is sound.

The files are made by a second implementation (attacks/controls.py), from spec/control.md alone.
"""

import json
import os
import shutil
import sqlite3

import pytest

from attacks import controls
from conftest import Server, indelible
from controlled import Controlled
from test_foreign import hot_journal
from test_start import contents, serving

CHANGES = {
    "a role": ("UPDATE control SET value = '{\"role\":\"owner\"}' WHERE kind = 'left'", "\"left\", \"g1\": it was not written by"),
    "a MAC": ("UPDATE control SET mac = zeroblob(32) WHERE kind = 'left'", "\"left\", \"g1\": it was not written by"),
    "an id": ("UPDATE control SET id = 'p9' WHERE id = 'p1'", "\"right\", \"p9\": it was not written by"),
    "a row more": ("INSERT INTO control SELECT 'left', 'g9', value, mac FROM control WHERE kind = 'left'", "\"g9\": it was not written by"),
    "a row less": ("DELETE FROM control WHERE id = 'p2'", "rows were added, removed or put back"),
    "the MAC of all": ("DELETE FROM control WHERE kind = ''", "rows were added, removed or put back"),
    "a trigger": ("CREATE TRIGGER t BEFORE INSERT ON control BEGIN SELECT raise(ignore); END", "trigger t is not the control database's"),
    "a table": ("CREATE TABLE keep (id)", "table keep is not the control database's"),
    "a version": ("PRAGMA user_version = 9", "version 9"),
    "a journal mode": ("PRAGMA journal_mode = DELETE", "write-ahead mode"),
}


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A log, stopped in order, with what was settled about access."""
    server = Server(tmp_path_factory.mktemp("control") / "log").start()
    server.record([{"event_id": f"e{n}", "action": "door.opened", "actor": {"type": "user", "id": "u1", "name": "Ann Lee"}} for n in range(10)])
    server.stop()
    assert server.verify().returncode == 0, "a log without one is sound"
    assert not (server.data / "control.db").exists()
    controls.make(server.data)
    return server.home


@pytest.fixture
def log(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "copy")
    copy = Controlled(tmp_path / "copy")
    yield copy
    copy.kill()


def names(data):
    return sorted(path.name for path in data.iterdir() if path.name.startswith("control"))


def is_found(log, name, what):
    """Verification names file and fault, and changes nothing."""
    before = contents(log.data)
    found = log.verify("--json")
    assert found.returncode == 1, found
    findings = json.loads(found.stdout)["findings"]
    assert any(f"/{name}: " in finding and what in finding for finding in findings), findings
    assert contents(log.data) == before


def begins_not(log):
    """A server with access control does not serve, and says why."""
    started = indelible("serve", "--data", log.data, "--marks", log.marks, "--listen", "127.0.0.1:0", cwd=log.home)
    assert started.returncode == 2 and "control.db" in " ".join(started.stderr.split()), started


def is_refused(log, name, what):
    """It is found, and access control does not begin, says why, and leaves what lies there."""
    is_found(log, name, what)
    before = {name: (log.data / name).read_bytes() for name in names(log.data)}
    begins_not(log)
    after = {name: (log.data / name).read_bytes() for name in names(log.data)}
    # SQLite may have made what it keeps beside it.
    assert {name: after[name] for name in before} == before


def test_a_control_database_made_from_the_page_is_sound_and_used(log):
    assert log.verify().returncode == 0, log.verify()
    assert names(log.data) == ["control.db"]
    log.start()
    program = log.program("auditor", {})
    log.restart()
    assert log.ask(program.token, "GET", "/v1/entries").status == 200
    log.stop()
    assert log.verify().returncode == 0, log.verify()
    rows = sqlite3.connect(log.data / "control.db").execute("SELECT kind, id, value FROM control").fetchall()
    assert set(controls.ROWS) < set(rows)


def test_without_access_control_nobody_gets_in_where_it_was_settled(log):
    refused = serving(log)
    assert refused.returncode == 2 and "--dev" in refused.stderr, refused
    assert names(log.data) == ["control.db"]


@pytest.mark.parametrize("change", CHANGES)
def test_a_control_database_that_another_hand_changed_is_found(log, change):
    statement, what = CHANGES[change]
    controls.edit(log.data, statement)
    is_refused(log, "control.db", what)


@pytest.mark.parametrize("what", ["hot", "empty", "wal", "shm", "link", "cut", "longer", "text"])
def test_what_lies_in_its_place_or_beside_it_is_found_and_stays(log, what):
    path = log.data / "control.db"
    if what in ("hot", "empty"):
        path.with_name("control.db-journal").write_bytes(hot_journal(path.read_bytes()) if what == "hot" else b"")
        is_refused(log, "control.db-journal", "rollback journal")
    elif what in ("wal", "shm"):
        path.with_name(f"control.db-{what}").write_bytes(b"my only copy of something")
        is_refused(log, f"control.db-{what}", "not what SQLite writes there")
    elif what == "link":
        path.rename(log.home / "elsewhere")
        path.symlink_to(log.home / "elsewhere")
        is_refused(log, "control.db", "symbolic link")
    elif what == "cut":
        os.truncate(path, 4096)
        is_refused(log, "control.db", "")
    elif what == "longer":
        path.write_bytes(path.read_bytes() + bytes(4096))
        is_found(log, "control.db", "4096 bytes lie behind its last page")
    else:
        path.write_bytes(b"my only copy of something\n" * 50)
        is_refused(log, "control.db", "no SQLite database")


def test_every_change_of_its_parts_is_found(log):
    """As the attack table does with the log's own files (docs/attacks.md)."""
    path = log.data / "control.db"
    whole = path.read_bytes()
    changes = dict(controls.control_changes(path))
    changes |= {"emptied": b"", "cut in half": whole[:len(whole) // 2], "cut by a byte": whole[:-1], "a byte more": whole + b"\0"}
    for change, data in changes.items():
        path.write_bytes(data)
        found = log.verify()
        assert found.returncode == 1 and "control.db" in found.stdout, (change, found)
    path.write_bytes(whole)
    assert log.verify().returncode == 0


def test_what_a_check_cannot_see_is_as_the_page_says(log):
    """A file that was removed, or put back whole as it was at an earlier time (spec/control.md)."""
    (log.data / "control.db").unlink()
    assert log.verify().returncode == 0
    controls.make(log.data, controls.ROWS[:2])
    assert log.verify().returncode == 0


def test_another_log_s_control_database_is_found(log, tmp_path):
    other = Server(tmp_path / "other").start()
    other.stop()
    controls.make(other.data)
    shutil.copyfile(other.data / "control.db", log.data / "control.db")
    is_refused(log, "control.db", "not written by a holder of the log's key")


def test_a_control_database_alone_is_no_folder_for_a_new_log(log, tmp_path):
    new = Server(tmp_path / "new")
    new.data.mkdir(parents=True)
    shutil.copyfile(log.data / "control.db", new.data / "control.db")
    begins_not(new)
    assert names(new.data) == ["control.db"]
