"""Whether and how a case's answers were sent is kept with it; what a study's standing reads lies in two indexes

Revises: 0056
"""

import sqlalchemy as sa
from alembic import op


revision = '0057'
down_revision = '0056'
branch_labels = None
depends_on = None

OF_CASES = ('participant_id', 'touchpoint', 'sent', 'sent_mode', 'disposition', 'calls', 'opens_at', 'closes_at')
OF_PEOPLE = ('study', 'group_id', 'origin', 'id', 'withdrawn_at', 'declined_contact_at', 'site_id')

# Of answers that are open again, or were and were not sent again, those that were sent first count.
FILL = '''
UPDATE "case" SET sent = {true}, sent_mode = (
    SELECT save.mode FROM response JOIN save ON save.response_id = response.id
    WHERE response.case_id = "case".id AND NOT save.late AND save.revision <= coalesce(
        (SELECT min(reopening.revision) FROM reopening WHERE reopening.response_id = response.id
         AND reopening.at > coalesce(response.sent_again_at, response.submitted_at)), 2147483647)
    ORDER BY save.revision DESC LIMIT 1
) WHERE id IN (SELECT case_id FROM response WHERE state = 'submitted')
'''


def upgrade() -> None:
    op.add_column('case', sa.Column('sent', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('case', sa.Column('sent_mode', sa.String(), nullable=True))
    op.execute(FILL.format(true='1' if op.get_bind().dialect.name == 'sqlite' else 'true'))
    op.create_index('ix_case_standing', 'case', list(OF_CASES))
    op.drop_index(op.f('ix_participant_study_group_id'), table_name='participant')
    op.create_index('ix_participant_standing', 'participant', list(OF_PEOPLE))


def downgrade() -> None:
    op.drop_index('ix_participant_standing', table_name='participant')
    op.create_index(op.f('ix_participant_study_group_id'), 'participant', ['study', 'group_id'])
    op.drop_index('ix_case_standing', table_name='case')
    for name in ('sent_mode', 'sent'):
        op.drop_column('case', name)
