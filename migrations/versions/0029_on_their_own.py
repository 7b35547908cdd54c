"""Within a call, the person may go on by themselves

Revises: 0028
"""

import sqlalchemy as sa
from alembic import op


revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('case') as batch:
        batch.add_column(sa.Column('on_their_own_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('on_their_own_of', sa.Uuid(), nullable=True))
        batch.create_foreign_key(batch.f('fk_case_on_their_own_of'), 'staff', ['on_their_own_of'], ['id'])


def downgrade() -> None:
    with op.batch_alter_table('case') as batch:
        batch.drop_constraint(batch.f('fk_case_on_their_own_of'), type_='foreignkey')
        batch.drop_column('on_their_own_of')
        batch.drop_column('on_their_own_since')
