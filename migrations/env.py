"""Alembic's environment: one online run, on the engine the program itself uses."""

from alembic import context

from surveyapp.store.database import make_engine
from surveyapp.store.tables import Base

url = context.config.attributes.get("url")
if url is None:
    # `alembic` on its own, for writing a migration: the database of the environment.
    from surveyapp.cli.context import open_settings

    url = open_settings().database_url

engine = make_engine(url)
with engine.connect().execution_options(writes=True) as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
