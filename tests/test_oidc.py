"""Signing in by an issuer of OpenID Connect: two real ones, run by oidc-provider (tests/oidc), over plain HTTP as a browser would."""

import json
import pathlib
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

from conftest import free_port, wait_for
from people import Browser, entries, first_admin

FIXTURE = pathlib.Path(__file__).parent / "oidc"
SECRET = "a secret of this test alone"
GRANTS = ('[{claim = "groups", contains = "it-admin", role = "auditor", scope = {}}, '
          '{claim = "groups", contains = "acme", role = "viewer", scope = {organization = "acme"}}]')
ADA = {"email": "ada@corp.example", "email_verified": True, "name": "Ada of Corp", "groups": ["staff", "it-admin"]}


class Issuers:
    """The two issuers, `corp` and `partner`, and the door by which they are told how to behave."""

    def __init__(self, log, ports, control):
        self.log, self.ports, self.control = log, ports, control
        told = {"issuers": [{"id": id, "port": port} for id, port in ports.items()], "log": log.url, "control": control}
        self.process = subprocess.Popen(["node", "server.mjs", json.dumps(told)], cwd=FIXTURE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "ready\n"

    def tell(self, issuer, **what):
        body = json.dumps({"issuer": issuer, **what}).encode()
        urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{self.control}/", data=body), timeout=30).read()

    def url(self, issuer):
        return f"http://127.0.0.1:{self.ports[issuer]}"


@pytest.fixture(scope="module")
def packages():
    """The issuers' packages, as the lock has them."""
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    if not (FIXTURE / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=FIXTURE, check=True, capture_output=True)


@pytest.fixture
def world(packages, new_server):
    """A log with two issuers, and who manages its access."""
    ports, control = {"corp": free_port(), "partner": free_port()}, free_port()
    flags = []
    for id, port in ports.items():
        flags += ["--oidc", f'{{id = "{id}", name = "{id.title()}", issuer = "http://127.0.0.1:{port}", '
                            f'client_id = "indelible", client_secret = "{SECRET}", grants = {GRANTS}}}']
    log = new_server(dev=False).start(extra=flags)
    issuers = Issuers(log, ports, control)
    yield log, issuers, first_admin(log, "root@example.org")
    issuers.process.kill()
    issuers.process.wait()


def arrive(log, browser, issuer="corp", to="/entries?q=door"):
    """Signs in as whoever the issuer says. Where the browser ends up."""
    begin = f"/v1/sign-in/oidc/{issuer}?" + urllib.parse.urlencode({"return": to})
    own = urllib.parse.urlsplit(log.url)

    def is_page(url):
        parts = urllib.parse.urlsplit(url)
        return parts.netloc in ("", own.netloc) and not parts.path.startswith("/v1/")
    return browser.follow(begin, is_page)[0].removeprefix(log.url)


def callback_of(log, browser, issuer="corp"):
    """Goes through the issuer, and stops before what it answers is taken back."""
    return browser.follow(f"/v1/sign-in/oidc/{issuer}", lambda url: "/callback?" in url)[0]


def problem(log, browser, callback):
    answer = browser.get(callback)
    assert answer.status == 302, answer
    return answer.headers["location"].removeprefix("/sign-in#problem=")


def test_claims_become_grants_and_each_sign_in_asks_again(world):
    log, issuers, admin = world
    ways = Browser(log).get("/v1/sign-in").json()
    assert ways == {"password": True, "providers": [{"id": "corp", "name": "Corp"}, {"id": "partner", "name": "Partner"}]}
    issuers.tell("corp", account="u-ada", claims=ADA)
    ada = Browser(log)
    assert arrive(log, ada) == "/entries?q=door"
    session = ada.session().json()
    assert session["principal"]["email"] == "ada@corp.example" and session["principal"]["name"] == "Ada of Corp"
    assert [(grant["role"], grant["scope"]) for grant in session["grants"]] == [("auditor", {})]
    assert ada.get("/v1/entries").status == 200
    person = admin.get(f"/v1/people/{session['principal']['id']}").json()
    assert (person["issuer"], person["status"]) == ("corp", "active")
    issuers.tell("corp", claims={**ADA, "groups": ["acme"]})
    again = Browser(log)
    arrive(log, again)
    after = again.session().json()
    assert after["principal"]["id"] == session["principal"]["id"]
    assert [(grant["role"], grant["scope"]) for grant in after["grants"]] == [("viewer", {"organization": "acme"})]
    assert "export" not in ada.session().json()["permissions"], "the session before has no more"
    assert len(entries(admin, "account.joined")) == 2 and len(entries(admin, "account.changed")) == 1


def test_nobody_gets_in_without_a_grant_or_by_anothers_address(world):
    log, issuers, admin = world
    issuers.tell("corp", account="u-none", claims={**ADA, "groups": ["staff"]})
    nobody = Browser(log)
    assert arrive(log, nobody) == "/sign-in#problem=no_access" and nobody.session().status == 401
    issuers.tell("corp", account="u-eve", claims={**ADA, "email": "Root@example.org"})
    assert arrive(log, nobody) == "/sign-in#problem=address_taken" and nobody.session().status == 401
    # An address the issuer does not vouch for names nobody in the log.
    issuers.tell("corp", account="u-mallory", claims={**ADA, "email": "boss@corp.example", "email_verified": False})
    mallory = Browser(log)
    arrive(log, mallory)
    assert mallory.session().json()["principal"]["email"] == "u-mallory@corp"
    # The same subject at another issuer is another person.
    issuers.tell("corp", account="u-1", claims=ADA)
    issuers.tell("partner", account="u-1", claims={**ADA, "email": "ada@partner.example"})
    one, other = Browser(log), Browser(log)
    arrive(log, one, "corp"), arrive(log, other, "partner")
    assert one.session().json()["principal"]["id"] != other.session().json()["principal"]["id"]
    assert {entry["severity"] for entry in entries(admin, "session.failed")} == {"critical"}


@pytest.mark.parametrize("alter", [
    {"nonce": "another"}, {"nonce": None}, {"aud": "another"}, {"aud": ["indelible", "another"]}, {"azp": "another"},
    {"iss": "https://evil.example"}, {"exp": 1_000_000_000}, {"iat": 1_000_000_000}, {"iat": 4_000_000_000},
], ids=str)
def test_a_token_that_is_not_for_this_sign_in_is_refused(world, alter):
    log, issuers, admin = world
    issuers.tell("corp", account="u-ada", claims=ADA, alter=alter)
    browser = Browser(log)
    assert arrive(log, browser) == "/sign-in#problem=bad_id_token"
    assert browser.session().status == 401
    [failed] = entries(admin, "session.failed")
    assert failed["severity"] == "critical"
    issuers.tell("corp")
    assert arrive(log, browser) == "/entries?q=door" and browser.session().status == 200


def test_what_the_issuer_answered_is_taken_once_and_in_this_browser(world):
    log, issuers, _ = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    ada, eve = Browser(log), Browser(log)
    callback = callback_of(log, ada)
    assert problem(log, eve, callback) == "not_started", "another browser, which ends it"
    assert problem(log, ada, callback) == "not_started"
    callback = callback_of(log, ada)
    kept = dict(ada.cookies)
    assert problem(log, ada, callback) == "/" and ada.session().status == 200
    replayed = Browser(log)
    replayed.cookies = {name: value for name, value in kept.items() if name != "indelible"}
    assert problem(log, replayed, callback) == "not_started" and replayed.session().status == 401
    # The code once more, in a sign-in that was begun.
    used = urllib.parse.parse_qs(urllib.parse.urlsplit(callback).query)["code"][0]
    fresh = callback_of(log, replayed)
    assert problem(log, replayed, re.sub(r"code=[^&]*", f"code={used}", fresh)) == "issuer_refused"
    assert replayed.session().status == 401


def test_an_answer_of_another_issuer_is_refused(world):
    log, issuers, _ = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    issuers.tell("partner", account="u-ada", claims=ADA)
    ada = Browser(log)
    callback = callback_of(log, ada)
    evil = urllib.parse.quote(issuers.url("partner"), safe="")
    assert problem(log, ada, re.sub(r"iss=[^&]*", f"iss={evil}", callback)) == "mixed_up_issuer"
    callback = callback_of(log, ada)
    assert problem(log, ada, re.sub(r"&?iss=[^&]*", "", callback)) == "mixed_up_issuer", "it says that it names itself"
    callback = callback_of(log, ada)
    assert problem(log, ada, callback.replace("/corp/", "/partner/")) == "not_started", "one begun at the other issuer"
    assert ada.session().status == 401
    assert ada.get("/v1/sign-in/oidc/nowhere").status == 404


def test_nobody_is_sent_elsewhere(world):
    log, issuers, _ = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    for to in ["https://evil.example/", "//evil.example/", "/\\evil.example"]:
        assert arrive(log, Browser(log), to=to) == "/"


def test_a_grant_that_is_taken_away_holds_no_more(world):
    log, issuers, admin = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    ada = Browser(log)
    arrive(log, ada)
    [grant] = ada.session().json()["grants"]
    assert ada.get("/v1/entries").status == 200
    assert admin.request("DELETE", f"/v1/grants/{grant['id']}").status == 204
    assert ada.get("/v1/entries").status == 403


def test_signing_out_at_the_issuer_ends_the_session_here(world):
    log, issuers, admin = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    ada, elsewhere = Browser(log), Browser(log)
    arrive(log, ada), arrive(log, elsewhere)
    assert ada.session().status == elsewhere.session().status == 200
    _, page = ada.follow(issuers.url("corp") + "/session/end")
    xsrf = re.search(r'name="xsrf" value="([^"]+)"', page.text).group(1)
    form = urllib.parse.urlencode({"xsrf": xsrf, "logout": "yes"})
    ended = ada.request("POST", issuers.url("corp") + "/session/end/confirm", form, {"Content-Type": "application/x-www-form-urlencoded"})
    assert ended.status in (200, 303), ended
    begun = time.monotonic()
    wait_for("the session to end", lambda: ada.session().status == 401)
    assert time.monotonic() - begun < 10
    assert elsewhere.session().status == 200, "another session at the issuer"
    [out] = entries(admin, "session.signed_out")
    assert out["actor"]["id"] == elsewhere.session().json()["principal"]["id"]


def test_a_made_up_logout_token_ends_nothing(world):
    log, issuers, _ = world
    issuers.tell("corp", account="u-ada", claims=ADA)
    ada = Browser(log)
    arrive(log, ada)
    for token in ["", "x.y.z", "eyJhbGciOiJub25lIn0.e30."]:
        form = urllib.parse.urlencode({"logout_token": token})
        refused = Browser(log).request("POST", "/v1/sign-in/oidc/corp/logout", form, {"Content-Type": "application/x-www-form-urlencoded"})
        assert (refused.status, refused.json()["code"]) == (400, "bad_logout_token")
    assert ada.session().status == 200


def test_an_issuer_that_is_away_is_said_to_be(world):
    log, issuers, _ = world
    issuers.process.kill()
    issuers.process.wait()
    assert arrive(log, Browser(log)) == "/sign-in#problem=issuer_unreachable"
