"""What is recorded (the catalogue), and what the search box offers (suggestions)."""

import collections

import pytest
from conftest import indelible


@pytest.fixture(scope="module")
def log(module_server):
    """Two segments and a tail: the same values in each, some in one only."""
    def events(first, count):
        return [{"action": f"{'Gate' if n % 10 == 0 else 'door'}.opened", "channel": ["hardware", "Auth", "access"][n % 3], "outcome": "failure" if n % 4 == 0 else "success",
                 "organization": {"id": f"org-{n % 2}"}, "actor": {"type": "user", "id": f"anna{n % 5}" if n % 2 else f"mail{n % 6}@example.com", "name": f"Anna-{n % 5} Lehmann" if n % 2 else "Émile Öz", "email": f"a{n % 5}@example.com"},
                 "time": f"2026-01-{1 + n % 28:02d}T00:00:00Z", "resource": {"type": "door" if n % 3 else "window", "id": f"d{n}"}} for n in range(first, first + count)]
    module_server.record(events(0, 1000))
    module_server.seal()
    module_server.record(events(1000, 700))
    module_server.seal()
    module_server.record(events(1700, 300) + [{"action": "once.only", "channel": "rare", "time": "2020-02-02T02:02:02Z"}])
    return module_server


def naive(entries, value_of):
    """Value, count, first and last seen, as a plain look gives them."""
    times = collections.defaultdict(list)
    for entry in entries:
        if value_of(entry) is not None:
            times[value_of(entry)].append(entry["time"])
    found = [{"value": value, "count": len(all), "first_seen": min(all), "last_seen": max(all)} for value, all in times.items()]
    return sorted(found, key=lambda one: (-one["count"], one["value"].encode()))


@pytest.mark.parametrize("filters", [{}, {"outcome": "failure", "organization": "org-0"}, {"from": "2026-01-05", "to": "2026-01-09"}, {"q": "actor_name:anna-3"}, {"action": "no.such"}])
def test_the_catalogue_is_what_a_plain_look_at_every_entry_finds(log, filters):
    # What the log records about itself, exports among it, grows while the test looks.
    filters = {**filters, "-source": "indelible"}
    entries = log.export_entries(**filters)
    found = log.get("/v1/catalogue", filters).json()
    assert found["channels"] == naive(entries, lambda entry: entry["channel"])
    assert found["actions"] == naive(entries, lambda entry: entry["action"])
    assert found["resource_types"] == naive(entries, lambda entry: entry.get("resource", {}).get("type"))
    assert found["omitted"] == {"channels": 0, "actions": 0, "resource_types": 0}


def test_the_catalogue_says_how_much_it_leaves_out(log):
    found = log.get("/v1/catalogue", {"limit": 1, "-source": "indelible"}).json()
    assert found["omitted"] == {"channels": 3, "actions": 2, "resource_types": 1}
    assert [len(found[name]) for name in ("channels", "actions", "resource_types")] == [1, 1, 1]
    printed = indelible("catalogue", "--url", log.url, "channel:rare")
    assert printed.returncode == 0 and "rare" in printed.stdout and "2020-02-02T02:02:02" in printed.stdout and "hardware" not in printed.stdout


def offered(log, **params):
    answer = log.get("/v1/suggestions", params)
    assert answer.status == 200, answer
    return {one["value"]: one.get("count") for one in answer.json()["suggestions"]}


def count(log, **filters):
    return log.get("/v1/entries", {"limit": 1, "count": "true", **filters}).json()["count"]


def test_values_are_offered_by_their_beginning_in_any_usual_spelling_with_exact_counts(log):
    for typed in ["a", "A", "au", "AU", "Au"]:
        found = offered(log, field="channel", prefix=typed, **{"-source": "indelible"})
        expected = {"Auth", "access"} if len(typed) == 1 else {"Auth"}
        assert set(found) == expected, typed
        assert all(number == count(log, channel=value) for value, number in found.items())
    assert set(offered(log, field="action", prefix="GATE")) == {"Gate.opened"}
    assert set(offered(log, field="outcome")) == {"success", "failure"}
    assert offered(log, field="severity", prefix="zz") == {}
    ids = offered(log, field="actor", prefix="anna")
    assert ids == {f"anna{n}": count(log, actor=f"anna{n}") for n in range(5)}
    first = log.get("/v1/suggestions", {"field": "channel", "limit": 1}).json()["suggestions"]
    assert first == [{"value": max(offered(log, field="channel"), key=lambda value: count(log, channel=value)), "count": first[0]["count"]}]


def test_persons_are_offered_by_name_and_by_address(log):
    names = offered(log, field="actor_name", prefix="anna-3")
    assert names == {"Anna-3 Lehmann": count(log, actor_name="Anna-3 Lehmann")}
    assert set(offered(log, field="actor_name", prefix="LEHM")) == {f"Anna-{n} Lehmann" for n in range(5)}, "any word of a name"
    assert set(offered(log, field="actor_name", prefix="émi")) == {"Émile Öz"}
    addresses = offered(log, field="actor", prefix="mail")
    assert addresses == {f"mail{n}@example.com": count(log, actor=f"mail{n}@example.com") for n in (0, 2, 4)}, "an id that is an address stands as a pseudonym in the line"


def test_only_values_inside_the_question_are_offered(log):
    assert set(offered(log, field="channel", **{"organization": "org-1", "outcome": "failure"})) == set()
    within = offered(log, field="channel", q="organization:org-0 time:2026-01-03..2026-01-10")
    assert within == {value: count(log, channel=value, q="organization:org-0 time:2026-01-03..2026-01-10") for value in within} and within
    assert offered(log, field="actor_name", organization="org-1") and "Émile Öz" not in offered(log, field="actor_name", organization="org-1")


def test_keys_of_the_language_are_offered_where_no_field_is_named(log):
    assert list(offered(log, prefix="act")) == ["actor", "actor_type", "action", "actor_name"]
    assert list(offered(log, prefix="Act", limit=1)) == ["actor"]
    assert offered(log, prefix="xyz") == {}


@pytest.mark.parametrize("path, params, words", [
    ("catalogue", {"limit": 0}, "between 1 and 1000"),
    ("catalogue", {"limit": 1001}, "between 1 and 1000"),
    ("catalogue", {"chanel": "x"}, "did you mean channel"),
    ("suggestions", {"field": "actor", "limit": 0}, "between 1 and 100"),
    ("suggestions", {"limit": 101}, "between 1 and 100"),
    ("suggestions", {"field": "id"}, "there are for organization"),
    ("suggestions", {"field": "nothing"}, "there are for"),
    ("suggestions", {"field": "actor", "prefix": "x" * 257}, "at most 256"),
    ("suggestions", {"field": "actor", "prefix": "x", "limit": "many"}, "limit"),
])
def test_what_cannot_be_asked_is_refused_with_the_remedy(log, path, params, words):
    answer = log.get(f"/v1/{path}", params)
    assert answer.status == 400 and words in answer.json()["detail"], answer
