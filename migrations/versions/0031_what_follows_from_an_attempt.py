"""What follows from an attempt: referrals, whom nobody calls again, who is not to call, and how all of it stood before

Attempts that could be undone are a minute old at most: how their cases stood is not carried over.

Revises: 0030
"""

import sqlalchemy as sa
from alembic import op


revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None

DISPOSITIONS = ('I', 'P', 'R', 'NC', 'O', 'O-D', 'UO', 'NE')
CHANGES = ('stopped', 'taken_up', 'withdrawn', 'withdrawal_undone', 'died', 'death_undone', 'erased')
REASONS = ('not_said', 'time', 'not_relevant', 'privacy', 'changed_mind', 'mistake', 'retention', 'died', 'mixed_up')
DETAILS = (
    'outside_group', 'never_happened', 'listed_twice', 'outside_area', 'contact_taken', 'contact_asked_for',
    'contact_unknown',
)


def among(column, values):
    return f"{column} IN ({', '.join(repr(each) for each in values)})"


def known(batch, table, column, values):
    name = batch.f(f'ck_{table}_{column}_known')
    batch.drop_constraint(name, type_='check')
    batch.create_check_constraint(name, among(column, values))


def upgrade() -> None:
    with op.batch_alter_table('participant') as batch:
        batch.add_column(sa.Column('deceased_at', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('language_asked', sa.String(), nullable=True))
        batch.add_column(sa.Column('not_called_by', sa.Uuid(), nullable=True))
        batch.create_foreign_key(batch.f('fk_participant_not_called_by'), 'staff', ['not_called_by'], ['id'])
    with op.batch_alter_table('case') as batch:
        known(batch, 'case', 'disposition', DISPOSITIONS)
    with op.batch_alter_table('participation') as batch:
        known(batch, 'participation', 'change', CHANGES)
        known(batch, 'participation', 'why', REASONS)
    with op.batch_alter_table('attempt') as batch:
        batch.add_column(sa.Column('detail', sa.String(), nullable=True))
        batch.add_column(sa.Column('before', sa.JSON(), nullable=True))
        batch.drop_column('disposition_before')
        batch.drop_column('next_before')
        batch.create_check_constraint(batch.f('ck_attempt_detail_known'), among('detail', DETAILS))
    op.create_table('referral',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('attempt_id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('blocks_calls', sa.Boolean(), nullable=False),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_by', sa.Uuid(), nullable=True),
    sa.CheckConstraint("kind IN ('wrong_number', 'moved', 'complaint')", name=op.f('ck_referral_kind_known')),
    sa.CheckConstraint(
        "decision IN ('mended', 'not_found', 'call_again', 'by_another', 'stopped')",
        name=op.f('ck_referral_decision_known'),
    ),
    sa.ForeignKeyConstraint(['attempt_id'], ['attempt.id'], name=op.f('fk_referral_attempt_id')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_referral_participant_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['staff.id'], name=op.f('fk_referral_decided_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_referral')),
    sa.UniqueConstraint('attempt_id', name=op.f('uq_referral_attempt_id'))
    )
    op.create_index(op.f('ix_referral_participant_id_blocks_calls'), 'referral', ['participant_id', 'blocks_calls'])


def downgrade() -> None:
    op.drop_index(op.f('ix_referral_participant_id_blocks_calls'), table_name='referral')
    op.drop_table('referral')
    op.execute("UPDATE \"case\" SET disposition = 'O' WHERE disposition = 'O-D'")
    op.execute("DELETE FROM participation WHERE change IN ('died', 'death_undone')")
    with op.batch_alter_table('attempt') as batch:
        batch.drop_constraint(batch.f('ck_attempt_detail_known'), type_='check')
        batch.drop_column('before')
        batch.drop_column('detail')
        batch.add_column(sa.Column('disposition_before', sa.String(), nullable=True))
        batch.add_column(sa.Column('next_before', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('participation') as batch:
        known(batch, 'participation', 'change', [each for each in CHANGES if 'd' != each[0]])
        known(batch, 'participation', 'why', REASONS[:7])
    with op.batch_alter_table('case') as batch:
        known(batch, 'case', 'disposition', [each for each in DISPOSITIONS if each != 'O-D'])
    with op.batch_alter_table('participant') as batch:
        batch.drop_constraint(batch.f('fk_participant_not_called_by'), type_='foreignkey')
        batch.drop_column('not_called_by')
        batch.drop_column('language_asked')
        batch.drop_column('deceased_at')
