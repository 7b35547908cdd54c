"""PINs of participants, and links that are claimed with one

Revises: 0021
"""

import sqlalchemy as sa
from alembic import op


revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('pin',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('hashed', sa.String(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('wrong', sa.Integer(), nullable=False),
    sa.Column('once_until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(
        ['participant_id'], ['participant.id'], name=op.f('fk_pin_participant_id_participant'), ondelete='CASCADE'
    ),
    sa.PrimaryKeyConstraint('participant_id', name=op.f('pk_pin'))
    )
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.add_column(sa.Column('claim', sa.Boolean(), nullable=True))
    # What was given out before was meant for whoever opens it.
    op.execute(sa.update(sa.table('access', sa.column('claim', sa.Boolean()))).values(claim=False))
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.alter_column('claim', existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.drop_column('claim')
    op.drop_table('pin')
