"""Nothing is sent to a number or an address that is known to be somebody else's, nor while a complaint waits; and a
message that was not to be sent when it was due is planned anew once it is

Revises: 0061
"""

from alembic import op


revision = '0062'
down_revision = '0061'
branch_labels = None
depends_on = None

BEFORE = (
    "why IN ('answered', 'not_answered', 'stopped', 'withdrawn', 'declined', 'not_eligible', 'closed', 'paused', "
    "'too_late', 'enough', 'no_way', 'bounced', 'opted_out', 'names_site', 'refused', 'done', 'not_sent_before', "
    "'unwritable')"
)
AFTER = BEFORE.replace("'opted_out', ", "'opted_out', 'wrong_number', 'moved', 'complained', ")

ENDS = {'wrong_number': 'text', 'moved': 'letter'}


def _known(wanted: str) -> None:
    for table in ('message', 'channel_end'):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f'ck_{table}_why_known'), type_='check')
            batch.create_check_constraint(batch.f(f'ck_{table}_why_known'), wanted)


def upgrade() -> None:
    _known(AFTER)
    for kind, way in ENDS.items():
        # The key of what it came of is as good as a new one.
        op.execute(
            "INSERT INTO channel_end (id, participant_id, way, why, at)"
            f" SELECT id, participant_id, '{way}', '{kind}', at FROM referral WHERE kind = '{kind}' AND blocks_calls"
            " AND participant_id IN (SELECT participant_id FROM contact)"
        )
    # Nothing of these left; where somebody decided to let a message be, no reason stands.
    op.execute("DELETE FROM message WHERE state = 'stopped' AND why IS NOT NULL AND request = ''")


def downgrade() -> None:
    new = "('wrong_number', 'moved', 'complained')"
    op.execute(f"DELETE FROM channel_end WHERE why IN {new}")
    op.execute(f"UPDATE message SET why = 'no_way' WHERE why IN {new}")
    _known(BEFORE)
