"""Records of other products go in, every line accounted for; the same file again adds nothing."""

import gzip
import json
import re

import pytest
import zstandard
from conftest import DEMO, REAL, Server, decompressed, sample_files

VENDORS = ["azure", "cloudtrail", "gcp", "github", "kubernetes", "microsoft365", "okta", "servicenow", "teleport", "vault"]

# Lists of the kinds of events a product has; no events.
CATALOGUES = {"okta/okta_event_type_catalogue.ndjson.zst"}


def account(run):
    """What a run said became of the records: a dict of numbers for each file, by name."""
    pattern = (r"^(\S+): read (?P<read>\d+) = (?P<accepted>\d+) accepted \+ (?P<joined>\d+) joined \+ (?P<skipped>\d+) skipped"
               r" \+ (?P<refused>\d+) refused(; (?P<known>\d+) of the accepted were recorded before)?")
    found = {match[1]: {name: int(value or 0) for name, value in match.groupdict().items()}
             for match in re.finditer(pattern, run.stdout, re.M)}
    assert found, (run.stdout, run.stderr)
    return found


def only_account(run):
    """Of one file; checks that it adds up."""
    (said,) = account(run).values()
    assert said["read"] == said["accepted"] + said["joined"] + said["skipped"] + said["refused"]
    return said


def records(path):
    return sum(1 for line in decompressed(path).split(b"\n") if line.strip())


def imported_lines(server):
    """The entries that are no doings of the log itself."""
    return [line for line in map(json.loads, server.export_lines()) if line["source"] != "indelible"]


def write(path, *events):
    path.write_text("".join((event if isinstance(event, str) else json.dumps(event)) + "\n" for event in events))
    return path


@pytest.fixture
def log(tmp_path):
    """A log at rest that does not exist yet."""
    made = Server(tmp_path / "log")
    yield made
    if made.process is not None:
        made.kill()


def served(log):
    """What was imported, asked from a server that ends again."""
    log.start()
    lines = imported_lines(log)
    assert log.stop() == 0
    return lines


@pytest.mark.parametrize("sample", sample_files(), ids=lambda sample: sample["path"])
def test_every_record_of_a_sample_is_accounted_for(imported, sample):
    run = imported.runs[sample["path"]]
    assert run.returncode == 0, run.stderr
    said = only_account(run)
    assert said == {"read": records(DEMO / sample["path"]), "accepted": sample["events"], "joined": sample.get("joined", 0),
                    "skipped": 0, "refused": 0, "known": sample.get("duplicates", 0)}
    assert said["read"] == sample["records"]


def test_importing_again_adds_nothing_and_the_log_is_sound(imported, tmp_path):
    import shutil
    shutil.copytree(imported.home, tmp_path / "log")
    log = Server(tmp_path / "log")
    before = served(log)
    expected = sum(sample["events"] - sample.get("duplicates", 0) for sample in sample_files())
    assert len(before) == expected
    for sample in sample_files():
        said = only_account(log.importing(sample["format"], DEMO / sample["path"]))
        assert (said["known"], said["refused"]) == (sample["events"], 0), sample["path"]
    assert served(log) == before
    checked = log.verify()
    assert checked.returncode == 0, checked.stdout + checked.stderr


def other_real_files():
    """Real files that demo/ does not hold, where they are at hand."""
    have = {sample["path"] for sample in sample_files()} | CATALOGUES
    found = [path for vendor in VENDORS for path in sorted((REAL / vendor).glob("*.zst"))]
    return [path for path in found if str(path.relative_to(REAL)) not in have]


@pytest.mark.skipif(not REAL.is_dir(), reason="the larger collection of real records is not at hand")
def test_every_record_of_every_other_real_file_is_accounted_for(log):
    for path in other_real_files():
        run = log.importing(path.parent.name, path)
        said = only_account(run)
        assert (run.returncode, said["refused"]) == (0, 0), (path, run.stderr)
        assert said["read"] == records(path)


def test_a_mapping_of_ones_own_imports_any_records(log, tmp_path):
    mapping = tmp_path / "door.toml"
    mapping.write_text("""
        name = "door"
        title = "Door controller"
        [fields]
        event_id = "/id"
        time = "/at"
        action = "door.{/what | lower}"
        description = "{=actor} {/what | words} door {/door/name}"
        outcome = [{ when = { "/denied" = true }, const = "failure" }, "success"]
        client.ip = "/reader/address"
        [fields.actor]
        type = "user"
        id = "/badge/number"
        name = "/badge/holder"
        [fields.resource]
        type = "door"
        id = "/door/id"
        name = "/door/name"
    """)
    record = {"id": "d-1", "at": "2026-03-01T08:00:00Z", "what": "Opened", "denied": False, "badge": {"number": "b7", "holder": "Mia Wong"},
              "door": {"id": "9", "name": "North"}, "reader": {"address": "192.0.2.7"}, "extra": {"volts": 1.50}}
    records = write(tmp_path / "door.ndjson", record, {**record, "id": "d-2", "denied": True})
    run = log.run("import", "--data", log.data, "--marks", log.marks, "--mapping", mapping, records)
    assert (run.returncode, only_account(run)["accepted"]) == (0, 2), run.stderr
    log.start()
    entries = [entry for entry in log.export_entries() if entry["source"] == "import:door"]
    assert [entry["outcome"] for entry in entries] == ["success", "failure"]
    first = entries[0]
    assert first["action"] == "door.opened" and first["event_id"] == "d-1" and first["time"] == "2026-03-01T08:00:00.000000Z"
    assert first["actor"] == {"type": "user", "id": "b7", "name": "Mia Wong"}
    assert first["description"] == "Mia Wong opened door North"
    assert first["resource"] == {"type": "door", "id": "9", "name": "North"}
    assert first["client"]["ip"] == "192.0.2.7"
    assert first["properties"]["extra"] == {"volts": 1.5}


def test_a_mapping_with_a_mistake_is_an_error_that_names_it(log, tmp_path):
    mapping = tmp_path / "bad.toml"
    mapping.write_text('name = "door"\ntitle = "Door"\n[fields]\nactoin = "/what"\n')
    run = log.run("import", "--data", log.data, "--marks", log.marks, "--mapping", mapping, write(tmp_path / "x.ndjson", {}))
    assert run.returncode == 2 and "actoin" in run.stderr


def test_refused_records_go_to_a_file_with_line_and_reason(log, tmp_path):
    good = [{"event_id": str(n), "action": "door.opened"} for n in range(3)]
    events = write(tmp_path / "events.ndjson", good[0], '{"action": "door.', good[1], {"event_id": "no action"},
                   '{"action":"a.b","action":"a.c"}', {"action": "a.b", "colour": "red"}, good[2])
    run = log.importing("indelible", events)
    said = only_account(run)
    assert run.returncode == 1
    assert (said["read"], said["accepted"], said["refused"]) == (7, 3, 4)
    refused = [json.loads(line) for line in (log.home / "events.ndjson.refused.ndjson").read_text().splitlines()]
    assert sorted(one["line"] for one in refused) == [2, 4, 5, 6]
    reasons = {one["line"]: one["reason"] for one in refused}
    assert all(reasons.values())
    assert "action" in reasons[4] and "twice" in reasons[5] and "colour" in reasons[6]
    assert len(served(log)) == 3


def test_refused_records_never_take_the_place_of_what_is_read(log, tmp_path):
    records = tmp_path / "events.ndjson"
    records.write_text('{"action":"door.opened"}\nno record\n')
    before = records.read_bytes()
    run = log.run("import", "--data", log.data, "--marks", log.marks, "--format", "indelible", "--refused", records, records)
    assert run.returncode == 2 and "to be imported" in run.stderr, run
    assert records.read_bytes() == before


def test_one_file_for_refused_records_holds_those_of_every_file_read(log, tmp_path):
    files = [write(tmp_path / f"{name}.ndjson", f"not json {name}") for name in "ab"]
    refused = tmp_path / "refused.ndjson"
    run = log.run("import", "--data", log.data, "--marks", log.marks, "--format", "indelible", "--refused", refused, *files)
    assert run.returncode == 1
    assert [said["refused"] for said in account(run).values()] == [1, 1]
    assert [json.loads(line)["record"] for line in refused.read_text().splitlines()] == ["not json a", "not json b"]


@pytest.mark.parametrize("packed", ["plain", "gz", "zst", "gz-misnamed"])
def test_packed_files_are_recognised(log, tmp_path, packed):
    text = b'{"event_id":"1","action":"door.opened"}\n{"event_id":"2","action":"door.closed"}\n'
    name, data = {
        "plain": ("a.ndjson", text),
        "gz": ("a.ndjson.gz", gzip.compress(text)),
        "zst": ("a.ndjson.zst", zstandard.compress(text[:40]) + zstandard.compress(text[40:])),
        "gz-misnamed": ("a.ndjson", gzip.compress(text[:40]) + gzip.compress(text[40:])),
    }[packed]
    (tmp_path / name).write_bytes(data)
    run = log.importing("indelible", tmp_path / name)
    assert run.returncode == 0 and only_account(run)["accepted"] == 2, run.stderr


def test_a_truncated_packed_file_is_an_error_and_what_was_read_is_kept(log, tmp_path):
    lines = "".join(json.dumps({"event_id": str(n), "action": "door.opened"}) + "\n" for n in range(5000))
    (tmp_path / "a.gz").write_bytes(gzip.compress(lines.encode())[:-200])
    run = log.importing("indelible", tmp_path / "a.gz")
    assert run.returncode == 2 and run.stderr
    (tmp_path / "a.gz").write_bytes(gzip.compress(lines.encode()))
    run = log.importing("indelible", tmp_path / "a.gz")
    assert run.returncode == 0, run.stderr
    assert len(served(log)) == 5000


def test_a_log_that_a_server_holds_is_imported_into_through_the_server(log):
    log.start()
    sample = DEMO / "okta" / "cribl_okta_system_log.ndjson.zst"
    run = log.importing("okta", sample)
    assert run.returncode == 0, run.stderr
    assert only_account(run)["accepted"] == records(sample) == len(imported_lines(log))
    assert log.address in run.stderr, "it says which server it went through"
    assert only_account(log.importing("okta", sample))["known"] == records(sample)


def test_through_a_server_entries_carry_the_server_s_source_and_the_command_says_so(log):
    sample = DEMO / "okta" / "panther_okta_system_log.ndjson.zst"
    log.start()
    run = log.importing("okta", sample)
    assert run.returncode == 0 and "a source of its own" in run.stderr
    assert {line["source"] for line in imported_lines(log)} == {"dev"}
    assert only_account(log.importing("okta", sample))["known"] == records(sample)


def test_a_batch_with_refused_events_sent_through_a_server_is_accounted_for(log, tmp_path):
    log.start()
    # Well-formed records whose events the log itself refuses: too long for a line.
    events = [{"event_id": str(n), "action": "door.opened", "properties": {"text": "x" * (300_000 if n == 3 else 3)}} for n in range(6)]
    run = log.importing("indelible", write(tmp_path / "events.ndjson", *events))
    said = only_account(run)
    assert (run.returncode, said["accepted"], said["refused"]) == (1, 5, 1), run.stderr
    assert len(imported_lines(log)) == 5


def test_absent_files_and_formats_are_errors(log, tmp_path):
    assert log.importing("okta", tmp_path / "absent").returncode == 2
    assert log.importing("nonsense", tmp_path / "absent").returncode == 2
