"""Each route of the server, and how it gets what it answers: entries by a reader alone (decision 0023)."""

import json
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "crates" / "server" / "src" / "resources"

READER = "a reader: what the caller may see"
SUBMITS = "nothing: it hands events to the log"
TREE = "the tree, which is public: digests, proofs over them, checkpoints, the key"
STATE = "numbers and words about the server itself"
PEOPLE = "accounts and their sessions, by what the asker proves"
DESK = "what is settled about access, as far as the caller manages it"

ROUTES = {
    ("post", "/v1/events"): ("events", SUBMITS),
    ("get", "/v1/entries"): ("entries", READER),
    ("get", "/v1/entries/{id}"): ("entry", READER),
    ("get", "/v1/entries/{id}/line"): ("entry", READER),
    ("get", "/v1/entries/{id}/proof"): ("entry", READER),
    ("get", "/v1/entries/{id}/disclosures"): ("entry", READER),
    ("get", "/v1/facets"): ("facets", READER),
    ("get", "/v1/histogram"): ("histogram", READER),
    ("get", "/v1/heatmap"): ("heatmap", READER),
    ("get", "/v1/catalogue"): ("catalogue", READER),
    ("get", "/v1/suggestions"): ("suggestions", READER),
    ("get", "/v1/export"): ("export", READER),
    ("get", "/v1/feed"): ("feed", READER),
    ("get", "/v1/verification"): ("verification", READER),
    ("post", "/v1/verification"): ("verification", STATE),
    ("post", "/v1/seal"): ("sealing", STATE),
    ("get", "/checkpoint"): ("ledger", TREE),
    ("get", "/vkey"): ("ledger", TREE),
    ("get", "/v1/consistency"): ("ledger", TREE),
    ("get", "/v1/session"): ("session", DESK),
    ("post", "/v1/session"): ("session", PEOPLE),
    ("delete", "/v1/session"): ("session", PEOPLE),
    ("get", "/v1/sessions"): ("sessions", PEOPLE),
    ("delete", "/v1/sessions/{id}"): ("sessions", PEOPLE),
    ("put", "/v1/session/password"): ("own_account", PEOPLE),
    ("post", "/v1/session/totp"): ("own_account", PEOPLE),
    ("put", "/v1/session/totp"): ("own_account", PEOPLE),
    ("delete", "/v1/session/totp"): ("own_account", PEOPLE),
    ("get", "/v1/sign-in"): ("sign_in", PEOPLE),
    ("get", "/v1/sign-in/oidc/{provider}"): ("sign_in", PEOPLE),
    ("get", "/v1/sign-in/oidc/{provider}/callback"): ("sign_in", PEOPLE),
    ("post", "/v1/sign-in/oidc/{provider}/logout"): ("sign_in", PEOPLE),
    ("post", "/v1/invitations/look"): ("invitations", PEOPLE),
    ("post", "/v1/invitations/accept"): ("invitations", PEOPLE),
    ("get", "/v1/people"): ("people", DESK),
    ("post", "/v1/people"): ("people", DESK),
    ("get", "/v1/people/{id}"): ("people", DESK),
    ("patch", "/v1/people/{id}"): ("people", DESK),
    ("post", "/v1/people/{id}/invitation"): ("people", DESK),
    ("get", "/v1/roles"): ("roles", DESK),
    ("get", "/v1/tokens"): ("tokens", DESK),
    ("post", "/v1/tokens"): ("tokens", DESK),
    ("delete", "/v1/tokens/{id}"): ("tokens", DESK),
    ("post", "/v1/tokens/{id}/rotate"): ("tokens", DESK),
    ("get", "/v1/grants"): ("grants", DESK),
    ("post", "/v1/grants"): ("grants", DESK),
    ("delete", "/v1/grants/{id}"): ("grants", DESK),
    ("get", "/v1/organizations"): ("organizations", DESK),
    ("put", "/v1/organizations/{id}"): ("organizations", DESK),
    ("post", "/v1/viewer-tokens"): ("viewer_tokens", DESK),
    ("delete", "/v1/viewer-tokens"): ("viewer_tokens", DESK),
    ("get", "/v1/settings"): ("settings", DESK),
    ("patch", "/v1/settings"): ("settings", DESK),
    ("get", "/healthz"): ("health", STATE),
    ("get", "/readyz"): ("health", STATE),
    ("get", "/metrics"): ("health", STATE),
}


def test_every_route_is_in_the_table():
    described = json.loads((ROOT / "tests" / "golden" / "openapi.json").read_text())["paths"]
    assert {(method, path) for path, methods in described.items() for method in methods} == set(ROUTES)
    # Two stand outside the description: paths with slashes in a parameter, and the description itself.
    sources = [(RESOURCES.parent / name).read_text() for name in ("lib.rs", "openapi.rs")]
    assert sorted(re.findall(r'\.add_undescribed\([^"]*"([^"]+)"', "".join(sources))) == ["/openapi.json", "/tile/{*path}"]
    # Only one place adds routes to a router without saying what they need: that of the page's own files.
    raw = [path.name for path in RESOURCES.parent.rglob("*.rs") if re.search(r"\.routes?\(\s*[^)\s]", path.read_text().split("#[cfg(test)]")[0])]
    assert sorted(raw) == ["console.rs", "needs.rs"]


def test_every_described_route_says_what_it_needs():
    described = json.loads((ROOT / "tests" / "golden" / "openapi.json").read_text())["paths"]
    for path, methods in described.items():
        for method, operation in methods.items():
            assert operation["x-needs"], (method, path)
            signs_in = (method, path) == ("post", "/v1/session")
            assert ("401" in operation["responses"]) == (operation["x-needs"] != "nothing" or signs_in), (method, path)


@pytest.mark.parametrize(("file", "source"), sorted(set(ROUTES.values())))
def test_a_route_gets_its_answer_as_the_table_says(file, source):
    text = (RESOURCES / f"{file}.rs").read_text()
    has_reader = bool(re.search(r"\.reader\(", text))
    assert has_reader == any(READER == used for name, used in ROUTES.values() if name == file), source
    if source == TREE:
        assert re.search(r"log\s*\.(tree|checkpoint)\(", text)
