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
    ("get", "/healthz"): ("health", STATE),
    ("get", "/readyz"): ("health", STATE),
    ("get", "/metrics"): ("health", STATE),
}


def test_every_route_is_in_the_table():
    described = json.loads((ROOT / "tests" / "golden" / "openapi.json").read_text())["paths"]
    assert {(method, path) for path, methods in described.items() for method in methods} == set(ROUTES)
    # Two stand outside the description: paths with slashes in a parameter, and the description itself.
    routed = re.findall(r'\.route\(\s*"([^"]+)"', (RESOURCES.parent / "lib.rs").read_text())
    assert sorted(routed) == ["/openapi.json", "/tile/{*path}"]


@pytest.mark.parametrize(("file", "source"), sorted(set(ROUTES.values())))
def test_a_route_gets_its_answer_as_the_table_says(file, source):
    text = (RESOURCES / f"{file}.rs").read_text()
    has_reader = bool(re.search(r"\.reader\(", text))
    assert has_reader == any(READER == used for name, used in ROUTES.values() if name == file), source
    if source == TREE:
        assert re.search(r"log\s*\.(tree|checkpoint)\(", text)
