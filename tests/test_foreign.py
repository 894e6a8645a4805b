"""What another hand puts beside a log's files, or in place of one, is neither played back nor waited for nor removed: it is named.

Nobody here holds a key.
"""

import json
import os
import shutil
import socket
import sqlite3
import struct

import pytest

from attacks.journals import frames
from conftest import Server, indelible, wait_for
from test_start import contents, serving

PAGE = 4096


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A log with a segment and a journal, stopped in order."""
    server = Server(tmp_path_factory.mktemp("foreign") / "log").start()
    server.record([event(n) for n in range(20)])
    server.seal()
    server.record([event(n) for n in range(20, 30)])
    server.stop()
    return server.home


@pytest.fixture
def log(sound, tmp_path):
    shutil.copytree(sound, tmp_path / "copy")
    copy = Server(tmp_path / "copy")
    yield copy
    copy.kill()


def event(n):
    return {"event_id": f"e{n}", "action": "door.opened", "actor": {"type": "user", "id": f"u{n % 4}", "name": f"Ann Lee {n % 4}"}}


def repairing(log):
    return indelible("repair", "--data", log.data, "--marks", log.marks, "--yes", cwd=log.home)


def is_refused(log, name, *said):
    """Verification calls it tampering, start and repair are refused; each says so, and not a byte changes."""
    before = contents(log.data)
    found = log.verify()
    assert found.returncode == 1, found
    started = serving(log)
    assert started.returncode == 2, started
    repaired = repairing(log)
    assert repaired.returncode == 2, repaired
    for text in (found.stdout, " ".join(started.stderr.replace("│", " ").split()), " ".join(repaired.stderr.replace("│", " ").split())):
        assert all(word in text for word in (name, *said)), text
    assert contents(log.data) == before


def edit(log, script):
    base = sqlite3.connect(log.data / "vault.db", isolation_level=None)
    for statement in script.split(";;"):
        base.execute(statement)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def hot_journal(database):
    """A rollback journal that SQLite believes and that empties page 2 (sqlite.org/fileformat2.html, "The Rollback Journal")."""
    head = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 1, 7, len(database) // PAGE, 512, PAGE)
    return head.ljust(512, b"\0") + struct.pack(">I", 2) + bytes(PAGE) + struct.pack(">I", 7)


@pytest.mark.parametrize("kind", ["hot", "garbage", "empty", "link"])
def test_a_rollback_journal_is_never_played_back(log, kind):
    journal, database = log.data / "vault.db-journal", (log.data / "vault.db").read_bytes()
    if kind == "link":
        journal.symlink_to(log.data / "tree" / "digests")
    else:
        journal.write_bytes({"hot": hot_journal(database), "garbage": os.urandom(4000), "empty": b""}[kind])
    is_refused(log, "vault.db-journal", "rollback journal")
    journal.unlink()
    log.start()
    log.stop()
    assert log.verify().returncode == 0


def test_the_journal_of_these_tests_is_one_that_sqlite_plays_back(log):
    database = log.data / "vault.db"
    edit(log, "PRAGMA journal_mode = DELETE")
    (log.data / "vault.db-journal").write_bytes(hot_journal(database.read_bytes()))
    before = database.read_bytes()
    with pytest.raises(sqlite3.DatabaseError):
        sqlite3.connect(database).execute("SELECT count(*), max(subject) FROM person").fetchall()
    assert database.read_bytes() != before


SCHEMAS = {
    "trigger t": "CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END",
    "trigger keeper": "CREATE TRIGGER keeper BEFORE UPDATE ON person BEGIN SELECT 1; END",
    "table notes": "CREATE TABLE notes (x);;INSERT INTO notes VALUES ('Ann Lee')",
    "index person_live is missing": "DROP INDEX person_live",
    "table person": "ALTER TABLE person ADD COLUMN note TEXT",
    "view v": "CREATE VIEW v AS SELECT * FROM person",
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_of_another_hand_is_refused_by_name(log, name):
    edit(log, SCHEMAS[name])
    is_refused(log, "vault.db", name)


def test_a_vault_that_is_not_in_write_ahead_mode_is_not_switched(log):
    edit(log, "PRAGMA journal_mode = DELETE")
    is_refused(log, "vault.db", "write-ahead mode")


def test_a_schema_changed_beside_a_running_server_stops_it(log):
    log.start()
    base = sqlite3.connect(log.data / "vault.db")
    base.executescript(SCHEMAS["trigger t"])
    base.close()
    answer = log.post("/v1/events", [event(100) | {"actor": {"type": "user", "id": "new", "name": "Eve New"}}])
    assert answer.status != 201, answer
    wait_for("the server has ended", lambda: not log.running)
    assert "changed its schema" in log.stderr


PLACES = ["vault.db", "vault.db-wal", "keys/root", "keys/log", "keys/signing", "tree/origin", "tree/checkpoints", "tree/digests",
          "journal/*.wal", "manifest/*", "segments/*.zst", "segments/*.disc", "marks/*"]
# These are read whole; of others only what counts is read, however long they are.
READ_WHOLE = ["keys/root", "keys/log", "keys/signing", "tree/origin", "journal/*.wal", "manifest/*", "marks/*"]
CASES = [(place, kind) for place in PLACES for kind in ("pipe", "zeroes", "socket")] + [(place, "long") for place in READ_WHOLE]


def put(log, place, kind):
    """Puts something that is no file, or a file that is too long, in a file's place, and returns where."""
    folder = log.home if place.startswith("marks") else log.data
    path = sorted(folder.glob(place))[-1] if "*" in place else folder / place
    path.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "zeroes":
        path.symlink_to("/dev/zero")
    elif kind == "socket":
        bound, here = socket.socket(socket.AF_UNIX), os.getcwd()
        os.chdir(path.parent)
        bound.bind(path.name)
        os.chdir(here)
        bound.close()
    else:
        path.touch()
        os.truncate(path, 1 << 40)
    return path


@pytest.mark.parametrize(("place", "kind"), CASES)
def test_what_is_no_file_is_named_and_not_waited_for(log, place, kind):
    path = put(log, place, kind)
    found, started, repaired = log.verify(), serving(log), repairing(log)
    assert found.returncode in (1, 2), found
    assert path.name in found.stdout + found.stderr, found
    assert started.returncode == 2, started
    # What is set aside by a repair, as a manifest is, is there under another name.
    assert repaired.returncode in (0, 2), repaired
    assert os.path.lexists(path) or os.path.lexists(log.data / "aside" / path.name)


@pytest.mark.parametrize("kind", ["pipe", "zeroes", "socket", "long"])
def test_an_index_is_made_again_whatever_lies_in_its_place(log, kind):
    path = put(log, "segments/*.idx", kind)
    found = log.verify()
    assert found.returncode == 0 and "made again" in found.stdout, found
    assert path.is_file() and not path.is_symlink()
    assert log.verify().returncode == 0


@pytest.mark.parametrize("how", ["removed", "renamed", "replaced"])
def test_nothing_is_acknowledged_into_a_journal_file_without_its_name(log, how):
    log.start()
    assert log.record([event(100)])
    path = sorted((log.data / "journal").glob("*.wal"))[-1]
    if how == "removed":
        path.unlink()
    else:
        other = path.with_suffix(".other")
        shutil.copyfile(path, other) if how == "replaced" else path.rename(other)
        if how == "replaced":
            other.rename(path)
    answer = log.post("/v1/events", [event(101)])
    assert answer.status != 201, answer
    wait_for("the server has ended", lambda: not log.running)
    assert "removed, renamed or replaced" in log.stderr


def test_a_close_that_was_taken_away_is_noted(log):
    path = sorted((log.data / "journal").glob("*.wal"))[-1]
    data = path.read_bytes()
    at, end = frames(data)[-1]
    assert data[at + 4] == 2 and end == len(data)
    assert not any("not closed in order" in note for note in json.loads(log.verify("--json").stdout)["notes"])
    path.write_bytes(data[:at])
    found = log.verify("--json")
    assert found.returncode == 0, found
    assert any("not closed in order" in note for note in json.loads(found.stdout)["notes"])


def test_sealing_says_what_is_known_of_entries_that_cannot_be_read(log):
    log.start()
    log.record([event(n) for n in range(100, 120)])
    path = sorted((log.data / "journal").glob("*.wal"))[-1]
    length = path.stat().st_size
    os.truncate(path, 0)
    os.truncate(path, length)
    answer = log.post("/v1/seal")
    assert answer.status == 503 and "verify" in answer.json()["detail"] and "safe" not in answer.json()["detail"], answer
