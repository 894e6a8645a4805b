"""`control.db` (spec/control.md), made and changed from the page alone."""

import base64
import hashlib
import hmac
import sqlite3
import struct

from attacks.vaults import edited

SCHEMA = """CREATE TABLE control (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  value TEXT NOT NULL,
  mac BLOB NOT NULL CHECK (length(mac) = 32),
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID"""
# Of kinds that mean nothing to access control: what is attacked is whose rows they are.
ROWS = [("left", "g1", '{"role":"auditor"}'), ("right", "p1", '{"name":"ci"}'), ("right", "p2", '{"name":"billing"}')]


def row_key(data):
    """The key of the rows of the log in the folder `data`."""
    seed = base64.b64decode((data / "keys/signing").read_text().strip().split("+", 4)[4])[1:]
    extracted = hmac.digest(bytes(32), seed, "sha256")
    return hmac.digest(extracted, b"indelible control mac/v1\x01", "sha256")


def mac_of(key, *parts):
    text = b"".join(struct.pack(">Q", len(part.encode())) + part.encode() for part in parts)
    return hmac.new(key, b"row" + text, hashlib.sha256).digest()


def make(data, rows=ROWS):
    """Makes the database with these rows, as a holder of the log's key does."""
    key = row_key(data)
    rows = [(*row, mac_of(key, *row)) for row in sorted(rows)]
    of_all = hmac.new(key, b"all" + b"".join(row[3] for row in rows), hashlib.sha256).digest()
    base = sqlite3.connect(data / "control.db", isolation_level=None)
    base.execute("PRAGMA page_size = 4096")
    base.execute(f"PRAGMA application_id = {0x696E6463}")
    base.execute("PRAGMA user_version = 1")
    base.execute("PRAGMA journal_mode = WAL")
    base.execute(SCHEMA)
    base.executemany("INSERT INTO control VALUES (?, ?, ?, ?)", [*rows, ("", "", "", of_all)])
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def edit(data, statement):
    base = sqlite3.connect(data / "control.db", isolation_level=None)
    base.execute("PRAGMA ignore_check_constraints = ON")
    base.execute(statement)
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()


def control_changes(path):
    """Changes of `control.db` without its key, all that SQLite checks in order: (what, new bytes)."""
    rows = ("left", "g1"), ("right", "p1"), ("right", "p2"), ("", "")
    for kind, name in rows:
        where = f"WHERE kind = '{kind}' AND id = '{name}'"
        row = f"row {kind} {name}"
        yield f"{row}: deleted", edited(path, (f"DELETE FROM control {where}", ()))
        for column, other in {"kind": "kind || 'x'", "id": "id || 'x'", "value": "value || ' '", "mac": "zeroblob(32)"}.items():
            yield f"{row}: {column}", edited(path, (f"UPDATE control SET {column} = {other} {where}", ()))
    anothers = "UPDATE control SET value = (SELECT value FROM control WHERE id = 'p2'), mac = (SELECT mac FROM control WHERE id = 'p2') WHERE id = 'p1'"
    yield "a row has another's value and MAC", edited(path, (anothers, ()))
    yield "a row twice", edited(path, ("INSERT INTO control SELECT kind, 'p9', value, mac FROM control WHERE id = 'p1'", ()))
    for sql in ("CREATE TRIGGER t BEFORE INSERT ON control BEGIN SELECT raise(ignore); END", "CREATE TABLE keep (id)",
                "CREATE VIEW v AS SELECT * FROM control", "CREATE INDEX other ON control (value)", "ALTER TABLE control ADD COLUMN note TEXT",
                "PRAGMA journal_mode = DELETE", "PRAGMA user_version = 99"):
        yield sql, edited(path, (sql, ()))
