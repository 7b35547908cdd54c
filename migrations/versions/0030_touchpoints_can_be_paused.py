"""A touchpoint can be paused, extended and closed, and each taken back; a case knows that its window was chosen by hand

Windows that were changed by hand before are not marked: the preview of a new schedule shows them with the others.

Revises: 0027
"""

import sqlalchemy as sa
from alembic import op


revision = '0030'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'touchpoint_change',
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column('study', sa.String(), nullable=False),
        sa.Column('group_id', sa.String(), nullable=False),
        sa.Column('touchpoint', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(), nullable=False),
        sa.Column('days', sa.Integer(), nullable=False),
        sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('by_staff', sa.Uuid(), nullable=True),
        sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
        sa.Column('ended_by', sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('paused', 'extended', 'closed')", name=op.f('ck_touchpoint_change_kind_known')),
        sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_touchpoint_change_by_staff')),
        sa.ForeignKeyConstraint(['ended_by'], ['staff.id'], name=op.f('fk_touchpoint_change_ended_by')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_touchpoint_change')),
    )
    op.create_index(
        op.f('ix_touchpoint_change_study_group_id_touchpoint'), 'touchpoint_change', ['study', 'group_id', 'touchpoint']
    )
    op.create_table(
        'changed_case',
        sa.Column('change_id', sa.Uuid(), nullable=False),
        sa.Column('case_id', sa.Uuid(), nullable=False),
        sa.Column('due_before', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closes_before', sa.DateTime(timezone=True), nullable=True),
        sa.Column('disposition_before', sa.String(), nullable=False),
        sa.Column('due_after', sa.DateTime(timezone=True), nullable=True),
        sa.Column('closes_after', sa.DateTime(timezone=True), nullable=True),
        sa.Column('disposition_after', sa.String(), nullable=False),
        sa.ForeignKeyConstraint(['change_id'], ['touchpoint_change.id'], name=op.f('fk_changed_case_change_id')),
        sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_changed_case_case_id')),
        sa.PrimaryKeyConstraint('change_id', 'case_id', name=op.f('pk_changed_case')),
    )
    op.create_index(op.f('ix_changed_case_case_id'), 'changed_case', ['case_id'])
    op.add_column('case', sa.Column('moved_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('case') as batch:
        batch.drop_column('moved_at')
    op.drop_table('changed_case')
    op.drop_table('touchpoint_change')
