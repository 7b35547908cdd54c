"""Up to which changes answers are counted, and what was counted

Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'result_state',
        sa.Column('study', sa.String(), nullable=False),
        sa.Column('origin', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('before', sa.String(), nullable=True),
        sa.Column('answers_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('on_date', sa.Date(), nullable=False),
        sa.Column('claim', sa.String(), nullable=True),
        sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('study', 'origin', name=op.f('pk_result_state')),
        sa.CheckConstraint("origin IN ('real', 'demo', 'simulated')", name=op.f('ck_result_state_origin_known')),
    )
    op.create_table(
        'result_change',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('study', sa.String(), nullable=False),
        sa.Column('origin', sa.String(), nullable=False),
        sa.Column('participant_id', sa.Uuid(), nullable=False),
        sa.Column('state', sa.String(), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_result_change')),
        sa.CheckConstraint("origin IN ('real', 'demo', 'simulated')", name=op.f('ck_result_change_origin_known')),
    )
    op.create_index(op.f('ix_result_change_study_origin_state'), 'result_change', ['study', 'origin', 'state'])
    op.create_table(
        'result_page',
        sa.Column('study', sa.String(), nullable=False),
        sa.Column('origin', sa.String(), nullable=False),
        sa.Column('state', sa.String(), nullable=False),
        sa.Column('key', sa.String(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint('study', 'origin', 'state', 'key', name=op.f('pk_result_page')),
        sa.CheckConstraint("origin IN ('real', 'demo', 'simulated')", name=op.f('ck_result_page_origin_known')),
    )


def downgrade() -> None:
    op.drop_table('result_page')
    op.drop_index(op.f('ix_result_change_study_origin_state'), table_name='result_change')
    op.drop_table('result_change')
    op.drop_table('result_state')
