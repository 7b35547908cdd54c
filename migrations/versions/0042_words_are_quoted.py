"""People's words are quoted: asked for by one, cleared by another, and in which reports they stand

Revises: 0050
"""

import sqlalchemy as sa
from alembic import op


revision = '0042'
down_revision = '0050'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('quotation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('start', sa.Integer(), nullable=False),
    sa.Column('end', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('segment', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_by', sa.Uuid(), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.CheckConstraint("state IN ('asked', 'cleared', 'refused', 'taken_back')", name=op.f('ck_quotation_state_known')),
    sa.ForeignKeyConstraint(['asked_by'], ['staff.id'], name=op.f('fk_quotation_asked_by')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_quotation_decided_by')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_quotation_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quotation'))
    )
    op.create_index(op.f('ix_quotation_response_id_variable'), 'quotation', ['response_id', 'variable'])
    op.create_table('quotation_use',
    sa.Column('quotation_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('report', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('quotation_id', 'digest', name=op.f('pk_quotation_use'))
    )
    op.create_index(op.f('ix_quotation_use_study'), 'quotation_use', ['study'])


def downgrade() -> None:
    for table in ('quotation_use', 'quotation'):
        op.drop_table(table)
