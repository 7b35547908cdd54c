"""The environment: what is refused, and with which sentence."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from surveyapp.domain.errors import DatabaseUnavailable, SettingsError
from surveyapp.environment import vault
from surveyapp.environment.values import database_url
from surveyapp.environment.vault import SecretPlace
from surveyapp.settings import KNOWN, ROOT, from_environment
from surveyapp.store.connecting.engines import make_engine

KEY = base64.b64encode(b"k" * 32).decode()
GOOD = {
    "SURVEYAPP_SECRET_KEY": "s" * 32,
    "SURVEYAPP_ACCESS_KEYS": f"first:{KEY}",
    "SURVEYAPP_CONTACT_KEYS": f"new:{KEY},old:{KEY}",
    "SURVEYAPP_AUDIT_KEY": KEY,
    "HOME": "/root",
}


def test_a_good_environment() -> None:
    settings = from_environment(
        {**GOOD, "SURVEYAPP_DATABASE_URL": "postgresql://host/db", "SURVEYAPP_HOLD_MINUTES": "5"}
    )
    assert settings.database_url == "postgresql+psycopg://host/db"
    assert settings.hold_minutes == 5
    assert settings.contact_key_id == "new"
    assert not settings.demo
    assert "s" * 32 not in repr(settings)


def test_peoples_keys_stand_beside_a_database_file_unless_said() -> None:
    beside = from_environment({**GOOD, "SURVEYAPP_DATABASE_URL": "sqlite:////srv/study/answers.db"})
    assert str(beside.person_keys) == "/srv/study/answers.db.keys"
    said = from_environment({**GOOD, "SURVEYAPP_PERSON_KEYS": "/srv/keys/study"})
    assert str(said.person_keys) == "/srv/keys/study"
    assert (
        from_environment({**GOOD, "SURVEYAPP_DATABASE_URL": "postgresql://host/db"}).person_keys.name == "person.keys"
    )


def test_keys_are_tried_in_the_order_in_which_they_are_written() -> None:
    written = {**GOOD, "SURVEYAPP_ACCESS_KEYS": f"new:{KEY}, old:{KEY}", "SURVEYAPP_SECRET_KEYS_BEFORE": "b" * 32}
    settings = from_environment(written)
    assert list(settings.access_keys) == ["new", "old"]
    assert settings.secret_keys_before == ("b" * 32,)
    assert "b" * 32 not in repr(settings)


def test_what_is_counted_stands_beside_a_database_file_unless_said() -> None:
    beside = from_environment({**GOOD, "SURVEYAPP_DATABASE_URL": "sqlite:////srv/study/answers.db"})
    assert str(beside.cache) == "/srv/study/answers.db.cache"
    said = from_environment({**GOOD, "SURVEYAPP_CACHE": "/var/cache/study"})
    assert str(said.cache) == "/var/cache/study"


PROVIDER = {
    "SURVEYAPP_OIDC_ISSUER": "https://id.example.org",
    "SURVEYAPP_OIDC_CLIENT_ID": "shiftline",
    "SURVEYAPP_OIDC_CLIENT_SECRET": "hush-hush",
}


def test_a_sign_in_provider_is_named_by_its_address_unless_said() -> None:
    assert from_environment(GOOD).provider is None
    provider = from_environment({**GOOD, **PROVIDER}).provider
    assert provider is not None
    assert (provider.label, provider.client_id) == ("id.example.org", "shiftline")
    assert "hush-hush" not in repr(provider)
    said = from_environment({**GOOD, **PROVIDER, "SURVEYAPP_OIDC_LABEL": "Council account"}).provider
    assert said is not None
    assert said.label == "Council account"


def test_stolen_passwords_are_a_folder_of_prefix_files(tmp_path: Path) -> None:
    (tmp_path / "21BD1.txt").write_text("")
    assert from_environment({**GOOD, "SURVEYAPP_BREACHED_PASSWORDS": str(tmp_path)}).breached_passwords == tmp_path


def test_a_collector_is_written_with_or_without_the_path_at_which_it_takes_traces() -> None:
    for written, sent_to in (
        ("https://c.example.org:4318", "https://c.example.org:4318/v1/traces"),
        ("https://c.example.org/otlp/v1/traces", "https://c.example.org/otlp/v1/traces"),
        ("http://localhost:4318/", "http://localhost:4318/v1/traces"),
    ):
        token = {"SURVEYAPP_TRACES_PERCENT": "0.5", "SURVEYAPP_TRACES_TOKEN": "hush-hush"}
        settings = from_environment({**GOOD, "SURVEYAPP_TRACES": written, **token})
        assert settings.traces is not None
        assert (settings.traces.address, settings.traces.share) == (sent_to, 0.005)
        assert "hush-hush" not in repr(settings)
        assert settings.times_statements


def test_what_sends_traces_is_an_extra_and_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("surveyapp.environment.outside.are_installed", lambda: False)
    with pytest.raises(SettingsError, match="Install it with `make traces`, or unset SURVEYAPP_TRACES"):
        from_environment({**GOOD, "SURVEYAPP_TRACES": "https://c.example.org"})


def folder_of(place: Path, **files: str) -> Path:
    place.mkdir()
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_secrets_stand_in_the_environment_or_in_a_folder_of_files(tmp_path: Path) -> None:
    """systemd's credentials, what an orchestrator mounts and what a vault's agent writes are all such folders."""
    apart = {"SURVEYAPP_SECRET_KEY": "f" * 40 + "\n", "SURVEYAPP_AUDIT_KEY": KEY, "pgpass": "another's", "..data": "x"}
    mounted = folder_of(tmp_path / "mounted", **apart)
    shown = folder_of(tmp_path / "shown", SURVEYAPP_ACCESS_KEYS=f"first:{KEY}", SURVEYAPP_NOTIFY_KEY=" \n")
    environment = {
        "SURVEYAPP_CONTACT_KEYS": GOOD["SURVEYAPP_CONTACT_KEYS"],
        "SURVEYAPP_SECRETS": str(mounted),
        "CREDENTIALS_DIRECTORY": str(shown),
    }
    settings = from_environment(environment)
    assert (settings.secret_key, settings.secrets) == ("f" * 40, mounted)
    assert settings.places == {
        "CONTACT_KEYS": SecretPlace.ENVIRONMENT,
        "SECRET_KEY": SecretPlace.FOLDER,
        "AUDIT_KEY": SecretPlace.FOLDER,
        "ACCESS_KEYS": SecretPlace.CREDENTIALS,
    }
    assert vault.is_given(environment, "SECRET_KEY")
    assert not vault.is_given({"CREDENTIALS_DIRECTORY": str(shown)}, "SECRET_KEY")
    other = from_environment(
        {**environment, "SURVEYAPP_DATABASE_URL": "postgresql://a/b"}, database="sqlite:////x/y.db"
    )
    assert (other.database_url, str(other.person_keys)) == ("sqlite:////x/y.db", "/x/y.db.keys")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("SURVEYAPP_SECRET_KEY", "g" * 40, "SECRET_KEY stands in .* and in the environment. Leave it in one of them"),
        ("SURVEYAPP_METRICS_TOKEN", "two\nlines", "must hold the value of SURVEYAPP_METRICS_TOKEN and nothing else"),
        ("SURVEYAPP_METRICS_TOKEN", "short", "METRICS_TOKEN needs at least 32"),
        ("SURVEYAPP_SECRET_KEYS", "x", "is named as no secret that there is. Correct its name"),
        ("SURVEYAPP_LOG", "json", "if it is another setting, put it into the environment"),
    ],
)
def test_a_folder_of_secrets_that_is_amiss_is_refused(tmp_path: Path, name: str, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        from_environment({**GOOD, "SURVEYAPP_SECRETS": str(folder_of(tmp_path / "mounted", **{name: text}))})


def test_a_folder_or_file_of_secrets_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"/nowhere cannot be read \(No such file"):
        from_environment({**GOOD, "SURVEYAPP_SECRETS": "/nowhere"})
    (tmp_path / "SURVEYAPP_METRICS_TOKEN").mkdir()
    with pytest.raises(SettingsError, match=r"METRICS_TOKEN cannot be read .* Let the user that serves read it"):
        from_environment({**GOOD, "SURVEYAPP_SECRETS": str(tmp_path)})
    (tmp_path / "SURVEYAPP_METRICS_TOKEN").rmdir()
    (tmp_path / "SURVEYAPP_METRICS_TOKEN").write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="as text in one line"):
        from_environment({**GOOD, "SURVEYAPP_SECRETS": str(tmp_path)})


BAD = [
    ({"SURVEYAPP_SECRET_KEY": ""}, "SECRET_KEY"),
    ({"SURVEYAPP_SECRET_KEY": "short"}, "at least 32 characters"),
    ({"SURVEYAPP_ACCESS_KEYS": ""}, "Participants' links"),
    ({"SURVEYAPP_ACCESS_KEYS": "first:bm90IGxvbmc="}, "32 random bytes"),
    ({"SURVEYAPP_ACCESS_KEY": KEY}, "is now SURVEYAPP_ACCESS_KEYS"),
    ({"SURVEYAPP_SECRET_KEYS_BEFORE": "s" * 40 + ",short"}, "at least 32 characters"),
    ({"SURVEYAPP_CONTACT_KEYS": ""}, "People's own keys"),
    ({"SURVEYAPP_CONTACT_KEYS": KEY}, "name:key"),
    ({"SURVEYAPP_AUDIT_KEY": ""}, "the trail cannot be verified"),
    ({"SURVEYAPP_AUDIT_KEY": "bm90IGxvbmc="}, "AUDIT_KEY needs 32 random bytes"),
    ({"SURVEYAPP_CONTACT_KEYS": f"person:{KEY}"}, "cannot be the name"),
    ({"SURVEYAPP_CONTACT_KEYS": f"a:{KEY},a:{KEY}"}, "cannot be the name"),
    ({"SURVEYAPP_CONTACT_KEYS": f"{'n' * 33}:{KEY}"}, "cannot be the name"),
    ({"SURVEYAPP_DATABASE_URL": "mysql://x"}, "sqlite:/// or postgresql://"),
    ({"SURVEYAPP_PUBLIC_URL": "example.org"}, "https://"),
    ({"SURVEYAPP_BACKUP_RECIPIENT": "AGE-SECRET-KEY-1QQQ"}, "secret key has no place here"),
    ({"SURVEYAPP_DEMO": "true"}, "yes or no"),
    ({"SURVEYAPP_HOLD_MINUTES": "0"}, "from 1 to 480"),
    ({"SURVEYAPP_SECRET": "x"}, "is not a setting"),
    ({"SURVEYAPP_LOG": "xml"}, "one of json, console, warnings"),
    ({"SURVEYAPP_METRICS_TOKEN": "short"}, "at least 32 characters"),
    ({"SURVEYAPP_TRACES": "collector:4318"}, "TRACES must be the address at which a collector takes OTLP"),
    ({"SURVEYAPP_TRACES": "http://collector.example.org:4318"}, "like https://collector.example.org:4318"),
    ({"SURVEYAPP_TRACES": "https://a:b@collector.example.org"}, "TRACES_TOKEN holds the token"),
    ({"SURVEYAPP_TRACES": "https://collector.example.org", "SURVEYAPP_TRACES_PERCENT": "0"}, "at most 100"),
    ({"SURVEYAPP_TRACES": "https://collector.example.org", "SURVEYAPP_TRACES_PERCENT": "101"}, "not “101”"),
    ({"SURVEYAPP_TRACES_PERCENT": "5"}, "Set SURVEYAPP_TRACES to the address of a collector, or unset"),
    ({"SURVEYAPP_SLOW_MS": "0"}, "from 1 to 600000"),
    ({"SURVEYAPP_STANDBY_URL": "postgresql://there/db"}, "both are PostgreSQL's"),
    ({"SURVEYAPP_DATABASE_URL": "postgresql://a/b", "SURVEYAPP_STANDBY_URL": "sqlite:///x"}, "both are PostgreSQL's"),
    ({"SURVEYAPP_DATABASE_URL": "postgresql://a/b", "SURVEYAPP_STANDBY_URL": "postgresql://a/b"}, "is the same as"),
    ({"SURVEYAPP_CLUSTER": "scheduler:8786"}, "address of a Dask scheduler"),
    ({"SURVEYAPP_CLUSTER": "http://scheduler:8786"}, "address of a Dask scheduler"),
    ({"SURVEYAPP_CLUSTER": "tcp://scheduler"}, "address of a Dask scheduler"),
    ({"SURVEYAPP_CLUSTER": "tcp://scheduler:port"}, "Unset it to count here"),
    ({"SURVEYAPP_BREACHED_PASSWORDS": "/nowhere"}, "a folder of files such as 21BD1"),
    ({"SURVEYAPP_BREACHED_PASSWORDS": "/"}, "holds none"),
    ({"SURVEYAPP_OIDC_ISSUER": "https://id.example.org"}, "OIDC_CLIENT_ID is not set"),
    ({"SURVEYAPP_OIDC_LABEL": "Our account"}, "OIDC_ISSUER is not set"),
    ({**PROVIDER, "SURVEYAPP_OIDC_ISSUER": "http://id.example.org"}, "must begin with https://"),
]


@pytest.mark.parametrize(("changes", "says"), BAD)
def test_a_bad_environment_is_refused_with_a_sentence(changes: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        from_environment({**GOOD, **changes})


@pytest.mark.parametrize("name", ["PUBLIC_URL", "OIDC_ISSUER", "MAIL_SERVER", "MAILBOX", "NOTIFY_URL", "TRACES"])
@pytest.mark.parametrize(
    "written", ["https://[fe80::1", "https://hush@example.org:eighty", "https://example.org:99999"]
)
def test_what_cannot_be_read_as_an_address_is_refused_and_not_said_again(name: str, written: str) -> None:
    beside = {**PROVIDER, "SURVEYAPP_NOTIFY_KEY": "k" * 73, "SURVEYAPP_NOTIFY_TEMPLATES": "email:x"}
    with pytest.raises(SettingsError, match=f"SURVEYAPP_{name} cannot be read as an address") as refused:
        from_environment({**GOOD, **beside, f"SURVEYAPP_{name}": written})
    assert written not in str(refused.value)


LEADS_SOMEWHERE = [
    "postgresql://host/db",
    "postgresql://",
    "postgresql:///db?host=/run/postgresql",
    "postgresql://study:p%40s#s?[:word@db.example.org:5433/shiftline?sslmode=verify-full",
    "postgresql+psycopg://u@[2001:db8::1]:5432/db",
    "postgresql://u@/db?host=one:5432&host=two:5433&target_session_attrs=read-write",
]
LEADS_NOWHERE = [
    "postgresql://hush@127.0.0.1:abc/x",
    "postgresql://hush@[::1/x",
    "postgresql://hush@one:1,two:2/x",
    "postgresql://hush@host:/x",
    "postgresql://hush@host:99999/x",
    "postgresql://hush@ho[st/x",
]


@pytest.mark.parametrize("written", LEADS_SOMEWHERE)
def test_an_address_of_a_database_is_what_sqlalchemy_takes_apart(written: str) -> None:
    make_engine(database_url(written)).dispose()


@pytest.mark.parametrize("name", ["SURVEYAPP_DATABASE_URL", "SURVEYAPP_STANDBY_URL"])
@pytest.mark.parametrize("written", LEADS_NOWHERE)
def test_an_address_of_a_database_that_cannot_be_read_is_refused(name: str, written: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} cannot be read as an address") as refused:
        from_environment({**GOOD, "SURVEYAPP_DATABASE_URL": "postgresql://host/db", name: written})
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("asked", ["port=abc", "host=one:abc&host=two", "host=one,two&port=1,2,3"])
def test_what_stands_after_the_question_mark_of_a_databases_address_is_refused(asked: str) -> None:
    with pytest.raises(DatabaseUnavailable, match="what stands after the `@` and after the `\\?`") as refused:
        make_engine(database_url(f"postgresql://hush@/x?{asked}"))
    assert "hush" not in str(refused.value)


@pytest.mark.parametrize("written", ["mysql://x", "postgresql://u@h:abc/x"])
def test_an_option_that_names_a_database_is_named_by_what_refuses_it(written: str) -> None:
    with pytest.raises(SettingsError, match=r"^--database ") as refused:
        from_environment(GOOD, database=written, named="--database")
    assert "SURVEYAPP_" not in str(refused.value)


@pytest.mark.parametrize("name", ["PUBLIC_URL", "OIDC_ISSUER", "MAIL_SERVER", "MAILBOX", "NOTIFY_URL", "TRACES"])
@pytest.mark.parametrize("written", [" {}://{}", "{}://{} ", "{}://{}\n", "{}://exam ple.{}", "{}://a\u00a0b.{}"])
def test_a_blank_in_an_address_is_refused_and_not_left_out(name: str, written: str) -> None:
    """What takes an address apart leaves blanks out; what is made of it, such as every link, keeps them."""
    beside = {**PROVIDER, "SURVEYAPP_NOTIFY_KEY": "k" * 73, "SURVEYAPP_NOTIFY_TEMPLATES": "email:x"}
    with pytest.raises(SettingsError, match=f"SURVEYAPP_{name} holds a blank"):
        from_environment({**GOOD, **beside, f"SURVEYAPP_{name}": written.format("https", "example.org")})


@pytest.mark.parametrize("written", ["https://example.org", "https://example.org:8443/", "https://[2001:db8::1]:443"])
def test_the_address_that_people_see_is_a_name_and_a_port(written: str) -> None:
    assert from_environment({**GOOD, "SURVEYAPP_PUBLIC_URL": written}).public_url == written.rstrip("/")


@pytest.mark.parametrize(
    "written", ["e.org/path", "e.org?x=1", "e.org?", "e.org/#x", "user:pw@e.org", "@e.org", "e.org:", "e.org/a?x=1"]
)
def test_an_address_that_no_link_can_begin_with_is_refused(written: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL ends with the name that people open") as refused:
        from_environment({**GOOD, "SURVEYAPP_PUBLIC_URL": f"https://{written}"})
    assert "pw@" not in str(refused.value)


def test_readme_lists_every_setting() -> None:
    """It says so to whoever misspelt one. `…_PERCENT` begins as the one before it, whole or to its first _."""
    listed = set[str]()
    for cell in re.findall(r"^\| (`SURVEYAPP_[^|]+)\|", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE):
        (_, first), *_ = names = re.findall(r"`(SURVEYAPP|…)_(\w+)`", cell)
        for begins, name in names:
            likely = {name} if begins == "SURVEYAPP" else {f"{first}_{name}", f"{first.partition('_')[0]}_{name}"}
            listed |= likely & {*KNOWN, "SECRETS"} or likely
    assert listed == {*KNOWN, "SECRETS"}
