"""Who is called next is found by an index: those agreed, and of those that are nobody's who was tried longest ago

Revises: 0034
"""

from alembic import op


revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f('ix_case_keeper_tried_at_due_at'), 'case', ['keeper', 'tried_at', 'due_at'])
    op.create_index(op.f('ix_case_next_at'), 'case', ['next_at'])


def downgrade() -> None:
    op.drop_index(op.f('ix_case_next_at'), table_name='case')
    op.drop_index(op.f('ix_case_keeper_tried_at_due_at'), table_name='case')
