"""What was typed when a session ended

Revises: 0018
"""

import sqlalchemy as sa
from alembic import op


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('kept_form',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('access_id', sa.Uuid(), nullable=True),
    sa.Column('path', sa.String(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=False),
    sa.Column('ciphertext', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(
        ['access_id'], ['access.id'], name=op.f('fk_kept_form_access_id_access'), ondelete='CASCADE'
    ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_kept_form_staff_id_staff'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kept_form'))
    )
    op.create_index(op.f('ix_kept_form_access_id'), 'kept_form', ['access_id'])
    op.create_index(op.f('ix_kept_form_staff_id'), 'kept_form', ['staff_id'])


def downgrade() -> None:
    op.drop_table('kept_form')
