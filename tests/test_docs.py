"""The texts are right about the tree: every link leads somewhere, and every page, section and file that is named exists.

Links, code spans and citations are read as they are written here: [text](page.md#heading), `crates/engine/src/open.rs` or `engine/open.rs`,
and in code and texts alike a page followed by its sections, as in: spec/journal.md, "Start", "Appending".
"""

import itertools
import os
import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
# What is built, fetched or made by running.
NOT_OURS = {".git", ".venv", "target", "node_modules", "dist", "data", "__pycache__", ".pytest_cache"}
CITING = {".rs", ".py", ".ts", ".mjs", ".toml", ".md"}
# A page that the console puts into what it exports.
MADE_BY_THE_CONSOLE = "VERIFY.md"
# Pages that name paths within other projects.
PATHS_OF_OTHERS = {"demo/README.md", "libs/proof/tests/vectors/README.md"}
# Folders of a log's directory: `journal/reserve` is a file of a log, and no file of the crate `journal`.
FOLDERS_OF_A_LOG = {"journal", "keys", "tree", "manifest", "segments"}

LINK = re.compile(r"\[(?:[^\[\]]|\[[^\]]*\])*\]\(([^()\s]+)\)")
SPAN = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^```.*?^```", re.M | re.S)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.M)
RUN_IN_HEADING = re.compile(r"^(?:\d+\. |- )?\*\*([A-Z][^*\n]*?)\.?\*\*", re.M)
COMMENT_GOES_ON = re.compile(r"\n[ \t]*(?://[/!]?|\*|#)[ \t]?")
PAGE = re.compile(r"(?<![\w./-])((?:[\w.-]+/)*[\w.-]+\.md)\b")
SECTIONS = re.compile(r"(?<![\w./-])((?:[\w.-]+/)*[\w.-]+\.md)(?:`|\]\([^()]*\))*((?:,\s+\"[A-Z][^\"\n]*\")+)")
OWN_SECTION = re.compile(r"\bsee (?:\*([A-Z][^*\n]+)\*|\"([A-Z][^\"\n]+)\")")
# In a comment, a page by its name in capitals: RELIABILITY, "Seal".
CAPITALS = re.compile(r"^\s*(?://|\*|#|\"\"\").*?\b([A-Z]{5,}), \"[A-Z]", re.M)
NORMATIVE = re.compile(r"(?<![\w./-])((?:spec|docs)/[\w/-]+(?:\.[a-z0-9]+)?)")
DECISION = re.compile(r"\bdecisions? \[?(\d{4})\b")


def files(root=ROOT):
    """Every file that may cite another, by its path from the root."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in NOT_OURS)
        for name in sorted(names):
            path = pathlib.Path(folder, name)
            if path.suffix in CITING and path != pathlib.Path(__file__).resolve():
                yield path


def pages(root=ROOT):
    return [path for path in files(root) if path.suffix == ".md"]


def headings(page):
    """The headings of a page, as they stand there."""
    return HEADING.findall(FENCE.sub("", page.read_text("utf-8")))


def sections(page):
    """What can be cited of a page: its headings, and the bold words that begin a paragraph or an item."""
    return [*headings(page), *RUN_IN_HEADING.findall(page.read_text("utf-8"))]


def anchors(page):
    """The fragments that lead to the headings of a page, as GitHub makes them."""
    seen = {}
    for title in headings(page):
        title = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).replace("`", "").lower()
        anchor = re.sub(r"[^\w\- ]", "", title).replace(" ", "-")
        seen[anchor] = seen.get(anchor, -1) + 1
        yield anchor if seen[anchor] == 0 else f"{anchor}-{seen[anchor]}"


def broken_links(page, root=ROOT):
    for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        led = (page.parent / name).resolve() if name else page
        if root not in [led, *led.parents] or not led.exists():
            yield f"link to {target}"
        elif fragment and fragment not in anchors(led):
            yield f"link to {target}: {led.name} has no such heading"


def spelled_out(span):
    """`a/{b,c}.rs` as `a/b.rs` and `a/c.rs`."""
    parts = re.split(r"\{([^{}]*)\}", span)
    choices = [part.split(",") if at % 2 else [part] for at, part in enumerate(parts)]
    return ["".join(choice) for choice in itertools.product(*choices)]


def missing_files(page, root=ROOT):
    """Code spans that name a file or folder of the tree which is not there."""
    crates = {path.name: path / "src" for folder in ("crates", "libs") for path in (root / folder).glob("*/")}
    ours = {path.name for path in root.iterdir() if path.is_dir()} - NOT_OURS
    for span in SPAN.findall(FENCE.sub("", page.read_text("utf-8"))):
        if not re.fullmatch(r"[\w.-][\w.{},/-]*", span):
            continue
        for name in spelled_out(span):
            first, _, rest = name.partition("/")
            source = pathlib.Path(name).suffix in {".rs", ".py", ".ts", ".mjs", ".md"}
            if not source and (not rest or first in FOLDERS_OF_A_LOG or first not in ours | set(crates)):
                continue
            beside = [folder / name for folder in [root, *page.parents] if root in [folder, *folder.parents]]
            within = [crates[first] / rest, crates[first] / f"{rest}.rs"] if first in crates else []
            if any(path.exists() for path in [*beside, *within, root / "console/src" / name]):
                continue
            if "/" not in name and any(path.name == name for path in files(root)):
                continue
            yield f"`{span}`"


def page_named(name, by, root=ROOT):
    """The page that `by` names: from the root, beside it or above it, or a page of spec/ or docs/."""
    folders = [root, *(folder for folder in by.parents if root in [folder, *folder.parents]), root / "spec", root / "docs"]
    return next((folder / name for folder in folders if (folder / name).is_file()), None)


def wrong_citations(path, root=ROOT):
    """Pages, sections of pages and decisions that a file cites and that do not exist."""
    written = path.read_text("utf-8")
    text = re.sub(r"\s*\n\s*", " ", FENCE.sub("", written)) if path.suffix == ".md" else COMMENT_GOES_ON.sub(" ", written)
    text = re.sub(r"https?://[^\s)>\"]+", "", text)
    for name in PAGE.findall(text):
        if page_named(name, path, root) is None and name != MADE_BY_THE_CONSOLE:
            yield name
    for name, quoted in SECTIONS.findall(text):
        page = page_named(name, path, root)
        for section in re.findall(r'"([^"]*)"', quoted):
            if page and section not in sections(page):
                yield f'{name}, "{section}"'
    for name in CAPITALS.findall(written):
        if page_named(f"{name}.md", path, root) is None:
            yield name
    if path.suffix == ".md":
        for section in (starred or quoted for starred, quoted in OWN_SECTION.findall(text)):
            if section not in sections(path):
                yield f"see {section}"
    for name in NORMATIVE.findall(text):
        if not ((root / name).exists() or list((root / name).parent.glob(f"{pathlib.Path(name).name}-*"))):
            yield name
    for number in DECISION.findall(text):
        if not list((root / "docs/decisions").glob(f"{number}-*.md")):
            yield f"decision {number}"


def of_others(path):
    return str(path.relative_to(ROOT)) in PATHS_OF_OTHERS


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_points_at_exists(page):
    wrong = list(broken_links(page))
    wrong += [] if of_others(page) else missing_files(page)
    assert not wrong, f"{page.relative_to(ROOT)} points at what is not there: {wrong}"


def test_every_page_and_section_that_is_cited_exists():
    wrong = [f"{path.relative_to(ROOT)}: {citation}" for path in files() if not of_others(path) for citation in wrong_citations(path)]
    assert not wrong, "\n".join(wrong)


def test_the_code_map_names_every_crate_and_folder():
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    code_map = text[text.index("## Code map"):text.index("## Threads")]
    named = set(re.findall(r"(?<![\w/])[a-z.]+/[a-z]*", code_map))
    crates = {f"{folder}/{path.parent.name}" for folder in ("crates", "libs") for path in (ROOT / folder).glob("*/Cargo.toml")}
    folders = {f"{path.name}/" for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
    wanted = crates | folders - {f"{name}/" for name in NOT_OURS | {"crates", "libs"}}
    assert named == wanted, f"not in the code map: {wanted - named}; not in the tree: {named - wanted}"


def test_the_index_of_the_formats_names_every_page():
    named = set(re.findall(r"\(([\w-]+\.md)\)", (ROOT / "spec/README.md").read_text("utf-8")))
    assert named == {path.name for path in (ROOT / "spec").glob("*.md")} - {"README.md"}


def test_a_broken_text_is_told(tmp_path):
    """Each kind of mistake, in a small tree, is found; the same things done right are not."""
    crate = tmp_path / "crates/store/src"
    crate.mkdir(parents=True)
    (crate / "open.rs").write_text('//! spec/store.md, "Frames",\n//! "Start", "Cuts", and spec/store.md, "Gone"; spec/none.md\n//! STORES, "Start"\n')
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec/store.md").write_text("# Store\n\n## Frames\n\n## Start, and `open`\n\n## Start\n\n**Cuts.** As in *Frames* (see *Stop*).\n")
    (tmp_path / "docs/decisions").mkdir(parents=True)
    (tmp_path / "docs/decisions/0001-files.md").write_text("# 1. Files\n")
    page = tmp_path / "README.md"
    page.write_text("[a](spec/store.md#start-and-open), [b](spec/store.md#stop), [c](lost.md), `store/open.rs`, `store/close.rs`,\n"
                    "`crates/{store,shop}`, `open.rs`, `shut.rs`, `journal/reserve`, decision 0001, decision 0002, [d](https://example.com/x.md)\n")
    assert list(broken_links(page, tmp_path)) == ["link to spec/store.md#stop: store.md has no such heading", "link to lost.md"]
    assert list(missing_files(page, tmp_path)) == ["`store/close.rs`", "`crates/{store,shop}`", "`shut.rs`"]
    assert list(wrong_citations(page, tmp_path)) == ["lost.md", "decision 0002"]
    assert list(wrong_citations(crate / "open.rs", tmp_path)) == ["spec/none.md", 'spec/store.md, "Gone"', "STORES", "spec/none.md"]
    assert list(wrong_citations(tmp_path / "spec/store.md", tmp_path)) == ["see Stop"]
