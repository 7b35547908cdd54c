"""Two people who are one are merged, and can be taken apart

Revises: 0038
"""

import sqlalchemy as sa
from alembic import op


revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'merge',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('kept_id', sa.Uuid(), nullable=False),
        sa.Column('folded_id', sa.Uuid(), nullable=False),
        sa.Column('reference', sa.String(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_staff', sa.Uuid(), nullable=True),
        sa.Column('before', sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_merge_by_staff_staff')),
        sa.ForeignKeyConstraint(['kept_id'], ['participant.id'], name=op.f('fk_merge_kept_id_participant')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_merge')),
    )
    op.create_index(op.f('ix_merge_kept_id'), 'merge', ['kept_id'])


def downgrade() -> None:
    # Whoever was merged stays so: before, nobody could be taken apart.
    op.drop_index(op.f('ix_merge_kept_id'), table_name='merge')
    op.drop_table('merge')
