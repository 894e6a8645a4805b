"""docs/deploying.md: its commands run as they stand but for their ports, and what its reader does in a browser done by HTTP."""

import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
import types
import urllib.request

import pytest

from conftest import BIN, ROOT, free_port
from people import Browser

PAGE = ROOT / "docs" / "deploying.md"
EXAMPLE = ROOT / "examples" / "embed"
ISSUER = ROOT / "tests" / "oidc"
SECRET = "a-secret-of-the-example"
PASSWORD = "a long way to the sea"

# Ports that the page names: of the log, the product, the issuer. Others are taken here, so that tests beside it are not met.
PORTS = ("7117", "8000", "9009")


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
def ports():
    return {named: str(free_port()) for named in PORTS}


@pytest.fixture
def steps(ports):
    text = PAGE.read_text("utf-8")
    for named, taken in ports.items():
        text = text.replace(named, taken)
    return re.findall(r"```sh\n(.*?)```", text, re.S)


@pytest.fixture
def shell(tmp_path):
    for tool in ("openssl", "curl", "node"):
        if not shutil.which(tool):
            pytest.fail(f"docs/deploying.md is followed with {tool}, and there is none")
    shell = Shell(tmp_path)
    yield shell
    shell.end()


@pytest.fixture
def issuer(ports):
    if not (ISSUER / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=ISSUER, check=True, capture_output=True)
    control = free_port()
    told = {"issuers": [{"id": "corp", "port": int(ports["9009"])}], "log": f"https://localhost:{ports['7117']}", "control": control, "secret": SECRET}
    process = subprocess.Popen(["node", "server.mjs", json.dumps(told)], cwd=ISSUER, stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "ready\n"
    claims = {"email": "grace@corp.example", "email_verified": True, "name": "Grace", "groups": ["it-admin"]}
    body = json.dumps({"issuer": "corp", "account": "g-1", "claims": claims}).encode()
    urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{control}/", data=body), timeout=30).read()
    yield process
    process.kill()


def test_the_page_is_followed_as_it_stands(shell, steps, ports, issuer, tmp_path):
    certificate, configuration, server, program, look, minter, product, keep = steps
    origin = f"https://localhost:{ports['7117']}"
    shell.run(certificate)
    assert origin in shell.run(configuration)
    log = types.SimpleNamespace(url=origin, tls=ssl.create_default_context(cafile=tmp_path / "log" / "cert.pem"))

    link = re.search(re.escape(f"{origin}/sign-in#invitation=") + r"(\S+)", shell.run(server))
    assert link, "the first start prints a link that a browser opens"
    joining = {"token": link[1], "email": "ada@example.org", "name": "Ada", "password": PASSWORD}
    first = Browser(log)
    session = first.post("/v1/invitations/accept", joining).json()
    assert [grant["role"] for grant in session["grants"]] == ["platform-admin"]
    assert list(first.cookies) == ["__Host-indelible"]
    assert Browser(log).post("/v1/invitations/accept", joining).status == 404, "once"

    assert '"receipts"' in shell.run(program)
    assert "Anna Lehmann opened door 7" in shell.run(look)

    second = Browser(log)
    url, answer = second.follow("/v1/sign-in/oidc/corp")
    assert answer.status == 200, url
    known = second.get("/v1/session").json()
    assert (known["principal"]["email"], [grant["role"] for grant in known["grants"]]) == ("grace@corp.example", ["auditor"])
    assert second.get("/v1/entries?actor=u-1&count=true").json()["count"] == 1

    assert '"token":"indv_' in shell.run(minter)
    assert "<indelible-log" in shell.run(product)
    assert re.search(r"log/[0-9a-f]+\+", shell.run(keep))
    assert (tmp_path / "log" / "log.checkpoint").stat().st_size > 100
    for action in ("account.joined", "token.created", "session.signed_in", "viewer.minted"):
        assert f'"{action}"' in shell.run(f"indelible search --data data action:{action} --format ndjson"), action
