"""A server with access control, asked with tokens, and tokens as somebody would forge them."""

import base64
import http.client
import json
import socket
import threading

from conftest import Answer, DEADLINE_SECONDS, Server

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
ID, SECRET, CHECKSUM = 16, 40, 7


class Program:
    """A program: its id, its token that is good, and what was granted to it first."""

    def __init__(self, id, token, role, scope):
        self.id, self.token, self.role, self.scope = id, token, role, scope

    def __repr__(self):
        return f"{self.role} at {json.dumps(self.scope)}"


class Controlled(Server):
    """`indelible serve` with access control. Where a request shows no token, it shows the operator's; `token=None` shows none."""

    def __init__(self, home, **options):
        super().__init__(home, **options)
        self.dev = False

    @property
    def operator(self):
        """The token of whoever has the machine."""
        return (self.data / "OPERATOR").read_text().strip()

    def request(self, method, path, body=None, headers=None, params=None, timeout=DEADLINE_SECONDS, token=""):
        headers = dict(headers or {})
        if token == "" and "Authorization" not in headers:
            token = self.operator
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return super().request(method, path, body, headers, params, timeout)

    def ask(self, token, method, path, body=None, params=None, **headers):
        """One request with this token, its body as JSON."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            headers = {"Content-Type": "application/json", **headers}
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
        return self.request(method, path, body, headers, params, token=token)

    def program(self, role, scope, name="program", **more):
        """Makes a program in the operator's name."""
        answer = self.ask(self.operator, "POST", "/v1/tokens", {"name": name, "role": role, "scope": scope, **more})
        assert answer.status == 201, answer
        return Program(**answer.json(), role=role, scope=scope)

    def grant(self, program, role, scope):
        """Gives a program one grant more; returns its id."""
        wanted = {"principal": f"program:{program.id}", "role": role, "scope": scope}
        answer = self.ask(self.operator, "POST", "/v1/grants", wanted)
        assert answer.status == 201, answer
        return answer.json()["id"]

    def grants_of(self, program):
        answer = self.get("/v1/grants", {"principal": f"program:{program.id}"})
        assert answer.status == 200, answer
        return answer.json()["grants"]

    def settle(self, method, path, body=None):
        """A change in the operator's name."""
        answer = self.ask(self.operator, method, path, body)
        assert answer.status in (200, 201, 204), answer
        return answer

    def own(self, action):
        """The log's own entries of this action, oldest first."""
        return [entry for entry in self.export_entries(action=action) if entry["source"] == "indelible"]


class Lasting:
    """Connections that are kept alive, one for each thread."""

    def __init__(self, server):
        self.server, self.of_thread = server, threading.local()

    def ask(self, method, path, body=None, headers=None):
        for attempt in (1, 2):
            connection = getattr(self.of_thread, "connection", None)
            try:
                if connection is None:
                    connection = http.client.HTTPConnection(self.server.host, self.server.port, timeout=DEADLINE_SECONDS)
                    connection.connect()
                    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    self.of_thread.connection = connection
                connection.request(method, path, body=body, headers=headers or {})
                answer = connection.getresponse()
                answer = Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
                if answer.headers.get("connection") == "close":
                    self.of_thread.connection = None
                return answer
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self.of_thread.connection = None
                if attempt == 2:
                    raise


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def whole(body):
    """A token with the checksum that fits."""
    sum = base64.b32encode(crc32c(body.encode()).to_bytes(4, "big")).decode().rstrip("=").lower()
    return body + sum


def with_other_secret(token, random):
    """A whole token of the same program that it never had."""
    return whole(token[: 4 + ID] + "".join(random.choice(LETTERS) for _ in range(SECRET)))


def of_nobody(random):
    """A whole token of a program that is not there."""
    return whole("ind_" + "".join(random.choice(LETTERS) for _ in range(ID + SECRET)))
