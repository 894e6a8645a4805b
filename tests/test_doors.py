"""The doors: TLS and its certificate, who is at the other end, and what pages of other sites may not do."""

import contextlib
import http.client
import re
import signal
import socket
import ssl
import struct
import time

import certificates
import httpx
import pytest
from conftest import Server, indelible, wait_for

EMBEDDING = "https://product.example"


class TlsServer(Server):
    """A server that is asked by TLS; `context` says what the client accepts."""

    context = None

    def connection(self, timeout):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)

    def shown(self):
        """The certificate that a new connection is shown, in PEM."""
        return ssl.get_server_certificate((self.host, self.port))


@pytest.fixture
def tls_server(tmp_path):
    """A server with a certificate of its own; `.pair` are its files."""
    server = TlsServer(tmp_path / "log")
    server.pair = certificates.make(tmp_path, "server")
    server.context = ssl.create_default_context(cafile=server.pair[0])
    server.flags = ["--tls-cert", str(server.pair[0]), "--tls-key", str(server.pair[1])]
    yield server.start(extra=server.flags)
    if server.process is not None:
        server.kill()


def replaced(tmp_path, server, name="next"):
    """Puts a new pair into the place of the old; returns what clients are to be shown then."""
    pair = certificates.make(tmp_path, name)
    for new, old in zip(pair, server.pair):
        certificates.write(old, new.read_bytes())
    return pair[0].read_text()


def metric(server, name):
    return float(re.search(rf"^{name} (\S+)$", server.get("/metrics").text, re.M).group(1))


# TLS


@pytest.mark.parametrize("version", ["TLSv1_2", "TLSv1_3"])
@pytest.mark.parametrize("protocols,chosen", [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), ([], None)])
def test_tls_1_2_and_1_3_with_either_http(tls_server, version, protocols, chosen):
    context = ssl.create_default_context(cafile=tls_server.pair[0])
    context.minimum_version = context.maximum_version = ssl.TLSVersion[version]
    if protocols:
        context.set_alpn_protocols(protocols)
    with open_tls(tls_server, context) as wire:
        assert (wire.version(), wire.selected_alpn_protocol()) == (version.replace("_", "."), chosen)
        if chosen == "h2":
            wire.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
            assert wire.recv(9)[3] == 4, "settings come first"
        else:
            wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert wire.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_http_2_answers_over_tls(tls_server):
    with httpx.Client(http2=True, verify=tls_server.context) as client:
        for _ in range(3):
            answer = client.get(f"https://localhost:{tls_server.port}/v1/entries")
            assert (answer.http_version, answer.status_code) == ("HTTP/2", 200)
        own = {"Origin": f"https://localhost:{tls_server.port}"}
        assert client.post(f"https://localhost:{tls_server.port}/v1/events", json={"action": "door.opened"}, headers=own).status_code == 201


def test_older_tls_is_refused(tls_server):
    context = ssl.create_default_context(cafile=tls_server.pair[0])
    context.minimum_version, context.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError), open_tls(tls_server, context):
        pass


def test_a_log_is_served_by_tls_as_by_plain_http(tls_server):
    assert "at https://" in tls_server.out_path.read_text()
    receipts = tls_server.record([{"action": "door.opened", "description": "x" * 4_000} for _ in range(500)])
    assert len(receipts) == 500
    assert len(tls_server.export_lines(action="door.opened")) == 500
    assert tls_server.stop() == 0


@pytest.mark.parametrize("how", ["tls", "proxy protocol"])
def test_commands_over_the_folder_reach_a_server_that_speaks_no_plain_http(tls_server, new_server, how):
    server = tls_server if how == "tls" else new_server("balanced").start(extra=["--trusted-proxy", "10.0.0.0/8", "--proxy-protocol"])
    server.record([{"action": "door.opened"}])
    run = server.run("search", "action:door.opened", "--data", server.data, "--marks", server.marks)
    assert run.returncode == 0 and "1 of 1 entries" in run.stdout and "is open elsewhere" in run.stderr, run


def test_plain_http_at_a_port_of_tls_gets_no_answer(tls_server):
    with socket.create_connection((tls_server.host, tls_server.port), timeout=30) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert not wire.recv(1000).startswith(b"HTTP/")


@pytest.mark.parametrize("how", ["change", "hangup"])
def test_a_new_certificate_is_shown_without_a_restart_and_open_connections_go_on(tls_server, tmp_path, how):
    kept = http.client.HTTPSConnection(tls_server.host, tls_server.port, context=tls_server.context)
    kept.request("GET", "/healthz")
    kept.getresponse().read()
    new = replaced(tmp_path, tls_server)
    if how == "hangup":
        tls_server.process.send_signal(signal.SIGHUP)
    wait_for("the new certificate", lambda: tls_server.shown() == new)
    kept.request("GET", "/healthz")
    assert kept.getresponse().status == 200
    kept.close()


def exposed(server):
    server.pair[1].chmod(0o644)


BAD = {
    "no PEM": lambda server: certificates.write(server.pair[0], b"no certificate"),
    "another's key": lambda server: certificates.write(server.pair[1], certificates.make(server.home, "other")[1].read_bytes()),
    "gone": lambda server: server.pair[1].unlink(),
    "empty": lambda server: certificates.write(server.pair[0], b""),
    "no key": lambda server: certificates.write(server.pair[1], server.pair[0].read_bytes()),
    "for everybody": exposed,
}


@pytest.mark.parametrize("bad", BAD)
def test_a_certificate_that_cannot_be_used_is_said_and_the_one_before_stays(tls_server, tmp_path, bad):
    before = tls_server.shown()
    BAD[bad](tls_server)
    tls_server.context = ssl.create_default_context(cadata=before)
    degraded = wait_for("the failure to be told", lambda: "degraded: certificate: " in tls_server.get("/readyz").text)
    assert degraded and tls_server.shown() == before
    assert metric(tls_server, "indelible_certificate_failed") == 1 and metric(tls_server, "indelible_certificate_failures_total") >= 1
    assert "the certificate was not taken" in tls_server.stderr and "PRIVATE" not in tls_server.stderr
    new = replaced(tmp_path, tls_server)
    wait_for("the new certificate", lambda: tls_server.shown() == new)
    tls_server.context = ssl.create_default_context(cadata=new)
    assert tls_server.get("/readyz").text == "ready\n"
    assert metric(tls_server, "indelible_certificate_failed") == 0


@pytest.mark.parametrize("bad", BAD)
def test_a_start_with_a_certificate_that_cannot_be_used_is_refused(tmp_path, bad):
    server = TlsServer(tmp_path / "log")
    server.pair = certificates.make(tmp_path, "server")
    BAD[bad](server)
    run = indelible("serve", "--dev", "--data", server.data, "--listen", "127.0.0.1:0", "--tls-cert", server.pair[0], "--tls-key", server.pair[1])
    assert run.returncode == 2 and "server." in run.stderr and not server.data.exists(), run
    assert bad != "for everybody" or "chmod o-rwx" in run.stderr


def open_tls(server, context):
    wire = socket.create_connection((server.host, server.port), timeout=30)
    try:
        return context.wrap_socket(wire, server_hostname="localhost")
    except BaseException:
        wire.close()
        raise


def hello():
    """The first message of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize("sent", ["nothing", "half a hello", "a hello"])
def test_handshakes_that_do_not_go_on_hold_up_nobody_and_are_cut_off(tls_server, sent):
    part = {"nothing": b"", "half a hello": hello()[:100], "a hello": hello()}[sent]
    with contextlib.ExitStack() as open_ones:
        wires = [open_ones.enter_context(socket.create_connection((tls_server.host, tls_server.port), timeout=60)) for _ in range(300)]
        for wire in wires:
            wire.sendall(part)
        assert metric(tls_server, "indelible_connections") > 300
        for _ in range(20):
            assert tls_server.get("/healthz").status == 200
        assert metric(tls_server, "indelible_connections") > 300, "they hang there still"
        for wire in wires:
            with contextlib.suppress(ConnectionError):
                while wire.recv(1 << 14):
                    pass
        assert metric(tls_server, "indelible_connections") < 10


def test_half_open_handshakes_give_way_where_places_are_few(tmp_path):
    """They are counted as connections, and are the first to go."""
    server = TlsServer(tmp_path / "log", wrapper=["prlimit", "--nofile=220:220"])
    server.pair = certificates.make(tmp_path, "server")
    server.context = ssl.create_default_context(cafile=server.pair[0])
    server.start(extra=["--tls-cert", str(server.pair[0]), "--tls-key", str(server.pair[1])])
    try:
        most = int(metric(server, "indelible_connections_max"))
        with contextlib.ExitStack() as open_ones:
            first = hello()
            for _ in range(4 * most):
                wire = open_ones.enter_context(socket.create_connection((server.host, server.port), timeout=60))
                with contextlib.suppress(OSError):
                    wire.sendall(first)
            for _ in range(20):
                assert server.get("/healthz").status == 200
            assert metric(server, "indelible_connections") <= most
    finally:
        server.kill()


# Who is at the other end


def seen_ip(server, headers=(), ask=None):
    """The address that the log records for one who exports; `ask` asks in its own way and returns the status."""
    path = f"/v1/export?action=none{time.monotonic_ns()}"
    status = ask(path) if ask else raw(server, path, headers)
    assert status == 200, status
    sought = ["action", path.partition("=")[2]]
    exports = server.get("/v1/entries", {"action": "audit_log.export", "full": "true", "limit": 1000}).json()["entries"]
    (mine,) = [entry for entry in exports if sought in entry["properties"]["filters"]]
    return mine["client"]["ip"]


def raw(server, path, headers=(), before=b"", method="GET", host="localhost"):
    """The status of a request whose header lines are sent as they are; `None` where the connection is closed without an answer."""
    lines = [f"{method} {path} HTTP/1.1", *([f"Host: {host}"] if host else []), *headers, "Connection: close", "", ""]
    with socket.create_connection((server.host, server.port), timeout=60) as wire:
        wire.sendall(before + "\r\n".join(lines).encode("latin-1"))
        answer = b""
        with contextlib.suppress(ConnectionError):
            while more := wire.recv(1 << 16):
                answer += more
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else None


@pytest.fixture(scope="module")
def proxied(tmp_path_factory):
    """A server that trusts whoever asks from 127.0.0.1."""
    server = Server(tmp_path_factory.mktemp("proxied") / "log")
    yield server.start(extra=["--trusted-proxy", "127.0.0.1", "--trusted-proxy", "10.0.0.0/8"])
    server.kill()


@pytest.mark.parametrize("headers,ip", [
    (["X-Forwarded-For: 203.0.113.9"], "203.0.113.9"),
    (["X-Forwarded-For: 198.51.100.7, 203.0.113.9"], "203.0.113.9"),
    (["X-Forwarded-For: 198.51.100.7,203.0.113.9,10.0.0.2"], "203.0.113.9"),
    (["X-Forwarded-For: 198.51.100.7", "X-Forwarded-For: 203.0.113.9"], "203.0.113.9"),
    (["X-Forwarded-For: 198.51.100.7", "X-FORWARDED-FOR:\t203.0.113.9 , 10.0.0.2"], "203.0.113.9"),
    (["X-Forwarded-For: ::ffff:203.0.113.9"], "203.0.113.9"),
    (["X-Forwarded-For: [2001:db8::9]:4711"], "2001:db8::9"),
    (["X-Forwarded-For: 203.0.113.9:4711"], "203.0.113.9"),
    (["X-Forwarded-For: <script>, 203.0.113.9"], "203.0.113.9"),
    (["Forwarded: for=198.51.100.7", "X-Real-IP: 198.51.100.7", "X-Client-IP: 198.51.100.7"], "127.0.0.1"),
    (["Forwarded: for=198.51.100.7", "X-Forwarded-For: 203.0.113.9"], "203.0.113.9"),
    ([], "127.0.0.1"),
])
def test_a_trusted_proxy_says_who_asks(proxied, headers, ip):
    assert seen_ip(proxied, headers) == ip


@pytest.mark.parametrize("line", [
    "X-Forwarded-For: unknown", "X-Forwarded-For:", "X-Forwarded-For: 203.0.113.9,", "X-Forwarded-For: 203.0.113.9 10.0.0.2", "X-Forwarded-For: [::1",
    "X-Forwarded-For: 203.0.113.9:x", "X-Forwarded-For: fe80::1%eth0", "X-Forwarded-For: \"203.0.113.9\"", "X-Forwarded-For: 203.0.113.9\xe9",
    "X-Forwarded-Proto: https, http", "X-Forwarded-Proto: ftp", "X-Forwarded-Proto:",
])
def test_what_a_trusted_proxy_sends_and_cannot_be_read_is_refused(proxied, line):
    assert raw(proxied, "/healthz", [line]) == 400


def test_of_nobody_else_a_forwarded_address_is_believed(new_server):
    server = new_server().start(extra=["--trusted-proxy", "192.0.2.0/24"])
    for headers in (["X-Forwarded-For: 203.0.113.9"], ["X-Forwarded-For: nonsense", "X-Forwarded-Proto: ftp"]):
        assert seen_ip(server, headers) == "127.0.0.1"


def test_an_ipv4_client_of_an_ipv6_port_is_its_ipv4_address(new_server):
    """Where the port takes both, the system shows 127.0.0.1 as ::ffff:127.0.0.1."""
    server = new_server()
    server.listen = "[::ffff:127.0.0.1]:0"
    server.start(wait=False, extra=["--trusted-proxy", "127.0.0.0/8"])
    wait_for("the port", lambda: server.out_path.exists() and "Serving" in server.out_path.read_text())
    server.host, server.port = "127.0.0.1", int(re.search(r"at http://\S+:(\d+)$", server.out_path.read_text(), re.M)[1])
    assert seen_ip(server) == "127.0.0.1"
    assert seen_ip(server, ["X-Forwarded-For: 203.0.113.9"]) == "203.0.113.9"


def test_whom_is_trusted_is_read_again_on_hangup_and_a_bad_file_changes_nothing(new_server):
    server = new_server()
    file = server.home / "indelible.toml"
    file.write_text('trusted_proxy = ["192.0.2.0/24"]\n')
    server.start(extra=["--config", str(file)])
    forged = ["X-Forwarded-For: 203.0.113.9"]
    assert seen_ip(server, forged) == "127.0.0.1"

    def hangup(text, said):
        begins = len(server.stderr)
        file.write_text(text)
        server.process.send_signal(signal.SIGHUP)
        wait_for(said, lambda: said in server.stderr[begins:])
        return server.stderr[begins:]

    said = hangup('trusted_proxy = ["127.0.0.1"]\nquestion_ms = 7\n', "settings were read again")
    assert "trusted_proxy = 127.0.0.1" in said and "holds from now on" in said
    assert "question_ms = 7" in said and "holds from the next start on" in said
    assert seen_ip(server, forged) == "203.0.113.9"
    said = hangup('trusted_proxy = ["127.0.0.300"]\nx = 1\n', "everything is as before")
    assert f"{file}:1: trusted_proxy cannot be" in said and f"{file}:2: there is no setting x" in said
    assert seen_ip(server, forged) == "203.0.113.9"
    file.unlink()
    server.process.send_signal(signal.SIGHUP)
    wait_for("the missing file to be told", lambda: "No such file" in server.stderr)
    assert seen_ip(server, forged) == "203.0.113.9"


# PROXY protocol


def header_v2(source, command=0x21, tlvs=b""):
    address = socket.inet_aton(source) + socket.inet_aton("192.0.2.1") + struct.pack("!HH", 4711, 443)
    return b"\r\n\r\n\0\r\nQUIT\n" + struct.pack("!BBH", command, 0x11, len(address) + len(tlvs)) + address + tlvs


@pytest.fixture(scope="module")
def balanced(tmp_path_factory):
    """A server behind a balancer at 127.0.0.2 that speaks the PROXY protocol; 127.0.0.1 is nobody in particular."""
    server = Server(tmp_path_factory.mktemp("balanced") / "log")
    yield server.start(extra=["--trusted-proxy", "127.0.0.2", "--trusted-proxy", "10.0.0.0/8", "--proxy-protocol"])
    server.kill()


def balanced_request(server, path, before, headers=()):
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", *headers, "Connection: close", "", ""]
    with socket.create_connection((server.host, server.port), timeout=60, source_address=("127.0.0.2", 0)) as wire:
        answer = b""
        with contextlib.suppress(ConnectionError):
            wire.sendall(before + "\r\n".join(lines).encode())
            while more := wire.recv(1 << 16):
                answer += more
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.1 ") else None


@pytest.mark.parametrize("before,headers,ip", [
    (b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 443\r\n", [], "203.0.113.9"),
    (b"PROXY TCP6 ::ffff:203.0.113.9 2001:db8::1 4711 443\r\n", [], "203.0.113.9"),
    (b"PROXY UNKNOWN\r\n", [], "127.0.0.2"),
    (header_v2("203.0.113.9"), [], "203.0.113.9"),
    (header_v2("203.0.113.9", tlvs=b"\x04\0\x03abc"), [], "203.0.113.9"),
    (header_v2("203.0.113.9", command=0x20), [], "127.0.0.2"),
    (header_v2("203.0.113.9"), ["X-Forwarded-For: 198.51.100.7"], "203.0.113.9"),
    (header_v2("10.0.0.2"), ["X-Forwarded-For: 198.51.100.7"], "198.51.100.7"),
])
def test_a_balancer_says_whose_connection_it_hands_on(balanced, before, headers, ip):
    assert seen_ip(balanced, ask=lambda path: balanced_request(balanced, path, before, headers)) == ip


@pytest.mark.parametrize("before", [
    b"", b"PROXY TCP4 203.0.113.9\r\n", b"PROXY " + b"A" * 200, header_v2("203.0.113.9")[:14] + b"\xff\xff", header_v2("203.0.113.9", command=0x31),
    header_v2("203.0.113.9", tlvs=b"\x04\xff\xff"),
])
def test_a_connection_of_a_balancer_without_a_whole_header_is_closed(balanced, before):
    assert balanced_request(balanced, "/healthz", before) is None


def test_a_proxy_header_of_anybody_else_is_no_request(balanced):
    for before in (b"PROXY TCP4 203.0.113.9 192.0.2.1 4711 443\r\n", header_v2("203.0.113.9")):
        assert raw(balanced, "/healthz", before=before) in (400, None)
    assert seen_ip(balanced) == "127.0.0.1"


# Settings


@pytest.mark.parametrize("flags,said", [
    (["--listen", "0.0.0.0:7117"], "--listen: beyond this machine tokens and sessions would pass in the clear; name a certificate"),
    (["--listen", "[::]:7117"], "--listen: beyond this machine tokens and sessions would pass in the clear; name a certificate"),
    (["--listen", "0.0.0.0:7117", "--dev"], "--listen: --dev listens on this machine alone"),
    (["--dev", "--tls-cert", "c.pem"], "--tls-cert: a certificate needs its key; name it with tls_key"),
    (["--dev", "--tls-key", "c.key"], "--tls-key: a key needs its certificate; name it with tls_cert"),
    (["--dev", "--proxy-protocol"], "--proxy-protocol: a PROXY header is taken from trusted proxies alone"),
    (["--dev", "--embed-origin", EMBEDDING], "--embed-origin: with --dev there are no tokens to ask with"),
])
def test_doors_that_would_stand_open_are_refused(tmp_path, flags, said):
    run = indelible("config", "check", *flags, cwd=tmp_path)
    assert run.returncode == 1 and said in run.stdout, run
    run = indelible("serve", *flags, cwd=tmp_path)
    assert run.returncode == 2 and said in run.stderr and not list(tmp_path.iterdir()), run


@pytest.mark.parametrize("key,value", [("trusted_proxy", "10.0.0.0/33"), ("trusted_proxy", "localhost"), ("public_url", "audit.example"), ("embed_origin", "https://a/b")])
def test_what_is_no_network_and_no_origin_is_named_with_its_line(tmp_path, key, value):
    (tmp_path / "indelible.toml").write_text(f'dev = true\n{key} = "{value}"\n')
    run = indelible("config", "check", "--config", "indelible.toml", cwd=tmp_path)
    assert run.returncode == 1 and run.stdout.startswith(f'indelible.toml:2: {key} cannot be "{value}": '), run


# Headers


def test_every_answer_tells_browsers_what_they_may_not_do(server):
    for path in ("/", "/healthz", "/v1/entries", "/nowhere"):
        headers = server.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"] and headers["x-content-type-options"] == "nosniff"
        assert "strict-transport-security" not in headers


# Pages of other sites, where there is access control


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    """A server without `--dev`, behind a proxy at 127.0.0.1 that speaks TLS."""
    server = Server(tmp_path_factory.mktemp("guarded") / "log")
    server.dev = False
    server.start(wait=False, extra=["--public-url", "https://audit.example", "--embed-origin", EMBEDDING, "--trusted-proxy", "127.0.0.1"])
    wait_for("the port", lambda: server.out_path.exists() and "Serving" in server.out_path.read_text())
    server.host, server.port = "127.0.0.1", int(re.search(r"at http://\S+:(\d+)$", server.out_path.read_text(), re.M)[1])
    yield server
    server.kill()


def refused(server, method, path, **headers):
    """The code of the refusal, by headers whose names are written with underscores."""
    sent = {"Host": "audit.example", "X-Forwarded-Proto": "https", **{name.replace("_", "-"): value for name, value in headers.items()}}
    answer = server.request(method, path, headers=sent)
    return answer.json().get("code") if answer.headers.get("content-type") == "application/problem+json" else answer.status


OWN, COOKIE = "https://audit.example", "__Host-indelible=x"


@pytest.mark.parametrize("method,headers", [
    ("POST", {"Cookie": COOKIE}),
    ("POST", {"Cookie": COOKIE, "Origin": "https://evil.example"}),
    ("POST", {"Cookie": COOKIE, "Origin": "null"}),
    ("POST", {"Cookie": COOKIE, "Origin": "http://audit.example"}),
    ("POST", {"Cookie": COOKIE, "Origin": OWN, "Sec_Fetch_Site": "same-site"}),
    ("DELETE", {"Cookie": "indelible=x", "Sec_Fetch_Site": "none"}),
    ("POST", {"Origin": "https://evil.example"}),
    ("POST", {"Cookie": COOKIE, "Origin": EMBEDDING}),
    ("GET", {"Cookie": COOKIE, "Origin": EMBEDDING}),
    ("GET", {"Cookie": COOKIE, "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}),
    ("GET", {"Cookie": COOKIE, "Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}),
])
def test_a_page_of_another_site_is_refused(guarded, method, headers):
    assert refused(guarded, method, "/v1/entries", **headers) == "cross_site"


@pytest.mark.parametrize("method,headers", [
    ("POST", {"Cookie": COOKIE, "Origin": OWN}),
    ("POST", {"Cookie": COOKIE, "Sec_Fetch_Site": "same-origin"}),
    ("POST", {"Authorization": "Bearer x"}),
    ("GET", {"Cookie": COOKIE}),
    ("GET", {"Cookie": COOKIE, "Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}),
])
def test_an_own_page_a_program_and_a_reader_who_follows_a_link_are_not(guarded, method, headers):
    assert refused(guarded, method, "/v1/entries", **headers) not in ("cross_site", "foreign_request", "not_encrypted")


def test_another_host_is_refused_but_to_who_has_a_token_or_looks_at_the_health(guarded):
    assert refused(guarded, "GET", "/v1/entries", Host="rebound.example") == "foreign_request"
    assert refused(guarded, "GET", "/v1/entries", Host="audit.example:8443") == "foreign_request"
    assert refused(guarded, "GET", "/v1/entries", Host="rebound.example", Authorization="Bearer x") != "foreign_request"
    assert refused(guarded, "GET", "/healthz", Host="10.1.2.3:7117") == 200
    assert raw(guarded, "/v1/entries", ["Host: rebound.example"], host="audit.example") == 403
    assert raw(guarded, "https://rebound.example/v1/entries", host="audit.example") == 403


def test_an_embedding_page_is_answered_without_credentials(guarded):
    asked = {"Host": "audit.example", "Origin": EMBEDDING, "Access-Control-Request-Method": "GET"}
    preflight = guarded.request("OPTIONS", "/v1/entries", headers=asked)
    assert preflight.status == 204 and preflight.headers["access-control-allow-origin"] == EMBEDDING
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    for answer in (preflight, guarded.get("/v1/entries", headers={**asked, "Authorization": "Bearer x"})):
        assert "access-control-allow-credentials" not in answer.headers and "Origin" in answer.headers["vary"]
    other = guarded.get("/v1/entries", headers={**asked, "Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_over_tls_browsers_are_told_to_stay_there(guarded):
    told = guarded.get("/healthz", headers={"X-Forwarded-Proto": "https"}).headers
    assert told["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in guarded.get("/healthz", headers={"X-Forwarded-Proto": "http"}).headers
