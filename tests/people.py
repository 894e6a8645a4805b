"""People as browsers show them to the server: a cookie jar each, redirects followed one by one."""

import base64
import hashlib
import hmac
import http.client
import json
import re
import struct
import time
import urllib.parse

from conftest import DEADLINE_SECONDS, Answer

PASSWORD = "green hedgehogs climb slowly"


class Browser:
    """A cookie jar for one machine, whatever the port, as browsers keep it. It keeps no cookie's attributes but its end."""

    def __init__(self, server):
        self.server, self.cookies = server, {}

    def request(self, method, url, body=None, headers=None):
        """One request; a redirect is an answer. `url` is a path of the server, or a whole address."""
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.server.url, url))
        headers = dict(headers or {})
        if method not in ("GET", "HEAD"):
            # What a browser says of a page of the server's own.
            headers = {"Origin": self.server.url, **headers}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if isinstance(body, (dict, list)):
            body, headers = json.dumps(body), {"Content-Type": "application/json", **headers}
        kind, more = http.client.HTTPConnection, {}
        if parts.scheme == "https":
            kind, more = http.client.HTTPSConnection, {"context": self.server.tls}
        connection = kind(parts.hostname, parts.port, timeout=DEADLINE_SECONDS, **more)
        try:
            path = urllib.parse.urlunsplit(("", "", parts.path or "/", parts.query, ""))
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or []:
                name, value = line.split(";")[0].split("=", 1)
                gone = not value or "max-age=0" in line.lower() or "1970" in line
                self.cookies.pop(name, None) if gone else self.cookies.__setitem__(name, value)
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, url):
        return self.request("GET", url)

    def post(self, url, body=None):
        return self.request("POST", url, {} if body is None else body)

    def follow(self, url, until=lambda url: False):
        """Follows redirects from `url` to the first answer that is none, or to the address `until` names: `(url, answer)`."""
        for _ in range(20):
            if until(url):
                return url, None
            answer = self.get(url)
            if answer.status not in (301, 302, 303, 307):
                return url, answer
            url = urllib.parse.urljoin(urllib.parse.urljoin(self.server.url, url), answer.headers["location"])
        raise AssertionError(f"redirects without end, at {url}")

    def sign_in(self, email, password=PASSWORD, **more):
        return self.post("/v1/session", {"email": email, "password": password, **more})

    def session(self):
        return self.get("/v1/session")


def secret_of(link):
    return link.partition("#invitation=")[2]


def first_link(server):
    """The link that the server printed at this start; None if it printed none."""
    found = re.findall(r"http://\S+#invitation=[a-z2-7]+", server.out_path.read_text())
    return found[-1] if found else None


def join(server, link, name="Ada", password=PASSWORD, **more):
    browser = Browser(server)
    answer = browser.post("/v1/invitations/accept", {"token": secret_of(link), "name": name, "password": password, **more})
    assert answer.status == 201, answer
    browser.account = answer.json()["principal"]["id"]
    return browser


def first_admin(server, email="ada@example.org"):
    return join(server, first_link(server), email=email)


def invite(admin, email, role="auditor", scope=None):
    answer = admin.post("/v1/people", {"email": email, "grants": [{"role": role, "scope": scope or {}}]})
    assert answer.status == 201, answer
    return answer.json()


def code(secret, at=None):
    """What an authenticator shows (RFC 6238)."""
    step = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def entries(admin, action):
    """The log's own entries of this action, newest first."""
    asked = {"action": action, "source": "indelible", "full": "true", "limit": 1000}
    answer = admin.get("/v1/entries?" + urllib.parse.urlencode(asked))
    assert answer.status == 200, answer
    return answer.json()["entries"]
