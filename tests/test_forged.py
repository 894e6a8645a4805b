"""Entries that no checkpoint covers yet, changed by somebody who has the disk and the format and lacks the key; and the
receipts that show what he can still do, which is to cut them off."""

import json
import shutil

import pytest
import verify
from attacks.journal_file import JournalFile, digest
from conftest import Server, indelible


class Killed:
    """A log killed while its last entries were acknowledged and not signed yet."""

    def __init__(self, home):
        self.server = Server(home).start()
        for _ in range(20):
            size = self.server.checkpoint_size()
            self.server.record([{"action": "door.opened", "description": "signed"}])
            # A checkpoint was signed just now: the next one is a second away.
            self.server.wait_checkpoint(size + 1)
            self.vkey, self.notes, self.receipts = self.server.vkey(), [], []
            for number in range(3):
                answer = self.server.post("/v1/events", [{"action": "door.opened", "description": f"door {number}"}],
                                          params={"signed": "true"})
                assert answer.status == 201, answer
                self.notes.append(answer.json()["note"])
                self.receipts += answer.json()["receipts"]
            self.server.kill()
            said = json.loads(self.server.verify("--json").stdout)
            if said["unsigned"] >= 3 and said["entries"] <= self.receipts[0]["leaf_index"]:
                self.signed = said["entries"]
                return
            self.server.start()
        pytest.fail("a checkpoint always came in between")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return Killed(tmp_path_factory.mktemp("forged") / "log")


@pytest.fixture
def log(original, tmp_path):
    shutil.copytree(original.server.home, tmp_path / "copy")
    return Server(tmp_path / "copy")


def journal_of(log):
    """The journal file with the unsigned entries, which is the last."""
    file = JournalFile(sorted((log.data / "journal").glob("*.wal"))[-1])
    assert len(file.batches) >= 3
    return file


def replaced(batch, old, new):
    (line,) = batch.lines
    assert old in line
    return batch._replace(lines=[line.replace(old, new, 1)])


def alter(file):
    file.batches[-2] = replaced(file.batches[-2], b"door 1", b"door 9")
    return len(file.batches) - 2


def alter_the_last(file):
    file.batches[-1] = replaced(file.batches[-1], b"door 2", b"door 9")
    return len(file.batches) - 1


def date_anew(file):
    (line,) = file.batches[-3].lines
    received = json.loads(line)["received"].encode()
    file.batches[-3] = replaced(file.batches[-3], received, b"2099" + received[4:])
    return len(file.batches) - 3


def append(file):
    file.batches.append(replaced(file.batches[-1], b"door 2", b"door 3"))
    return len(file.batches) - 1


def append_a_copy(file):
    file.batches.append(file.batches[-1])
    return len(file.batches) - 1


def swap(file):
    file.batches[-2:] = reversed(file.batches[-2:])
    return len(file.batches) - 2


def leave_out(file):
    del file.batches[-2]
    return len(file.batches) - 1


def test_a_file_written_again_as_it_was_is_sound(log):
    file = journal_of(log)
    before = file.path.read_bytes()
    file.write()
    assert file.path.read_bytes()[:file.end] == before[:file.end], "the writer of this test is one of the format"
    assert log.verify().returncode == 0


@pytest.mark.parametrize("change", [alter, alter_the_last, date_anew, append, append_a_copy, swap, leave_out])
def test_what_is_written_without_the_key_is_refused_by_start_and_verification(log, change):
    file = journal_of(log)
    number = change(file)
    file.write()
    leaf, offset, changed = file.leaf_of(number), file.offsets[number], file.path.read_bytes()
    found = log.verify()
    assert found.returncode == 1, found.stdout + found.stderr
    assert file.path.name in found.stdout and f"leaf {leaf}" in found.stdout.replace("leaves ", "leaf "), found.stdout
    log.start(wait=False)
    assert log.process.wait(60) == 2
    log.process = None
    # Wrapped to the terminal's width, in a frame.
    said = "".join(log.stderr.replace("│", " ").split())
    assert file.path.name in said and f"offset{offset}" in said and f"leaf{leaf}" in said, log.stderr
    assert file.path.read_bytes() == changed, "a refused start changes nothing"


def kept(log, note):
    path = log.home / "receipt.txt"
    path.write_text(note)
    return path


def test_a_receipt_is_checked_alone_and_against_a_log_at_rest_or_served(log, original):
    note = kept(log, original.notes[1])
    for where in ([], ["--data", log.data, "--marks", log.marks]):
        found = indelible("verify", "--receipt", note, "--key", original.vkey, *where)
        assert found.returncode == 0, found.stdout + found.stderr
    # The independent verifier agrees, on every word.
    (entry,) = verify.open_receipt(original.notes[1].encode(), original.vkey)
    receipt = original.receipts[1]
    assert entry == (receipt["leaf_index"], receipt["id"], bytes.fromhex(receipt["digest"]))
    log.start()
    found = indelible("verify", "--receipt", note, "--key", original.vkey, "--url", log.url)
    assert found.returncode == 0, found.stdout + found.stderr
    lines = log.export_lines()
    checkpoint = log.wait_checkpoint(receipt["leaf_index"] + 1).encode()
    assert verify.verify_receipt(original.notes[1].encode(), original.vkey, checkpoint, lines) == [entry]
    assert digest(lines[receipt["leaf_index"]]) == receipt["digest"]
    log.stop()


def test_cutting_what_no_checkpoint_covers_is_shown_by_the_receipt(log, original):
    file = journal_of(log)
    leaf = original.receipts[2]["leaf_index"]
    del file.batches[-1]
    file.write()
    assert log.verify().returncode == 0, "it looks like a crash"
    (held, cut) = (kept(log, original.notes[1]), log.home / "cut.txt")
    cut.write_text(original.notes[2])
    assert log.verify("--receipt", held, "--key", original.vkey).returncode == 0
    found = log.verify("--receipt", cut, "--key", original.vkey)
    assert found.returncode == 1 and f"leaf {leaf}" in found.stdout, found.stdout + found.stderr
    # The log goes on; another entry takes the leaf, and the receipt convicts it.
    log.start()
    log.record([{"action": "door.opened", "description": "another"}])
    log.wait_checkpoint(leaf + 2)
    found = indelible("verify", "--receipt", cut, "--key", original.vkey, "--url", log.url)
    assert found.returncode == 1 and f"leaf {leaf}" in found.stdout, found.stdout + found.stderr
    with pytest.raises(verify.Refused):
        verify.verify_receipt(cut.read_bytes(), original.vkey, log.checkpoint().encode(), log.export_lines())
    log.stop()
    assert log.verify("--receipt", cut).returncode == 1
    assert log.verify("--receipt", held).returncode == 0


def test_a_receipt_that_the_log_has_not_signed_is_tampering_and_what_is_none_cannot_be_checked(log, original):
    note = original.notes[0]
    digest_hex = original.receipts[0]["digest"]
    other = Server(log.home / "other").start()
    foreign, foreign_key = other.post("/v1/events", [{"action": "door.opened"}], params={"signed": "true"}).json()["note"], other.vkey()
    checkpoint = other.checkpoint()
    other.stop()
    for text, code in [(note.replace(digest_hex, digest_hex[::-1]), 1), (foreign, 1), ("hello\n", 2), ("", 2)]:
        found = log.verify("--receipt", kept(log, text))
        assert found.returncode == code, found.stdout + found.stderr
    # A checkpoint is no receipt, though the same key has signed it.
    assert indelible("verify", "--receipt", kept(log, checkpoint), "--key", foreign_key).returncode == 2
    for altered in (note.replace(digest_hex, digest_hex[::-1]), foreign):
        with pytest.raises(verify.Refused):
            verify.open_receipt(altered.encode(), original.vkey)
    assert indelible("verify", "--receipt", kept(log, note)).returncode == 2, "it needs a key"


def test_what_send_keeps_are_receipts_of_all_it_sent(server, tmp_path):
    receipts, events = tmp_path / "receipts.txt", tmp_path / "events.ndjson"
    for first in (0, 1_500):
        events.write_text("".join(f'{{"action":"door.opened","event_id":"{n}"}}\n' for n in range(first, first + 1_500)))
        sent = server.run("send", "--url", server.url, "--receipts", receipts, events)
        assert sent.returncode == 0, sent.stderr
    assert receipts.read_text().count("indelible-receipt/v1\n") == 4, "a note for each request"
    found = server.run("verify", "--receipt", receipts, "--key", server.vkey(), "--url", server.url)
    assert found.returncode == 0 and "3000 acknowledged" in found.stdout, found.stdout + found.stderr
    receipts.write_text(receipts.read_text() + "indelible-receipt/v1\n")
    assert server.run("verify", "--receipt", receipts, "--key", server.vkey()).returncode == 2


def test_one_signature_covers_a_request_its_duplicates_too(server):
    events = [{"action": "door.opened", "event_id": str(number)} for number in range(50)]
    first = server.post("/v1/events", events[:10], params={"signed": "true"}).json()
    both = server.post("/v1/events?partial=true", [*events, {"action": ""}], params={"signed": "true"}).json()
    entries = verify.open_receipt(both["note"].encode(), server.vkey())
    assert [entry[1] for entry in entries] == [receipt["id"] for receipt in both["receipts"] if receipt]
    assert entries[:10] == verify.open_receipt(first["note"].encode(), server.vkey())
    assert both["note"].count("\n— ") == 1
    assert "note" not in server.post("/v1/events", events).json(), "only on request"
    refused = server.post("/v1/events?partial=true", [{"action": ""}], params={"signed": "true"})
    assert "note" not in refused.json(), "nothing was recorded"
