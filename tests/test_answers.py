"""Whatever is asked, in whatever form, by whatever role: no answer that the description does not have, and none that says the
server failed. Requests are made from the description by schemathesis.
"""

import os
import re
import subprocess
import sys

import pytest
from controlled import Controlled

LONG = os.environ.get("INDELIBLE_CAMPAIGN") == "1"
ACME = {"organization": "acme"}
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"


@pytest.mark.parametrize(("role", "scope"), [("platform-admin", {}), ("auditor", ACME), ("writer", ACME)])
def test_every_answer_is_described_and_none_is_a_failure(tmp_path, role, scope):
    pytest.importorskip("schemathesis")
    server = Controlled(tmp_path / "log").start()
    server.record([{"action": "door.opened", "organization": {"id": "acme"}, "actor": {"type": "user", "id": f"u{n}", "name": "Ann Lee"}} for n in range(20)])
    server.wait_checkpoint(20)
    program = server.program(role, scope)
    # What follows a change may be that one is shut out: the phase that follows links between operations is for the long form.
    asked = ["--phases", "coverage,fuzzing,stateful" if LONG else "fuzzing", "--max-examples", "100" if LONG else "8"]
    # A feed that goes on does not end.
    (tmp_path / "schemathesis.toml").write_text("[parameters]\nfollow = false\n")
    ran = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", tmp_path / "schemathesis.toml", "run", f"{server.url}/openapi.json", "-H", f"Authorization: Bearer {program.token}", "--checks", CHECKS,
         "--request-timeout", "30", "--continue-on-failure", "--no-color", "--suppress-health-check", "all", *asked],
        capture_output=True, text=True, cwd=tmp_path, timeout=3600)
    assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
    assert int(re.search(r"(\d+) generated", ran.stdout)[1]) > 37, ran.stdout
    assert "panicked" not in server.stderr
    server.kill()
