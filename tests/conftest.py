"""What every end-to-end test needs: the real binary, as a server over real HTTP and as a command."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
DEMO = ROOT / "demo"
REAL = ROOT.parent / "shared" / "data" / "real"
BIN = os.environ.get("INDELIBLE_BIN", str(ROOT / "target" / "release" / "indelible"))

# A hung process fails its test instead of hanging the run; a loaded machine needs patience.
DEADLINE_SECONDS = 60

sys.path.insert(0, str(ROOT / "tests" / "verifier"))


def wait_for(what, ready, seconds=DEADLINE_SECONDS):
    """Asks `ready` until it answers something true, and returns that. `what` names it where it never does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        answer = ready()
        if answer:
            return answer
        time.sleep(0.005)
    pytest.fail(f"waited {seconds} s for {what}")


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Answer:
    """An HTTP answer: status, headers (by lower-case name), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"Answer({self.status}, {self.body[:500]!r})"


class Server:
    """`indelible serve`, with `dev` as `--dev`, over a data directory of its own. Starts, stops, dies, starts again.

    `data` and `marks` stay between starts; everything the process writes is kept in `log_path` (stderr) and `out_path`
    (stdout) over all starts.
    """

    def __init__(self, home, *, env=None, command="serve", wrapper=(), dev=True):
        self.home = pathlib.Path(home)
        self.data, self.marks = self.home / "data", self.home / "marks"
        self.log_path, self.out_path = self.home / "stderr.txt", self.home / "stdout.txt"
        self.home.mkdir(parents=True, exist_ok=True)
        self.env = {**os.environ, **(env or {})}
        self.command, self.wrapper = command, list(wrapper)
        self.listen, self.dev = "127.0.0.1:0", dev
        self.process, self.address, self.origin = None, None, None

    # Life

    def start(self, wait=True, extra=()):
        """Starts the process; with `wait`, returns once it answers."""
        assert self.process is None, "already running"
        self._out_at = self.out_path.stat().st_size if self.out_path.exists() else 0
        arguments = [BIN, self.command, "--data", str(self.data), "--marks", str(self.marks), "--listen", self.listen]
        arguments += (["--dev"] if self.command == "serve" and self.dev else []) + list(extra)
        with open(self.out_path, "ab") as out, open(self.log_path, "ab") as err:
            self.process = subprocess.Popen(self.wrapper + arguments, stdout=out, stderr=err, env=self.env, cwd=self.home)
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        """Waits until the server says where it listens, and answers there."""
        pattern = re.compile(r"^Serving (\S+) with (\d+) entries at (https?://\S+)$", re.M)

        def said():
            with open(self.out_path, "rb") as out:
                out.seek(self._out_at)
                found = pattern.search(out.read().decode())
            if not found and self.process.poll() is not None:
                pytest.fail(f"the server ended with {self.process.returncode}:\n{self.stderr[-4000:]}")
            return found

        self.origin, self.entries_at_start, url = wait_for("the server to start", said).groups()
        self.url, self.address = url, url.split("://")[1]
        self.host, port = self.address.rsplit(":", 1)
        self.port = int(port)

        def ready():
            try:
                return self.get("/readyz", timeout=DEADLINE_SECONDS).status == 200
            except OSError:
                return False

        wait_for("the server to answer", ready)

    def stop(self):
        """Ends the process in good order (SIGTERM) and returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self):
        """Ends the process as a power cut would, for the process."""
        return self._end(signal.SIGKILL)

    def _end(self, how):
        process, self.process = self.process, None
        if process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
        try:
            return process.wait(DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            pytest.fail(f"the server did not end within {DEADLINE_SECONDS} s of {how!r}")

    def restart(self):
        self.stop()
        return self.start()

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def stderr(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    # HTTP

    def connection(self, timeout):
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def request(self, method, path, body=None, headers=None, params=None, timeout=DEADLINE_SECONDS):
        """One request on a connection of its own. `params` is a dict (lists repeat) or a list of pairs."""
        if params:
            path += ("&" if "?" in path else "?") + urllib.parse.urlencode(params, doseq=True)
        connection = self.connection(timeout)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path, params=None, headers=None, timeout=DEADLINE_SECONDS):
        return self.request("GET", path, None, headers, params, timeout)

    def post(self, path, body=None, headers=None, params=None, timeout=DEADLINE_SECONDS):
        """Posts bytes or text as they are, anything else as JSON."""
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body, ensure_ascii=False)
        if isinstance(body, str):
            body = body.encode("utf-8")
        headers = {"Content-Type": "application/json", **(headers or {})}
        return self.request("POST", path, body, headers, params, timeout)

    def record(self, events):
        """Posts one event or a list; returns the receipts, of which there must be one for each."""
        answer = self.post("/v1/events", events)
        assert answer.status in (200, 201), answer
        return answer.json()["receipts"]

    def entry(self, entry_id):
        answer = self.get(f"/v1/entries/{entry_id}")
        assert answer.status == 200, answer
        return answer.json()

    def export_lines(self, order="leaf", **filters):
        """The lines themselves, in leaf order unless told."""
        answer = self.get("/v1/export", {"format": "ndjson", "order": order, **filters})
        assert answer.status == 200, answer
        return answer.body.splitlines()

    def export_entries(self, **filters):
        """Every entry as readers see it."""
        answer = self.get("/v1/export", {"format": "json", "order": "leaf", **filters})
        assert answer.status == 200, answer
        return answer.json()["entries"]

    def checkpoint(self):
        return self.get("/checkpoint").text

    def checkpoint_size(self):
        return int(self.checkpoint().split("\n")[1])

    def wait_checkpoint(self, size):
        """The first checkpoint seen that covers `size` leaves."""
        return wait_for(f"a checkpoint over {size} entries", lambda: self.checkpoint_size() >= size and self.checkpoint())

    def vkey(self):
        return self.get("/vkey").text.strip()

    def seal(self):
        answer = self.post("/v1/seal")
        assert answer.status == 200, answer
        return answer.json()

    def memory_kib(self, field="RssAnon"):
        """Anonymous memory of the process (or another field of /proc/PID/status), in KiB."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.M).group(1))

    # The command line over the same directory

    def run(self, *arguments, **options):
        return indelible(*arguments, cwd=self.home, **options)

    def verify(self, *arguments):
        """`indelible verify --data` over the directory at rest."""
        return self.run("verify", "--data", self.data, "--marks", self.marks, *arguments)

    def importing(self, form, *files, data=None):
        """`indelible import --format` into the directory."""
        return self.run("import", "--data", self.data, "--marks", self.marks, "--format", form, *files)


def indelible(*arguments, cwd=None, stdin=None, timeout=300):
    """Runs the binary; output as text. Never raises on an exit code."""
    return subprocess.run([BIN, *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=timeout)


def decompressed(path):
    """A file's bytes; of `.zst` and `.gz`, what was packed."""
    path = pathlib.Path(path)
    data = path.read_bytes()
    if path.suffix == ".zst":
        import io
        import zstandard
        with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data), read_across_frames=True) as reader:
            return reader.read()
    if path.suffix == ".gz":
        import gzip
        return gzip.decompress(data)
    return data


def unpad(data):
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@pytest.fixture
def new_server(tmp_path):
    """Makes servers in folders of their own; none outlives the test."""
    made = []

    def make(name="log", **options):
        made.append(Server(tmp_path / name, **options))
        return made[-1]

    yield make
    for server in made:
        if server.process is not None:
            server.kill()


@pytest.fixture
def server(new_server):
    """A fresh server that runs."""
    return new_server().start()


@pytest.fixture(scope="module")
def module_server(tmp_path_factory):
    """A server that runs for all tests of a module; they must leave it fit for one another."""
    made = Server(tmp_path_factory.mktemp("module") / "log").start()
    yield made
    if made.process is not None:
        made.kill()


def pytest_terminal_summary(terminalreporter):
    """Notes each test that was skipped, and why, for the end of `make test`."""
    path = os.environ.get("INDELIBLE_LEFT_OUT")
    skipped = terminalreporter.stats.get("skipped", [])
    if path and skipped:
        with open(path, "a") as left_out:
            for report in skipped:
                reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
                left_out.write(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}\n")


@pytest.fixture(scope="session", autouse=True)
def binary():
    """Fails once and clearly where there is nothing to test."""
    if not os.access(BIN, os.X_OK):
        pytest.exit(f"{BIN} is not there: run `make end-to-end`, or name the binary with INDELIBLE_BIN", returncode=2)
    return BIN


def sample_files():
    """The samples as demo/manifest.toml lists them: dicts of path, format, records, events, joined, duplicates."""
    import tomllib
    manifest = tomllib.loads((DEMO / "manifest.toml").read_text())
    return manifest["file"]


class Imported:
    """All samples, imported one file at a time with `indelible import`: where the log lies, and what each run said."""

    def __init__(self, home):
        self.home, self.runs = home, {}
        server = Server(home)
        for sample in sample_files():
            self.runs[sample["path"]] = server.importing(sample["format"], DEMO / sample["path"])


@pytest.fixture(scope="session")
def imported(tmp_path_factory):
    """Imported once. Never started: tests serve copies (see `serve_copy`)."""
    return Imported(tmp_path_factory.mktemp("imported") / "log")


def serve_copy(imported, home):
    """A running server over a copy of the imported log."""
    import shutil
    shutil.copytree(imported.home, home)
    return Server(home).start()
