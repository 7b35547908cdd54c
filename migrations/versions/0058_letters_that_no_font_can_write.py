"""A letter that no font can write says so

Revises: 0057
"""

from alembic import op


revision = '0058'
down_revision = '0057'
branch_labels = None
depends_on = None

BEFORE = (
    "why IN ('answered', 'not_answered', 'stopped', 'withdrawn', 'declined', 'not_eligible', 'closed', 'paused', "
    "'too_late', 'enough', 'no_way', 'bounced', 'opted_out', 'names_site', 'refused', 'done', 'not_sent_before')"
)
AFTER = BEFORE.replace("'not_sent_before')", "'not_sent_before', 'unwritable')")


def _known(wanted: str) -> None:
    for table in ('message', 'channel_end'):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f'ck_{table}_why_known'), type_='check')
            batch.create_check_constraint(batch.f(f'ck_{table}_why_known'), wanted)


def upgrade() -> None:
    _known(AFTER)


def downgrade() -> None:
    op.execute("UPDATE message SET why = 'refused' WHERE why = 'unwritable'")
    _known(BEFORE)
