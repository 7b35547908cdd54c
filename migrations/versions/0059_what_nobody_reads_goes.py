"""When a version was frozen was when it was opened, and nobody read when a purpose was said

Revises: 0058
"""

import sqlalchemy as sa
from alembic import op


revision = '0059'
down_revision = '0058'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('questionnaire_version') as batch:
        batch.drop_column('frozen_at')
    with op.batch_alter_table('reading_purpose') as batch:
        batch.drop_column('said_at')


def downgrade() -> None:
    for table, column, like in (
        ('questionnaire_version', 'frozen_at', 'opened_at'),
        ('reading_purpose', 'said_at', '(SELECT created_at FROM web_session WHERE web_session.id = session_id)'),
    ):
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.DateTime(timezone=True), nullable=True))
        op.execute(f'UPDATE {table} SET {column} = {like}')
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, existing_type=sa.DateTime(timezone=True), nullable=False)
