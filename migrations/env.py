"""Alembic's environment: one online run, on the engine the program itself uses."""

from alembic import context
from sqlalchemy import event

from surveyapp.domain.errors import OF_DATABASE
from surveyapp.store import migrating
from surveyapp.store.connecting.engines import make_engine
from surveyapp.store.tables import Base

url = context.config.attributes.get("url")
if url is None:
    # `alembic` on its own, for writing a migration: the database of the environment.
    from surveyapp.cli.context import open_settings

    settings = open_settings()
    url = settings.database_url
    context.config.attributes["questionnaires"] = settings.questionnaires

address = context.config.attributes.get("address", OF_DATABASE)
engine = make_engine(url, may_create=True, address=address)
sqlite = engine.dialect.name == "sqlite"
if sqlite:
    # SQLite changes a table by rebuilding it, which with foreign keys on would delete what points at it. They are
    # checked as a whole at the end instead.
    event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA foreign_keys = OFF"))
try:
    with migrating.alone(engine), engine.connect().execution_options(writes=True) as connection:
        context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
        migrating.refuse_unknown(context.get_context().get_current_heads(), address)
        with context.begin_transaction():
            context.run_migrations()
            if context.config.attributes.get("unfinished"):
                migrating.mark(connection, migrating.UNFINISHED)
            if sqlite and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()):
                raise RuntimeError(f"The migration left rows that point at nothing: {broken[:5]}")
finally:
    engine.dispose()
