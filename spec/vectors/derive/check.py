"""Checks the golden vectors of derivations.md by a second implementation, made from that page and the tables: standard library only.

Says nothing and exits 0 if all is well.
"""

import itertools
import json
import pathlib
import re
import tomllib
from urllib.parse import unquote_plus

HERE = pathlib.Path(__file__).parent
TABLES = HERE.parent.parent / "tables"
REDACTED = "[redacted]"
# Ending, what takes its place: tried in this order.
ENDINGS = [("ies", "y"), ("ied", "y"), ("s", ""), ("es", ""), ("d", ""), ("ed", ""), ("ing", "e"), ("ing", "")]


def table(name):
    read = tomllib.loads((TABLES / f"{name}.toml").read_text("utf-8"))
    assert read.pop("version") == 1
    return read


SECRET, DERIVED, SEVERE = table("redaction"), table("derivation"), table("severity")


def words(name):
    found, last = [], ""
    for at, c in enumerate(name):
        following = name[at + 1:at + 2]
        if not (c.isalpha() or c.isnumeric()):
            last = ""
            continue
        starts = (not last or last.isalpha() != c.isalpha() or (c.isupper() and last.islower())
                  or (c.isupper() and last.isupper() and following.islower()))
        if starts:
            found.append("")
        found[-1] += c.lower()
        last = c
    return found


def stems(word):
    yield word
    for ending, instead in ENDINGS:
        if not word.endswith(ending):
            continue
        left = word[:-len(ending)]
        if len(left.encode()) < 2:
            continue
        yield left + instead
        if len(ending) > 1 and left[-1:] == left[-2:-1]:
            yield left[:-1] + instead


def phrase_stems(several):
    yield from stems("_".join(several))
    if len(several) > 1:
        yield from ("_".join([stem, *several[1:]]) for stem in stems(several[0]))


def runs(several):
    spans = ((at, at + n) for n in (1, 2, 3) for at in range(len(several) - n + 1))
    return {stem for start, end in spans for stem in phrase_stems(several[start:end])}


def is_secret(name, also=()):
    parts = words(name)
    if "_".join(parts) in SECRET["except"]:
        return False
    if "_".join(parts) in also:
        return True
    while parts:
        phrase = "_".join(parts)
        whole = {"_".join(parts[at:]) for at in range(len(parts))}
        if any(phrase.endswith(ending) for ending in SECRET["endings"]) or whole & set(SECRET["words"]):
            return True
        if parts[-1] not in SECRET["suffixes"] and not re.fullmatch("[0-9]+", parts[-1]):
            return False
        parts = parts[:-1]
    return False


def is_excepted(text):
    return text in SECRET["values"] or text.startswith(tuple(SECRET["value_prefixes"]))


def is_card(text):
    digits = re.sub("[ -]", "", text)
    if not re.fullmatch(r"[0-9](?:[ -]?[0-9]){12,18}", text):
        return False
    doubled = [int(d) if at % 2 == 0 else int(d) * 2 - 9 * (int(d) > 4) for at, d in enumerate(reversed(digits))]
    known = any(len(digits) in card["lengths"] and any(low <= int(digits[:len(str(low))]) <= high for low, high in card["prefixes"])
                for card in SECRET["card"])
    return known and sum(doubled) % 10 == 0


def redact(value, pointer, secret, found):
    if isinstance(value, dict):
        result = {}
        for name, member in value.items():
            beneath = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            judged_within = "_".join(words(name)) in SECRET["objects"] and isinstance(member, dict)
            result[name] = redact(member, beneath, secret or (is_secret(name) and not judged_within), found)
        return result
    if isinstance(value, list):
        return [redact(element, f"{pointer}/{at}", secret, found) for at, element in enumerate(value)]
    is_value = isinstance(value, str) or (isinstance(value, (int, float)) and not isinstance(value, bool))
    if (secret and is_value and not is_excepted(str(value))) or (isinstance(value, str) and is_card(value)):
        found.append(pointer)
        return REDACTED
    return value


def redact_path(path, found):
    at = re.search("[?#]", path)
    if not at:
        return path
    pieces = re.split("([&;?#])", path[at.start():])
    for n, piece in enumerate(pieces):
        name, equals, value = piece.partition("=")
        name, plain = unquote_plus(name), unquote_plus(value)
        if equals and ((is_secret(name, SECRET["query"]) and not is_excepted(plain)) or is_card(plain)):
            pieces[n] = piece.partition("=")[0] + "=" + REDACTED
            found.append("/http/path")
    return path[:at.start()] + "".join(pieces)


def cut(text):
    return text.encode()[:64].decode(errors="ignore")


def first_of(lists, asked, instead):
    by_word = {word: name for name, list_ in lists.items() for word in list_}
    found = next((by_word[stem] for stem in asked if stem in by_word), None)
    return found or cut(instead) or "other"


def strings_about_roles(value, within=False):
    if isinstance(value, dict):
        for name, member in value.items():
            if name != "before":
                yield from strings_about_roles(member, within or "_".join(words(name)) in SEVERE["role_words"])
    elif isinstance(value, list):
        for element in value:
            yield from strings_about_roles(element, within)
    elif within and isinstance(value, str):
        yield value


def is_about_admin_role(event):
    admin = set(SEVERE["admin_words"])
    for thing in [event.get("resource") or {}, *(event.get("targets") or [])]:
        named = set(runs(words(thing.get("id") or ""))) | set(runs(words(thing.get("name") or "")))
        if runs(words(thing.get("type") or "")) & set(SEVERE["role_words"]) and named & admin:
            return True
    texts = itertools.chain(*(strings_about_roles(event.get(member) or {}) for member in ("changes", "properties")))
    return any(runs(words(text)) & admin for text in texts)


def derive(event):
    noun, _, verb = event["action"].rpartition(".")
    nouns, verbs, status = words(noun), words(verb), (event.get("http") or {}).get("status")
    asked = [*phrase_stems(verbs), *itertools.chain(*(stems(word) for word in verbs[:1] + verbs[-1:]))]
    outcome = event.get("outcome")
    if outcome is None and status is not None and status >= DERIVED["outcome"]["success_from"]:
        outcome = "failure" if status >= DERIVED["outcome"]["failure_from"] else "success"
    of_noun = [*phrase_stems(nouns), *(stem for word in nouns[-1:] for stem in stems(word))]
    derived = {
        "event": event.get("event") or first_of(DERIVED["event"], asked, "_".join(verbs)),
        "channel": event.get("channel") or first_of(DERIVED["channel"], of_noun, event["action"].partition(".")[0]),
        "description": event.get("description", " ".join(nouns + verbs)),
        "outcome": outcome,
    }
    holds = {
        "failed": lambda value: value == (outcome == "failure" or bool(runs(verbs) & set(SEVERE["failed_words"]))),
        "status": lambda value: status in value,
        "event": lambda value: derived["event"] in value,
        "channel": lambda value: derived["channel"] in value,
        "event_not": lambda value: derived["event"] not in value,
        "action": lambda value: event["action"] in value,
        "action_words": lambda value: bool((runs(nouns) | runs(verbs)) & set(value)),
        "verb_words": lambda value: bool(runs(verbs) & set(value)),
        "admin_role": lambda value: value == is_about_admin_role(event),
    }
    rules = (rule for rule in SEVERE["rule"]
             if all(holds[name](value) for name, value in rule.items() if name not in ("name", "severity")))
    derived["severity"] = event.get("severity") or next(rules, {"severity": SEVERE["default"]})["severity"]
    return derived


def main():
    for case in json.loads((HERE / "derivations.json").read_text("utf-8")):
        assert derive(case["event"]) == case["derived"], (case, derive(case["event"]))
    for case in json.loads((HERE / "redactions.json").read_text("utf-8")):
        event, found = case["event"], []
        path = (event.get("http") or {}).get("path")
        redacted = {"path": path if path is None else redact_path(path, found)}
        for member in ("changes", "properties"):
            redacted[member] = redact(event[member], f"/{member}", False, found) if member in event else None
        assert redacted == case["redacted"], (case, redacted)
        assert sorted(found) == sorted(case["pointers"]), (case, found)


if __name__ == "__main__":
    main()
