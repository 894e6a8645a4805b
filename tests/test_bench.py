"""The benchmark measures a real log: what it says of a small one is whole and adds up."""

import json

from conftest import indelible

ENTRIES = 3_000


def test_all_of_it_on_a_small_log(tmp_path):
    (tmp_path / "mine").write_text("stays")
    ran = indelible("bench", "all", "--entries", str(ENTRIES), "--dir", tmp_path, "--together", "2", "--json")
    assert ran.returncode == 0, ran.stderr
    start, commits, ingest, query, verify, reindex, export, together = map(json.loads, ran.stdout.splitlines())
    assert start["unsealed_entries"] == ENTRIES and start["start_ms"] > 0
    assert [row["clients"] for row in commits["commits"]] == [1, 64] and all(0 < row["p50_us"] <= row["p99_us"] for row in commits["commits"])
    assert ingest["entries"] == query["entries"] == export["entries"] == ENTRIES
    assert 0 < ingest["entries_per_second_sealed"] <= ingest["entries_per_second"]
    assert sum(ingest["bytes_per_entry_by_kind"].values()) > 0
    assert [question["name"] for question in query["questions"]] == [f"Q{n}" for n in range(1, 12)] + ["S1", "S2", "S3"]
    assert {(row["format"], row["order"]) for row in export["exports"]} == {("ndjson", "leaf"), ("ndjson", "desc"), ("ndjson", "asc"), ("csv", "desc"), ("json", "desc")}
    assert all(row["bytes"] > 100 * ENTRIES for row in export["exports"])
    assert [path.name for path in tmp_path.iterdir()] == ["mine"], "only what was made is removed, and all of it"
    assert verify["entries"] > ENTRIES and verify["verified_per_second"] > 0, "what the server recorded of itself is verified, too"
    assert reindex["entries"] == ENTRIES and reindex["indexed_per_second"] > 0
    assert min(verify["anonymous_peak_bytes"], reindex["anonymous_peak_bytes"]) > 0
    assert set(together["questions"]) == {"resource_id", "ip", "actor+channel", "substring", "histogram", "heatmap"}
    assert all(question["answered"]["count"] + sum(question["refused"].values()) > 0 for question in together["questions"].values())
    assert all(singles["count"] > 0 and singles["p50_us"] <= singles["p99_us"] for singles in together["singles"].values())
    assert together["entries_taken"] > 0 and together["bytes_exported"] > 0 and together["exports"]["begun"] >= 3
    assert together["anonymous_peak_bytes"] >= together["anonymous_bytes_before"] > 0
