"""The description of the interface holds: real answers are of the shapes it gives, and it names every filter."""

import itertools
import json
import re

import pytest

from schema import Misfit, check

CHROME = ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "
          "Chrome/126.0.0.0 Safari/537.36")
ASKS_BY_FILTERS = ["/v1/entries", "/v1/facets", "/v1/histogram", "/v1/heatmap", "/v1/catalogue", "/v1/suggestions", "/v1/export", "/v1/feed"]

FULL = {
    "event_id": "full-1", "time": "2026-03-01T10:00:00Z", "action": "door.opened", "event": "opened", "channel": "doors",
    "description": "Ann Lee opened the door", "outcome": "failure", "detail": "jammed", "severity": "critical",
    "organization": {"id": "o1", "name": "One"}, "workspace": {"id": "w1", "name": "Work"}, "project": {"id": "p1"},
    "actor": {"type": "user", "id": "u1", "name": "Ann Lee", "email": "ann@example.com",
              "on_behalf_of": {"type": "user", "id": "u2", "name": "Bob Day", "email": "bob@example.com"}},
    "resource": {"type": "door", "id": "7", "name": "Back door"}, "targets": [{"type": "key", "id": "k1"}, {"type": "lock", "id": "l1", "name": "Lock"}],
    "http": {"method": "POST", "path": "/doors/7", "status": 423},
    "client": {"ip": "203.0.113.7", "user_agent": CHROME, "location": {"city": "Oslo", "region": "Oslo", "country": "NO"}, "ci": "GitHub Actions"},
    "request_id": "r1", "trace_id": "t1", "reason": "T-7: the key is lost", "session_id": "s1", "sequence": {"stream": "doors", "n": 7},
    "changes": {"state": {"before": "closed", "after": "open"}, "key": {"after": None}},
    "properties": {"n": 1.50, "deep": {"list": [1, None, True]}},
    "personal": [{"of": "user:u3", "paths": ["/properties/deep/list/0"]}],
}
EVENTS = [
    FULL,
    {"action": "job.ran"},
    {"action": "job.ran", "actor": {"type": "token", "id": "t9", "name": "robot"}, "client": {"ip": "198.51.100.1", "user_agent": "curl/8.6.0"}},
    {"action": "job.ran", "actor": {"type": "agent", "id": "a1", "name": "Helper", "on_behalf_of": {"type": "user", "id": "u1", "name": "Ann Lee"}}},
    {"action": "page.viewed", "actor": {"type": "anonymous"}, "http": {"status": 200}},
]


@pytest.fixture(scope="module")
def log(module_server):
    module_server.receipts = module_server.record(EVENTS)
    return module_server


@pytest.fixture(scope="module")
def description(log):
    return log.get("/openapi.json").json()


def shape(description, method, path, status="200"):
    return description["paths"][path][method]["responses"][status]["content"]


def fits(description, answer, path, method="get", media_type="application/json"):
    found = shape(description, method, path, str(answer.status))[media_type]["schema"]
    check(answer.json(), found, description)


def test_an_entry_with_everything_is_of_its_shape(log, description):
    found = log.get(f"/v1/entries/{log.receipts[0]['id']}")
    fits(description, found, "/v1/entries/{id}")
    described = description["components"]["schemas"]["Entry"]["properties"]
    assert described.keys() == found.json().keys(), "every member of an entry is described, and nothing else"


def test_every_answer_is_of_its_shape(log, description):
    asked = [
        ("/v1/entries", {"full": "true", "count": "true"}),
        ("/v1/entries", {"limit": 1}),
        ("/v1/facets", {"field": ["channel", "severity", "http_status", "ip"]}),
        ("/v1/histogram", {"interval": "hour", "by": "outcome"}),
        ("/v1/heatmap", {"tz": "Europe/Berlin"}),
        ("/v1/catalogue", {}),
        ("/v1/suggestions", {}),
        ("/v1/suggestions", {"field": "action"}),
    ]
    for path, params in asked:
        answer = log.get(path, params)
        assert answer.status == 200, answer
        fits(description, answer, path)
    for receipt in log.receipts:
        for path in ["/v1/entries/{id}", "/v1/entries/{id}/disclosures"]:
            fits(description, log.get(path.format(id=receipt["id"])), path)
    feed = log.get("/v1/feed", {"full": "true"})
    for line in filter(None, feed.text.splitlines()):
        check(json.loads(line), {"$ref": "#/components/schemas/Entry"}, description)
    fits(description, log.get("/v1/verification"), "/v1/verification")
    fits(description, log.post("/v1/verification"), "/v1/verification", "post")
    fits(description, log.get("/v1/verification"), "/v1/verification")
    fits(description, log.post("/v1/seal"), "/v1/seal", "post")
    fits(description, log.post("/v1/events", {"action": "door.opened", "properties": {"password": "x"}}), "/v1/events", "post")
    problem = log.get("/v1/entries", {"nonsense": "1"})
    fits(description, problem, "/v1/entries", media_type="application/problem+json")


def test_a_member_that_is_not_described_does_not_fit(log, description):
    entry = log.entry(log.receipts[0]["id"])
    for wrong in [{**entry, "more": 1}, {**entry, "severity": "loud"}, {**entry, "leaf_index": "1"},
                  {**entry, "actor": {**entry["actor"], "nick": "A"}}, {name: entry[name] for name in entry if name != "time"}]:
        with pytest.raises(Misfit):
            check(wrong, {"$ref": "#/components/schemas/Entry"}, description)


def test_every_filter_is_described_wherever_filters_are_taken(log, description):
    refusal = log.get("/v1/entries", {"nonsense": "1"}).json()["detail"]
    taken = set(re.search(r"known are: ([a-z_, ]+)", refusal)[1].split(", "))
    assert {"q", "tz", "actor", "actor_name", "ip", "http_path", "from", "to", "search"} <= taken
    filters = taken - {"limit", "cursor", "order", "count", "full"}
    for path in ASKS_BY_FILTERS:
        parameters = description["paths"][path]["get"]["parameters"]
        names = [parameter["name"] for parameter in parameters]
        assert filters <= set(names) and len(names) == len(set(names)), path
        assert not any(parameter.get("required") for parameter in parameters if parameter["name"] in filters)


def test_filters_may_be_repeated_and_excluded_as_described(log, description):
    parameters = {parameter["name"]: parameter for parameter in description["paths"]["/v1/entries"]["get"]["parameters"]}
    assert parameters["severity"]["schema"]["type"] == "array" and "`-severity`" in parameters["severity"]["description"]
    assert parameters["outcome"]["schema"]["items"]["enum"] == ["success", "failure"]
    assert parameters["from"]["schema"]["type"] == "string"
    count = lambda *pairs: log.get("/v1/entries", [("count", "true"), ("source", "dev"), *pairs]).json()["count"]
    severities = ["info", "warning", "critical"]
    each = {severity: count(("severity", severity)) for severity in severities}
    for one, other in itertools.combinations(severities, 2):
        assert count(("severity", one), ("severity", other)) == each[one] + each[other]
        assert count(("-severity", one), ("-severity", other)) == sum(each.values()) - each[one] - each[other]


# Browser and operating system

def test_a_list_says_which_entries_have_details(log):
    by_id = {entry["id"]: entry for entry in log.get("/v1/entries?limit=100").json()["entries"]}
    full, plain = by_id[log.receipts[0]["id"]], by_id[log.receipts[1]["id"]]
    assert full["details"] is True and "properties" not in full and "changes" not in full
    assert "details" not in plain


def test_browsers_are_named_in_answers_and_nowhere_else(log):
    person, plain, robot, *_ = (receipt["id"] for receipt in log.receipts)
    listed = {entry["id"]: entry for entry in log.get("/v1/entries", {"limit": 1000}).json()["entries"]}
    fed = {entry["id"]: entry for entry in map(json.loads, filter(None, log.get("/v1/feed").text.splitlines()))}
    for entry_id, browser in [(person, "Chrome on macOS"), (robot, "curl"), (plain, None)]:
        for shown in [log.entry(entry_id), listed[entry_id], fed[entry_id]]:
            assert shown.get("browser") == browser
    assert "browser" not in log.get(f"/v1/entries/{person}/line").text
    exported = {entry["id"]: entry for entry in log.export_entries()}
    assert "browser" not in exported[person] and not any(b'"browser"' in line for line in log.export_lines())
