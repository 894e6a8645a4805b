"""The second implementations in spec/vectors, made from the pages alone, agree with the golden files."""

import filecmp
import pathlib
import shutil
import subprocess
import sys

import pytest

SPEC = pathlib.Path(__file__).resolve().parent.parent / "spec"
SCRIPTS = sorted(str(path.relative_to(SPEC)) for path in SPEC.glob("vectors/*/*.py"))


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_second_implementation_agrees_with_the_golden_files(script, tmp_path):
    """`generate.py` writes its files anew, the same to the byte; `check.py` reads what is there, and says nothing."""
    copy = tmp_path / "spec"
    shutil.copytree(SPEC, copy, ignore=shutil.ignore_patterns("__pycache__"))
    folder = (copy / script).parent
    names = sorted(path.name for path in folder.iterdir())
    done = subprocess.run([sys.executable, copy / script], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert sorted(path.name for path in folder.iterdir() if path.name != "__pycache__") == names
    _, different, unread = filecmp.cmpfiles((SPEC / script).parent, folder, names, shallow=False)
    assert not different and not unread
