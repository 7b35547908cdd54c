"""Codes are sent to whoever asks for one

Revises: 0046
"""

import sqlalchemy as sa
from alembic import op


revision = '0052'
down_revision = '0046'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sent_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_from', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=True),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(
        ['session_id'], ['web_session.id'], name=op.f('fk_sent_code_session_id'), ondelete='CASCADE'
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_code'))
    )
    op.create_index(op.f('ix_sent_code_session_id'), 'sent_code', ['session_id'])
    op.create_index(op.f('ix_sent_code_asked_at'), 'sent_code', ['asked_at'])
    op.create_index(op.f('ix_message_state_request'), 'message', ['state', 'request'])


def downgrade() -> None:
    # Codes that are on their way can be asked for again.
    op.execute("DELETE FROM message WHERE request <> ''")
    op.drop_index(op.f('ix_message_state_request'), table_name='message')
    op.drop_index(op.f('ix_sent_code_asked_at'), table_name='sent_code')
    op.drop_index(op.f('ix_sent_code_session_id'), table_name='sent_code')
    op.drop_table('sent_code')
