"""Keys and vault (spec/vault.md): rows changed, key files written anew."""

import base64
import hashlib
import pathlib
import shutil
import sqlite3
import tempfile


def edited(path, *statements):
    """The bytes of the database at `path` after these statements, `path` itself unchanged."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / path.name
        shutil.copyfile(path, copy)
        return committed(copy, statements)


def committed(copy, statements):
    base = sqlite3.connect(copy)
    base.execute("PRAGMA ignore_check_constraints = ON")
    for statement, values in statements:
        assert base.execute(statement, values).rowcount != 0, statement
    base.commit()
    base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return copy.read_bytes()


def tables(path):
    """Each table of the database, its columns, and the rowid of its first and last row."""
    base = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    found = []
    for (table,) in base.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall():
        columns = [(row[1], row[2]) for row in base.execute(f"PRAGMA table_info({table})")]
        rows = [row[0] for row in base.execute(f"SELECT rowid FROM {table} ORDER BY rowid")]
        found.append((table, columns, rows))
    base.close()
    return found


# Another value of each type.
OTHER = {"BLOB": "zeroblob(length({0}))", "TEXT": "{0} || 'x'", "INTEGER": "coalesce({0}, 0) + 1"}


def vault_changes(path):
    """Changes of `vault.db`: (what, new bytes)."""
    for table, columns, rows in tables(path):
        if not rows:
            continue
        first = (rows[0],)
        for which, row in {"first": rows[0], "last": rows[-1]}.items():
            yield f"{table}: the {which} row is deleted", edited(path, (f"DELETE FROM {table} WHERE rowid = ?", (row,)))
        for column, kind in columns:
            yield f"{table}: {column}", edited(path, (f"UPDATE {table} SET {column} = {OTHER[kind].format(column)} WHERE rowid = ?", first))
        if ("wrapped", "BLOB") in columns and len(rows) > 1:
            gone = f"UPDATE {table} SET wrapped = NULL, destroyed_us = created_us + 1 WHERE rowid = ?"
            yield f"{table}: a key is gone, as if erased", edited(path, (gone, first))
            anothers = f"UPDATE {table} SET wrapped = (SELECT wrapped FROM {table} WHERE rowid = ?) WHERE rowid = ?"
            yield f"{table}: a key is another's", edited(path, (anothers, (rows[1], *first)))
    for sql in ("CREATE TRIGGER t BEFORE INSERT ON person BEGIN SELECT raise(ignore); END", "CREATE TABLE keep (id, wrapped)",
                "CREATE VIEW v AS SELECT * FROM person", "CREATE INDEX other ON person (subject)", "DROP INDEX person_live",
                "ALTER TABLE person ADD COLUMN note TEXT", "PRAGMA journal_mode = DELETE"):
        yield sql, edited(path, (sql, ()))
    yield "user_version", edited(path, ("PRAGMA user_version = 99", ()))


def root_changes(data):
    """Changes of `keys/root`: (what, new bytes)."""
    magic, key, _ = data.decode().split()
    raw = bytearray(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
    raw[0] ^= 1
    check = hashlib.sha256(magic.encode() + b"\0" + raw).hexdigest()[:16]
    yield "another key", f"{magic} {base64.urlsafe_b64encode(raw).rstrip(b'=').decode()} {check}\n".encode()


def log_key_changes(data):
    """Changes of `keys/log`: (what, new bytes)."""
    magic, root, sealed = data.decode().split()
    raw = bytearray(base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))
    raw[-1] ^= 1
    yield "sealed", f"{magic} {root} {base64.urlsafe_b64encode(raw).rstrip(b'=').decode()}\n".encode()


def signing_changes(data):
    """Changes of `keys/signing`: (what, new bytes): a key of the same name, sound in itself."""
    import cryptography.hazmat.primitives.asymmetric.ed25519 as ed25519
    import cryptography.hazmat.primitives.serialization as serialization
    name = data.decode().split("+")[2]
    seed = hashlib.sha256(b"somebody else").digest()
    public = ed25519.Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(
        serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]
    yield "another key of the same name", f"PRIVATE+KEY+{name}+{key_id}+{base64.b64encode(bytes([1]) + seed).decode()}\n".encode()
