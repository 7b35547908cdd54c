"""Sessions in the database. Those of before end: everybody signs in anew

Revises: 0010
"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('web_session',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('access_id', sa.Uuid(), nullable=True),
    sa.Column('own_device', sa.Boolean(), nullable=True),
    sa.Column('user_agent', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('verified_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_why', sa.String(), nullable=True),
    sa.CheckConstraint("audience IN ('staff', 'participant')", name=op.f('ck_web_session_audience_known')),
    sa.CheckConstraint(
        "ended_why IN ('signed_out', 'left', 'replaced', 'password_changed', 'second_factor_changed', 'roles_changed', "
        "'deactivated', 'ended_by_owner', 'ended_by_administrator', 'access_revoked', 'withdrawn')",
        name=op.f('ck_web_session_ended_why_known'),
    ),
    sa.ForeignKeyConstraint(
        ['access_id'], ['access.id'], name=op.f('fk_web_session_access_id_access'), ondelete='CASCADE'
    ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_web_session_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_web_session')),
    sa.UniqueConstraint('digest', name=op.f('uq_web_session_digest'))
    )
    for column in ('access_id', 'expires_at', 'staff_id'):
        op.create_index(op.f(f'ix_web_session_{column}'), 'web_session', [column])
    with op.batch_alter_table('staff') as batch:
        batch.drop_column('session_version')


def downgrade() -> None:
    with op.batch_alter_table('staff') as batch:
        batch.add_column(sa.Column('session_version', sa.Integer(), nullable=False, server_default='1'))
    op.drop_table('web_session')
