"""What is the same for every test of a process is made once: the application, its addresses, its compiled templates,
its SQL and its connections. Made anew for every test they would be half of what a test costs."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import functools
import hashlib
import os
import pickle
import sys
import threading
import types
from pathlib import Path
from typing import Any

import brotli
import flask
import jinja2
import psycopg
from sqlalchemy import Dialect, Engine, event
from werkzeug.routing import Rule

import surveyapp
from surveyapp.domain.authoring import loader, yaml_source
from surveyapp.domain.errors import Fault
from surveyapp.domain.instrument.study import Study
from surveyapp.services import runtime as runtimes
from surveyapp.services.runtime import Runtime
from surveyapp.store import database
from surveyapp.store.connecting import engines


class CompiledOnce(jinja2.BytecodeCache):
    """Compiled templates, in memory; and in a folder, where the processes of a run share one."""

    def __init__(self) -> None:
        self.compiled: dict[str, bytes] = {}
        self.folder: Path | None = None

    def share(self, folder: Path) -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        if bucket.key not in self.compiled and self.folder is not None:
            with contextlib.suppress(FileNotFoundError):
                self.compiled[bucket.key] = self._file(bucket).read_bytes()
        if bucket.key in self.compiled:
            bucket.bytecode_from_string(self.compiled[bucket.key])

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        self.compiled[bucket.key] = bucket.bytecode_to_string()
        if self.folder is not None:
            # Whole, whoever reads it; a server's threads compile one template at once.
            written = self.folder / f"{bucket.key}-{os.getpid()}-{threading.get_ident()}"
            written.write_bytes(self.compiled[bucket.key])
            written.replace(self._file(bucket))

    def _file(self, bucket: jinja2.bccache.Bucket) -> Path:
        assert self.folder is not None
        return self.folder / f"{bucket.key}-{bucket.checksum}"


compiled = CompiledOnce()

# Werkzeug compiles a function for each address, most of what making an application costs. What the function does hangs
# on the address and what stands in for parts of it.
_compile_builder = Rule._compile_builder
_builders: dict[tuple[Any, ...], Any] = {}


def _builder_compiled_once(rule: Rule, append_unknown: bool = True) -> Any:
    key = (tuple(rule._trace), append_unknown, tuple(sorted((rule.defaults or {}).items())))
    if key not in _builders:
        _builders[key] = _compile_builder(rule, append_unknown)
    return _builders[key]


class Statements(dict[Any, Any]):
    """SQL by what it says, for every engine of a kind: an engine's own cache begins empty, and each test has engines of
    its own. All of them are made in one way (`store.connecting.engines.make_engine`)."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_statements: dict[str, Statements] = {}
_make_engine = engines.make_engine


def _engine_with_what_was_before(url: str, **how: Any) -> Engine:
    engine = _make_engine(url, **how)
    engine._compiled_cache = _statements.setdefault(engine.dialect.name, Statements())
    if url in kept_connections:
        kept_connections[url].serve(engine)
    return engine


class Connections:
    """Connections to a PostgreSQL database that go from engine to engine. Behind each is a process of the server's that
    knows nothing of the tables when it begins: what it learns would be half of what a test asks of it."""

    def __init__(self) -> None:
        self._idle: list[psycopg.Connection[Any]] = []

    def serve(self, engine: Engine) -> None:
        """Has an engine take its connections from here, and give them back where it would close them."""
        close = engine.dialect.do_close

        def connect(_dialect: Dialect, _record: object, _arguments: object, _named: object) -> Any:
            while self._idle:
                connection = self._idle.pop()
                if not connection.closed:
                    return connection
            return None  # it is made, then

        def give_back(connection: Any) -> None:
            try:
                connection.rollback()
                # As it was made, whoever was stopped while they had it.
                connection.autocommit, connection.read_only = False, None
                connection.execute("SELECT pg_advisory_unlock_all(); RESET ALL")
                connection.commit()
            except psycopg.Error:
                close(connection)
            else:
                self._idle.append(connection)

        def keep_what_is_prepared(connection: Any, _record: object) -> None:
            # With every ROLLBACK it would be forgotten, lest a table was made anew meanwhile. Here they stay.
            connection.prepared_max = 1_000
            connection._prepared.clear = lambda: False

        event.listen(engine, "do_connect", connect)
        event.listen(engine, "connect", keep_what_is_prepared)
        engine.dialect.do_close = give_back  # type: ignore[method-assign]

    def processes(self) -> list[int]:
        """The server's processes behind those that nobody uses."""
        return [each.info.backend_pid for each in self._idle if not each.closed]

    def close(self) -> None:
        """Those that nobody uses."""
        while self._idle:
            self._idle.pop().close()


kept_connections: dict[str, Connections] = {}
"""By the address of a database that is emptied from test to test, and not made anew."""


def processes_kept(url: str) -> list[int]:
    return kept_connections[url].processes() if url in kept_connections else []


_create_app = surveyapp.create_app
_applications: dict[str, flask.Flask] = {}
WHERE_THINGS_LIE = ("database_url", "person_keys", "cache", "backups", "questionnaires")
"""What of the settings no application is made of: its runtime knows."""


def create_app(runtime: Runtime) -> flask.Flask:
    """An application like any other of these settings, down to what it holds, but for its runtime and its
    configuration, and what it does before and after a request, which are its own. It takes no more addresses."""
    if runtime.settings.provider:  # whom it asks keeps what the provider said
        return _create_app(runtime)
    settings = dataclasses.asdict(runtime.settings)
    key = repr([value for name, value in settings.items() if name not in WHERE_THINGS_LIE])
    if key not in _applications:
        _applications[key] = _create_app(runtime)
        del _applications[key].extensions["surveyapp"]
    kept = _applications[key]
    made = copy.copy(kept)
    made.config = copy.copy(kept.config)
    made.extensions = {**kept.extensions, "surveyapp": runtime}
    made.before_request_funcs = _of(made, kept, kept.before_request_funcs)
    made.after_request_funcs = _of(made, kept, kept.after_request_funcs)
    made.wsgi_app = _rebound(kept.wsgi_app, kept, made)  # type: ignore[method-assign]
    for taking in SHARED:
        setattr(made, taking, _refused)
    return made


SHARED = ("add_url_rule", "register_blueprint", "register_error_handler", "context_processor")
"""Ways to add to what every application of the same settings holds together."""


def _refused(*_arguments: object, **_named: object) -> None:
    raise AssertionError("shared with other tests (tests/once.py): a test that adds to it makes a Flask of its own")


def _of(made: flask.Flask, kept: flask.Flask, handlers: dict[Any, list[Any]]) -> dict[Any, list[Any]]:
    return {name: [_rebound(each, kept, made) for each in each_of] for name, each_of in handlers.items()}


def _rebound(thing: Any, kept: flask.Flask, made: flask.Flask) -> Any:
    """What was made for one application, for another: a function that closes over it, a method, a layer around it."""
    if thing is kept:
        return made
    if isinstance(thing, types.MethodType):
        of = _rebound(thing.__self__, kept, made)
        return thing if of is thing.__self__ else types.MethodType(thing.__func__, of)
    if isinstance(thing, types.FunctionType):
        if not any(cell.cell_contents is kept for cell in thing.__closure__ or ()):
            return thing
        cells = tuple(types.CellType(_rebound(each.cell_contents, kept, made)) for each in thing.__closure__ or ())
        return types.FunctionType(thing.__code__, thing.__globals__, thing.__name__, thing.__defaults__, cells)
    if isinstance(thing, type) or not hasattr(thing, "__dict__"):
        return thing
    of_it = {name: each for name, each in vars(thing).items() if each is kept or callable(each)}
    rebound = {name: _rebound(each, kept, made) for name, each in of_it.items()}
    if all(rebound[name] is each for name, each in of_it.items()):
        return thing
    layer = copy.copy(thing)
    vars(layer).update(rebound)
    return layer


_studies: dict[tuple[str, bytes], tuple[Study, tuple[Fault, ...]]] = {}
_read_study = loader.read_study


def read_study(folder: Path) -> tuple[Study, tuple[Fault, ...]]:
    """A study by what is in its folder, which takes a second to read: every command reads the product's own."""
    print_ = hashlib.sha256()
    if not _is_open(folder):
        return _read_study(folder)
    for each in sorted(folder.rglob("*")):
        is_folder = each.is_dir()
        if is_folder and not _is_open(each):
            return _read_study(folder)
        print_.update(repr((str(each.relative_to(folder)), is_folder)).encode())
        if each.is_file():
            print_.update(hashlib.sha256(each.read_bytes()).digest())
    key = folder.name, print_.digest()
    if key not in _studies:
        _studies[key] = _read_study(folder)
    return _studies[key]


def _is_open(folder: Path) -> bool:
    return os.access(folder, os.R_OK | os.X_OK, effective_ids=True)


_sources: dict[tuple[str, bytes], bytes] = {}
_read_source = yaml_source.read_source
LARGEST = 2**20


def read_source(path: Path, shown_as: str) -> yaml_source.Source:
    """A file of YAML by what is in it: most tests that change a study change one file of ten. Whoever reads one adds to
    it what is wrong."""
    if not os.path.isfile(path) or path.stat().st_size > LARGEST:  # and is not one in a folder that is shut
        return _read_source(path, shown_as)
    key = shown_as, hashlib.sha256(path.read_bytes()).digest()
    if key not in _sources:
        _sources[key] = pickle.dumps(_read_source(path, shown_as))
    read: yaml_source.Source = pickle.loads(_sources[key])
    return read


def _everywhere(what: object, instead: object) -> None:
    """In every module that has taken it in by name, too."""
    for module in list(sys.modules.values()):
        for name, value in list(vars(module).items()):
            if value is what and module.__name__ != __name__:
                setattr(module, name, instead)


# As a process reads a version once. To caches one that is equal and not the same is a comparison of all that is in it.
_from_document = runtimes.from_document
from_document = functools.lru_cache(maxsize=256)(_from_document)


def keep() -> None:
    """From here on, in this process."""
    _everywhere(_read_study, read_study)
    _everywhere(_read_source, read_source)
    # What is sent to one test's browser is sent to the next one's.
    brotli.compress = functools.lru_cache(maxsize=512)(brotli.compress)
    runtimes.from_document = from_document  # type: ignore[attr-defined]
    flask.Flask.jinja_options = {**flask.Flask.jinja_options, "bytecode_cache": compiled}
    Rule._compile_builder = _builder_compiled_once  # type: ignore[method-assign]
    database.make_engine = _engine_with_what_was_before
    surveyapp.create_app = create_app
