"""People open what they sent again by themselves, within the study's time

Revises: 0043
"""

from alembic import op


revision = '0046'
down_revision = '0043'
branch_labels = None
depends_on = None

BEFORE = "why IN ('slip', 'misunderstood', 'left_out', 'entered_wrongly')"
SINCE = "why IN ('slip', 'misunderstood', 'left_out', 'entered_wrongly', 'by_themselves')"


def upgrade() -> None:
    _let_in(SINCE)


def downgrade() -> None:
    # Why they opened it by themselves is not known: that something was a slip says least.
    op.execute("UPDATE reopening SET why = 'slip' WHERE why = 'by_themselves'")
    _let_in(BEFORE)


def _let_in(known: str) -> None:
    with op.batch_alter_table('reopening') as batch:
        batch.drop_constraint(op.f('ck_reopening_why_known'), type_='check')
        batch.create_check_constraint(op.f('ck_reopening_why_known'), known)
