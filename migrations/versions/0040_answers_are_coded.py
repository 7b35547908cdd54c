"""Open answers are coded with a question's own frame, by two coders

Revises: 0039
"""

import sqlalchemy as sa
from alembic import op


revision = '0040'
down_revision = '0039'
branch_labels = None
depends_on = None

ROUNDS = "round IN ('first', 'second', 'settled')"


def upgrade() -> None:
    op.create_table('theme_code',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('definition', sa.String(), nullable=False),
    sa.Column('inclusion', sa.String(), nullable=False),
    sa.Column('example', sa.String(), nullable=False),
    sa.Column('parent_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('became', sa.Uuid(), nullable=True),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("state IN ('active', 'merged', 'retired')", name=op.f('ck_theme_code_state_known')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_theme_code_by_staff')),
    sa.PrimaryKeyConstraint('id', 'version', name=op.f('pk_theme_code'))
    )
    op.create_index(op.f('ix_theme_code_study_group_id_variable'), 'theme_code', ['study', 'group_id', 'variable'])
    op.create_table('coded_answer',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('round', sa.String(), nullable=False),
    sa.Column('save_id', sa.Uuid(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(ROUNDS, name=op.f('ck_coded_answer_round_known')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_coded_answer_by_staff')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_coded_answer_response_id')),
    sa.ForeignKeyConstraint(['save_id'], ['save.id'], name=op.f('fk_coded_answer_save_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', 'round', name=op.f('pk_coded_answer'))
    )
    op.create_table('answer_code',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('round', sa.String(), nullable=False),
    sa.Column('code_id', sa.Uuid(), nullable=False),
    sa.CheckConstraint(ROUNDS, name=op.f('ck_answer_code_round_known')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_answer_code_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', 'round', 'code_id', name=op.f('pk_answer_code'))
    )
    op.create_index(op.f('ix_answer_code_code_id'), 'answer_code', ['code_id'])


def downgrade() -> None:
    for table in ('answer_code', 'coded_answer', 'theme_code'):
        op.drop_table(table)
