"""Questionnaires' words in other languages

Revises: 0002
"""

import sqlalchemy as sa
from alembic import op


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wording',
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('questionnaire', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_wording_recorded_by_staff')),
    sa.ForeignKeyConstraint(
        ['study', 'questionnaire', 'version'],
        ['questionnaire_version.study', 'questionnaire_version.questionnaire', 'questionnaire_version.version'],
        name=op.f('fk_wording_study_questionnaire_version'),
    ),
    sa.PrimaryKeyConstraint('study', 'questionnaire', 'version', 'language', 'revision', name=op.f('pk_wording'))
    )
    with op.batch_alter_table('save', schema=None) as batch_op:
        batch_op.add_column(sa.Column('wording', sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('save', schema=None) as batch_op:
        batch_op.drop_column('wording')
    op.drop_table('wording')
