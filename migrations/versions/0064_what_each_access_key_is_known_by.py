"""What each access key is known by is kept, so that another under its name is told from it

Revises: 0063
"""

import sqlalchemy as sa
from alembic import op


revision = '0064'
down_revision = '0063'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('access_key',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('known_by', sa.String(), nullable=False),
    sa.Column('noted_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_access_key'))
    )


def downgrade() -> None:
    op.drop_table('access_key')
