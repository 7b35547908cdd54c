"""Lists of people that are brought in, what came of each row, and to whom consent was given

Revises: 0024
"""

import sqlalchemy as sa
from alembic import op


revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('list_import',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failed', sa.String(), nullable=True),
    sa.Column('summary', sa.JSON(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('key_id', sa.String(), nullable=True),
    sa.Column('file', sa.LargeBinary(), nullable=True),
    sa.Column('kept', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint(
        "state IN ('read', 'checking', 'checked', 'importing', 'imported', 'undone')",
        name=op.f('ck_list_import_state_known'),
    ),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_list_import_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_list_import'))
    )
    op.create_index(op.f('ix_list_import_study_made_at'), 'list_import', ['study', 'made_at'])
    op.create_table('list_row',
    sa.Column('import_id', sa.Uuid(), nullable=False),
    sa.Column('line', sa.Integer(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('before', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint(
        "outcome IN ('added', 'updated', 'filled_in', 'left_out')", name=op.f('ck_list_row_outcome_known')
    ),
    sa.ForeignKeyConstraint(['import_id'], ['list_import.id'], name=op.f('fk_list_row_import_id')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_list_row_participant_id')),
    sa.PrimaryKeyConstraint('import_id', 'line', name=op.f('pk_list_row'))
    )
    op.create_index(op.f('ix_list_row_participant_id'), 'list_row', ['participant_id'])
    op.add_column('consent', sa.Column('given_to', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('consent') as batch:
        batch.drop_column('given_to')
    op.drop_index(op.f('ix_list_row_participant_id'), table_name='list_row')
    op.drop_table('list_row')
    op.drop_index(op.f('ix_list_import_study_made_at'), table_name='list_import')
    op.drop_table('list_import')
