"""Files that somebody puts where a log has its own: what a name says of a file is not believed before the file was read.

Each takes the folder of a log at rest, that of another log, and returns what must be there afterwards, to the byte.
"""

import json
import os
import shutil

TEXT = b"my only copy of something\n" * 50

JOURNAL_TEXTS = (
    "0000000000000000-00000001.wal", "0000000000000000-00000001.wal.tmp", "0000000000000000-ffffffffffffffff.wal",
    "0000000000000000-fffffffffffffffe.wal", "0000000000000000-1000000000001.wal", "ffffffffffffffff-00000001.wal",
    "fffffffffffffffe-00000001.wal", "reserve.tmp",
)
SEGMENT_TEXTS = (
    "000000000000-000000000000.77.disc", "000000000000-000000000000.77.ndjson.zst", "000000000000-000000000199.4294967295.idx",
    "18446744073709551615-18446744073709551615.0.ndjson.zst", "18446744073709551615-18446744073709551615.0.disc",
    "000000000000-18446744073709551615.0.ndjson.zst", "000000000000-18446744073709551615.0.disc", "000000000000-my-notes.tmp",
    "000000000000-open.0.ndjson.zst.tmp", "000000000000-open.4294967295.idx.tmp",
)
MANIFEST_TEXTS = ("18446744073709551615", "18446744073709551614", "281474976710657")
DATABASE_TEXTS = ("vault.db-wal", "vault.db-shm", "vault.db-journal")


def text(folder, name):
    def put(home, _):
        path = home / "data" / folder / name
        path.unlink(missing_ok=True)
        path.write_bytes(TEXT)
        return [path]
    return put


def link(name, to, hard=False):
    """A link under a name of ours that leads to a file whose content is somebody else's, or is a segment."""
    def put(home, _):
        path = home / "data" / name
        path.unlink(missing_ok=True)
        target = next((home / "data/segments").glob("*.zst")) if to == "a segment" else home / to
        if to != "a segment":
            target.write_bytes(b"" if to == "empty" else TEXT)
        os.link(target, path) if hard else path.symlink_to(target)
        return [target, path]
    return put


def pipe(name):
    """A pipe: whoever reads it without care waits for ever. The folder tells that it is still there."""
    def put(home, _):
        path = home / "data" / name
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        return [path]
    return put


def moved(name, hard=False):
    """A file of the log, reached by a link."""
    def put(home, _):
        path, target = home / "data" / name, home / "elsewhere"
        if hard:
            os.link(path, target)
        else:
            path.rename(target)
            path.symlink_to(target)
        return [target, path]
    return put


def other_journal(home, other):
    path = home / "data/journal/0000000000000000-00000001.wal"
    assert not path.exists()
    shutil.copyfile(sorted((other / "data/journal").glob("*.wal"))[0], path)
    return [path]


def other_segment(home, other):
    kept = []
    for path in sorted((other / "data/segments").glob("000000000000-*")):
        leaves, _, extension = path.name.split(".", 2)
        planted = home / "data/segments" / f"{leaves}.5.{extension}"
        shutil.copyfile(path, planted)
        kept.append(planted)
    assert len(kept) == 3
    return kept


def note_of_a_repair(home, _):
    path = home / "data/REPAIRED"
    path.write_text(json.dumps({"manifest": 7, "segments": 2, "entries": 10, "aside": [], "by": "mallory", "person": "Anna Lehmann"}))
    return [path]


PLANTED = {
    "another log's journal file": other_journal,
    "another log's segment": other_segment,
    "a note of a repair": note_of_a_repair,
    **{f"journal/{name}": text("journal", name) for name in JOURNAL_TEXTS},
    **{f"segments/{name}": text("segments", name) for name in SEGMENT_TEXTS},
    **{f"manifest/{name}": text("manifest", name) for name in MANIFEST_TEXTS},
    **{name: text(".", name) for name in (*DATABASE_TEXTS, "CREATING", "LOCK", "REPAIRED")},
    "journal/reserve": text("journal", "reserve"),
    "LOCK, a link to a segment": link("LOCK", "a segment"),
    "LOCK, a second name of a file": link("LOCK", "precious", hard=True),
    "LOCK, a second name of an empty file": link("LOCK", "empty", hard=True),
    "LOCK, a link to an empty file": link("LOCK", "empty"),
    "CREATING, a link to an empty file": link("CREATING", "empty"),
    "reserve, a link": link("journal/reserve", "precious"),
    "REPAIRED, a link": link("REPAIRED", "precious"),
    **{f"{name}, a link": link(name, "empty") for name in DATABASE_TEXTS},
    **{f"{name}, a pipe": pipe(name) for name in ("LOCK", "REPAIRED", "CREATING", "journal/0000000000000000-00000001.wal", "journal/reserve", "vault.db-wal",
                                                 "segments/000000000000-000000000000.77.disc", "tree/checkpoints", "keys/signing")},
    "checkpoints behind a link": moved("tree/checkpoints"),
    "digests of two names": moved("tree/digests", hard=True),
    "the database behind a link": moved("vault.db"),
}
