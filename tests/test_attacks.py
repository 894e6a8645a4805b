"""The attack table (docs/attacks.md): every file of a sound log, changed in every way its format has, checksums repaired;
then `verify`, a start, and a running server that is asked.

What must come of it: nothing but derived files changes without being found; a start leaves every byte that it did not make
itself; no answer differs from the true one without saying that something is wrong. The short form draws changes from a seed
(INDELIBLE_SEED); INDELIBLE_CAMPAIGN=1 tries them all.
"""

import http.client
import os
import pathlib
import random
import shutil
import subprocess

import pytest
from attacks import journals, manifests, segments, tree, vaults, world
from conftest import DEADLINE_SECONDS, wait_for

CAMPAIGN = bool(os.environ.get("INDELIBLE_CAMPAIGN"))
SEED = int(os.environ.get("INDELIBLE_SEED", random.SystemRandom().randrange(1 << 32)))
# Changes drawn in the short form, for each kind of file and each way to look.
DRAWN = 4

KINDS = ("journal", "lines", "disclosures", "index", "manifest", "checkpoints", "hashes", "origin", "vault", "keys", "mark")
# The lock is only a lock, the reserve only room, and what SQLite keeps beside a database comes and goes with it.
NOT_ATTACKED = {"LOCK", "reserve", "vault.db-wal", "vault.db-shm"}


def kind_of(path):
    name = path.name
    if "marks" in path.parts:
        return "mark"
    if path.parent.name == "tree":
        return {"checkpoints": "checkpoints", "origin": "origin"}.get(name, "hashes")
    if path.parent.name == "segments":
        return {".zst": "lines", ".disc": "disclosures", ".idx": "index"}[path.suffix]
    return {"journal": "journal", "manifest": "manifest", "keys": "keys"}.get(path.parent.name, "vault")


def formed_changes(home, name):
    """Changes of the fields of the format, checksums within the file repaired."""
    path = home / name
    data = path.read_bytes()
    match kind_of(name):
        case "journal":
            return journals.journal_changes(data) if len(journals.frames(data)) > 2 else ()
        case "lines":
            return segments.lines_changes(data)
        case "disclosures":
            return segments.disclosure_changes(data)
        case "index":
            return segments.index_changes(data)
        case "manifest":
            return manifests.manifest_changes(data) if len(manifests.read(data)[1]) > 1 else ()
        case "checkpoints":
            return tree.checkpoint_changes(data)
        case "hashes":
            return tree.hash_changes(data)
        case "vault":
            return vaults.vault_changes(path)
        case "keys":
            return {"root": vaults.root_changes, "log": vaults.log_key_changes, "signing": vaults.signing_changes}[path.name](data)
        case _:
            return ()


class Change:
    """One change of one file; `data` None: the file is removed."""

    def __init__(self, name, what, data):
        self.name, self.what, self.data = name, what, data

    def __str__(self):
        return f"{self.name}: {self.what}"

    def is_beyond(self):
        """Whether it only adds bytes beyond what the newest checkpoint covers."""
        return kind_of(self.name) in ("checkpoints", "hashes") and self.what in ("a byte more", "a hash is added", "half a hash is added")

    def disagrees_with(self):
        """What may be named in place of the file."""
        if kind_of(self.name) == "manifest":
            return ("segments/", "journal/", "manifest")
        return ("tree/",) if self.name.name == "signing" else ()

    def apply(self, home):
        path = home / self.name
        if self.data is None:
            path.unlink()
        else:
            path.write_bytes(self.data)
        repair_above(home, path)


def repair_above(home, path):
    """Makes whatever names the changed file by its hash fit again: the index of lines, the manifests of a segment."""
    kind = kind_of(path.relative_to(home))
    if kind == "lines" and path.exists():
        index = path.with_name(path.name.removesuffix(".ndjson.zst") + ".idx")
        import hashlib
        index.write_bytes(segments.index_bound(index.read_bytes(), hashlib.sha256(path.read_bytes()).digest()))
    if kind in ("lines", "disclosures"):
        manifests.fitted(home / "data")


def files(home):
    found = [path.relative_to(home) for top in ("data", "marks") for path in sorted((home / top).rglob("*"))
             if path.is_file() and path.name not in NOT_ATTACKED]
    assert {kind_of(path) for path in found} == set(KINDS), "every kind of file is there"
    return found


def changes(logs, kind):
    """Every change of the files of a kind that changes anything that counts."""
    for change in every_change(logs, kind):
        if kind != "journal" or not differs_in_zeroes(change.data, (logs.one / change.name).read_bytes()):
            yield change


def differs_in_zeroes(data, journal):
    """Whether only the zeroes behind the last frame are fewer or more (spec/journal.md): they are room, and mean nothing."""
    if not data:
        return False
    end = max((end for _, end in journals.frames(journal)), default=journals.HEADER)
    return data[:end] == journal[:end] and not any(data[end:]) and not any(journal[end:])


def every_change(logs, kind):
    home = logs.one
    for name in files(home):
        if kind_of(name) != kind:
            continue
        data = (home / name).read_bytes()
        yield Change(name, "removed", None)
        yield Change(name, "emptied", b"")
        yield Change(name, "cut in half", data[:len(data) // 2])
        yield Change(name, "cut by a byte", data[:-1])
        yield Change(name, "a byte more", data + b"\0")
        for what, other in (("as it was earlier", logs.older), ("another log's", logs.two)):
            taken = counterpart(home, name, other)
            if taken is not None and taken != data:
                yield Change(name, what, taken)
        for what, new in formed_changes(home, name):
            if new != data:
                yield Change(name, what, new)


def counterpart(home, name, other):
    """The bytes of the file that plays the same part in another state or log."""
    if (other / name).exists():
        return (other / name).read_bytes()
    ours = [path for path in files(home) if path.parent == name.parent and path.suffix == name.suffix]
    theirs = sorted(path for path in (other / name.parent).glob("*" + name.suffix) if path.is_file())
    at = ours.index(name)
    return theirs[at].read_bytes() if at < len(theirs) else None


class Logs:
    def __init__(self, home):
        one, two = world.filled(home, "one"), world.filled(home, "two")
        everything = one.get("/v1/entries", {"source": "dev", "limit": 1000, "order": "asc"}).json()["entries"]
        self.ids = [everything[at]["id"] for at in (3, 230, 455)]
        self.truth = world.answers(one, self.ids)
        assert world.LOUD not in self.truth
        one.wait_checkpoint(one.checkpoint_size())
        assert one.stop() == 0 and two.stop() == 0
        self.one, self.two, self.older = one.home, two.home, home / "one-older"
        self.checked = world.answers  # for the tests' convenience


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    print(f"INDELIBLE_SEED={SEED}")
    return Logs(tmp_path_factory.mktemp("attacks"))


def drawn(logs, kind, way):
    """The changes to try: all of a campaign, some of each kind otherwise."""
    every = list(changes(logs, kind))
    assert every
    if CAMPAIGN:
        return every
    return random.Random(f"{SEED}/{kind}/{way}").sample(every, min(DRAWN, len(every)))


def attacked(logs, tmp_path, change, number):
    home = tmp_path / f"{number}"
    server = world.copied(logs.one, home)
    change.apply(home)
    return server


def is_derived(change):
    return kind_of(change.name) == "index"


@pytest.mark.parametrize("kind", KINDS)
def test_verify_finds_every_change_and_names_the_file(logs, tmp_path, kind):
    failures = []
    for number, change in enumerate(drawn(logs, kind, "verify")):
        server = attacked(logs, tmp_path, change, number)
        found = server.verify()
        said = found.stdout + found.stderr
        failures += [f"{change}: exit {found.returncode}: {why}\n{said}" for why in wrong_verdict(change, server, found, said)]
        shutil.rmtree(server.home)
    assert not failures, f"INDELIBLE_SEED={SEED}\n" + "\n".join(failures)


def wrong_verdict(change, server, found, said):
    path = server.home / change.name
    if kind_of(change.name) == "mark":
        # Another machine has no mark: that is said, and no proof of anything.
        if "mark" not in said:
            yield "says nothing of the mark"
        if change.data is not None and found.returncode != 1:
            yield "a mark that is none is a finding"
        return
    if kind_of(change.name) == "journal" and change.what == "cut by a byte" and found.returncode == 0:
        # The mark of an orderly end is torn, as by a crash; every entry is there.
        if path.name not in said:
            yield "says nothing of the end"
        return
    if is_derived(change) and found.returncode == 0:
        if "index" not in said:
            yield "says nothing of the index"
        return
    # What lies beyond the newest checkpoint means nothing, and is said.
    if found.returncode != 1 and not (change.is_beyond() and found.returncode == 0):
        yield "not found"
    # What is gone may show by what it leaves behind; where two files disagree, either may be named.
    elif path.name not in said and (path.exists() or path.parent.name not in said) and not any(name in said for name in change.disagrees_with()):
        yield "does not name the file"


def contents(home):
    return {path.relative_to(home): path.read_bytes() for path in home.rglob("*")
            if path.is_file() and path.name not in NOT_ATTACKED and path.parent != home}


@pytest.mark.parametrize("kind", KINDS)
def test_a_start_destroys_nothing_and_says_nothing_untrue(logs, tmp_path, kind):
    failures = []
    for number, change in enumerate(drawn(logs, kind, "start")):
        server = attacked(logs, tmp_path, change, number)
        before = contents(server.home)
        failures += [f"{change}: {why}" for why in wrong_start(logs, server, before)]
        server.kill()
        shutil.rmtree(server.home)
    assert not failures, f"INDELIBLE_SEED={SEED}\n" + "\n".join(failures)


def wrong_start(logs, server, before):
    server.start(wait=False)
    serves = wait_for("the start to end", lambda: started(server) or ended(server))
    if serves == "ended":
        if server.process.returncode != 2:
            yield f"ended with {server.process.returncode}: {server.stderr[-2000:]}"
        after = contents(server.home)
        gone = [str(name) for name, data in before.items() if after.get(name) != data and data not in after.values()]
        if gone:
            yield f"refused, but changed {gone}"
        return
    server.wait_ready()
    yield from untrue(logs, server)
    server.stop()
    after = set(contents(server.home).values())
    kept = [name for name in before if kind_of(name) in ("lines", "disclosures")]
    gone = [str(name) for name in kept if before[name] not in after and len(before[name]) > 0]
    if gone:
        yield f"served, but destroyed {gone}"


def started(server):
    return b"Serving" in pathlib.Path(server.out_path).read_bytes() and "serves"


def ended(server):
    return server.process.poll() is not None and "ended"


def untrue(logs, server):
    """What the server says that is not so."""
    asked = world.QUESTIONS + [(f"/v1/entries/{entry_id}{what}", {}) for entry_id in logs.ids for what in ("", "/line", "/disclosures")]
    for (path, params), true, said in zip(asked, logs.truth, world.answers(server, logs.ids), strict=True):
        if said is not world.LOUD and said != true:
            yield f"answers {path} {params} with {str(said)[:300]}, true is {str(true)[:300]}"
    if not (is_healthy(server) or has_stopped_and_said_why(server)):
        yield f"died: {server.stderr[-2000:]}"


def is_healthy(server):
    try:
        return server.get("/healthz").status == 200
    except (OSError, http.client.HTTPException):
        return False


def has_stopped_and_said_why(server):
    """What is signed no longer fits what lies on the disk: the log takes nothing more (I-9), and the server ends with the reason."""
    try:
        return server.process.wait(DEADLINE_SECONDS) == 2 and "the log stopped by itself" in server.stderr
    except subprocess.TimeoutExpired:
        return False


@pytest.mark.parametrize("kind", KINDS)
def test_a_running_server_says_nothing_untrue(logs, tmp_path, kind):
    failures = []
    for number, change in enumerate(drawn(logs, kind, "running")):
        server = world.copied(logs.one, tmp_path / f"{number}").start()
        change = Change(change.name, change.what, change.data)
        if not (server.home / change.name).exists():
            # A start writes the journal anew; its present files are attacked by the journal's own tests.
            server.kill()
            shutil.rmtree(server.home)
            continue
        change.apply(server.home)
        failures += [f"{change}: {why}" for why in untrue(logs, server)]
        server.kill()
        shutil.rmtree(server.home)
    assert not failures, f"INDELIBLE_SEED={SEED}\n" + "\n".join(failures)
