"""A session knows that an answer was stored in it: the cookie that said so may never have arrived

Of sessions that are open now it is not known: on a device of the person's own the mark beside it still says so, elsewhere
their PIN does.

Revises: 0026
"""

import sqlalchemy as sa
from alembic import op


revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('web_session') as batch:
        batch.add_column(sa.Column('began', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('web_session') as batch:
        batch.alter_column('began', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('web_session') as batch:
        batch.drop_column('began')
