"""The tree shows the architecture: where modules import each other in a circle, none can be read alone."""

import pytest
from modules import ROOT, circles, imports


@pytest.mark.parametrize("crate", ["crates/engine", "crates/search"])
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
