"""What takes longer than a page waits is done by the worker, and its progress is seen

Revises: 0062
"""

import sqlalchemy as sa
from alembic import op


revision = '0063'
down_revision = '0062'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('long_job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('refused', sa.Integer(), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('holder', sa.String(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why', sa.JSON(), nullable=True),
    sa.CheckConstraint("kind IN ('move', 'list')", name=op.f('ck_long_job_kind_known')),
    sa.CheckConstraint("state IN ('waiting', 'doing', 'done', 'failed')", name=op.f('ck_long_job_state_known')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_long_job_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_long_job'))
    )
    op.create_index(op.f('ix_long_job_staff_id'), 'long_job', ['staff_id'])
    op.create_index(op.f('ix_long_job_study_subject'), 'long_job', ['study', 'subject'])


def downgrade() -> None:
    op.drop_index(op.f('ix_long_job_study_subject'), table_name='long_job')
    op.drop_index(op.f('ix_long_job_staff_id'), table_name='long_job')
    op.drop_table('long_job')
