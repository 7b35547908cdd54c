"""Messages to people are sent once, and a worker sends them

Revises: 0042
"""

import sqlalchemy as sa
from alembic import op


revision = '0043'
down_revision = '0042'
branch_labels = None
depends_on = None

WAYS = "way IN ('email', 'text', 'letter')"
STATES = "state IN ('planned', 'handing_over', 'sent', 'failed', 'uncertain', 'bounced', 'stopped')"
WHY = (
    "why IN ('answered', 'not_answered', 'stopped', 'withdrawn', 'declined', 'not_eligible', 'closed', 'paused', "
    "'too_late', 'enough', 'no_way', 'bounced', 'opted_out', 'names_site', 'refused', 'done', 'not_sent_before')"
)


def upgrade() -> None:
    op.create_table('message',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.String(), nullable=False),
    sa.Column('request', sa.String(), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('planned_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('handed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('via', sa.String(), nullable=True),
    sa.Column('reference', sa.String(), nullable=True),
    sa.Column('why', sa.String(), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint(WAYS, name=op.f('ck_message_way_known')),
    sa.CheckConstraint(STATES, name=op.f('ck_message_state_known')),
    sa.CheckConstraint(WHY, name=op.f('ck_message_why_known')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_message_case_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_message_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_message')),
    sa.UniqueConstraint('case_id', 'step', 'request', name=op.f('uq_message_case_id_step_request'))
    )
    op.create_index(op.f('ix_message_state_due_at'), 'message', ['state', 'due_at'])
    op.create_table('channel_end',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint(WAYS, name=op.f('ck_channel_end_way_known')),
    sa.CheckConstraint(WHY, name=op.f('ck_channel_end_why_known')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_channel_end_participant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_channel_end'))
    )
    op.create_index(op.f('ix_channel_end_participant_id'), 'channel_end', ['participant_id'])
    op.create_table('sending_switch',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('sends', sa.Boolean(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_sending_switch_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sending_switch'))
    )
    op.create_index(op.f('ix_sending_switch_study'), 'sending_switch', ['study'])
    op.create_table('worker_task',
    sa.Column('task', sa.String(), nullable=False),
    sa.Column('holder', sa.String(), nullable=True),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('failed', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('task', name=op.f('pk_worker_task'))
    )


def downgrade() -> None:
    for table in ('worker_task', 'sending_switch', 'channel_end', 'message'):
        op.drop_table(table)
