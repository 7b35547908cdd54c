"""An attempt keeps how the case stood before it, so that it can be undone; an interviewer's single keys can be off

Revises: 0025
"""

import sqlalchemy as sa
from alembic import op


revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attempt') as batch:
        batch.add_column(sa.Column('disposition_before', sa.String(), nullable=True))
        batch.add_column(sa.Column('next_before', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('staff') as batch:
        batch.add_column(sa.Column('single_keys', sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table('staff') as batch:
        batch.alter_column('single_keys', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('staff') as batch:
        batch.drop_column('single_keys')
    with op.batch_alter_table('attempt') as batch:
        batch.drop_column('next_before')
        batch.drop_column('disposition_before')
