"""Ways out of a study, and answers that were sent and are open again

Revises: 0012
"""

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('participant', sa.Column('stopped_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('participation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('change', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("change IN ('stopped', 'taken_up', 'withdrawn', 'withdrawal_undone', 'erased')", name=op.f('ck_participation_change_known')),
    sa.CheckConstraint("why IN ('not_said', 'time', 'not_relevant', 'privacy', 'changed_mind', 'mistake', 'retention')", name=op.f('ck_participation_why_known')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_participation_participant_id_participant')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_participation_by_staff_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participation'))
    )
    op.create_index(op.f('ix_participation_participant_id'), 'participation', ['participant_id'])
    op.add_column('response', sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True))
    op.add_column('response', sa.Column('sent_again_at', sa.DateTime(timezone=True), nullable=True))
    op.create_table('reopening',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.CheckConstraint("why IN ('slip', 'misunderstood', 'left_out', 'entered_wrongly')", name=op.f('ck_reopening_why_known')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_reopening_response_id_response')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_reopening_by_staff_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reopening'))
    )
    op.create_index(op.f('ix_reopening_response_id'), 'reopening', ['response_id'])


def downgrade() -> None:
    op.drop_table('reopening')
    op.drop_column('response', 'sent_again_at')
    op.drop_column('response', 'reopened_at')
    op.drop_table('participation')
    op.drop_column('participant', 'stopped_at')
