"""Which save gave the answer that stands, ids of saves that changed nothing, and saves that came too late

Revises: 0023
"""

import sqlalchemy as sa
from alembic import op


revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_save',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_known_save_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'client_id', name=op.f('pk_known_save'))
    )
    op.create_table('newest_answer',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('save_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_newest_answer_response_id')),
    sa.ForeignKeyConstraint(['save_id'], ['save.id'], name=op.f('fk_newest_answer_save_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', name=op.f('pk_newest_answer'))
    )
    op.execute("""
        INSERT INTO newest_answer (response_id, variable, save_id)
        SELECT response_id, variable, save_id FROM (
            SELECT save.response_id, answer_history.variable, save.id AS save_id, ROW_NUMBER() OVER (
                PARTITION BY save.response_id, answer_history.variable ORDER BY save.revision DESC
            ) AS place
            FROM answer_history JOIN save ON save.id = answer_history.save_id
        ) AS ranked WHERE place = 1 AND NOT EXISTS (
            SELECT 1 FROM answer WHERE answer.response_id = ranked.response_id
            AND answer.variable = ranked.variable AND answer.save_id = ranked.save_id
        )
    """)
    op.add_column('save', sa.Column('late', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    with op.batch_alter_table('save') as batch:
        batch.drop_column('late')
    op.drop_table('newest_answer')
    op.drop_table('known_save')
