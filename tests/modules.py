"""Which module imports which: between crates, and within a crate. `make modules` prints it.

A module imports another by `use`, or by a path in its text; what a re-export hands on counts as an import of where it is
defined. Tests do not count. Methods do not show: an `impl` block stands where its subject is at home, whoever calls it.
"""

import argparse
import pathlib
import re
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = re.compile(r"^#\[cfg\(test\)\]\nmod \w+ \{.*", re.M | re.S)
USE = re.compile(r"\b(pub(?:\([^)]*\))? )?use ([^;]+);")


def sources(crate):
    """The modules of a crate by their path (`ask::opener`; the root is the empty path), without comments and tests."""
    found = {}
    for file in (crate / "src").rglob("*.rs"):
        parts = list(file.relative_to(crate / "src").with_suffix("").parts)
        if parts[-1] in ("mod", "lib", "main"):
            parts.pop()
        found["::".join(parts)] = re.sub(r"//.*", "", TESTS.sub("", file.read_text()))
    return found


def spread(tree):
    """`a::{b, c::d}` as `a::b` and `a::c::d`."""
    group = re.match(r"^(.*?)\{(.*)\}$", tree)
    if not group:
        yield re.sub(r"\bas\b.*$", "", tree)
        return
    depth = 0
    item = ""
    for letter in group[2] + ",":
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            if item:
                yield from spread(group[1] + item)
            item = ""
        else:
            item += letter


def mentioned(name, text, modules):
    """The paths a module mentions, each with whether it is handed on."""
    for use in USE.finditer(text):
        tree = re.sub(r"\s+", " ", use[2]).replace(" as ", "\0").replace(" ", "").replace("\0", " as ")
        for path in spread(tree):
            yield path.strip(), bool(use[1])
    body = USE.sub("", text)
    for path in re.finditer(r"\b(?:crate|super)(?:::\w+)+", body):
        yield path[0], False
    children = {module.rsplit("::", 1)[-1] for module in modules if module and module.rpartition("::")[0] == name}
    for path in re.finditer(r"(?<![\w:])(\w+)(?:::\w+)+", body):
        if path[1] in children:
            yield "self::" + path[0], False


def absolute(name, path, modules):
    """The path from the crate's root; `None` for another crate's."""
    steps = path.split("::")
    here = name.split("::") if name else []
    if steps[0] == "crate":
        return steps[1:]
    if steps[0] == "self":
        return here + steps[1:]
    if steps[0] == "super":
        while steps and steps[0] == "super":
            here = here[:-1]
            steps = steps[1:]
        return here + steps
    return here + steps if "::".join([*here, steps[0]]) in modules else None


def imports(crate):
    """Module → the modules it imports."""
    modules = sources(crate)
    seen = {name: list(mentioned(name, text, modules)) for name, text in modules.items()}
    handed_on = {}
    for name, paths in seen.items():
        for path, is_handed_on in paths:
            target = absolute(name, path, modules)
            if is_handed_on and target:
                handed_on[name, target[-1]] = target

    def home(target, hops=8):
        for end in range(len(target), -1, -1):
            module = "::".join(target[:end])
            if module in modules:
                further = handed_on.get((module, target[end])) if end < len(target) else None
                return home(further, hops - 1) if further and further != target and hops else module
        return None

    graph = {name: set() for name in modules}
    for name, paths in seen.items():
        targets = (absolute(name, path, modules) for path, is_handed_on in paths if not is_handed_on)
        graph[name] = {home(target) for target in targets if target is not None} - {name, None}
    return graph


def circles(graph):
    """The groups of modules that import each other, however far around; each sorted (Tarjan's algorithm)."""
    index = {}
    low = {}
    stack = []
    found = []

    def visit(name):
        index[name] = low[name] = len(index)
        stack.append(name)
        for other in graph[name]:
            if other not in index:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], index[other])
        if low[name] == index[name]:
            group = stack[stack.index(name):]
            del stack[stack.index(name):]
            if len(group) > 1:
                found.append(sorted(group))

    for name in graph:
        if name not in index:
            visit(name)
    return found


def crates():
    """Crate → the crates of this workspace it depends on, tests aside."""
    manifests = {path.parent: tomllib.loads(path.read_text()) for path in ROOT.glob("*/*/Cargo.toml")}
    ours = {manifest["package"]["name"]: path for path, manifest in manifests.items() if "package" in manifest}
    named = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["dependencies"]
    known = {alias: ours.get(entry.get("package", alias)) for alias, entry in named.items() if isinstance(entry, dict)}
    return {
        path: sorted(known[alias].name for alias in manifest.get("dependencies", {}) if known.get(alias))
        for path, manifest in manifests.items()
        if "package" in manifest
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("crate", nargs="*", help="crates whose modules to show, such as engine (default: engine and search)")
    wanted = parser.parse_args().crate or ["engine", "search"]
    found = crates()
    print("Crates")
    for path in sorted(found):
        print(f"  {path.relative_to(ROOT)} → {' '.join(found[path]) or '–'}")
    for path in sorted(found):
        graph = imports(path)
        if path.name in wanted:
            print(f"\nModules of {path.relative_to(ROOT)}")
            for name in sorted(graph):
                print(f"  {name or 'lib'} → {' '.join(sorted(other or 'lib' for other in graph[name])) or '–'}")
        for circle in circles(graph):
            print(f"\nCircle of {len(circle)} in {path.relative_to(ROOT)}: {' '.join(name or 'lib' for name in circle)}")


if __name__ == "__main__":
    main()
