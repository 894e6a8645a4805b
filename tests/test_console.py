"""The console as the binary serves it: the page, its files, the web component for pages of others."""

import gzip
import re

import pytest

PAGES = ["/", "/sign-in", "/overview", "/catalogue", "/integrity", "/access", "/activity", "/account"]
GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def log(module_server):
    return module_server


def own_files(page):
    return re.findall(r'(?:src|href)="([^"]+)"', page)


def test_every_address_of_the_console_is_the_same_page(log):
    pages = [log.get(path) for path in PAGES]
    assert {page.status for page in pages} == {200} and len({page.body for page in pages}) == 1
    assert all(page.headers["content-type"] == "text/html; charset=utf-8" for page in pages)
    assert all(page.headers["cache-control"] == "no-cache" for page in pages)


def test_the_page_loads_its_own_files_and_nothing_else(log):
    files = own_files(log.get("/").text)
    assert any(name.endswith(".js") for name in files)
    for name in files:
        assert name.startswith("/") and not name.startswith("//"), name
        assert log.get(name).status == 200, name


def test_files_with_hashed_names_are_kept_for_ever(log):
    assets = [name for name in own_files(log.get("/").text) if name.startswith("/assets/")]
    assert assets
    for name in assets:
        assert log.get(name).headers["cache-control"] == "public, max-age=31536000, immutable"
    script = next(name for name in assets if name.endswith(".js"))
    assert log.get(script).headers["content-type"] == "text/javascript; charset=utf-8"


def test_what_a_client_has_is_not_sent_again(log):
    for headers in [{}, GZIP]:
        tag = log.get("/", headers=headers).headers["etag"]
        again = log.get("/", headers={"If-None-Match": tag, **headers})
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert log.get("/", headers={"If-None-Match": '"another"', **headers}).status == 200


def test_who_takes_gzip_gets_it_and_others_the_plain_file(log):
    for path in [*PAGES[:1], *own_files(log.get("/").text)]:
        packed, plain = log.get(path, headers=GZIP), log.get(path)
        assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers
        assert gzip.decompress(packed.body) == plain.body
        assert packed.headers["etag"] != plain.headers["etag"], "a tag stands for the bytes as sent"
        assert "Accept-Encoding" in plain.headers["vary"]


def test_the_page_runs_no_script_but_its_own(log):
    policy = log.get("/").headers["content-security-policy"]
    for part in ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
                 "base-uri 'none'", "require-trusted-types-for 'script'", "trusted-types lit-html"]:
        assert part in policy.split("; "), part
    assert "trusted-types" not in log.get("/v1/entries").headers["content-security-policy"]


def test_page_and_component_stay_light(log):
    """What a browser fetches for any of the pages, and what a page of a product fetches, as sent."""
    def weight(names):
        return sum(len(log.get(name, headers=GZIP).body) for name in names)

    names = {"/", *own_files(log.get("/").text)}
    while missing := {name for known in names if known.endswith(".js") for name in imported(log.get(known).text)} - names:
        names |= missing
    assert len([name for name in names if name.endswith(".js")]) > 2, "pages are loaded when they are opened"
    assert weight(names) < 200_000 and weight(["/embed/indelible-log.js"]) < 120_000


def imported(script):
    return {"/assets/" + name for name in re.findall(r'["`\'](?:\./|assets/|/assets/)([\w.-]+\.js)["`\']', script)}


def test_unknown_paths_and_other_methods_are_problems(log):
    for path in ["/nothing", "/assets/nothing.js", "/overview/more", "/index.htm"]:
        answer = log.get(path)
        assert (answer.status, answer.headers["content-type"]) == (404, "application/problem+json"), path
        assert answer.json()["code"] == "not_found"
    assert log.post("/").status == 405


def test_the_component_loads_from_allowed_origins_only(new_server):
    server = new_server().start(extra=["--allow-origin", "https://product.example"])
    # As a browser asks for `<script type="module">` of another site.
    foreign = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "script"}
    path = "/embed/indelible-log.js"
    found = server.get(path, headers={"Origin": "https://product.example", **foreign})
    assert found.status == 200 and found.headers["cross-origin-resource-policy"] == "cross-origin"
    assert found.headers["access-control-allow-origin"] == "https://product.example"
    assert found.headers["content-type"] == "text/javascript; charset=utf-8" and found.headers["cache-control"] == "no-cache"
    assert "Origin" in found.headers["vary"]
    assert "Origin" in server.get(path).headers["vary"], "a cache must not give one origin's answer to another"
    assert server.get(path, headers={"Origin": "https://evil.example", **foreign}).status == 403
    assert server.get(path, headers=foreign).status == 403
    assert server.get("/").headers["cross-origin-resource-policy"] == "same-origin"
