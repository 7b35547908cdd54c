"""A database for tests: SQLite files copied from a migrated template, and a private PostgreSQL cluster a process."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import psycopg
from sqlalchemy import select

from surveyapp.store.database import Database
from surveyapp.store.tables import Base

BINARIES = [Path("/usr/local/bin"), *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]


def find_binary(name: str) -> str | None:
    """A PostgreSQL program, on the path or where Debian keeps it."""
    return shutil.which(name) or next((str(folder / name) for folder in BINARIES if (folder / name).exists()), None)


MEMORY = Path("/dev/shm")  # a folder of its own is made there, with an unforeseeable name


def quick_folder() -> str:
    """Where files of tests lie: in memory where there is room. Half of what a small test takes is waiting for a disk
    to hold what is thrown away a moment later."""
    room = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > 4 * 2**30
    return str(MEMORY) if room else tempfile.gettempdir()


class Cluster:
    """A throwaway PostgreSQL server on a Unix socket and a free loopback port. Root may not run one: it is then run as
    another user. `durable`: what it has acknowledged outlasts stopping it at once. `on_disk`: and the machine, as for
    real: what is measured waits for the disk as it would there."""

    def __init__(self, *, durable: bool = False, on_disk: bool = False) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="shiftline-pg-", dir=None if on_disk else quick_folder()))
        self.user: Callable[[], None] | None = None
        if os.geteuid() == 0:
            entry = next(pwd.getpwnam(name) for name in ("postgres", "nobody") if _exists(name))
            shutil.chown(self.folder, entry.pw_uid, entry.pw_gid)

            def become() -> None:
                os.setgid(entry.pw_gid)
                os.setuid(entry.pw_uid)

            self.user = become
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        data = self.folder / "data"
        self._run("initdb", "-D", str(data), "-U", "shiftline", "--auth=trust", "--no-sync", "-E", "UTF8", "--locale=C")
        # The machine itself does not stop: what is written need not reach the disk. And what rows were there a test ago
        # must not make PostgreSQL compile a query that is over in a moment.
        quick = "-c fsync=off -c full_page_writes=off -c jit=off" + ("" if durable else " -c synchronous_commit=off")
        how = "" if on_disk else quick
        self._options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {how}"
        self.start()

    def start(self) -> None:
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "-l", log, "-o", self._options, "start")

    def follow(self, primary: Cluster, name: str = "standby") -> None:
        """Begins anew as a copy of another cluster that is kept up with it, and which from now on acknowledges nothing
        that is not here, too. It answers questions and takes no writes. One that died as a primary is never started as
        such again: it would take writes that nobody looks for."""
        if (self.folder / "data" / "postmaster.pid").exists():
            self.stop_at_once()
        shutil.rmtree(self.folder / "data")
        source = f"host={primary.folder} port={primary.port} user=shiftline application_name={name}"
        self._run("pg_basebackup", "-D", str(self.folder / "data"), "-d", source, "-R", "-X", "stream", "-c", "fast")
        primary.say(f"ALTER SYSTEM SET synchronous_standby_names = '{name}'")
        self.start()
        while primary.say("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 0:
            time.sleep(0.05)

    def promote(self) -> None:
        """Takes over, and waits for nobody."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-w", "promote")
        self.say("ALTER SYSTEM RESET synchronous_standby_names")

    def say(self, statement: str) -> object:
        """Runs a statement as its owner and has settings read again; returns the first value, if there is one."""
        with psycopg.connect(self.libpq("postgres"), autocommit=True) as connection:
            found = connection.execute(statement)
            row = found.fetchone() if found.description else None
            connection.execute("SELECT pg_reload_conf()")
        return row[0] if row else None

    def libpq(self, database: str) -> str:
        return f"host={self.folder} port={self.port} user=shiftline dbname={database}"

    def stop_at_once(self) -> None:
        """As when its processes are killed: nothing is finished, nothing said to whoever is connected."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        """As whatever serves on the server's own machine asks it."""
        return f"postgresql+psycopg://shiftline@/{database}?host={self.folder}&port={self.port}"

    def url_with(self, other: Cluster, database: str) -> str:
        """Of whichever of the two takes writes."""
        hosts = "&".join(f"host=127.0.0.1:{each.port}" for each in (self, other))
        return f"postgresql+psycopg://shiftline@/{database}?{hosts}&target_session_attrs=read-write"

    def create(self, template: str = "template1") -> str:
        """A new database, as a copy of a template; returns its name."""
        name = f"t_{uuid.uuid4().hex}"
        self._run("createdb", "-h", str(self.folder), "-p", str(self.port), "-U", "shiftline", "-T", template, name)
        return name

    def stop(self) -> None:
        self.stop_at_once()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, name: str, *arguments: str) -> None:
        program = find_binary(name)
        assert program is not None
        subprocess.run(
            [program, *arguments],
            check=True,
            preexec_fn=self.user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE if name != "pg_ctl" else subprocess.DEVNULL,
        )


def _exists(user: str) -> bool:
    try:
        pwd.getpwnam(user)
    except KeyError:
        return False
    return True


def take_rows_out(url: str, spare: Iterable[int] = ()) -> None:
    """Empties a PostgreSQL database's tables. Far quicker than a new database; whoever a test left connected goes, but
    for processes that are kept for the next."""
    kept = ", ".join(["pg_backend_pid()", *map(str, spare)])
    others = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE datname = current_database() AND pid <> ALL (ARRAY[{kept}])"
    )
    # What is insert only is so for everybody but a superuser, whom its triggers do not stop.
    unguarded = "SET LOCAL session_replication_role = replica"
    deletions = [f'DELETE FROM "{table.name}"' for table in reversed(Base.metadata.sorted_tables)]
    database = Database(url)
    with database.engine.begin() as connection:
        connection.exec_driver_sql(";".join([others, unguarded, *deletions]))
    database.dispose()


def copy_database(source: Path, target: Path) -> None:
    """A SQLite database that nobody has open, with the keys of its people."""
    for end in ("", ".keys"):
        if source.with_name(source.name + end).exists():
            shutil.copy(source.with_name(source.name + end), target.with_name(target.name + end))


def copy_rows(source: str, target: str) -> None:
    """Every row of one database into the empty tables of another, whichever kinds they are."""
    read, write = Database(source), Database(target)
    with read.engine.connect() as old, write.engine.begin() as new:
        for table in Base.metadata.sorted_tables:
            if rows := [dict(row) for row in old.execute(select(table)).mappings()]:
                new.execute(table.insert(), rows)
    read.dispose()
    write.dispose()
