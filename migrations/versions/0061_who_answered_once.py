"""Those of a change who answered one moment alone are called so in releases, too: lost may be said of who cannot answer

Revises: 0060
"""

import json
import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op


revision = '0061'
down_revision = '0060'
branch_labels = None
depends_on = None

NAMES = {"lost": "first_alone", "joined": "second_alone"}
BOUNDS = {"lost": "missing"}


def upgrade() -> None:
    _rename(NAMES, BOUNDS)


def downgrade() -> None:
    _rename({new: old for old, new in NAMES.items()}, {new: old for old, new in BOUNDS.items()})


def _rename(names: dict[str, str], bounds: dict[str, str]) -> None:
    page = sa.table("release_page", sa.column("release_id"), sa.column("key"), sa.column("body"))
    there = op.get_bind()
    shifts = sa.and_(page.c.body.is_not(None), page.c.key.like("measure %"))
    for release_id, key in there.execute(sa.select(page.c.release_id, page.c.key).where(shifts)).all():
        it = sa.and_(page.c.release_id == release_id, page.c.key == key)
        body = json.loads(zlib.decompress(there.scalars(sa.select(page.c.body).where(it)).one()))
        for change in body["changes"]:
            _of(change, names)
            if change["bounds"]:
                _of(change["bounds"], bounds)
        written = zlib.compress(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode())
        there.execute(page.update().where(it).values(body=written))


def _of(told: dict[str, Any], names: dict[str, str]) -> None:
    """Where they stood, in their order: a page says the same letter for letter."""
    renamed = {names.get(name, name): value for name, value in told.items()}
    told.clear()
    told.update(renamed)
