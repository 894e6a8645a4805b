"""What is printed, and where nobody takes it: nothing that cannot be printed ends the server, and no command passes for done whose answer is lost."""

import http.client
import re
import socket
import subprocess

import pytest

from conftest import BIN, wait_for


def redirected(how):
    """The binary with its outputs led elsewhere."""
    return ["bash", "-c", f'exec "$@" {how}', "bash"]


def figure(server, name):
    found = re.search(rf"^{name} (\d+)$", server.get("/metrics").text, re.M)
    return int(found[1]) if found else None


@pytest.mark.parametrize(("errors", "is_lost"), [("2>/dev/full", True), ("2> >(exit)", True), ("2>&-", False)])
def test_the_server_goes_on_where_its_own_log_cannot_be_written(new_server, errors, is_lost):
    server = new_server(wrapper=redirected(errors)).start()
    # Each is told of in the log: a sealed segment, and a request that fails.
    for number in range(3):
        server.record([{"event_id": f"{number}-{n}", "action": "door.opened"} for n in range(20)])
        server.seal()
    (lines,) = (server.data / "segments").glob("000000000000-*.ndjson.zst")
    whole = lines.read_bytes()
    lines.write_bytes(bytes(len(whole)))
    assert server.get("/v1/entries", {"full": "true", "limit": "100"}).status == 500
    lines.write_bytes(whole)
    assert server.get("/readyz").text == "ready\n"
    lost = figure(server, "indelible_log_lines_lost_total")
    assert lost >= 4 if is_lost else lost == 0, lost
    assert server.stop() == 0
    server.wrapper = []
    assert server.verify().returncode == 0
    assert server.start().entries_at_start != "0"


def test_the_server_serves_where_its_announcement_cannot_be_written(new_server):
    server = new_server(wrapper=redirected(">/dev/full"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        server.host, server.port = free.getsockname()
    server.listen = f"127.0.0.1:{server.port}"
    server.start(wait=False)

    def answers():
        assert server.running, server.stderr
        try:
            return server.get("/healthz").status == 200
        except (OSError, http.client.HTTPException):
            return False

    wait_for("the server to answer", answers)
    server.record({"action": "door.opened"})
    assert "Serving dev/" in server.stderr and server.listen in server.stderr
    assert server.stop() == 0


def test_a_command_whose_answer_cannot_be_written_ends_with_2(log_at_rest):
    data, marks, entry = log_at_rest
    at = ["--data", data, "--marks", marks]
    commands = [["verify", *at], ["verify", *at, "--json"], ["search", *at], ["search", *at, "--count"], ["search", *at, "--format", "csv"],
                ["search", *at, "--format", "ndjson"], ["tail", *at], ["show", *at, entry], ["facets", *at, "--field", "action"],
                ["catalogue", *at], ["export", *at], ["reindex", *at], ["repair", *at, "--yes"], ["completions", "bash"], ["--help"], ["verify", "--help"]]
    for command in commands:
        with open("/dev/full", "wb") as full:
            ended = subprocess.run([BIN, *map(str, command)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=120)
        assert ended.returncode == 2 and "panicked" not in ended.stderr, (command, ended)
        assert "the standard output cannot be written" in ended.stderr and "No space left" in ended.stderr, (command, ended)
        # Neither can the reason.
        with open("/dev/full", "wb") as full:
            assert subprocess.run([BIN, *map(str, command)], stdout=full, stderr=full, timeout=120).returncode == 2, command
    assert subprocess.run([BIN, "verify", *map(str, at)], capture_output=True, timeout=120).returncode == 0


def test_errors_that_cannot_be_written_keep_their_exit_code(tmp_path):
    with open("/dev/full", "wb") as full:
        for command in (["verify", "--data", tmp_path / "nowhere"], ["nonsense"], ["search", "--url", "http://127.0.0.1:9"]):
            assert subprocess.run([BIN, *map(str, command)], stdout=full, stderr=full, timeout=120).returncode == 2, command


@pytest.fixture
def log_at_rest(new_server):
    server = new_server().start()
    receipts = server.record([{"action": "door.opened", "event_id": str(n)} for n in range(30)])
    server.seal()
    server.stop()
    return server.data, server.marks, receipts[0]["id"]
