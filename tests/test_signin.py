"""Signing in by a password, over the real binary: joining, sessions, second factors, and whoever guesses."""

import http.client
import json
import statistics
import time

import pytest

from conftest import indelible, wait_for
from people import PASSWORD, Browser, code, entries, first_admin, first_link, invite, join, secret_of


@pytest.fixture
def log(new_server):
    return new_server(dev=False).start()


def test_the_first_link_makes_one_admin_and_no_second(log):
    link = first_link(log)
    someone = Browser(log)
    assert someone.get("/v1/entries").status == 401
    looked = someone.post("/v1/invitations/look", {"token": secret_of(link)}).json()
    assert set(looked) == {"expires"}
    admin = first_admin(log)
    session = admin.session().json()
    assert session["principal"]["type"] == "person" and session["principal"]["email"] == "ada@example.org"
    assert session["permissions"]["access"] == [{}]
    for path, more in [("look", {}), ("accept", {"name": "Eve", "password": PASSWORD, "email": "eve@example.org"})]:
        again = someone.post(f"/v1/invitations/{path}", {"token": secret_of(link), **more})
        assert (again.status, again.json()["code"]) == (404, "bad_link")
    assert len(entries(admin, "account.joined")) == 1
    for path in log.data.rglob("*"):
        if path.is_file():
            assert secret_of(link).encode() not in path.read_bytes(), path


def test_an_invitation_is_good_once_and_gives_what_was_granted(log):
    admin = first_admin(log)
    made = invite(admin, "Grace@Example.org", scope={"organization": "acme"})
    assert made["status"] == "invited" and made["link"].startswith(log.url + "/sign-in#invitation=")
    assert Browser(log).post("/v1/invitations/look", {"token": secret_of(made["link"])}).json()["email"] == "Grace@Example.org"
    grace = join(log, made["link"], "Grace")
    assert grace.session().json()["permissions"]["read"] == [{"organization": "acme"}]
    assert grace.get("/v1/people").status == 403
    again = Browser(log).post("/v1/invitations/accept", {"token": secret_of(made["link"]), "name": "Eve", "password": PASSWORD})
    assert (again.status, again.json()["code"]) == (404, "bad_link")
    other = Browser(log)
    assert other.sign_in("grace@example.ORG").status == 201
    taken = admin.post("/v1/people", {"email": "GRACE@example.org", "grants": []})
    assert (taken.status, taken.json()["code"]) == (409, "taken")
    listed = {person["email"]: person for person in admin.get("/v1/people").json()["people"]}
    assert listed["Grace@Example.org"]["status"] == "active" and "last_signed_in" in listed["Grace@Example.org"]


@pytest.mark.parametrize("password", ["short", "password2026", "aaaaaaaaaaaaaaa", "ada@example.org", "Indelible2026!", "x" * 1025])
def test_weak_passwords_are_refused_with_the_link_still_good(log, password):
    link = first_link(log)
    body = {"token": secret_of(link), "name": "Ada", "password": password, "email": "ada@example.org"}
    refused = Browser(log).post("/v1/invitations/accept", body)
    assert (refused.status, refused.json()["code"]) == (422, "weak_password")
    assert first_admin(log).session().status == 200


def test_unknown_wrong_and_disabled_look_alike(log):
    admin = first_admin(log)
    join(log, invite(admin, "grace@example.org")["link"], "Grace")
    gone = join(log, invite(admin, "gone@example.org")["link"], "Gone")
    assert admin.request("PATCH", f"/v1/people/{gone.account}", {"disabled": True}).status == 200
    invite(admin, "invited@example.org")
    tries = [("nobody@example.org", "wrong but long enough"), ("grace@example.org", "wrong but long enough"),
             ("gone@example.org", PASSWORD), ("invited@example.org", PASSWORD), ("nobody", ""), ("grace@example.org", "x" * 2000)]
    answers = [Browser(log).sign_in(*what) for what in tries]
    assert {answer.status for answer in answers} == {401}
    assert len({answer.body for answer in answers}) == 1, answers
    plain = [{k: v for k, v in answer.headers.items() if k != "date"} for answer in answers]
    assert all(headers == plain[0] for headers in plain)
    assert json.loads(answers[0].body)["code"] == "wrong_credentials"
    failed = entries(admin, "session.failed")
    assert len(failed) == len(tries)
    assert {entry["severity"] for entry in failed} == {"critical"}


def timings(log, count):
    """Seconds that `count` tries take, of an unknown account and of a known one with a wrong password, in turn."""
    took = {"unknown": [], "known": []}
    connection = http.client.HTTPConnection(log.host, log.port)
    for n in range(count):
        for kind, email in (("unknown", f"nobody{n}@example.org"), ("known", "ada@example.org")):
            body = json.dumps({"email": email, "password": "wrong but long enough"})
            begun = time.perf_counter()
            connection.request("POST", "/v1/session", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 401:
                took[kind].append(time.perf_counter() - begun)
    return took


def test_an_unknown_account_costs_a_hash_as_a_known_one_does(log):
    first_admin(log)
    timings(log, 1)
    took = timings(log, 4)
    unknown, known = statistics.median(took["unknown"]), statistics.median(took["known"])
    # A hash is far dearer than all else; without one an unknown account is answered in a hundredth of it.
    assert unknown > known / 3, took


def test_whoever_guesses_waits_longer_each_time_and_nobody_is_locked_out(log):
    admin = first_admin(log)
    guesser = Browser(log)
    answers = [guesser.sign_in("nobody@example.org", "wrong but long enough") for _ in range(7)]
    assert [answer.status for answer in answers[:5]] == [401] * 5
    assert answers[5].status == 429 and answers[5].json()["code"] == "too_many_attempts"
    pause = int(answers[5].headers["retry-after"])
    assert 1 <= pause <= 60
    assert Browser(log).sign_in("ada@example.org").status == 201, "another account"

    def comes_in():
        answer = guesser.sign_in("nobody@example.org", "wrong but long enough")
        return answer.status == 401
    wait_for("the pause to end", comes_in)
    assert int(guesser.sign_in("nobody@example.org", "x").headers["retry-after"]) > 1, "the next one is longer"
    assert admin.session().status == 200


def test_a_cookie_planted_before_signing_in_is_worth_nothing_after(log):
    first_admin(log)
    victim, attacker = Browser(log), Browser(log)
    planted = "a" * 52
    victim.cookies["indelible"] = attacker.cookies["indelible"] = planted
    answer = victim.sign_in("ada@example.org")
    assert answer.status == 201 and victim.cookies["indelible"] != planted
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert victim.session().status == 200 and attacker.session().status == 401
    # One of one's own that was planted: it is not what the victim gets, and goes on being the attacker's.
    assert attacker.sign_in("ada@example.org").status == 201
    victim.cookies["indelible"] = attacker.cookies["indelible"]
    before = victim.cookies["indelible"]
    assert victim.sign_in("ada@example.org").status == 201 and victim.cookies["indelible"] != before


def test_sessions_end_idle_and_in_the_end(new_server):
    log = new_server(dev=False).start(extra=["--session-ms", "1500,4000"])
    admin = first_admin(log)
    begun = time.monotonic()

    def is_over():
        return admin.session().status == 401
    assert not is_over()
    wait_for("the session to end while it is used", is_over)
    assert time.monotonic() - begun > 3
    idle = Browser(log)
    assert idle.sign_in("ada@example.org").status == 201
    kept = idle.cookies["indelible"]
    session = idle.session().json()["session"]
    assert session["expires"] > session["signed_in"]
    other = Browser(log)
    assert other.sign_in("ada@example.org").status == 201
    listed = wait_for("the idle one to be gone", lambda: len(other.get("/v1/sessions").json()["sessions"]) == 1)
    assert listed
    other.cookies["indelible"] = kept
    assert other.session().status == 401


def test_sessions_outlive_a_restart_and_signing_out_ends_them(log):
    admin = first_admin(log)
    log.restart()
    assert first_link(log) is not None
    elsewhere = Browser(log)
    assert admin.session().status == 200
    assert elsewhere.sign_in("ada@example.org").status == 201
    sessions = admin.get("/v1/sessions").json()["sessions"]
    assert [session["current"] for session in sessions].count(True) == 1 and len(sessions) == 2
    third = Browser(log)
    third.sign_in("ada@example.org")
    [id] = [session["id"] for session in third.get("/v1/sessions").json()["sessions"] if session["current"]]
    assert admin.request("DELETE", f"/v1/sessions/{id}").status == 204
    assert third.session().status == 401
    assert admin.request("DELETE", f"/v1/sessions/{id}").status == 404
    assert elsewhere.request("DELETE", "/v1/session?everywhere=true").status == 204
    assert admin.session().status == 401 and elsewhere.session().status == 401 and "indelible" not in elsewhere.cookies
    log.restart()
    assert admin.session().status == 401
    assert admin.sign_in("ada@example.org").status == 201
    out = entries(admin, "session.signed_out")
    assert len(out) == 2


def test_a_new_password_ends_other_sessions_and_the_old_one(log):
    admin = first_admin(log)
    elsewhere = Browser(log)
    elsewhere.sign_in("ada@example.org")
    before = admin.cookies["indelible"]
    wrong = admin.request("PUT", "/v1/session/password", {"old": "not that one at all", "new": "seven blue kettles sing"})
    assert (wrong.status, wrong.json()["code"]) == (401, "wrong_credentials")
    weak = admin.request("PUT", "/v1/session/password", {"old": PASSWORD, "new": "password2026"})
    assert (weak.status, weak.json()["code"]) == (422, "weak_password")
    assert admin.request("PUT", "/v1/session/password", {"old": PASSWORD, "new": "seven blue kettles sing"}).status == 204
    assert admin.cookies["indelible"] != before and admin.session().status == 200 and elsewhere.session().status == 401
    assert Browser(log).sign_in("ada@example.org").status == 401
    assert Browser(log).sign_in("ada@example.org", "seven blue kettles sing").status == 201


def test_a_code_is_asked_for_and_good_once(log):
    admin = first_admin(log)
    made = admin.post("/v1/session/totp").json()
    assert made["uri"].startswith("otpauth://totp/") and made["secret"] in made["uri"]
    assert admin.request("PUT", "/v1/session/totp", {"code": "000000"}).status in (401, 204)
    now = time.time()
    assert admin.request("PUT", "/v1/session/totp", {"code": code(made["secret"], now - 30)}).status == 204
    assert admin.session().json()["session"]["second_factor"] is True
    browser = Browser(log)
    needed = browser.sign_in("ada@example.org")
    assert (needed.status, needed.json()["code"]) == (401, "second_factor_needed")
    assert browser.session().status == 401
    used = browser.sign_in("ada@example.org", code=code(made["secret"], now - 30))
    assert (used.status, used.json()["code"]) == (401, "wrong_code")
    assert browser.sign_in("ada@example.org", code=code(made["secret"], now)).status == 201
    replayed = Browser(log).sign_in("ada@example.org", code=code(made["secret"], now))
    assert (replayed.status, replayed.json()["code"]) == (401, "wrong_code")
    log.restart()
    replayed = Browser(log).sign_in("ada@example.org", code=code(made["secret"], now))
    assert replayed.status == 401, "not after a restart either"
    assert admin.request("DELETE", "/v1/session/totp", {"password": PASSWORD}).status == 204
    assert Browser(log).sign_in("ada@example.org").status == 201


def test_a_second_factor_that_is_demanded_is_set_up_before_anything_else(log):
    admin = first_admin(log)
    assert admin.request("PATCH", "/v1/settings", {"second_factor_required": True}).status == 200
    refused = admin.get("/v1/entries")
    assert (refused.status, refused.json()["code"]) == (403, "second_factor_required")
    made = admin.post("/v1/session/totp").json()
    assert admin.request("PUT", "/v1/session/totp", {"code": code(made["secret"])}).status == 204
    assert admin.get("/v1/entries").status == 200


def test_a_disabled_account_is_out_at_once_in_long_answers_too(log):
    admin = first_admin(log)
    grace = join(log, invite(admin, "grace@example.org")["link"], "Grace")
    connection = http.client.HTTPConnection(log.host, log.port, timeout=60)
    connection.request("GET", "/v1/feed", headers={"Cookie": f"indelible={grace.cookies['indelible']}"})
    feed = connection.getresponse()
    assert feed.status == 200
    begun = time.monotonic()
    assert admin.request("PATCH", f"/v1/people/{grace.account}", {"disabled": True}).status == 200
    assert grace.session().status == 401
    feed.read()
    assert time.monotonic() - begun < 10, "the feed ends by itself"
    assert admin.request("PATCH", f"/v1/people/{grace.account}", {"disabled": False}).status == 200
    assert grace.session().status == 401, "a session does not come back with its account"
    last = admin.request("PATCH", f"/v1/people/{admin.account}", {"disabled": True})
    assert (last.status, last.json()["code"]) == (409, "last_manager")


def test_a_lost_password_is_set_anew_by_a_link(log):
    admin = first_admin(log)
    grace = join(log, invite(admin, "grace@example.org")["link"], "Grace")
    link = admin.post(f"/v1/people/{grace.account}/invitation").json()["link"]
    assert grace.session().status == 200, "until it is used nothing changes"
    again = join(log, link, "Grace", password="seven blue kettles sing")
    assert again.account == grace.account and grace.session().status == 401
    assert Browser(log).sign_in("grace@example.org").status == 401


def test_no_secret_is_in_an_entry(log):
    admin = first_admin(log)
    link = invite(admin, "grace@example.org")["link"]
    join(log, link, "Grace")
    made = admin.post("/v1/session/totp").json()
    admin.request("PUT", "/v1/session/totp", {"code": code(made["secret"])})
    export = admin.get("/v1/export?format=json&order=leaf").text
    assert "account.invited" in export and "session.signed_in" in export
    for secret in [PASSWORD, secret_of(link), made["secret"], admin.cookies["indelible"], "argon2id"]:
        assert secret not in export
    lines = admin.get("/v1/export?format=ndjson&order=leaf").text
    for personal in ["grace@example.org", "ada@example.org", "Grace"]:
        assert personal not in lines, "names stand in disclosures, which can be forgotten"


def test_people_on_the_command_line(tmp_path):
    data = ["--data", tmp_path / "data", "--marks", tmp_path / "marks"]
    made = indelible("person", "invite", *data, "ada@example.org", "--role", "platform-admin", "--json", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    person = json.loads(made.stdout)
    listed = json.loads(indelible("person", "list", *data, "--json", cwd=tmp_path).stdout)["people"]
    assert [(one["email"], one["status"]) for one in listed] == [("ada@example.org", "invited")]
    grants = indelible("person", "grants", *data, "Ada@example.org", cwd=tmp_path)
    assert grants.stdout.strip() == "platform-admin: everything"
    disabled = indelible("person", "disable", *data, person["id"], cwd=tmp_path)
    assert disabled.returncode == 0, disabled.stderr
    assert "disabled" in indelible("person", "list", *data, cwd=tmp_path).stdout
