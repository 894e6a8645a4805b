"""Settings: a file, the environment and flags give values to one declaration; what is wrong is named with its line."""

import os
import subprocess

import pytest
from conftest import BIN


def check(home, text=None, *flags, **env):
    """`indelible config check` over a file of this text."""
    arguments = [BIN, "config", "check"]
    if text is not None:
        (home / "indelible.toml").write_text(text)
        arguments += ["--config", "indelible.toml"]
    return subprocess.run([*arguments, *flags], cwd=home, env={**os.environ, **env}, capture_output=True, text=True)


def held(run):
    """The settings as `config check` prints them: key → (value, origin)."""
    assert run.returncode == 0, run
    lines = [line.split(" = ", 1) for line in run.stdout.splitlines()]
    return {key: tuple(rest.removesuffix("]").rsplit("  [", 1)) for key, rest in lines}


def test_a_flag_goes_before_its_variable_the_variable_before_the_file_and_the_file_before_the_default(tmp_path):
    text = '# mine\ndev = true\n\nlisten = "127.0.0.1:1"\nquestion_ms = 1_000\nquestion_lines = 10\n'
    found = held(check(tmp_path, text, "--question-ms", "3000", INDELIBLE_QUESTION_MS="2000", INDELIBLE_QUESTION_LINES="20"))
    assert found["question_ms"] == ("3000", "flag")
    assert found["question_lines"] == ("20", "INDELIBLE_QUESTION_LINES")
    assert found["listen"] == ("127.0.0.1:1", "indelible.toml:4")
    assert found["dev"] == ("true", "indelible.toml:2")
    assert found["data"] == ("data", "default")
    assert found["places"] == ("-", "default")


def test_the_file_may_be_named_by_the_environment(tmp_path):
    (tmp_path / "f.toml").write_text("dev = true\nquestion_ms = 7\n")
    found = held(check(tmp_path, None, INDELIBLE_CONFIG="f.toml"))
    assert found["question_ms"] == ("7", "f.toml:2")


def test_a_list_of_a_flag_replaces_that_of_the_file_and_commas_part_a_variables(tmp_path):
    text = 'dev = true\nallow_origin = ["https://a.example", "https://b.example"]\n'
    assert held(check(tmp_path, text))["allow_origin"] == ("https://a.example, https://b.example", "indelible.toml:2")
    assert held(check(tmp_path, text, "--allow-origin", "https://c.example"))["allow_origin"] == ("https://c.example", "flag")
    found = held(check(tmp_path, text, INDELIBLE_ALLOW_ORIGIN="https://c.example,https://d.example"))
    assert found["allow_origin"] == ("https://c.example, https://d.example", "INDELIBLE_ALLOW_ORIGIN")


WRONG = """dev = true
listne = "127.0.0.1:1"
question_ms = "5"
listen = "localhost"

question_lines = 0
allow-origin = []
accept_older_mark = true
"""

SAID = [
    "indelible.toml:2: there is no setting listne; did you mean listen?",
    "indelible.toml:3: question_ms cannot be a string; write a whole number without quotes",
    'indelible.toml:4: listen cannot be "localhost": invalid socket address syntax; write ADDRESS (Where to listen)',
    'indelible.toml:6: question_lines cannot be "0": 0 is not in 1..18446744073709551615; write LINES (Most lines a question may read where no index decides)',
    "indelible.toml:7: there is no setting allow-origin; did you mean allow_origin?",
    "indelible.toml:8: there is no setting accept_older_mark; docs/configuration.md lists every setting",
]


def test_everything_that_is_wrong_is_named_with_its_line_and_what_to_do(tmp_path):
    run = check(tmp_path, WRONG)
    assert (run.returncode, run.stdout.splitlines()) == (1, SAID)


def test_a_server_does_not_start_with_wrong_settings_and_makes_no_log(tmp_path):
    (tmp_path / "f.toml").write_text(WRONG)
    run = subprocess.run([BIN, "serve", "--config", "f.toml"], cwd=tmp_path, capture_output=True, text=True)
    assert run.returncode == 2 and not (tmp_path / "data").exists()
    for line in SAID:
        assert line.replace("indelible.toml", "f.toml") in run.stderr


def test_settings_that_do_not_go_together_are_named_where_they_were_said(tmp_path):
    run = check(tmp_path, 'dev = false\nallow_origin = ["https://a.example"]\n')
    assert run.returncode == 1 and "indelible.toml:2: it is for --dev alone; leave it out" in run.stdout, run
    run = check(tmp_path, None, INDELIBLE_ALLOW_ORIGIN="https://a.example")
    assert run.returncode == 1 and "INDELIBLE_ALLOW_ORIGIN: it is for --dev alone; leave it out" in run.stdout, run


@pytest.mark.parametrize("text", ["listen = \n", 'listen = "127.0.0.1:1\n', "[listen\n", "listen = 1\nlisten = 2\n"])
def test_what_is_no_toml_is_named_with_its_line(tmp_path, text):
    run = check(tmp_path, text)
    assert run.returncode == 1 and run.stdout.startswith("indelible.toml:"), run


def test_a_file_that_cannot_be_read_is_an_error_of_its_own(tmp_path):
    run = check(tmp_path, None, "--config", "none.toml")
    assert run.returncode == 2 and "none.toml" in run.stderr and "No such file" in run.stderr, run
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    assert check(tmp_path, None, "--config", "bytes.toml").returncode == 2


def test_a_server_does_as_its_file_says(new_server):
    server = new_server()
    file = server.home / "f.toml"
    file.write_text('dev = true\nquestion_lines = 1\nallow_origin = ["https://product.example"]\n')
    server.start(extra=["--config", str(file)])
    answer = server.get("/v1/entries", headers={"Origin": "https://product.example"})
    assert answer.headers["access-control-allow-origin"] == "https://product.example"
