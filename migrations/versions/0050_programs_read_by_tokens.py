"""Programs read by tokens of their owners

Revises: 0045
"""

import sqlalchemy as sa
from alembic import op


revision = '0050'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('program_token',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('scopes', sa.String(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('counted_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('calls', sa.Integer(), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_program_token_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_program_token')),
    sa.UniqueConstraint('digest', name=op.f('uq_program_token_digest'))
    )
    op.create_index(op.f('ix_program_token_staff_id'), 'program_token', ['staff_id'])


def downgrade() -> None:
    op.drop_index(op.f('ix_program_token_staff_id'), table_name='program_token')
    op.drop_table('program_token')
