"""The benchmark measures a real log: what it says of a small one is whole and adds up."""

import json

from conftest import indelible

ENTRIES = 3_000


def test_all_of_it_on_a_small_log(tmp_path):
    (tmp_path / "mine").write_text("stays")
    ran = indelible("bench", "all", "--entries", str(ENTRIES), "--dir", tmp_path, "--json")
    assert ran.returncode == 0, ran.stderr
    ingest, query, export, verify = map(json.loads, ran.stdout.splitlines())
    assert ingest["entries"] == query["entries"] == export["entries"] == ENTRIES
    assert 0 < ingest["entries_per_second_sealed"] <= ingest["entries_per_second"]
    assert sum(ingest["bytes_per_entry_by_kind"].values()) > 0
    assert [question["name"] for question in query["questions"]] == [f"Q{n}" for n in range(1, 12)]
    assert {(row["format"], row["order"]) for row in export["exports"]} == {("ndjson", "leaf"), ("ndjson", "desc"), ("ndjson", "asc"), ("csv", "desc"), ("json", "desc")}
    assert all(row["bytes"] > 100 * ENTRIES for row in export["exports"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine"], "only what was made is removed, and all of it"
    assert verify["entries"] > ENTRIES and verify["verified_per_second"] > 0, "what the server recorded of itself is verified, too"
