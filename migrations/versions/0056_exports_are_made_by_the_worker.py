"""Exports that take longer than a page waits are made by the worker

Revises: 0052
"""

import sqlalchemy as sa
from alembic import op


revision = '0056'
down_revision = '0052'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('export_job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('shape', sa.String(), nullable=False),
    sa.Column('form', sa.String(), nullable=False),
    sa.Column('release', sa.Integer(), nullable=True),
    sa.Column('references', sa.Boolean(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('holder', sa.String(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('file', sa.String(), nullable=True),
    sa.Column('name', sa.String(), nullable=True),
    sa.Column('size', sa.BigInteger(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=True),
    sa.Column('ciphertext', sa.LargeBinary(), nullable=True),
    sa.Column('why', sa.JSON(), nullable=True),
    sa.CheckConstraint("shape IN ('responses', 'wide', 'long')", name=op.f('ck_export_job_shape_known')),
    sa.CheckConstraint(
        "state IN ('waiting', 'making', 'ready', 'failed', 'void', 'gone')", name=op.f('ck_export_job_state_known')
    ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_export_job_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_export_job'))
    )
    op.create_index(op.f('ix_export_job_staff_id'), 'export_job', ['staff_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_export_job_staff_id'), table_name='export_job')
    op.drop_table('export_job')
