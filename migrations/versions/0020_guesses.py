"""Wrong guesses and the alarms they raise

Revises: 0019
"""

import sqlalchemy as sa
from alembic import op


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('guess',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('whose', sa.String(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('first_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('code', 'password', 'any')", name=op.f('ck_guess_kind_known')),
    sa.PrimaryKeyConstraint('kind', 'whose', name=op.f('pk_guess'))
    )
    op.create_index(op.f('ix_guess_last_at'), 'guess', ['last_at'])
    op.create_table('alarm',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm')),
    sa.UniqueConstraint('since', name=op.f('uq_alarm_since'))
    )


def downgrade() -> None:
    op.drop_table('alarm')
    op.drop_table('guess')
