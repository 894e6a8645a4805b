"""The tree shows the architecture: where modules import each other in a circle, none can be read alone."""

import re

import pytest
from modules import ROOT, circles, imports


@pytest.mark.parametrize("crate", ["crates/engine", "crates/index", "crates/search", "crates/segment"])
def test_no_modules_import_each_other_in_a_circle(crate):
    graph = imports(ROOT / crate)
    assert len(graph) > 20, "the modules were found"
    assert not circles(graph)


def test_a_circle_is_found_however_it_is_written(tmp_path):
    files = {
        "lib.rs": "mod a;\nmod b;\nmod room;\npub use b::B;\n",
        "a.rs": "use crate::B;\n",
        "b.rs": "pub struct B;\nfn f() { crate::room::inner::g() }\n",
        "room/mod.rs": "pub(crate) mod inner;\n",
        "room/inner.rs": "use super::super::{a::{self, A}};\n",
    }
    for name, text in files.items():
        file = tmp_path / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    assert circles(imports(tmp_path)) == [["a", "b", "room::inner"]]
    (tmp_path / "src" / "a.rs").write_text("#[cfg(test)]\nmod tests {\n    use crate::B;\n}\n")
    assert not circles(imports(tmp_path))


OPENS = re.compile(
    r"\.(open_sealed|for_each_fitting|identities_matching|identities_with|address_values|address_values_of|address_of|reveal_address)\("
    r"|\bidentity_values\(|\bOpenedDisclosure\b|\bKeptDisclosure\b|\bvault::OpenIdentity\b|\bOpened::(erased|withheld)\("
)


def test_disclosures_are_opened_in_one_room():
    """What leads from a sealed disclosure, or a value of the index, to its text: `engine/disclose` alone (decision 0024)."""
    room = ROOT / "crates" / "engine" / "src" / "disclose"
    allowed = [room, ROOT / "crates" / "vault", ROOT / "libs" / "event"]
    sources = [file for folder in ("crates", "libs") for file in (ROOT / folder).glob("*/src/**/*.rs")]
    assert len(sources) > 300
    opening = {file for file in sources if OPENS.search(without_tests(file.read_text()))}
    assert {file.name for file in opening if room in file.parents} >= {"disclosing.rs", "checking.rs", "indexing.rs", "opener.rs", "visible.rs"}
    outside = [str(file.relative_to(ROOT)) for file in opening if not any(folder in file.parents for folder in allowed)]
    assert not outside
    # Each plaintext of a disclosure passes a sight there, but for two: what is indexed, and what is checked.
    calls = {file.name for file in room.glob("*.rs") if ".open_sealed(" in without_tests(file.read_text())}
    assert calls == {"disclosing.rs", "checking.rs"}
    texts = {file.name for file in room.glob("*.rs") if "text_of(" in without_tests(file.read_text())}
    assert texts == {"disclosing.rs", "indexing.rs"}


def without_tests(text):
    """A file's text up to its tests, which stand last; comments left out."""
    lines = text.split("#[cfg(test)]\nmod tests")[0].splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("//"))


def test_the_server_comes_to_entries_by_a_reader_alone():
    """What leads past the scope of a caller (decision 0023)."""
    past = re.compile(r"\binspect\b|\b(search|engine)::(\{[^}]*\b)?Scope\b|Scope::(everything|within)\b|\.view\(|(?<!SearchError::)\bPart\b|\bView\b|\.ledger\(|\bVault\b|\bOpener::new\b")
    sources = list((ROOT / "crates" / "server" / "src").rglob("*.rs")) + list((ROOT / "crates" / "export" / "src").rglob("*.rs"))
    assert len(sources) > 40
    found = [f"{file.relative_to(ROOT)}: {line.strip()}" for file in sources for line in file.read_text().splitlines() if not line.lstrip().startswith("//") and past.search(line)]
    assert not found
