"""What somebody with the disk might do to a log at rest, and that `indelible verify` says so, naming the file."""

import json
import shutil
import sqlite3

import pytest
from attacks import manifests, tree
from attacks.bytes import flipped
from attacks.segments import disclosure_blocks, disclosures_repaired, index_repaired
from conftest import Server


def filled(home, name):
    """A log at rest: two segments and something unsealed."""
    server = Server(home / name).start()
    for first in (0, 40, 80):
        server.record([{"action": "door.opened", "actor": {"type": "user", "id": f"u{n % 5}", "name": f"Ann Lee{n % 5}"},
                        "description": f"{name} door {n}"} for n in range(first, first + 40)])
        server.wait_checkpoint(server.checkpoint_size() + 1)
        if first < 80:
            server.seal()
    server.since = home / f"{name}-since.txt"
    server.since.write_text(server.checkpoint())
    assert server.stop() == 0
    return server


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    home = tmp_path_factory.mktemp("tamper")
    return filled(home, "one"), filled(home, "two")


@pytest.fixture
def log(logs, tmp_path):
    """A copy of the first log, to be spoilt; the mark outside goes with it."""
    shutil.copytree(logs[0].home, tmp_path / "copy")
    return Server(tmp_path / "copy")


def files(log):
    """Everything that counts: the lock is only a lock, the reserve is only room, the database's helpers come and go."""
    names = {"LOCK", "reserve", "vault.db-wal", "vault.db-shm", "control.db-wal", "control.db-shm"}
    return sorted(path.relative_to(log.data) for path in log.data.rglob("*") if path.is_file() and path.name not in names)


def segments(log, extension):
    return sorted((log.data / "segments").glob(f"*.{extension}"))


def assert_found(log, path, *arguments):
    found = log.verify(*arguments)
    assert found.returncode in (1, 2), f"{path}: {found.stdout}"
    said = found.stdout + found.stderr
    # What is gone may show by what it leaves behind: a folder that lacks leaves, segments that no manifest names.
    assert path.name in said or (not path.exists() and str(log.data) in said), f"{path}: {said}"


def test_an_untouched_log_is_sound(log, logs):
    found = log.verify("--since", logs[0].since)
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("how", ["cut", "gone"])
def test_a_file_that_is_cut_or_gone_is_found(log, logs, how):
    checked = 0
    for name in files(logs[0]):
        path, kept = log.data / name, (log.data / name).read_bytes()
        if how == "cut":
            path.write_bytes(kept[:len(kept) // 2])
        else:
            path.unlink()
        if name.suffix == ".idx":
            # An index is derived: it is made again, and nothing was lost.
            assert log.verify().returncode == 0
            assert path.read_bytes() == kept
        else:
            assert_found(log, path)
        path.write_bytes(kept)
        checked += 1
    assert checked >= 12
    assert log.verify().returncode == 0, "everything was put back"


def test_segments_that_change_places_are_named(log):
    for extension in ("ndjson.zst", "disc"):
        first, second = segments(log, extension)
        one, other = first.read_bytes(), second.read_bytes()
        first.write_bytes(other), second.write_bytes(one)
        assert_found(log, first)
        assert_found(log, second)
        first.write_bytes(one), second.write_bytes(other)
    assert log.verify().returncode == 0


def test_files_of_another_log_are_named(log, logs):
    for extension in ("ndjson.zst", "disc"):
        (own, *_), (other, *_) = segments(log, extension), segments(logs[1], extension)
        kept = own.read_bytes()
        shutil.copyfile(other, own)
        assert_found(log, own)
        own.write_bytes(kept)
    for name in ("tree/checkpoints", "vault.db", "keys/signing"):
        path, kept = log.data / name, (log.data / name).read_bytes()
        shutil.copyfile(logs[1].data / name, path)
        assert log.verify("--key", key_of(logs[0])).returncode in (1, 2), name
        path.write_bytes(kept)


def key_of(log):
    server = log.start()
    key = server.vkey()
    server.stop()
    return key


def test_an_older_copy_is_found_by_the_mark_outside_and_by_a_remembered_checkpoint(logs, tmp_path):
    old = tmp_path / "old"
    server = filled(tmp_path, "three")
    shutil.copytree(server.data, old)
    server.start()
    server.record([{"action": "door.opened"}])
    server.wait_checkpoint(server.checkpoint_size() + 1)
    since = tmp_path / "since.txt"
    since.write_text(server.checkpoint())
    assert server.stop() == 0
    shutil.rmtree(server.data)
    shutil.copytree(old, server.data)
    assert server.verify().returncode == 1, "the mark outside knows a larger tree"
    shutil.rmtree(server.marks)
    assert server.verify("--since", since).returncode == 1, "the remembered checkpoint is of a larger tree"


def test_a_mark_that_is_missing_or_put_back_is_told_and_an_older_one_is_not_started_from(tmp_path):
    server = filled(tmp_path, "four")
    (mark,) = server.marks.iterdir()
    first = mark.read_bytes()
    mark.unlink()
    found = server.verify()
    assert found.returncode == 0 and "WARNING" in found.stdout and str(mark) in found.stdout, found.stdout
    assert json.loads(server.verify("--json").stdout)["mark"] == "missing"
    server.start()
    asked = {"source": "indelible", "action": "server.start", "full": "true"}
    (started, *_) = server.get("/v1/entries", asked).json()["entries"]
    assert started["properties"]["mark"] == "missing"
    for _ in range(2):
        server.record([{"action": "door.opened"}])
        server.wait_checkpoint(server.checkpoint_size() + 1)
    server.stop()
    assert json.loads(server.verify("--json").stdout)["mark"] == "fits"
    kept = mark.read_bytes()
    mark.write_bytes(first)
    found = server.verify()
    assert found.returncode == 1 and str(mark) in found.stdout, found.stdout
    serve = ("serve", "--dev", "--listen", "127.0.0.1:0", "--data", server.data, "--marks", server.marks)
    refused = server.run(*serve)
    assert refused.returncode == 2 and "--accept-older-mark" in refused.stderr, refused.stderr
    assert mark.read_bytes() == first, "the refused start changed nothing"
    mark.write_bytes(kept)
    assert server.verify().returncode == 0


def found_in(log, path):
    """What verify finds in a file, with the leaves it names."""
    said = log.verify()
    assert said.returncode == 1, said.stdout + said.stderr
    found = [line for line in said.stdout.splitlines() if line.startswith("TAMPERED") and path.name in line]
    assert found, f"{path}: {said.stdout}"
    return found


@pytest.mark.parametrize("section, last, says", [
    (0, True, "does not open under its person's key"),
    (3, False, "is not in the vault"),
], ids=["ciphertext", "handle"])
def test_a_disclosure_changed_with_its_checksums_and_the_manifest_is_found_by_its_key(log, section, last, says):
    path = segments(log, "disc")[0]
    data = path.read_bytes()
    offset, length = next((offset, length) for found, offset, length in disclosure_blocks(data)[0] if found == section)
    path.write_bytes(disclosures_repaired(flipped(data, offset + length - 1 if last else offset)))
    manifests.fitted(log.home / "data")
    found = found_in(log, path)
    assert any(says in line and "leaf" in line or "leaves" in line for line in found), found


def test_a_deleted_person_and_a_key_destroyed_without_an_erasure_are_found(log):
    database = log.data / "vault.db"
    kept = database.read_bytes()
    for change, says in [
        ("DELETE FROM person WHERE subject = 'u1'", "not in the vault"),
        ("UPDATE person SET wrapped = NULL, destroyed_us = 1 WHERE subject = 'u1'", "no entry of the log's own records an erasure"),
    ]:
        with sqlite3.connect(database) as connection:
            assert connection.execute(change).rowcount == 1
        connection.close()
        said = log.verify()
        assert said.returncode == 1 and says in said.stdout, said.stdout + said.stderr
        database.write_bytes(kept)
        for beside in ("-wal", "-shm"):
            database.with_name(database.name + beside).unlink(missing_ok=True)
    assert log.verify().returncode == 0


def test_an_index_that_hides_somebody_is_found_though_its_checksums_fit(log):
    path = segments(log, "idx")[0]
    kept = path.read_bytes()
    assert b"u1" in kept
    path.write_bytes(index_repaired(kept.replace(b"u1", b"zz")))
    found = found_in(log, path)
    assert "not that of its lines" in found[0], found
    assert path.read_bytes() == kept, "it was made again"
    assert log.verify().returncode == 0


@pytest.mark.parametrize("numbered", [False, True])
@pytest.mark.parametrize("how", ["dropped", "doubled", "dated anew"])
def test_a_gap_among_the_checkpoints_is_found_and_not_started_from(log, how, numbered):
    path = log.data / "tree" / "checkpoints"
    records = tree.records(path.read_bytes())
    middle = len(records) // 2
    if how == "dropped":
        del records[middle]
    elif how == "doubled":
        records.insert(middle, records[middle])
    else:
        records[middle].time_us ^= 1
    path.write_bytes(tree.joined(records, numbered))
    found_in(log, path)
    before = path.read_bytes()
    refused = log.run("serve", "--dev", "--listen", "127.0.0.1:0", "--data", log.data, "--marks", log.marks)
    assert refused.returncode == 2, refused.stdout
    assert path.read_bytes() == before
