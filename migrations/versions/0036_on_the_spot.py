"""A day on the spot: whom somebody sees there, who has come, and a session whose tablet is in a participant's hands

Revises: 0035
"""

import sqlalchemy as sa
from alembic import op


revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('web_session', sa.Column('lent_until', sa.DateTime(timezone=True), nullable=True))
    op.create_table('spot_day',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('touchpoint', sa.Integer(), nullable=False),
    sa.Column('sites', sa.JSON(), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('pin', sa.String(), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=True),
    sa.Column('access_id', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(
        ['access_id'], ['access.id'], name=op.f('fk_spot_day_access_id'), ondelete='SET NULL'
    ),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_spot_day_case_id'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(
        ['session_id'], ['web_session.id'], name=op.f('fk_spot_day_session_id'), ondelete='CASCADE'
    ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_spot_day_staff_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spot_day')),
    sa.UniqueConstraint('session_id', name=op.f('uq_spot_day_session_id'))
    )
    op.create_index(op.f('ix_spot_day_ends_at'), 'spot_day', ['ends_at'])
    op.create_table('spot_arrival',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.Column('begun_in', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(
        ['begun_in'], ['web_session.id'], name=op.f('fk_spot_arrival_begun_in'), ondelete='SET NULL'
    ),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_spot_arrival_case_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_spot_arrival'))
    )
    op.create_index(op.f('ix_spot_arrival_until'), 'spot_arrival', ['until'])


def downgrade() -> None:
    op.drop_index(op.f('ix_spot_arrival_until'), table_name='spot_arrival')
    op.drop_table('spot_arrival')
    op.drop_index(op.f('ix_spot_day_ends_at'), table_name='spot_day')
    op.drop_table('spot_day')
    op.drop_column('web_session', 'lent_until')
