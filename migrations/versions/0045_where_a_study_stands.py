"""What somebody has to see to is found by an index, and so are the attempts of a time

Revises: 0041
"""

from alembic import op


revision = '0045'
down_revision = '0041'
branch_labels = None
depends_on = None

INDEXES = (('case', ('again_at',)), ('case', ('held_back',)), ('attempt', ('at',)), ('response', ('state', 'case_id')))


def upgrade() -> None:
    for table, columns in INDEXES:
        op.create_index(op.f(f'ix_{table}_{"_".join(columns)}'), table, list(columns))


def downgrade() -> None:
    for table, columns in reversed(INDEXES):
        op.drop_index(op.f(f'ix_{table}_{"_".join(columns)}'), table_name=table)
