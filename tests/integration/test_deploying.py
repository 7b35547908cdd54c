"""What `deploy/` says is what the program does."""

from __future__ import annotations

import configparser
import fnmatch
import json
import re
import runpy
import shlex
import shutil
import sqlite3
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from gunicorn.config import Config
from gunicorn.http import RequestParser, wsgi
from gunicorn.http.errors import ParseException

import surveyapp.cli
from surveyapp.environment import vault
from surveyapp.services.security.backups import archive
from surveyapp.settings import ROOT, Settings, from_environment
from surveyapp.store import migrating
from tests import factories
from tests.conftest import Clock

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
PAGE = (ROOT / "deploy" / "README.md").read_text(encoding="utf-8")


def unit(path: Path) -> configparser.ConfigParser:
    found = configparser.ConfigParser(strict=False, interpolation=None)
    found.optionxform = str  # type: ignore[assignment, method-assign]
    found.read(path, encoding="utf-8")
    return found


def printed(program: str, *arguments: str) -> dict[str, str]:
    """The lines NAME=value that a program of `deploy/` prints."""
    made = subprocess.run([ROOT / "deploy" / program, *arguments], capture_output=True, text=True, check=True).stdout
    return dict(line.split("=", 1) for line in made.splitlines())


def test_keys_among_the_settings_are_found_by_the_line_that_the_page_says(tmp_path: Path) -> None:
    """As it stands in the file, which is where somebody at a shell reads it."""
    keys = printed("new_keys")
    together = {**printed("new_settings", "https://study.example.org"), **keys, "SURVEYAPP_SECRET_KEYS_BEFORE": "x"}
    settings = tmp_path / "shiftline.env"
    settings.write_text("".join(f"{name}={value}\n" for name, value in together.items()), encoding="utf-8")
    (line,) = re.findall(r"`(grep [^`]*) /etc/shiftline\.env`", PAGE)
    found = subprocess.run([*shlex.split(line), str(settings)], capture_output=True, text=True, check=True).stdout
    assert {each.partition("=")[0] for each in found.splitlines()} == {*keys, "SURVEYAPP_SECRET_KEYS_BEFORE"}


def test_new_settings_are_settings_and_their_keys_are_new(tmp_path: Path) -> None:
    written = printed("new_settings", "https://study.example.org")
    assert not written.keys() & {f"SURVEYAPP_{name}" for name in vault.SECRET - {"DATABASE_URL"}}, (
        "no secret among them"
    )
    one, other = (printed("new_keys") for _ in range(2))
    settings: Settings = from_environment({**written, **one})
    assert (settings.public_url, settings.proxies, settings.demo) == ("https://study.example.org", 1, False)
    assert len(one) == 4
    assert all(one[name] != other[name] for name in one)
    folder = tmp_path / "keys"
    printed("new_keys", str(folder))
    read = from_environment({**written, "SURVEYAPP_SECRETS": str(folder)})
    assert set(read.places.values()) == {vault.SecretPlace.FOLDER, vault.SecretPlace.ENVIRONMENT}
    assert {each.stat().st_mode & 0o077 for each in (folder, *folder.iterdir())} == {0}
    again = subprocess.run([ROOT / "deploy" / "new_keys", folder], capture_output=True, check=False)
    assert again.returncode != 0, "never over keys that there are"
    said = subprocess.run([ROOT / "deploy" / "new_settings"], capture_output=True, text=True, check=False)
    assert (said.returncode != 0, "Say the address" in said.stderr) == (True, True)


def test_what_is_sealed_is_what_a_unit_reads(tmp_path: Path) -> None:
    """Opened here as systemd opens the folder that a unit names: each file under the unit's name for it and its own."""
    program = shutil.which("systemd-creds")
    if program is None or subprocess.run([program, "has-tpm2"], capture_output=True, check=False).returncode > 127:
        pytest.skip("systemd is not installed")
    keys = {**printed("new_keys"), "SURVEYAPP_MAIL_SERVER": "smtp://user:pass=word@mail.example.org:587"}
    seal = [ROOT / "deploy" / "seal", str(tmp_path / "sealed")]
    lines = "".join(f"{name}={value}\n" for name, value in keys.items())
    done = subprocess.run(seal, input=lines, capture_output=True, text=True, check=False)
    if "credential.secret" in done.stderr and done.returncode:
        pytest.skip("this user has no key to seal with")
    assert done.returncode == 0, done.stderr
    prefix, folder = unit(UNITS[0])["Service"]["LoadCredentialEncrypted"].split(":")
    assert f'folder="${{1:-{folder}}}"' in (ROOT / "deploy" / "seal").read_text(encoding="utf-8")
    shown = tmp_path / "shown"
    shown.mkdir()
    for each in (tmp_path / "sealed").iterdir():
        assert keys[f"SURVEYAPP_{each.name}"].encode() not in each.read_bytes()
        name = f"{prefix}_{each.name}"
        subprocess.run([program, "decrypt", f"--name={name}", each, shown / name], capture_output=True, check=True)
    settings = from_environment({"CREDENTIALS_DIRECTORY": str(shown), "SURVEYAPP_MAIL_FROM": "a@example.org"})
    assert settings.mail is not None
    assert settings.mail.server == keys["SURVEYAPP_MAIL_SERVER"]
    assert set(settings.places.values()) == {vault.SecretPlace.CREDENTIALS}
    refused = subprocess.run(seal, input="SECRET_KEY=x\n", capture_output=True, text=True, check=False)
    assert (refused.returncode, "Each line is SURVEYAPP_NAME=value" in refused.stderr) == (1, True)
    assert {each.name for each in tmp_path.iterdir()} == {"sealed", "shown"}, "nothing half done is left"


def test_a_start_that_settings_forbid_is_not_tried_again() -> None:
    code = re.search(r"^WORKER_BOOT_ERROR = (\d+)$", (ROOT / "wsgi.py").read_text(encoding="utf-8"), re.MULTILINE)
    assert code is not None
    assert unit(ROOT / "deploy" / "systemd" / "shiftline.service")["Service"]["RestartPreventExitStatus"] == code[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """gunicorn's settings, as `deploy/` has them."""
    settings = Config()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path_factory.mktemp("metrics")))
        said = runpy.run_path(str(ROOT / "deploy" / "gunicorn.conf.py"))
    for name in settings.settings.keys() & said.keys():
        settings.set(name, said[name])
    return settings


def test_the_server_believes_no_header_of_a_visitor(served: Config) -> None:
    """Caddy hands on what it does not know. By SCRIPT_NAME a visitor could say where the site begins, and so pass what
    a proxy keeps to itself."""
    headers = "Host: a.example\r\nSCRIPT_NAME: /x\r\nX-Forwarded-Proto: https\r\n"
    asked = f"GET /x/metrics HTTP/1.1\r\n{headers}\r\n".encode()
    request = next(RequestParser(served, iter([asked]), ("127.0.0.1", 1)))
    _, environ = wsgi.create(request, None, ("127.0.0.1", 1), ("127.0.0.1", 8000), served)
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"], environ["wsgi.url_scheme"]) == ("", "/x/metrics", "http")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nContent-Length: 50",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Content-Length: +4",
        "Content-Length: -1",
        "X: a\r\n b",
        "Host: other.example",
    ],
)
def test_what_could_be_read_as_two_requests_is_refused(served: Config, headers: str) -> None:
    asked = f"POST /start HTTP/1.1\r\nHost: a.example\r\n{headers}\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n".encode()
    with pytest.raises(ParseException):
        next(RequestParser(served, iter([asked]), ("127.0.0.1", 1)))


def test_the_proxy_leads_people_to_https_and_tells_programs(tmp_path: Path) -> None:
    """Also what it keeps to itself, figures; and what it says of answers that say nothing of how they may be used."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("caddy is not installed")
    arranged = subprocess.run(
        [program, "adapt", "--config", ROOT / "deploy" / "Caddyfile"],
        capture_output=True,
        text=True,
        check=True,
        env={"SITE": "study.example.org", "HOME": str(tmp_path)},
    ).stdout
    servers = json.loads(arranged)["apps"]["http"]["servers"].values()
    secure, plain = (
        json.dumps(next(each["routes"] for each in servers if each["listen"] == [port])) for port in (":443", ":80")
    )
    assert secure.index('404}], "match": [{"path": ["/metrics"]}]') < secure.index('"handler": "reverse_proxy"')
    assert re.search(r'"status_code": 403\}\].*?"path": \["/api/\*"\]', plain)
    assert '"Location": ["https://{http.request.host}{http.request.uri}"]' in plain
    assert "reverse_proxy" not in plain
    for name, said in (("X-Content-Type-Options", "nosniff"), ("Content-Security-Policy", "frame-ancestors 'none'")):
        where_there_is_none = {"require": {"headers": {name: None}}, "set": {name: [said]}}
        assert json.dumps({"handler": "headers", "response": where_there_is_none}) in secure
        assert secure.index(name) < secure.index('"handler": "reverse_proxy"')


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_units_start_what_there_is_as_nobody_in_particular(path: Path) -> None:
    service = unit(path)["Service"]
    program, *arguments = service["ExecStart"].split()
    assert program.startswith("/opt/shiftline/.venv/bin/")
    if program.endswith("/surveyapp"):
        command = surveyapp.cli.main.get_command(click.Context(surveyapp.cli.main), arguments[0])
        assert command is not None, f"surveyapp {arguments[0]}"
    else:
        assert (ROOT / arguments[arguments.index("--config") + 1]).is_file()
        assert (ROOT / "wsgi.py").is_file()
    assert service["User"] == "shiftline"
    assert service["UMask"] == "0077"
    # Where it came from is no business of what serves.
    assert service["InaccessiblePaths"] == "-/opt/shiftline/.git"
    # Secrets are opened for it by systemd; those of commands that are run by hand likewise.
    assert f"LoadCredentialEncrypted={service['LoadCredentialEncrypted']}" in PAGE
    # What the settings write to is what the unit lets be written.
    assert service["ProtectSystem"] == "strict"
    settings = printed("new_settings", "https://a.example")
    places = {settings[f"SURVEYAPP_{name}"] for name in ("PERSON_KEYS", "CACHE", "BACKUPS")}
    assert all(place.startswith(f"/var/lib/{service['StateDirectory']}/") for place in places)


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    for path in (*UNITS, *(ROOT / "deploy" / "systemd").glob("*.timer")):
        # The programs lie in this checkout here, and the user is this one.
        text = (
            path.read_text(encoding="utf-8").replace("/opt/shiftline", str(ROOT)).replace("User=shiftline", "User=root")
        )
        (tmp_path / path.name).write_text(text, encoding="utf-8")
    done = subprocess.run(
        [program, "verify", *map(str, tmp_path.iterdir())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_page_names_commands_that_there_are() -> None:
    named = re.findall(r"(?<![/\w-])(?:shiftline|surveyapp) ([a-z][a-z-]+)", PAGE)
    names = set(named) - {"shiftline", "shiftline-worker"}
    assert {"migrate", "users", "questionnaires", "doctor", "backup", "keys", "db"} <= names
    context = click.Context(surveyapp.cli.main)
    for name in names:
        assert surveyapp.cli.main.get_command(context, name) is not None, name
    for target in re.findall(r"make -C /opt/shiftline ([a-z]+)", PAGE):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE), target


def test_a_new_version_comes_and_goes_by_the_pages_own_commands(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Yesterday’s database is brought up to date; over what a version to come made of it, today’s is put back."""
    secret, recipient = archive.new_identity()
    (tmp_path / "shiftline.key").write_text(secret, encoding="utf-8")
    more = {"SURVEYAPP_BACKUPS": str(tmp_path / "backups"), "SURVEYAPP_BACKUP_RECIPIENT": recipient}
    for name, value in {**factories.environment(sqlite_url), **more}.items():
        monkeypatch.setenv(name, value)

    def does(*command: str) -> str:
        done = CliRunner().invoke(surveyapp.cli.main, command)
        assert done.exit_code == 0, (command, done.output)
        return done.output

    def people() -> list[str]:
        with sqlite3.connect(tmp_path / "test.db") as connection:
            return [row[0] for row in connection.execute("SELECT reference FROM participant ORDER BY reference")]

    runtime = factories.create_runtime(sqlite_url, Clock())
    factories.create_participant(runtime, reference="BF-0001")
    runtime.database.dispose()
    migrating.downgrade(sqlite_url, "0045")
    refused = CliRunner().invoke(surveyapp.cli.main, ["users", "list"])
    assert (refused.exit_code, "surveyapp migrate" in refused.output) == (1, True), refused.output
    does("migrate")
    made = re.search(r"\S+\.backup\.age", does("backup", "create"))
    assert made is not None
    with sqlite3.connect(tmp_path / "test.db") as connection:
        connection.execute("ALTER TABLE participant ADD COLUMN tomorrow TEXT")
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.execute("UPDATE participant SET reference = 'BF-0002'")
    connection.close()
    refused = CliRunner().invoke(surveyapp.cli.main, ["users", "list"])
    assert (refused.exit_code, "newer" in refused.output) == (1, True), refused.output
    path = next((tmp_path / "backups").glob("*.age"))
    does("backup", "restore", str(path), "--identity", str(tmp_path / "shiftline.key"), "--replace")
    assert people() == ["BF-0001"]
    assert "Nobody has an account yet" in does("users", "list")


def test_no_secret_and_nothing_of_this_machine_enters_an_image_or_a_commit() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    given = re.findall(r"(?:env_file|file): \.\./(\w[\w.]*)", compose)
    assert set(given) == {"shiftline.env", "shiftline.keys", "pgpass", "database_password"}
    for name in (".dockerignore", ".gitignore"):
        left_out = (ROOT / name).read_text(encoding="utf-8").splitlines()
        assert [each for each in given if not any(fnmatch.fnmatch(each, line) for line in left_out)] == [], name
        assert {".venv", "instance", "build"} <= {line.rstrip("/") for line in left_out}, name
    assert "tests" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()


def test_what_compose_asks_for_is_made_by_the_lines_above_it(tmp_path: Path) -> None:
    """Run here but for what containers are needed for. Each secret is for one user alone."""
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    lines = re.findall(r"^#   (.+)$", compose, re.MULTILINE)
    user = re.search(r"useradd .*?--uid (\d+)", image)
    assert user is not None
    assert f"chown -R {user[1]} shiftline.keys pgpass" in lines
    assert [line.split()[4] for line in lines if line.startswith("podman")] == ["build", "run", "up"], (
        "nothing serves before its tables are there"
    )
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    here = "\n".join(line for line in lines if not line.startswith(("podman", "chown")))
    subprocess.run(["sh", "-euc", here], cwd=tmp_path, check=True)
    asked = re.findall(r"(?:env_file|file): \.\./([\w./]+)", compose)
    assert {name: (tmp_path / name).stat().st_mode & 0o077 for name in asked} == dict.fromkeys(asked, 0)
    password = (tmp_path / "database_password").read_text(encoding="utf-8").strip()
    assert len(password) == 64
    assert (tmp_path / "pgpass").read_text(encoding="utf-8") == f"database:5432:shiftline:shiftline:{password}\n"
    settings = dict(
        line.split("=", 1) for line in (tmp_path / "shiftline.env").read_text(encoding="utf-8").splitlines()
    )
    read = from_environment({**settings, "SURVEYAPP_SECRETS": str(tmp_path / "shiftline.keys")})
    assert "@database/shiftline" in read.database_url


def test_the_image_can_save_the_database_beside_it() -> None:
    """pg_dump refuses a server that is newer than itself: Debian's release says how new it is."""
    image = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    base, server = re.search(r"BASE=debian:(\d+)", image), re.search(r"image: postgres:(\d+)", compose)
    assert base is not None
    assert server is not None
    assert int(server[1]) <= {12: 15, 13: 17}[int(base[1])]


def test_containers_are_given_as_long_to_end_as_units_are() -> None:
    compose = (ROOT / "deploy" / "compose.yaml").read_text(encoding="utf-8")
    units = {path.stem: unit(path)["Service"].get("TimeoutStopSec") for path in UNITS}
    given = dict(re.findall(r"^  (pages|worker):.*?stop_grace_period: (\d+)s$", compose, re.MULTILINE | re.DOTALL))
    assert given == {"pages": units["shiftline"], "worker": units["shiftline-worker"]}
