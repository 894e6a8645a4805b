"""Entries by hour of the week, as a naive count finds them."""

import collections
import datetime
import zoneinfo

import pytest


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


@pytest.fixture(scope="module")
def log(module_server):
    # Every 40 minutes through the weeks in which clocks change in Europe and in Lord Howe.
    times = [instant(day) + datetime.timedelta(minutes=40 * n) for day in ("2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z") for n in range(500)]
    events = [{"action": "door.opened", "channel": "heat", "severity": "critical" if n % 7 == 0 else "info", "time": at.isoformat()} for n, at in enumerate(times)]
    module_server.record(events[:600])
    module_server.seal()
    module_server.record(events[600:])
    return module_server


@pytest.mark.parametrize("tz", ["UTC", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata"])
@pytest.mark.parametrize("filters", [{}, {"severity": "critical"}, {"from": "2026-03-29", "to": "2026-03-29"}])
def test_cells_are_those_of_a_naive_count(log, tz, filters):
    zone = zoneinfo.ZoneInfo(tz)
    want = collections.Counter()
    for entry in log.get("/v1/entries", {"channel": "heat", "limit": 1000, "tz": tz, **filters}).json()["entries"]:
        at = instant(entry["time"]).astimezone(zone)
        want[at.weekday(), at.hour] += 1
    answer = log.get("/v1/heatmap", {"channel": "heat", "tz": tz, **filters})
    assert answer.status == 200, answer
    cells = answer.json()["cells"]
    assert [len(day) for day in cells] == [24] * 7
    found = {(weekday, hour): count for weekday, day in enumerate(cells) for hour, count in enumerate(day) if count}
    assert found == want and sum(want.values()) > 30


def test_a_zone_nobody_knows_is_refused(log):
    assert log.get("/v1/heatmap", {"tz": "Mars/Base"}).json()["code"] == "bad_filter"
