"""The independent verifier of tests/verifier accepts what the log hands out, and refuses every change to it."""

import json
import pathlib
import random
import subprocess
import sys

import pytest
import verify
from conftest import ROOT, indelible, serve_copy, unpad

VECTORS = ROOT / "spec" / "vectors"


class Given:
    """What a log gave to somebody who does not trust it."""

    def __init__(self, server):
        self.server = server
        self.vkey = server.vkey()
        # A first checkpoint over the import, then more entries, then a second one.
        self.older = server.wait_checkpoint(int(server.entries_at_start)).encode()
        self.older_size = server.checkpoint_size()
        server.record([{"action": "door.opened", "resource": {"type": "door", "id": str(n)}} for n in range(300)])
        self.newer = server.wait_checkpoint(self.older_size + 300).encode()
        self.newer_size = int(self.newer.split(b"\n")[1])
        self.lines = server.export_lines()
        sizes = {"from": int(self.older.split(b"\n")[1]), "to": self.newer_size}
        self.hashes = server.get("/v1/consistency", sizes).text
        self.random = random.Random(20261123)

    def proof(self, line, **params):
        answer = self.server.get(f"/v1/entries/{json.loads(line)['id']}/proof", params)
        assert answer.status == 200, answer
        return answer.body


@pytest.fixture(scope="module")
def given(imported, tmp_path_factory):
    server = serve_copy(imported, tmp_path_factory.mktemp("verifier") / "log")
    yield Given(server)
    server.kill()


def changed(data, at, bit=1):
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1:]


def refused(check, *arguments):
    """Whether the verifier refuses; any other failure is one of the verifier's own."""
    try:
        check(*arguments)
    except verify.Refused:
        return True
    return False


def test_every_exported_line_is_under_the_checkpoint(given):
    checkpoint = verify.verify_export(given.lines, given.newer, given.vkey)
    assert checkpoint.origin == given.server.origin
    assert checkpoint.size == given.newer_size > 36_000
    # The older checkpoint signs the beginning of the same lines.
    assert verify.verify_export(given.lines, given.older, given.vkey).size < checkpoint.size


def test_a_hundred_proofs_join_their_lines_to_a_checkpoint(given):
    for index in given.random.sample(range(given.newer_size), 100):
        line = given.lines[index]
        found, checkpoint = verify.verify_proof(given.proof(line), line, given.vkey)
        assert found == index and checkpoint.size >= given.newer_size


def test_proofs_against_an_older_checkpoint_hold_too(given):
    size = int(given.older.split(b"\n")[1])
    for index in [0, size - 1, *given.random.sample(range(size), 20)]:
        line = given.lines[index]
        proof = given.proof(line, size=size)
        assert verify.verify_proof(proof, line, given.vkey) == (index, verify.open_checkpoint(given.older, given.vkey))
    # No checkpoint of that size; and one that does not cover the entry.
    entry = json.loads(given.lines[size])["id"]
    for absent in [size, 2**40]:
        assert given.server.get(f"/v1/entries/{entry}/proof", {"size": absent}).status == 404


def test_the_later_checkpoint_continues_the_earlier(given):
    older, newer = verify.verify_consistency(given.older, given.newer, given.hashes, given.vkey)
    assert older.size < newer.size


def test_consistency_holds_between_any_sizes_the_checkpoint_covers(given):
    newest = verify.open_checkpoint(given.newer, given.vkey)
    for _ in range(20):
        old, new = sorted(given.random.sample(range(1, newest.size + 1), 2))
        roots = [verify.tree_root(given.lines[:size])[0] for size in (old, new)]
        hashes = given.server.get("/v1/consistency", {"from": old, "to": new}).text.split()
        trees = [verify.Checkpoint("", size, root) for size, root in zip((old, new), roots)]
        verify.check_consistency(*trees, [verify.unbase64(text, 32) for text in hashes])


def test_disclosures_are_those_of_the_line(given):
    shown = 0
    for line in given.random.sample([line for line in given.lines if b'"personal":' in line], 50):
        entry = json.loads(line)
        handed_out = given.server.get(f"/v1/entries/{entry['id']}/disclosures").json()
        values = verify.verify_disclosures(line, handed_out)
        shown += sum(map(len, values))
        first = handed_out["personal"][0]["disclosures"]
        text = first[0]["disclosure"]
        for at in given.random.sample(range(len(text)), 20):
            first[0] = {"disclosure": text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:]}
            assert refused(verify.verify_disclosures, line, handed_out)
        # Withheld, a disclosure is its digest, and the others still stand.
        first[0] = {"digest": unpad(verify.sha256(text.encode()))}
        verify.verify_disclosures(line, handed_out)
    assert shown >= 50


def test_a_changed_bit_in_any_line_is_refused(given):
    for index in given.random.sample(range(given.newer_size), 3):
        lines = list(given.lines)
        lines[index] = changed(lines[index], given.random.randrange(len(lines[index])))
        assert refused(verify.verify_export, lines, given.newer, given.vkey)
    missing = given.lines[:7] + given.lines[8:]
    swapped = [given.lines[1], given.lines[0], *given.lines[2:]]
    for lines in (missing, swapped, given.lines[:given.newer_size - 1]):
        assert refused(verify.verify_export, lines, given.newer, given.vkey)


def test_a_changed_bit_anywhere_in_a_proof_or_line_is_refused(given):
    line = given.lines[given.newer_size // 3]
    proof = given.proof(line)
    for at in range(len(proof)):
        assert refused(verify.verify_proof, changed(proof, at, 1 << at % 8), line, given.vkey), at
    for at in range(len(line)):
        assert refused(verify.verify_proof, proof, changed(line, at, 1 << at % 8), given.vkey), at


def test_a_changed_byte_in_the_key_or_another_key_is_refused(given):
    for at in range(len(given.vkey)):
        other = "A" if given.vkey[at] != "A" else "B"
        vkey = given.vkey[:at] + other + given.vkey[at + 1:]
        assert refused(verify.open_checkpoint, given.newer, vkey), at
    vectors = json.loads((VECTORS / "proof" / "checkpoint.json").read_text())
    assert refused(verify.open_checkpoint, given.newer, vectors["verifier_key"])


def test_a_changed_bit_in_a_checkpoint_or_consistency_proof_is_refused(given):
    for at in range(len(given.newer)):
        assert refused(verify.open_checkpoint, changed(given.newer, at, 1 << at % 8), given.vkey), at
    hashes = given.hashes.encode()
    for at in range(len(hashes)):
        text = changed(hashes, at, 1 << at % 7).decode()
        assert refused(verify.verify_consistency, given.older, given.newer, text, given.vkey), at
    assert refused(verify.verify_consistency, given.newer, given.older, given.hashes, given.vkey)


def test_receipts_of_the_golden_vectors_are_read_or_refused_as_they_say():
    vectors = json.loads((VECTORS / "proof" / "receipt.json").read_text())
    for vector in vectors["receipts"]:
        found = verify.open_receipt(vector["signed"].encode(), vectors["verifier_key"])
        assert found == [(one["leaf_index"], one["id"], bytes.fromhex(one["digest"])) for one in vector["entries"]]
        assert refused(verify.open_checkpoint, vector["signed"].encode(), vectors["verifier_key"]), "it is no checkpoint"
    for vector in vectors["refused"]:
        assert refused(verify.open_receipt, vector["signed"].encode(), vectors["verifier_key"]), vector["what"]


def test_the_verifier_agrees_with_the_golden_vectors():
    vectors = json.loads((VECTORS / "proof" / "proof.json").read_text())
    for vector in vectors["proofs"]:
        found = verify.verify_proof(vector["proof"].encode(), vector["line"].encode(), vectors["verifier_key"])
        assert (found[0], found[1].size) == (vector["index"], vector["size"])
    tree = json.loads((VECTORS / "proof" / "tree.json").read_text())
    for root in tree["roots"]:
        if root["size"] <= len(tree["lines"]):
            lines = [line.encode() for line in tree["lines"][:root["size"]]]
            assert verify.tree_root(lines) == (verify.unbase64(root["root"]), root["size"])


def test_the_verifier_is_a_command(given, tmp_path):
    line = given.lines[5]
    files = {"lines": b"\n".join(given.lines) + b"\n", "line": line, "proof": given.proof(line), "old": given.older,
             "new": given.newer, "hashes": given.hashes.encode(), "bad": changed(line, 3)}
    paths = {name: tmp_path / name for name in files}
    for name, data in files.items():
        paths[name].write_bytes(data)

    def run(*arguments):
        script = pathlib.Path(verify.__file__)
        return subprocess.run([sys.executable, script, *map(str, arguments)], capture_output=True).returncode

    assert run("export", given.vkey, paths["new"], paths["lines"]) == 0
    assert run("proof", given.vkey, paths["proof"], paths["line"]) == 0
    assert run("consistency", given.vkey, paths["old"], paths["new"], paths["hashes"]) == 0
    assert run("proof", given.vkey, paths["proof"], paths["bad"]) == 1
    assert run("proof", given.vkey, paths["proof"], tmp_path / "absent") == 2
    # The product's own command judges the same.
    own = ["verify", "--proof", paths["proof"], "--key", given.vkey, "--line"]
    assert indelible(*own, paths["line"]).returncode == 0
    assert indelible(*own, paths["bad"]).returncode == 1
