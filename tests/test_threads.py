"""What happens where the system refuses threads (EAGAIN: a limit of processes is reached): it is passing, and ends nothing (refusals are injected with strace)."""

import os
import subprocess

import pytest

from conftest import wait_for
from test_disk import may_inject

pytestmark = pytest.mark.skipif(not may_inject(), reason="strace is not installed, or may not trace here")

REFUSE = ["-f", "-e", "trace=clone,clone3", "-e"]


def refusing(when):
    """Refuses the threads with these numbers, counted for each thread that begins them."""
    # -D: the process begun is the server, and hears the signals.
    return ["strace", "-D", "-qq", "-o", "/dev/null", *REFUSE, f"inject=clone,clone3:error=EAGAIN:when={when}"]


def work(server, batch):
    """Everything that is done on more than one thread."""
    events = [{"event_id": f"{batch}-{n}", "action": "door.opened", "actor": {"type": "user", "id": f"u{n % 7}"}} for n in range(100)]
    server.record(events)
    server.seal()
    for order in ("leaf", "desc"):
        answer = server.get("/v1/export", {"source": "dev", "order": order}, headers={"TE": "trailers"})
        assert (answer.status, len(answer.body.splitlines())) == (200, 100 * (batch + 1))
    assert server.get("/v1/entries", {"source": "dev", "count": "true", "limit": "1"}).json()["count"] == 100 * (batch + 1)
    assert server.post("/v1/verification").json()["sound"]
    assert server.get("/v1/feed", {"source": "dev"}).status == 200
    assert server.get("/readyz").text == "ready\n"


def test_a_running_server_that_is_given_no_thread_any_more_goes_on(new_server, tmp_path):
    server = new_server().start()
    work(server, 0)
    said = tmp_path / "strace.txt"
    command = ["strace", "-o", "/dev/null", *REFUSE, "inject=clone,clone3:error=EAGAIN", "-p", str(server.process.pid)]
    with open(said, "wb") as out:
        tracer = subprocess.Popen(command, stderr=out)
    try:
        wait_for("strace to attach", lambda: b"attached" in said.read_bytes() or tracer.poll() is not None)
        if tracer.poll() is not None:
            pytest.skip(f"strace may not attach here: {said.read_text()}")
        for batch in (1, 2):
            work(server, batch)
    finally:
        tracer.terminate()
        tracer.wait()
    work(server, 3)
    assert server.stop() == 0
    assert server.verify().returncode == 0


# The main thread begins the allocator's thread, those that are tried, the runtime's, the pools', the log's.
PROCESSORS = len(os.sched_getaffinity(0))


@pytest.mark.parametrize("when", ["1+", "2", "3", "7+", *range(PROCESSORS + 16, 2 * PROCESSORS + 30, 3)])
def test_a_start_that_is_refused_a_thread_serves_or_says_what_to_do(new_server, when):
    server = new_server()
    server.start()
    server.record([{"event_id": str(n), "action": "door.opened"} for n in range(1_500)])
    server.kill()
    server.wrapper = refusing(when)
    server.start(wait=False)
    ended = wait_for("the server to serve or to end", lambda: not server.running or b"Serving" in server.out_path.read_bytes()[server._out_at:])
    assert ended
    if server.running:
        server.wait_ready()
        assert server.stop() == 0
    else:
        assert server.process.returncode == 2, server.stderr
        assert "the system gives" in server.stderr and "TasksMax" in server.stderr, server.stderr
        server.process = None
    server.wrapper = []
    server.start()
    assert len(server.export_lines(source="dev")) == 1_500
    assert server.stop() == 0
    assert server.verify().returncode == 0
