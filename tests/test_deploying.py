"""docs/deploying.md, its commands run as they stand, and what its reader does in between done by HTTP."""

import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import urllib.error
import urllib.request

import pytest

from conftest import BIN, ROOT, wait_for

PAGE = ROOT / "docs" / "deploying.md"
EXAMPLE = ROOT / "examples" / "embed"

# What the page names: the log, and the product. Another server on these ports would be asked in their place.
PORTS = (7117, 8000)


def blocks():
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.S)


class Shell:
    """One shell for all blocks, as a reader has it."""

    def __init__(self, folder):
        binary = folder / "bin"
        binary.mkdir()
        (binary / "indelible").symlink_to(pathlib.Path(BIN).resolve())
        environment = {**os.environ, "PATH": f"{binary}:{os.environ['PATH']}", "EXAMPLE": str(EXAMPLE), "INDELIBLE_LOG": "warn"}
        self.process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"], cwd=folder, env=environment, text=True, start_new_session=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )

    def run(self, block):
        # A block that fails ends the shell, so that no later one seems to work.
        self.process.stdin.write(f"set -euo pipefail\n{block}\nset +eu; echo; echo done-with-a-block\n")
        self.process.stdin.flush()
        said = []
        for line in self.process.stdout:
            if line.strip() == "done-with-a-block":
                return "".join(said)
            said.append(line)
        pytest.fail(f"the shell ended in\n{block}\nand said\n{''.join(said)}")

    def end(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(30)


@pytest.fixture
def shell(tmp_path):
    for tool in ("openssl", "curl", "node"):
        if not shutil.which(tool):
            pytest.fail(f"docs/deploying.md is followed with {tool}, and there is none")
    shell = Shell(tmp_path)
    yield shell
    shell.end()


def post(folder, path, body, **headers):
    context = ssl.create_default_context(cafile=folder / "log" / "cert.pem")
    headers = {"Content-Type": "application/json", "Origin": "https://localhost:7117", **headers}
    request = urllib.request.Request(f"https://localhost:7117{path}", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, context=context, timeout=30) as answer:
        return json.load(answer), answer.headers


def test_the_page_is_followed_as_it_stands(shell, tmp_path):
    steps = blocks()
    certificate, configuration, server, program, look, minter, product, keep = steps
    shell.run(certificate)
    assert "https://localhost:7117" in shell.run(configuration)

    link = re.search(r"https://localhost:7117/sign-in#invitation=(\S+)", shell.run(server))
    assert link, "the first start prints a link that a browser opens"
    session, headers = post(tmp_path, "/v1/invitations/accept", {"token": link[1], "name": "Ada", "password": "a long way to the sea"})
    assert headers["Set-Cookie"].startswith("__Host-indelible=")
    assert [grant["role"] for grant in session["grants"]] == ["platform-admin"]
    with pytest.raises(urllib.error.HTTPError):
        post(tmp_path, "/v1/invitations/accept", {"token": link[1], "name": "Eve", "password": "a long way to the sea"})

    assert '"receipts"' in shell.run(program)
    found = shell.run(look)
    assert "Anna Lehmann opened door 7" in found
    assert '"token":"indv_' in shell.run(minter)
    assert "<indelible-log" in shell.run(product)
    assert re.search(r"log/[0-9a-f]+\+", shell.run(keep))
    assert (tmp_path / "log" / "log.checkpoint").stat().st_size > 100
    wait_for("the entry of the first account", lambda: "account" in shell.run("indelible search --data data 'source:indelible channel:audit-log'"))
