"""Themes are variables of the results: a code may say an option, and what was counted before is counted anew

Revises: 0040
"""

import sqlalchemy as sa
from alembic import op


revision = '0041'
down_revision = '0040'
branch_labels = None
depends_on = None

# Linked tables of people in the database are made again with their themes; those of simulated people hold none, and
# may be all there is of them.
COUNTED = "origin != 'simulated'"


def upgrade() -> None:
    op.add_column('theme_code', sa.Column('option', sa.String(), nullable=True))
    op.execute(f"DELETE FROM result_state WHERE {COUNTED}")
    op.execute(f"DELETE FROM result_change WHERE {COUNTED}")
    op.execute(f"DELETE FROM result_page WHERE {COUNTED} AND state NOT LIKE 'release %'")


def downgrade() -> None:
    for table in ('result_state', 'result_change'):
        op.execute(f"DELETE FROM {table} WHERE {COUNTED}")
    op.execute(f"DELETE FROM result_page WHERE {COUNTED} AND state NOT LIKE 'release %'")
    with op.batch_alter_table('theme_code') as batch:
        batch.drop_column('option')
