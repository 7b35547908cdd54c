"""Answers that are a time of day

Revises: 0005
"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ('answer', 'answer_history'):
        op.add_column(table, sa.Column('time_of_day', sa.Time(), nullable=True))


def downgrade() -> None:
    for table in ('answer', 'answer_history'):
        op.drop_column(table, 'time_of_day')
