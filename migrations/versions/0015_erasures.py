"""Who was erased

Revises: 0014
"""

import sqlalchemy as sa
from alembic import op


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('erasure',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('participant_id', name=op.f('pk_erasure'))
    )


def downgrade() -> None:
    op.drop_table('erasure')
