"""Who looks at personal values leaves a record, and the record does not itself spread them."""

import json

import pytest

ANNA = {"type": "user", "id": "u7", "name": "Anna Lehmann", "email": "anna.lehmann@example.com"}
SOUGHT = {
    "actor_name": "Xaver Unerkannt",
    "resource_name": "Xaver Unerkannt",
    "search": "Xaver Unerkannt",
    "ip": "203.0.113.99",
    "actor": "xaver@example.com",
    "person": "user:xaver@example.com",
    "http_path": "/people/xaver-unerkannt",
    "resource_id": "xaver-unerkannt",
    "request_id": "xaver-unerkannt",
    "trace_id": "xaver-unerkannt",
    "session_id": "xaver-unerkannt",
    "sequence_stream": "xaver-unerkannt",
    "reason": "Xaver Unerkannt",
    "event_id": "xaver-unerkannt",
    "channel": "Xaver Unerkannt",
    "organization": "xaver@example.com",
    "id": "xaver-unerkannt",
    "q": 'actor_name:"Xaver Unerkannt" ip:203.0.113.99',
}


def event(n=0, **more):
    return {"action": "door.opened", "actor": ANNA, "client": {"ip": f"203.0.113.{n}"}, "description": f"Anna Lehmann opened door {n}", **more}


def own(server, action, kind=None):
    """Own entries of this action, oldest first; asking for them leaves none."""
    page = server.get("/v1/entries", {"action": action, "source": "indelible", "order": "asc", "limit": 1000, "full": "true"}).json()["entries"]
    return [entry for entry in page if kind in (None, entry["event"])]


def lines(server):
    return b"\n".join(server.export_lines())


@pytest.mark.parametrize("path", ["/v1/entries", "/v1/export", "/v1/feed", "/v1/facets", "/v1/suggestions"])
def test_what_a_reader_sought_stands_in_no_line(server, path):
    server.record([event(n) for n in range(3)])
    more = {"/v1/facets": {"field": "ip"}, "/v1/suggestions": {"field": "actor_name", "prefix": "Anna"}}.get(path, {})
    for name, value in SOUGHT.items():
        for filters in ({name: value}, {"-" + name: value}):
            assert server.get(path, {**filters, **more}).status == 200, filters
    held = lines(server)
    for text in (b"Unerkannt", b"unerkannt", b"xaver", b"Xaver", b"203.0.113.99", b"%40"):
        assert text not in held, text
    assert b"door.opened" in held


def test_a_record_says_what_was_sought_to_who_may_see_it(server):
    server.record(event())
    filters = [("channel", "door"), ("actor_name", "Anna Lehmann"), ("from", "2020-01-01")]
    assert server.get("/v1/export", filters).status == 200
    (export,) = own(server, "audit_log.export")
    assert export["properties"]["filters"] == [list(pair) for pair in filters]
    assert export["http"]["path"] == "/v1/export"
    line = json.loads(server.get(f"/v1/entries/{export['id']}/line").body)
    assert line["properties"]["filters"] == [["channel", "door"], ["actor_name", {"$personal": 0}], ["from", "2020-01-01"]]
    assert line["personal"][0]["of"] == "user:dev" and line["description"] == "Audit log export downloaded"


def test_words_of_the_log_s_own_do_not_leave_its_entries(server):
    for word in ("export", "Audit log", "downloaded", "exported"):
        server.get("/v1/export", {"search": word})
    for export in own(server, "audit_log.export"):
        line = json.loads(server.get(f"/v1/entries/{export['id']}/line").body)
        assert line["description"] == "Audit log export downloaded" and line["http"]["path"] == "/v1/export"


def test_a_list_with_personal_values_is_recorded_once_a_question(server):
    server.record([event(n) for n in range(5)])
    first = server.get("/v1/entries", {"action": "door.opened", "limit": 2}).json()
    assert len(first["entries"]) == 2
    (searched,) = own(server, "audit_log.searched")
    assert searched["channel"] == "pii-read" and searched["actor"]["id"] == "dev"
    assert searched["properties"] == {"filters": [["action", "door.opened"]]}
    assert searched["leaf_index"] == 6, "written after the question was answered"
    # The same question again, further on, otherwise ordered, otherwise spelled.
    server.get("/v1/entries", {"action": "door.opened", "limit": 2, "cursor": first["next"]})
    server.get("/v1/entries", {"action": "door.opened", "order": "asc", "count": "true", "full": "true"})
    server.get("/v1/entries", {"q": "action:door.opened"})
    assert len(own(server, "audit_log.searched")) == 1
    server.get("/v1/entries", {"q": "action:door.opened anna"})
    assert len(own(server, "audit_log.searched")) == 2
    # Somebody else asks.
    server.get("/v1/entries", {"action": "door.opened"}, headers={"User-Agent": "other"})
    assert len(own(server, "audit_log.searched")) == 3


def test_what_shows_nobody_leaves_no_record(server):
    server.record([event(n) for n in range(3)] + [{"action": "window.opened"}])
    server.get("/v1/entries", {"action": "window.opened"})
    server.get("/v1/entries", {"action": "door.opened", "actor_name": "nobody"})
    for path in ("/v1/histogram?interval=day", "/v1/heatmap", "/v1/facets?field=channel", "/v1/suggestions?field=action&prefix=d", "/v1/catalogue"):
        server.get(path)
    for _ in range(3):
        server.get("/v1/entries", {"channel": "pii-read"})
    assert own(server, "audit_log.searched") == []


def test_addresses_counted_and_names_offered_are_recorded_as_a_search(server):
    server.record([event(n) for n in range(3)])
    assert server.get("/v1/facets", {"field": "ip"}).json()["facets"]["ip"]
    assert len(own(server, "audit_log.searched")) == 1
    for prefix in ("A", "An", "Ann"):
        assert server.get("/v1/suggestions", {"field": "actor_name", "prefix": prefix, "action": "door.opened"}).json()["suggestions"]
    assert len(own(server, "audit_log.searched")) == 2, "once for all that is typed"


@pytest.mark.parametrize("ask", [lambda id: {"q": f"id:{id}"}, lambda id: {"id": id}, lambda id: {"q": f"id:{id[:30]}*"}, lambda id: {"q": "event_id:e1 action:door.opened"}])
def test_one_entry_listed_by_its_id_counts_as_opened(server, ask):
    (receipt,) = server.record(event(event_id="e1"))
    assert len(server.get("/v1/entries", ask(receipt["id"])).json()["entries"]) == 1
    (read,) = own(server, "pii.read")
    assert read["resource"]["id"] == receipt["id"]
    server.get("/v1/entries", ask(receipt["id"]))
    assert len(own(server, "pii.read")) == 1 and own(server, "audit_log.searched") == []


def test_a_feed_is_recorded_as_it_begins_and_ends(server):
    server.record([event(n) for n in range(3)])
    sent = [json.loads(line) for line in server.get("/v1/feed", {"actor_name": "Lehmann"}).body.splitlines()]
    assert [entry["action"] for entry in sent] == ["door.opened"] * 3
    (begun,), (ended,) = own(server, "audit_log.feed", "begun"), own(server, "audit_log.feed", "ended")
    assert begun["properties"] == {"filters": [["actor_name", "Lehmann"]]} and begun["http"]["path"] == "/v1/feed"
    assert ended["resource"]["id"] == begun["id"] and ended["properties"] == {"entries": 3}
    # One that looks again and again is told of once.
    for _ in range(3):
        server.get("/v1/feed", {"actor_name": "Lehmann", "after_leaf": sent[-1]["leaf_index"]})
    assert len(own(server, "audit_log.feed")) == 2
