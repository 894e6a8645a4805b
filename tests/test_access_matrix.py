"""Every role at every scope, every route and method, every kind of id and of token: the answer that the design demands.

Routes come from the description of the interface. What is expected comes from `ROLES`, written from the design, and from the
entries themselves: the answer of each question is worked out here, of the entries that the caller's scopes name.
"""

import collections
import concurrent.futures
import csv
import io
import itertools
import json
import os
import random
import re
import time

import pytest
from conftest import wait_for
from controlled import Controlled, Lasting, of_nobody, with_other_secret

SEED = int(os.environ.get("INDELIBLE_SEED", random.SystemRandom().randrange(1 << 32)))
THREADS = 4
CELLS_MIN = 20_000

SEES = {"read", "names", "connections"}
ROLES = {
    "platform-admin": (SEES | {"export", "verify", "mint", "access", "organizations", "settings", "operate", "streams"}, {"platform"}),
    "auditor": (SEES | {"export", "verify"}, {"platform", "entries"}),
    "scope-admin": (SEES | {"export", "mint", "streams"}, {"entries"}),
    "viewer": ({"read"}, {"platform", "entries"}),
    "member": (SEES, {"own"}),
    "writer": ({"append"}, {"platform", "entries"}),
    "monitor": ({"operate"}, {"platform"}),
    "privacy-officer": ({"persons"}, {"platform", "entries"}),
    "records-manager": ({"records"}, {"platform", "entries"}),
}
DOOR = {"type": "door", "id": "7"}
SCOPES = [
    {}, {"organization": "acme"}, {"organization": "globex"}, {"organization": "nobodys"}, {"workspace": "w1"}, {"project": "p1"},
    {"resource": DOOR}, {"organization": "acme", "workspace": "w1"}, {"organization": "acme", "project": "p2"},
    {"organization": "acme", "resource": DOOR}, {"organization": "globex", "workspace": "w1", "project": "p1", "resource": DOOR},
]
OWN = {"own": True}
STATES = ["good", "revoked", "expired", "rotated", "wrong secret", "unknown"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ABSENT = {"entry": "01900000-0000-7000-8000-000000000000", "token": "aaaaaaaaaaaaaaaa", "grant": "0" * 16, "organization": "absent"}


# The model

def kind(scope):
    return "platform" if scope == {} else "own" if scope == OWN else "entries"


def covers(scope, entry):
    """Whether an entry is of a scope."""
    if scope == OWN:
        return False
    named = all(entry.get(level, {}).get("id") == scope[level] for level in ("organization", "workspace", "project") if level in scope)
    resource = entry.get("resource", {})
    return named and scope.get("resource", resource and {"type": resource["type"], "id": resource["id"]}) == (
        resource and {"type": resource["type"], "id": resource["id"]})


class Holder:
    """A program, what it holds, and its token in every state."""

    def __init__(self, program, grants, tokens):
        self.program, self.grants, self.tokens = program, grants, tokens
        self.name = " + ".join(f"{role} at {json.dumps(scope)}" for role, scope in grants)

    def scopes(self, permission):
        return [scope for role, scope in self.grants if permission in ROLES[role][0]]

    def may(self, needs):
        """Whether somebody with these grants gets what a route needs."""
        if needs in ("nothing", "tree", "principal"):
            return True
        permission, _, where = needs.partition(" at the ")
        return bool(self.scopes(permission)) if where == "" else {} in self.scopes(permission)

    def has_all(self, permission, needs):
        """Whether it has a permission wherever it has what a route needs."""
        held = self.scopes(permission)
        return all(scope in held or {} in held for scope in self.scopes(needs.partition(" at the ")[0]))

    def sees(self, entry):
        return any(covers(scope, entry) for scope in self.scopes("read"))


# The log

def events():
    """Of several organizations, workspaces, projects, things and people, and of none. Each value that tells which is its own."""
    places = itertools.product([None, "acme", "globex", "ACME", "initech"], [None, "w1", "w2"], [None, "p1", "p2"])
    for n, (organization, workspace, project) in enumerate(places):
        event = {"event_id": f"seed{n}", "time": f"2026-03-{n % 27 + 1:02}T{n % 24:02}:30:00Z", "action": f"ev{n}.opened", "channel": f"ch{n}.x"}
        levels = {"organization": organization, "workspace": workspace, "project": project}
        event |= {level: {"id": id} for level, id in levels.items() if id}
        if n % 4:
            event["resource"] = [None, DOOR, {"type": "door", "id": "8"}, {"type": "key", "id": "7"}][n % 4]
            event["targets"] = [{"type": "door", "id": "7"}, {"type": "lock", "id": f"ev{n}.lock"}]
        if n % 3:
            event["actor"] = {"type": "user", "id": f"u{n}", "name": f"Nym{n}", "email": f"nym{n}@people.example"}
            event["client"] = {"ip": f"198.51.100.{n + 1}", "user_agent": f"Agent{n}/1.0"}
        event["properties"] = {"of": f"ev{n}.property"}
        yield event


class World:
    def __init__(self, home):
        self.server = Controlled(home).start()
        self.random = random.Random(SEED)
        self.record()
        self.server.settle("PATCH", "/v1/settings", {"tree_public": True})
        self.holders = [self.holder([(role, scope)]) for role in ROLES for scope in [*SCOPES, OWN] if kind(scope) in ROLES[role][1]]
        acme, p1 = {"organization": "acme"}, {"project": "p1"}
        self.holders += [self.holder([("auditor", p1), ("viewer", acme)]), self.holder([("writer", acme), ("scope-admin", p1)])]
        self.canary = self.server.program("platform-admin", {}, "canary")
        self.canary_grant = self.server.grants_of(self.canary)[0]["id"]
        # The expired ones were made to last a second.
        wait_for("tokens to expire", lambda: all(self.server.ask(h.tokens["expired"], "GET", "/v1/session").status == 401 for h in self.holders[-1:]))
        self.routes = [(path, method.upper(), operation) for path, methods in self.server.get("/openapi.json").json()["paths"].items()
                       for method, operation in methods.items()]
        self.lasting = Lasting(self.server)
        self.entries, self.alike, self.foreign = {}, {}, 0

    def record(self):
        all = list(events())
        self.server.record(all[: len(all) // 2])
        self.server.seal()
        receipts = self.server.record(all[len(all) // 2:])
        self.server.wait_checkpoint(receipts[-1]["leaf_index"] + 1)

    def holder(self, grants):
        (role, scope), *more = grants
        made = [self.server.program(role, scope, **({"expires_in": 1} if n == 2 else {})) for n in range(3)]
        for program in made[:2]:
            for one in more:
                self.server.grant(program, *one)
        good, revoked, expired = made
        self.server.settle("DELETE", f"/v1/tokens/{revoked.id}")
        rotated = self.server.settle("POST", f"/v1/tokens/{good.id}/rotate", {"overlap": 0}).json()["token"]
        tokens = {"good": rotated, "revoked": revoked.token, "expired": expired.token, "rotated": good.token,
                  "wrong secret": with_other_secret(good.token, self.random), "unknown": of_nobody(self.random)}
        good.token = rotated
        return Holder(good, grants, tokens)

    def learn(self):
        """Reads the log as it is now, with everything: nothing is written after it but what belongs to no organization."""
        self.entries = {entry["id"]: entry for entry in self.server.export_entries()}
        for holder in self.holders:
            holder.visible = {id: entry for id, entry in self.entries.items() if holder.sees(entry)}

    def id_of(self, what, holder, which):
        """An id of the holder's own, of somebody else's, or of nobody's."""
        if which == "absent":
            return ABSENT[what]
        if what == "entry":
            seeds = [id for id, entry in self.entries.items() if entry["action"].startswith("ev") and (holder.sees(entry) == (which == "own"))]
            return self.random.choice(seeds) if seeds else None
        if what == "token":
            return holder.program.id if which == "own" else self.canary.id
        if what == "grant":
            return self.server.grants_of(holder.program)[0]["id"] if which == "own" else self.canary_grant
        scope = next((scope["organization"] for _, scope in holder.grants if "organization" in scope), "acme")
        return scope if which == "own" else "initech"


# The cells

class Cell:
    """One request, and the statuses that may answer it. `check` looks at the answer of one that is let in."""

    def __init__(self, holder, state, needs, method, path, body=None, expected=(), check=None, group=None, headers=()):
        self.holder, self.state, self.needs, self.method, self.path, self.body = holder, state, needs, method, path, body
        self.expected, self.check, self.group, self.headers = set(expected), check, group, dict(headers)

    def __repr__(self):
        return f"{self.holder.name if self.holder else 'nobody'} ({self.state}): {self.method} {self.path}"


def documented(operation):
    return {int(status) for status in operation["responses"]}


def allowed(method, path, operation, holder, which, world):
    """Body, and what answers a request that is let in; `None` where there is no such cell."""
    own = which == "own"
    scope = holder.grants[0][1] if holder else {}
    id_kind = {"/v1/entries": "entry", "/v1/tokens": "token", "/v1/grants": "grant", "/v1/organizations": "organization"}
    what = next((kind for prefix, kind in id_kind.items() if path.startswith(prefix + "/{id}")), None)
    id = (world.id_of(what, holder, which) if what and holder else ABSENT.get(what, "absent"))
    if id is None:
        return None
    filled = re.sub(r"\{[^}]*\}", id, path)
    found = {200} if own else {404}
    absent_alone = {404} if which == "absent" else None
    match method, path:
        case "POST", "/v1/events":
            append = holder.scopes("append") if holder else []
            place = {"organization": "nobodys-at-all"} if which == "foreign" else append[0] if append else scope
            levels = {level: {"id": place[level]} for level in ("organization", "workspace", "project") if level in place}
            resource = {"resource": place["resource"]} if "resource" in place else {}
            event = {"event_id": f"{which}-{holder.program.id if holder else ''}", "action": "cell.written", **levels, **resource}
            return filled, event, {200, 201} if which != "foreign" or {} in append else {422}
        case "POST", "/v1/tokens":
            wanted = {"name": "cell", "role": "viewer" if own else "no-such-role", "scope": {"organization": "cells"}}
            return filled, wanted, {201} if own else {422}
        case "POST", "/v1/tokens/{id}/rotate":
            return filled, {"overlap": 60}, absent_alone
        case "DELETE", "/v1/tokens/{id}" | "/v1/grants/{id}":
            return filled, None, absent_alone
        case "POST", "/v1/grants":
            principal = f"program:{ABSENT['token'] if which == 'absent' else world.canary.id}"
            return filled, {"principal": principal, "role": "auditor", "scope": {}}, absent_alone
        case "PUT", "/v1/organizations/{id}":
            return filled, {"status": "active"}, {200}
        case "PATCH", "/v1/settings":
            return filled, {}, {200}
        case "POST", "/v1/viewer-tokens":
            place = scope if own else {"organization": "initech" if which == "foreign" else "absent"}
            wanted = {"scope": place, "origin": "https://shop.example", "expires_in": 60}
            may = holder is not None and any(all(place.get(level) == value for level, value in held.items()) for held in holder.scopes("mint"))
            return filled, wanted, {201} if may else {403}
        case "POST", "/v1/verification":
            return filled, None, {200, 409}
        case "GET", "/v1/sessions":
            return filled, None, {409}
        case "GET", "/v1/verification":
            return filled, None, {200, 429}
        case "GET", _ if what == "entry":
            return filled, None, found
        case "GET", _ if path in READS or set(operation["responses"]) <= {"200", "401", "403", "409", "503"}:
            return filled + READS.get(path, ""), None, {200}
    return filled, {} if "requestBody" in operation else None, documented(operation) - {401}


READS = {
    "/v1/entries": "?limit=1000&count=true&full=true", "/v1/facets": "?field=organization&field=action&field=project",
    "/v1/histogram": "", "/v1/heatmap": "", "/v1/catalogue": "", "/v1/suggestions": "?field=action&limit=100", "/v1/export": "", "/v1/feed": "?full=true",
    "/v1/consistency": "?from=1&to=2", "/v1/grants": "",
}


def cells(world, writing):
    """Every cell: those that may write something, or the others. In groups whose cells are asked one after the other."""
    for path, method, operation in world.routes:
        needs = operation["x-needs"]
        writes = method not in ("GET",)
        variants = ["own", "foreign", "absent"] if "{id}" in path or method == "POST" and path.startswith("/v1/") else ["own"]
        if writes == writing:
            for holder in world.holders:
                for state in STATES:
                    yield [cell for which in variants for cell in [described(world, holder, state, method, path, operation, which)] if cell]
            for shown in [None, "Bearer", "Basic b3BlcmF0b3I6", "Bearer ind_" + "a" * 63, "Token x"]:
                filled, body, expected = allowed(method, path, operation, None, "absent", world)
                headers = {} if shown is None else {"Authorization": shown}
                yield [Cell(None, "nothing" if shown is None else "garbage", needs, method, filled, body, expected, headers=headers)]
    if writing:
        for path in sorted({path for path, _, _ in world.routes} | {"/v1/absent", "/v1/entries/x/y", "/v1", "/"}):
            there = {method for other, method, _ in world.routes if other == path}
            for method in METHODS:
                if method in there or method == "HEAD" and ("GET" in there or path == "/") or path == "/":
                    continue
                status = 405 if there else 404
                for holder in world.holders:
                    yield [Cell(holder, "good", "nothing", method, path.replace("{id}", "x"), None, {status})]
    else:
        for holder in world.holders:
            yield from questions(world, holder)


def described(world, holder, state, method, path, operation, which):
    found = allowed(method, path, operation, holder, which, world)
    if found is None:
        return None
    filled, body, expected = found
    needs = operation["x-needs"]
    if state == "good" and holder.may(needs):
        if expected is None:  # It would do something to what is there: nothing but what was made for it.
            return None
        group = (holder.name, method, path) if which != "own" and expected == {404} else None
        return Cell(holder, state, needs, method, filled, body, expected, CHECKS.get(path) if which == "own" else None, group)
    return Cell(holder, state, needs, method, filled, body, expected if needs == "nothing" else (), group=(holder.name, state, method, path) if state == "good" else None)


def questions(world, holder):
    """Questions in many forms, of somebody who may ask them or not."""
    foreign = world.id_of("entry", holder, "foreign") or ABSENT["entry"]
    n = re.search(r"ev(\d+)", world.entries.get(foreign, {"action": "ev0"})["action"])[1]
    narrowed = [f"id={foreign}", f"q=ev{n}.opened", f"action=ev{n}.opened", f"actor=u{n}", f"search=Nym{n}", "organization=initech", "-organization=absent"]
    asked = [("/v1/entries", f"{question}&count=true&limit=1000", listed) for question in narrowed]
    asked += [("/v1/facets", f"field={field}&limit=1000", counted(field)) for field in ["organization", "workspace", "project", "action", "channel", "source", "actor", "severity"]]
    asked += [("/v1/facets", f"field=action&{question}", None) for question in narrowed]
    asked += [("/v1/histogram", f"interval={interval}", bucketed) for interval in ["hour", "month"]]
    asked += [("/v1/histogram", f"by={by}", bucketed) for by in ["organization", "action"]] + [("/v1/histogram", narrowed[1], None)]
    asked += [("/v1/suggestions", f"field={field}&limit=100", offered(field)) for field in ["organization", "project", "workspace", "channel", "source", "resource_id"]]
    asked += [("/v1/suggestions", f"field={field}&prefix={prefix}", None) for field, prefix in [("actor_name", "nym"), ("actor_email", "nym"), ("ip", "198"), ("action", f"ev{n}")]]
    asked += [("/v1/export", f"format={form}&order={order}", exported(form)) for form in ["ndjson", "json"] for order in ["asc", "leaf"]]
    asked += [("/v1/export", f"format=csv&layout={layout}", exported("csv")) for layout in ["platform", "records", "events", "access"]]
    asked += [("/v1/feed", "last=5", None), ("/v1/feed", "full=true", fed)] + [("/v1/heatmap", question, None) for question in narrowed[:3]]
    for path, query, check in asked:
        needs = "export" if path == "/v1/export" else "read"
        # Some fields take a permission to look at persons: who lacks it is told so, or gets nothing.
        expected = {200} if check or "ip" not in query and "actor" not in query else {200, 400, 403}
        if holder.may(needs):
            yield [Cell(holder, "good", needs, "GET", f"{path}?{query}", None, expected, check)]
            if path not in ("/v1/export", "/v1/feed"):
                yield [Cell(holder, "good", needs, "HEAD", f"{path}?{query}", None, expected)]
        else:
            yield [Cell(holder, "good", needs, "GET", f"{path}?{query}", None, ())]
    if holder.may("read"):
        yield [Cell(holder, "good", "read", "GET", "/v1/feed?full=true", None, {200}, fed_as_events, headers={"Accept": "text/event-stream"})]


# What answers hold

def is_all(holder):
    """Of somebody who sees everything the log grows while he asks."""
    return {} in holder.scopes("read")


def same(holder, shown, sees=None):
    sees = holder.visible if sees is None else sees
    shown = list(shown)
    assert len(shown) == len(set(shown)), "something is there twice"
    assert set(shown) >= set(sees) if is_all(holder) else set(shown) == set(sees), (set(shown) ^ set(sees))


def listed(holder, answer):
    page = answer.json()
    assert page["count"] == len(page["entries"]) or page.get("next"), page["count"]


def whole_list(holder, answer):
    listed(holder, answer)
    if not answer.json().get("next"):
        same(holder, [entry["id"] for entry in answer.json()["entries"]])


def values(holder, field):
    def value(entry):
        if field in ("organization", "workspace", "project"):
            return entry.get(field, {}).get("id")
        return entry.get("actor", {}).get("id") if field == "actor" else entry["resource"]["id"] if field == "resource_id" and "resource" in entry else entry.get(field)
    counts = collections.Counter(value(entry) for entry in holder.visible.values())
    return {value: count for value, count in counts.items() if value is not None}


def agree(holder, shown, expected):
    if not is_all(holder):
        assert shown == expected
    else:
        assert all(shown.get(value, 0) >= count for value, count in expected.items())


def counted(field):
    def check(holder, answer):
        shown = {row["value"]: row["count"] for row in answer.json()["facets"][field]}
        agree(holder, shown, values(holder, field))
    return check


def facets(holder, answer):
    for field in ("organization", "project"):
        counted(field)(holder, answer)


def bucketed(holder, answer):
    buckets = answer.json()["buckets"]
    total = sum(bucket["total"] for bucket in buckets)
    agree(holder, {"all": total}, {"all": len(holder.visible)})


def warm(holder, answer):
    agree(holder, {"all": sum(map(sum, answer.json()["cells"]))}, {"all": len(holder.visible)})


def catalogued(holder, answer):
    catalogue = answer.json()
    agree(holder, {row["value"]: row["count"] for row in catalogue["actions"]}, values(holder, "action"))
    agree(holder, {row["value"]: row["count"] for row in catalogue["channels"]}, values(holder, "channel"))


def offered(field):
    def check(holder, answer):
        shown = {row["value"] for row in answer.json()["suggestions"]}
        expected = set(values(holder, field))
        # Ids that hardly occur twice are not offered; which these are the index says.
        is_whole = field != "resource_id" and len(expected) <= 100
        assert is_all(holder) or shown <= expected
        assert shown >= expected or not is_whole
    return check


def exported(form):
    def check(holder, answer):
        if form == "ndjson":
            ids = [json.loads(line)["id"] for line in answer.body.splitlines()]
        elif form == "json":
            ids = [entry["id"] for entry in answer.json()["entries"]]
            assert answer.json()["count"] == len(ids)
        else:
            ids = [row["id"] for row in csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig")))]
        may = {id: entry for id, entry in holder.visible.items() if any(covers(scope, entry) for scope in holder.scopes("export"))}
        same(holder, ids, may)
    return check


def fed(holder, answer):
    same(holder, [json.loads(line)["id"] for line in answer.body.splitlines() if line])


def fed_as_events(holder, answer):
    same(holder, [json.loads(line[6:])["id"] for line in answer.text.split("\n") if line.startswith("data: ")])


def rolled(holder, answer):
    shown = {role["name"]: (set(role["permissions"]), set(role["at"])) for role in answer.json()["roles"]}
    assert shown == ROLES


def known(holder, answer):
    session = answer.json()
    assert session["principal"]["id"] == holder.program.id
    assert sorted(map(json.dumps, [[grant["role"], grant["scope"]] for grant in session["grants"]])) == sorted(map(json.dumps, map(list, holder.grants)))
    assert set(session["permissions"]) == {permission for role, _ in holder.grants for permission in ROLES[role][0]}


CHECKS = {
    "/v1/entries": whole_list, "/v1/facets": facets, "/v1/histogram": bucketed, "/v1/heatmap": warm, "/v1/catalogue": catalogued,
    "/v1/export": exported("ndjson"), "/v1/feed": fed, "/v1/roles": rolled, "/v1/session": known,
}


def asked(world, cell):
    headers = dict(cell.headers)
    if cell.holder:
        headers["Authorization"] = f"Bearer {cell.holder.tokens[cell.state]}"
    body = None
    if cell.body is not None:
        headers["Content-Type"], body = "application/json", json.dumps(cell.body)
    answer = world.lasting.ask(cell.method, cell.path, body, headers)
    try:
        judge(world, cell, answer)
    except (AssertionError, KeyError, ValueError) as wrong:
        raise AssertionError(f"{cell}: {answer}, expected {sorted(cell.expected) or 'no'}: {wrong!r}"[:1500]) from wrong


def judge(world, cell, answer):
    count_foreign(world, cell, answer)
    if cell.state != "good" and cell.needs != "nothing":
        is_open = cell.state == "nothing" and cell.needs == "tree"
        assert is_open and answer.status == 200 or answer.status == 401, "it is not let in"
        if answer.status == 401 and cell.method != "HEAD":
            code = "not_signed_in" if cell.state == "nothing" else "bad_token"
            assert answer.json()["code"] == code and answer.headers["www-authenticate"].startswith("Bearer")
            assert answer.headers["content-type"] == "application/problem+json"
    elif cell.holder and not cell.holder.may(cell.needs):
        assert (answer.status, answer.json()["code"]) == (403, "not_permitted")
    else:
        assert answer.status in cell.expected
        if cell.check and answer.status == 200:
            cell.check(cell.holder, answer)
    if cell.group:
        alike = (answer.status, {name: value for name, value in answer.headers.items() if name != "date"}, answer.body)
        assert world.alike.setdefault(cell.group, alike) == alike, "foreign and absent answer alike"


def count_foreign(world, cell, answer):
    """Nothing in an answer is of an entry that is not the caller's, and nothing of people that he may not see."""
    holder, body = cell.holder, answer.body
    sees = {int(entry["action"][2:].split(".")[0]) for entry in getattr(holder, "visible", {}).values() if re.match(r"ev\d+\.", entry["action"])} if holder else set()
    if cell.state != "good":
        sees = set()
    asked_for = {int(n) for n in re.findall(r"(?:ev|u|Nym)(\d+)", cell.path)}
    shown = {int(n) for n in re.findall(rb"\bev(\d+)\.", body)} | {int(n) for n in re.findall(rb"\b[Nn]ym(\d+)", body)}
    foreign = shown - sees - (asked_for if answer.status != 200 else set())
    world.foreign += len(foreign)
    assert not foreign, f"entries {sorted(foreign)} are not this caller's"
    if not (holder and holder.has_all("names", cell.needs)):
        assert not re.search(rb"\bnym\d", body, re.I) or answer.status != 200, "names are not this caller's"
    if not (holder and holder.has_all("connections", cell.needs)):
        assert not re.search(rb"198\.51\.100\.\d|Agent\d", body) or answer.status != 200, "addresses are not this caller's"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    made = World(tmp_path_factory.mktemp("matrix") / "log")
    yield made
    made.server.kill()


def test_every_cell_answers_as_the_design_says(world, capsys):
    began, numbers, wrong = time.monotonic(), collections.Counter(), []
    before = sorted(map(json.dumps, world.server.get("/v1/grants").json()["grants"]))
    world.learn()
    with concurrent.futures.ThreadPoolExecutor(THREADS) as threads:
        for writing in (True, False):
            groups = [group for group in cells(world, writing) if group]
            world.random.shuffle(groups)
            numbers[writing] = sum(map(len, groups))
            for found in threads.map(lambda group: answers(world, group), groups):
                wrong += found
            world.learn()
    with capsys.disabled():
        print(f"\n{numbers.total()} cells (seed {SEED}): {len(wrong)} wrong, {world.foreign} foreign rows, "
              f"{len(world.alike)} pairs alike, {time.monotonic() - began:.0f} s")
    assert not wrong, "\n".join(wrong[:20])
    assert world.foreign == 0 and numbers.total() >= CELLS_MIN
    after = sorted(map(json.dumps, world.server.get("/v1/grants").json()["grants"]))
    assert [grant for grant in after if '"cells"' not in grant] == before, "no cell changed what was granted"
    assert world.server.ask(world.canary.token, "GET", "/v1/session").status == 200
    assert world.server.stop() == 0 and world.server.verify().returncode == 0


def answers(world, group):
    wrong = []
    for cell in group:
        try:
            asked(world, cell)
        except AssertionError as error:
            wrong.append(str(error))
    return wrong
