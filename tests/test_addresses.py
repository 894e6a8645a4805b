"""Facets by address: counted by the values in the index, each of which is read under its person's key."""

import collections

import pytest


def ip_of(n):
    return f"203.0.113.{n % 23}" if n % 5 else f"2001:db8::{n % 7 + 1:x}"


def event(n):
    kind = "token" if n % 11 == 0 else "user"
    return {"action": "door.opened", "channel": "addresses", "outcome": "failure" if n % 3 == 0 else "success",
            "actor": {"type": kind, "id": f"a{n % 40}", "name": f"Actor {n % 40}"}, **({} if n % 13 == 0 else {"client": {"ip": ip_of(n)}})}


@pytest.fixture(scope="module")
def log(module_server):
    events = [event(n) for n in range(900)]
    module_server.record(events[:500])
    module_server.seal()
    module_server.record(events[500:])
    return module_server


def asked(log, **params):
    answer = log.get("/v1/facets", {"field": "ip", "channel": "addresses", **params})
    assert answer.status == 200, answer
    return [(one["value"], one["count"]) for one in answer.json()["facets"]["ip"]]


@pytest.mark.parametrize("filters", [{}, {"outcome": "failure"}, {"actor": "a7"}, {"-actor_type": "user"}, {"ip": "203.0.113.4"}])
def test_counts_are_those_of_a_naive_count(log, filters):
    shown = log.export_entries(channel="addresses", **filters)
    want = collections.Counter(entry["client"]["ip"] for entry in shown if "client" in entry)
    found = asked(log, **filters)
    assert dict(found) == dict(want) and len(found) == len(want) > 0
    assert [count for _, count in found] == sorted(want.values(), reverse=True)
    # Which of equally frequent addresses are among the first three is left open: the index orders them by secret values.
    some = asked(log, limit=3, **filters)
    assert set(some) <= set(found) and [count for _, count in some] == [count for _, count in found[:3]]


def test_each_count_is_what_the_filter_finds(log):
    for ip, count in asked(log, limit=5):
        assert log.get("/v1/entries", {"channel": "addresses", "ip": ip, "count": "true", "limit": 1}).json()["count"] == count


def test_addresses_stand_beside_other_fields(log):
    facets = log.get("/v1/facets", {"field": ["actor", "ip", "outcome"], "channel": "addresses", "limit": 10}).json()["facets"]
    assert list(facets) == ["actor", "ip", "outcome"] and len(facets["ip"]) == 10


def test_at_most_100_addresses_are_listed(log):
    refused = log.get("/v1/facets", {"field": ["ip"], "limit": 101})
    assert refused.status == 400 and "between 1 and 100" in refused.json()["detail"]
    assert log.get("/v1/facets", {"field": ["ip"], "limit": 100}).status == 200
    assert "ip" in log.get("/v1/facets", {"field": "nonsense"}).json()["detail"].split("there are")[1]
    assert log.get("/v1/histogram", {"by": "ip"}).status == 400
