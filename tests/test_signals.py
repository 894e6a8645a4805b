"""Told to stop (SIGTERM, SIGINT), at any moment from the word "Serving" on and before it: the log is closed in good order."""

import signal
import socket
import subprocess

import pytest
from conftest import BIN, DEADLINE_SECONDS, wait_for

TIMES = 50
"""Starts that are stopped at their first word."""


def closed_in_order(server):
    """Whether the journal's newest start found nothing to recover: asked of the entries."""
    return not [entry for entry in server.export_entries(q="action:server.recover")]


def start_until_word(server):
    """The process, once it has said "Serving": read from a pipe, so that not a moment is lost."""
    arguments = [BIN, "serve", "--dev", "--data", server.data, "--marks", server.marks, "--listen", "127.0.0.1:0"]
    with open(server.log_path, "ab") as err:
        process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=err, cwd=server.home)
    assert process.stdout.readline().startswith(b"Serving ")
    return process


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_server_told_to_stop_at_its_first_word_closes_the_log(new_server, how):
    server = new_server()
    for _ in range(TIMES // 2):
        process = start_until_word(server)
        process.send_signal(how)
        said, _ = process.communicate(timeout=DEADLINE_SECONDS)
        assert (process.returncode, said) == (0, b"Stopped.\n"), server.stderr[-2000:]
    server.start()
    assert closed_in_order(server)
    stops = server.export_entries(q="action:server.stop")
    assert len(stops) == TIMES // 2


def test_a_server_told_twice_ends_though_a_request_never_does(new_server):
    server = new_server().start()
    server.record([{"action": "door.open"}])
    with socket.create_connection((server.host, server.port)) as half:
        half.sendall(b"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
        wait_for("the server to hold the request", lambda: server.get("/healthz").status == 200)
        server.process.send_signal(signal.SIGTERM)
        wait_for("the port to be closed", lambda: is_refused(server))
        server.process.send_signal(signal.SIGTERM)
        # However often: closing the log goes on.
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(DEADLINE_SECONDS) == 0
    assert "told to stop once more" in server.stderr
    server.process = None
    server.start()
    assert closed_in_order(server)


def is_refused(server):
    try:
        socket.create_connection((server.host, server.port), timeout=1).close()
        return False
    except OSError:
        return True


def test_a_start_told_to_stop_ends_and_the_next_one_goes_on(new_server):
    server = new_server().start()
    server.record([{"action": "door.open"} for _ in range(1000)])
    for _ in range(10):
        server.kill()
        server.start(wait=False)
        # Wherever in its start it is: once it listens for signals, it has said nothing yet.
        wait_for("the handler of the signal", lambda: handles(server.process.pid, signal.SIGTERM))
        assert server.stop() == 0
        server.start()
        assert len(server.export_entries(q="action:door.open")) == 1000


def handles(pid, which):
    """Whether a process has a handler for a signal: /proc tells."""
    with open(f"/proc/{pid}/status") as status:
        caught = next(line for line in status if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (which - 1) & 1)
