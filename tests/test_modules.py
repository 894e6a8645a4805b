"""The tree shows the architecture: where modules import each other in a circle, none can be read alone."""

import re

import pytest
from modules import ROOT, circles, imports


@pytest.mark.parametrize("crate", ["crates/engine", "crates/index", "crates/search"])
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


def test_the_server_comes_to_entries_by_a_reader_alone():
    """What leads past the scope of a caller (decision 0023)."""
    past = re.compile(r"\binspect\b|Scope::|\.view\(|(?<!SearchError::)\bPart\b|\bView\b|\.ledger\(|\bVault\b|\bOpener::new\b")
    sources = list((ROOT / "crates" / "server" / "src").rglob("*.rs")) + list((ROOT / "crates" / "export" / "src").rglob("*.rs"))
    assert len(sources) > 40
    found = [f"{file.relative_to(ROOT)}: {line.strip()}" for file in sources for line in file.read_text().splitlines() if not line.lstrip().startswith("//") and past.search(line)]
    assert not found
