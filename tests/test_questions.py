"""Every question is answered as a naive scan of the exported entries answers it: which entries, how many, in which order.

The scan reads lines and entries with Python alone. It is asked the same of entries in the tail, of sealed ones, and of both.
"""

import collections
import datetime
import ipaddress
import json
import re
import zoneinfo

import pytest
from conftest import serve_copy, wait_for

FIVE_MINUTES = datetime.timedelta(minutes=5)
UTC = datetime.timezone.utc
RANK = {"info": 0, "warning": 1, "critical": 2}
IDENTITY = re.compile(r"/actor/(name|email|id)|/actor/on_behalf_of/(name|email|id)|/resource/id|/targets/\d+/id|/personal/\d+/of")


def at(value, *names):
    for name in names:
        if isinstance(value, list):
            value = value[int(name)] if int(name) < len(value) else None
        else:
            value = value.get(name) if isinstance(value, dict) else None
    return value


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def fold(text):
    """Simple case folding: never changes the number of characters."""
    if text.isascii():
        return text.lower()
    return "".join(next((one for one in (c.casefold(), c.lower()) if len(one) == 1), c) for c in text)


class Entry:
    """A line, and the same entry as readers see it."""

    def __init__(self, raw, shown):
        self.raw, self.line, self.shown = raw, json.loads(raw), shown
        self.id, self.leaf = shown["id"], shown["leaf_index"]
        self.time = min(moment(self.line["time"]), moment(self.line["received"]) + FIVE_MINUTES)

    def of(self, *names):
        """A member of the line: what equality asks."""
        return at(self.line, *names)

    def has_identity(self, *names):
        """Whether this value left the line for an identity."""
        return at(self.shown, *names) is not None and at(self.line, *names) != at(self.shown, *names)

    def parts(self, text):
        """A line's text as substrings are looked for: with identities put back, and cut where another placeholder stands."""
        if "{" not in text:
            return [text]
        parts, place = [""], 0
        while place < len(text):
            if text.startswith("{{", place):
                parts[-1] += "{"
                place += 2
            elif text[place] == "{":
                end = text.index("}", place)
                pointer = text[place + 1:end].lstrip("%+").replace("~2", "}")
                value = at(self.shown, *pointer.split("/")[1:]) if IDENTITY.fullmatch(pointer) else None
                if value is not None and pointer.endswith("/of"):
                    value = value.split(":", 1)[1]
                if isinstance(value, str):
                    parts[-1] += value
                else:
                    parts.append("")
                place = end + 1
            else:
                parts[-1] += text[place]
                place += 1
        return parts

    def contains(self, needle, *names, exact=False):
        parts = self.parts(self.of(*names) or "")
        needle = needle if exact else fold(needle)
        return any(needle in (part if exact else fold(part)) for part in parts)

    def actors(self):
        """Ids of whoever acted, and for whom (spec/index.md, field 5)."""
        return [who["id"] for who in (self.of("actor"), self.of("actor", "on_behalf_of")) if who]

    def persons(self):
        named = [self.of("actor"), self.of("actor", "on_behalf_of")]
        return {f"{who['type']}:{who['id']}" for who in named if who} | {one["of"] for one in self.of("personal") or []}


def address(text):
    found = ipaddress.ip_address(text)
    return getattr(found, "ipv4_mapped", None) or found


def day(text, zone=UTC):
    return datetime.datetime.fromisoformat(text).replace(tzinfo=zone)


def actor(entry, value):
    if value in entry.actors():
        return True
    return "@" in value and any(entry.has_identity("actor", name) and at(entry.shown, "actor", name) == value for name in ("id", "email"))


def resource_id(entry, value):
    return entry.of("resource", "id") == value or ("@" in value and entry.has_identity("resource", "id") and at(entry.shown, "resource", "id") == value)


def person(entry, value):
    if value in entry.persons():
        return True
    if "@" not in value:
        return False
    places = [("actor", "id"), ("actor", "email"), ("actor", "on_behalf_of", "id"), ("actor", "on_behalf_of", "email"), ("resource", "id")]
    places += [("targets", n, "id") for n in range(len(entry.of("targets") or []))]
    for place in places:
        if entry.has_identity(*place):
            kind = at(entry.shown, *place[:-1], "type")
            if value in (at(entry.shown, *place), f"{kind}:{at(entry.shown, *place)}"):
                return True
    for mine, shown in zip(entry.of("personal") or [], entry.shown.get("personal") or []):
        if mine["of"] != shown["of"] and value in (shown["of"], shown["of"].split(":", 1)[1]):
            return True
    return False


def actor_name(entry, value):
    name = at(entry.shown, "actor", "name")
    return (entry.has_identity("actor", "name") and fold(value) in fold(name)) or entry.contains(value, "actor", "name")


def http_status(entry, value):
    status = entry.of("http", "status")
    return status is not None and (str(status) == value or (value.endswith("xx") and str(status)[0] == value[0]))


def sequence_n(entry, value):
    n = entry.of("sequence", "n")
    low, _, high = value.partition("..")
    return n is not None and int(low or 0) <= n <= int(high or (low if ".." not in value else 2**53))


def ip(entry, value):
    shown = at(entry.shown, "client", "ip")
    return shown is not None and address(shown) == address(value)


def equals(*names):
    return lambda entry, value: entry.of(*names) == value


# One naive reading of each URL parameter.
FILTERS = {
    "actor": actor, "actor_name": actor_name, "actor_type": equals("actor", "type"), "action": equals("action"), "event": equals("event"),
    "channel": equals("channel"), "resource_type": equals("resource", "type"), "resource_id": resource_id,
    "resource_name": lambda entry, value: entry.contains(value, "resource", "name"),
    "outcome": equals("outcome"), "severity": equals("severity"), "organization": equals("organization", "id"),
    "workspace": equals("workspace", "id"), "project": equals("project", "id"), "http_status": http_status,
    "http_method": equals("http", "method"), "http_path": lambda entry, value: "".join(entry.parts(entry.of("http", "path") or "")[:1]).startswith(value)
    and entry.of("http", "path") is not None,
    "ip": ip, "country": equals("client", "location", "country"), "person": person, "source": equals("source"),
    "request_id": equals("request_id"), "trace_id": equals("trace_id"), "event_id": equals("event_id"), "id": equals("id"),
    "session_id": equals("session_id"), "sequence_stream": equals("sequence", "stream"), "sequence_n": sequence_n,
    "reason": lambda entry, value: entry.contains(value, "reason"),
    "search": lambda entry, value: entry.contains(value, "description"),
}


def naive(entries, pairs, more=lambda entry: True):
    """Repeated names: any of. Different names: all of. `-name`: none of."""
    wanted, zone = collections.defaultdict(list), zoneinfo.ZoneInfo(dict(pairs).get("tz", "UTC"))
    for name, value in pairs:
        wanted[name].append(value)

    def bound(value, end):
        if len(value) == 10:
            return day(value, zone) if not end else (day(value) + datetime.timedelta(days=1)).replace(tzinfo=zone)
        return moment(value)

    def matches(entry):
        for name, values in wanted.items():
            if name in ("tz", "q"):
                continue
            if name == "from":
                hit = all(entry.time >= bound(value, False) for value in values)
            elif name == "to":
                hit = all(entry.time < bound(value, True) for value in values)
            else:
                hit = any(FILTERS[name.removeprefix("-")](entry, value) for value in values) != name.startswith("-")
            if not hit:
                return False
        return more(entry)

    return sorted((entry for entry in entries if matches(entry)), key=lambda entry: (entry.time, entry.leaf), reverse=True)


# URL parameters; the naive scan reads them by FILTERS.
QUESTIONS = [
    [],
    [("channel", "security")],
    [("channel", "security"), ("channel", "iam"), ("channel", "auth")],
    [("-channel", "incidents")],
    [("-channel", "incidents"), ("-channel", "cluster"), ("outcome", "failure")],
    [("-outcome", "success")],
    [("event", "deleted"), ("event", "exported")],
    [("action", "incident.reassigned"), ("actor", "21")],
    [("actor", "user@dummy-domain.com")],
    [("actor", "bob")],
    [("person", "user:bob"), ("-actor_type", "user")],
    [("actor_type", "token"), ("actor_type", "anonymous")],
    [("actor_name", "MICROSOFT")],
    [("actor_name", "test_u")],
    [("actor_name", "codert"), ("-event", "created")],
    [("resource_type", "pod"), ("resource_type", "secret")],
    [("resource_type", "incident"), ("resource_id", "INC0002208")],
    [("resource_name", "default pol")],
    [("severity", "critical")],
    [("severity", "warning"), ("severity", "critical"), ("source", "import:cloudtrail")],
    [("organization", "Codertocat"), ("organization", "Octocoders")],
    [("workspace", "teleport.example.com")],
    [("project", "Codertocat/Hello-World"), ("-action", "check_run.created")],
    [("http_status", "404")],
    [("http_status", "4xx"), ("http_status", "201")],
    [("-http_status", "2xx"), ("source", "import:kubernetes")],
    [("http_method", "PUT"), ("http_method", "PATCH")],
    [("http_path", "/apis/rbac.authorization.k8s.io/v1")],
    [("ip", "64.25.27.224")],
    [("ip", "::ffff:64.25.27.224"), ("country", "US")],
    [("-country", "US"), ("country", "JP"), ("country", "BR")],
    [("person", "user:21"), ("outcome", "success")],
    [("person", "user:user@dummy-domain.com")],
    [("person", "user@dummy-domain.com"), ("severity", "warning")],
    [("source", "import:vault"), ("source", "import:okta")],
    [("request_id", "ABC123DEF456")],
    [("trace_id", "a41b6abf8de05bda467f41c31377f5d3")],
    [("actor_type", "agent")],
    [("person", "agent:helper-1"), ("outcome", "success")],
    [("session_id", "trsqMVvHI2hTZ-wLqqcceFXuA")],
    [("-session_id", "sess-2"), ("action", "door.opened")],
    [("reason", "ticket 7")],
    [("reason", "STRASSE"), ("reason", "zoë straße 3")],
    [("-reason", "asked"), ("action", "door.closed")],
    [("sequence_stream", "door/0"), ("sequence_n", "10..20")],
    [("sequence_n", "7"), ("source", "dev")],
    [("-sequence_n", "0..40"), ("sequence_stream", "door/1"), ("sequence_stream", "door/2")],
    [("search", "GROUP 65")],
    [("search", "dummy-domain.com called"), ("event", "created")],
    [("search", "e"), ("-search", "incident"), ("outcome", "failure")],
    [("search", "Straße"), ("search", "ß")],
    [("from", "2016-03-04"), ("to", "2016-03-04")],
    [("from", "2016-03-04"), ("to", "2016-03-04"), ("tz", "Asia/Tokyo")],
    [("from", "2023-01-27T18:28:42.181633Z"), ("to", "2023-01-27T18:29:44.000395Z"), ("source", "import:kubernetes")],
    [("from", "2026-01-01")],
    [("channel", "no such channel")],
    [("source", "indelible")],
    [("source", "dev")],
]

# Questions of the query language, each beside what it means.
LANGUAGE = [
    ("*", lambda e: True),
    ("channel:security OR channel:access", lambda e: e.of("channel") in ("security", "access")),
    ("severity:>=warning -source:import:cloudtrail", lambda e: RANK[e.of("severity")] >= 1 and e.of("source") != "import:cloudtrail"),
    ("severity:<critical severity:>info", lambda e: e.of("severity") == "warning"),
    ("http_status:400..499", lambda e: 400 <= (e.of("http", "status") or 0) < 500),
    ("http_status:>=4xx", lambda e: (e.of("http", "status") or 0) >= 400),
    ("http_status:* NOT http_status:2xx", lambda e: (e.of("http", "status") or 200) // 100 != 2),
    ("action:incident.* -action:incident.updated", lambda e: e.of("action").startswith("incident.") and e.of("action") != "incident.updated"),
    ("channel:(auth OR security) outcome:failure", lambda e: e.of("channel") in ("auth", "security") and e.of("outcome") == "failure"),
    ("resource:incident/INC00022*", lambda e: e.of("resource", "type") == "incident" and e.of("resource", "id").startswith("INC00022")),
    ('"to Group 65"', lambda e: e.contains("to group 65", "description")),
    ('text:"to Group 65"', lambda e: e.contains("to Group 65", "description", exact=True)),
    ('text:"to group 65"', lambda e: e.contains("to group 65", "description", exact=True)),
    ("called failed OR refused", lambda e: (e.contains("called", "description") and e.contains("failed", "description")) or e.contains("refused", "description")),
    ("time:2016-02", lambda e: (e.time.year, e.time.month) == (2016, 2)),
    ("time:2016-03-04..2016-03-06 channel:incidents", lambda e: e.time.date().isoformat() in ("2016-03-04", "2016-03-05", "2016-03-06") and e.of("channel") == "incidents"),
    ("time:<2016-03-01 OR time:>=2023", lambda e: e.time < day("2016-03-01") or e.time >= day("2023-01-01")),
    ("-(channel:incidents OR channel:cluster) (event:created OR event:deleted)", lambda e: e.of("channel") not in ("incidents", "cluster") and e.of("event") in ("created", "deleted")),
    ("trace_id:*", lambda e: e.of("trace_id") is not None),
    ("session_id:sess-* -session_id:sess-1", lambda e: (e.of("session_id") or "").startswith("sess-") and e.of("session_id") != "sess-1"),
    ("sequence.stream:door/0 (sequence.n:<3 OR sequence.n:>=47)", lambda e: e.of("sequence", "stream") == "door/0" and not 3 <= e.of("sequence", "n") < 47),
    ("sequence_n:* -sequence_stream:door/*", lambda e: e.of("sequence") is not None and not e.of("sequence", "stream").startswith("door/")),
    ('actor_type:agent reason:"asked by Zoë"', lambda e: e.of("actor", "type") == "agent" and e.contains("asked by zoë", "reason")),
    ("-country:* ip:64.25.27.224", lambda e: e.of("client", "location", "country") is None and ip(e, "64.25.27.224")),
    ("since:1d source:import:okta", lambda e: e.of("source") == "import:okta" and e.time >= datetime.datetime.now(UTC) - datetime.timedelta(days=1)),
    ("http_path:/api* actor_type:user", lambda e: FILTERS["http_path"](e, "/api") and e.of("actor", "type") == "user"),
]


class Asked:
    """A server, and everything that stood in its log once. The scan's answers are the same however the log is kept."""

    def __init__(self, server):
        self.server, self.answers = server, {}
        raw, shown = server.export_lines(), server.export_entries()
        # The second export recorded itself before it began.
        self.entries = [Entry(*both) for both in zip(raw, shown)]
        self.size = len(self.entries)

    def naive(self, pairs, means=None):
        key = (tuple(pairs), means)
        if key not in self.answers:
            self.answers[key] = naive(self.entries, pairs, *([means] if means else []))
        return self.answers[key]

    def page_through(self, pairs, limit, **more):
        """All entries by cursor, and the count that every page gave."""
        entries, cursor, count = [], None, None
        while True:
            params = [*pairs, ("limit", limit), *more.items(), ("count", "true")] + ([("cursor", cursor)] if cursor else [])
            answer = self.server.get("/v1/entries", params)
            assert answer.status == 200, (pairs, answer)
            page = answer.json()
            assert count in (None, page["count"]), "a cursor's pages see one log"
            entries, count, cursor = entries + page["entries"], page["count"], page.get("next")
            if cursor is None:
                return entries, count
            assert len(page["entries"]) == limit

    def check(self, pairs, expected):
        entries, count = self.page_through(pairs, 7 if len(expected) < 100 else 997)
        assert count == len(entries)
        # Exports and starts since the snapshot are entries too.
        assert all(entry["source"] == "indelible" for entry in entries if entry["leaf_index"] >= self.size)
        assert [entry["id"] for entry in entries if entry["leaf_index"] < self.size] == [entry.id for entry in expected]


@pytest.fixture(scope="module")
def everything(imported, tmp_path_factory):
    server = serve_copy(imported, tmp_path_factory.mktemp("questions") / "log")
    server.record([{
        "action": f"door.{verb}", "actor": {"type": "user", "id": f"u{n % 7}", "name": f"Zoë Straße {n % 7}", "email": f"zoe{n % 7}@example.com"},
        "description": f"Zoë Straße {n % 7} {verb} door {{{n}}}", "client": {"ip": "2001:db8::1"},
        "reason": f"ticket {n}: asked by Zoë Straße {n % 7}", "session_id": f"sess-{n % 4}", "sequence": {"stream": f"door/{n % 3}", "n": n // 3},
    } for n, verb in enumerate(["opened", "closed", "deleted"] * 50)])
    server.record([{
        "action": "door.checked", "actor": {"type": "agent", "id": f"helper-{n % 2}", "name": f"Helper {n}", "on_behalf_of": {
            "type": "user", "id": f"u{n % 7}", "name": f"Zoë Straße {n % 7}"}}, "outcome": "success",
        "reason": f"asked by Zoë Straße {n % 7}", "session_id": "sess-agent", "sequence": {"stream": "helper", "n": 1_000 + n},
    } for n in range(60)])
    yield Asked(server)
    server.kill()


@pytest.fixture(scope="module", params=["tail", "segments and tail", "sealed"])
def asked(request, everything):
    """The same log in the tail; in many segments, and what is left in the tail; and all in segments."""
    server = everything.server
    if request.param == "segments and tail":
        server.stop()
        server.start(extra=["--seal-rows", "5000"])
        wait_for("sealing to begin", lambda: "indelible_entries_sealed 0" not in server.get("/metrics").text)
    if request.param == "sealed":
        assert server.seal()["sealed"] >= everything.size
        server.restart()
    return everything


def label(pairs):
    return "&".join(f"{name}={value}" for name, value in pairs) or "everything"


@pytest.mark.parametrize("pairs", QUESTIONS, ids=label)
def test_a_filter_finds_what_a_naive_scan_finds(asked, pairs):
    asked.check(pairs, asked.naive(pairs))


@pytest.mark.parametrize(("query", "means"), LANGUAGE, ids=[query for query, _ in LANGUAGE])
def test_a_query_finds_what_a_naive_scan_finds(asked, query, means):
    asked.check([("q", query)], asked.naive([], means))


def test_most_questions_have_an_answer(asked):
    """Else the comparison above would say little."""
    answered = sum(1 for pairs in QUESTIONS if asked.naive(pairs)) + sum(1 for _, means in LANGUAGE if asked.naive([], means))
    assert answered >= len(QUESTIONS) + len(LANGUAGE) - 8


def test_oldest_first_is_newest_first_backwards(asked):
    pairs = [("channel", "access")]
    expected = asked.naive(pairs)
    entries, _ = asked.page_through(pairs, 100, order="asc")
    assert [entry["id"] for entry in entries] == [entry.id for entry in reversed(expected)]


def test_a_full_page_shows_what_the_export_shows(asked):
    shown = {entry.id: entry.shown for entry in asked.entries}
    for entry in asked.server.get("/v1/entries", {"channel": "access", "full": "true", "limit": 200}).json()["entries"]:
        for computed in ("browser", "details"):
            entry.pop(computed, None)  # at reading, and in no export
        assert entry == shown[entry["id"]]
    for entry in asked.server.get("/v1/entries", {"channel": "access", "limit": 200}).json()["entries"]:
        for computed in ("browser", "details"):
            entry.pop(computed, None)
        assert entry == {name: value for name, value in shown[entry["id"]].items() if name not in ("changes", "properties")}


FACETS = {
    "channel": lambda e: [e.of("channel")], "event": lambda e: [e.of("event")], "action": lambda e: [e.of("action")],
    "actor": lambda e: set(e.actors()), "actor_type": lambda e: [e.of("actor", "type")], "severity": lambda e: [e.of("severity")],
    "outcome": lambda e: [e.of("outcome")], "organization": lambda e: [e.of("organization", "id")], "project": lambda e: [e.of("project", "id")],
    "workspace": lambda e: [e.of("workspace", "id")], "resource_type": lambda e: [e.of("resource", "type")],
    "resource_id": lambda e: [e.of("resource", "id")], "http_status": lambda e: [e.of("http", "status")],
    "http_method": lambda e: [e.of("http", "method")], "country": lambda e: [e.of("client", "location", "country")],
    "source": lambda e: [e.of("source")], "request_id": lambda e: [e.of("request_id")],
    "session_id": lambda e: [e.of("session_id")], "sequence_stream": lambda e: [e.of("sequence", "stream")], "person": lambda e: list(e.persons()),
}


@pytest.mark.parametrize("pairs", [[("-source", "indelible")], [("outcome", "failure"), ("-source", "indelible")], [("channel", "no such")],
                                   [("from", "2016-03-04"), ("to", "2016-03-09"), ("severity", "info")]], ids=label)
def test_facets_count_what_a_naive_scan_counts(asked, pairs):
    answer = asked.server.get("/v1/facets", [*pairs, *(("field", name) for name in FACETS), ("limit", 1000)])
    assert answer.status == 200, answer
    facets, found = answer.json()["facets"], asked.naive(pairs)
    assert list(facets) == list(FACETS) or set(facets) == set(FACETS)
    for name, values in FACETS.items():
        counts = collections.Counter(str(value) for entry in found for value in values(entry) if value is not None)
        expected = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0].encode()))[:1000]
        assert [(one["value"], one["count"]) for one in facets[name]] == expected, name


def start_of(time, interval, zone):
    local = time.astimezone(zone)
    day = local.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    start = {
        "minute": local.replace(second=0, microsecond=0), "hour": local.replace(minute=0, second=0, microsecond=0), "day": day,
        "week": day - datetime.timedelta(days=day.weekday()), "month": day.replace(day=1),
    }[interval]
    return start if start.tzinfo else start.replace(tzinfo=zone)


@pytest.mark.parametrize(("interval", "tz", "by", "pairs"), [
    ("month", "UTC", "severity", []),
    ("week", "UTC", "outcome", [("channel", "incidents")]),
    ("day", "Europe/Berlin", "event", [("channel", "incidents")]),
    ("week", "America/New_York", "severity", [("severity", "warning")]),
    ("hour", "Asia/Kolkata", "channel", [("source", "import:cloudtrail")]),
    ("minute", "UTC", "http_status", [("source", "import:kubernetes")]),
])
def test_a_histogram_counts_what_a_naive_scan_counts(asked, interval, tz, by, pairs):
    pairs = [*pairs, ("-source", "indelible")]
    answer = asked.server.get("/v1/histogram", [*pairs, ("interval", interval), ("tz", tz), ("by", by)])
    assert answer.status == 200, answer
    zone, expected, totals = zoneinfo.ZoneInfo(tz), collections.defaultdict(collections.Counter), collections.Counter()
    for entry in asked.naive(pairs):
        start = start_of(entry.time, interval, zone).astimezone(UTC)
        totals[start] += 1
        expected[start].update(str(value) for value in FACETS[by](entry) if value is not None)
    buckets = [bucket for bucket in answer.json()["buckets"] if bucket["total"]]
    assert [moment(bucket["time"]) for bucket in buckets] == sorted(totals)
    for bucket in buckets:
        start = moment(bucket["time"])
        assert (bucket["total"], bucket["counts"]) == (totals[start], dict(expected[start])), bucket["time"]


def test_an_id_or_event_id_finds_its_one_entry(asked):
    for entry in asked.entries[::4001]:
        assert asked.page_through([("id", entry.id)], 5)[0][0]["id"] == entry.id
        if entry.of("event_id"):
            found = asked.naive([("event_id", entry.of("event_id"))])
            assert [one["id"] for one in asked.page_through([("event_id", entry.of("event_id"))], 5)[0]] == [one.id for one in found]


@pytest.mark.parametrize("pairs", [[("chanel", "auth")], [("severity", "huge")], [("from", "yesterday")], [("ip", "1.2.3")], [("q", "(a")],
                                   [("q", "nokey:x")], [("limit", "0")], [("limit", "1001")], [("cursor", "nonsense")], [("order", "up")],
                                   [("tz", "Mars/Base")], [("channel", "")], [("search", "")]], ids=label)
def test_a_question_with_a_mistake_is_refused_and_says_so(asked, pairs):
    answer = asked.server.get("/v1/entries", pairs)
    assert answer.status == 400 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] and answer.json()["detail"]
