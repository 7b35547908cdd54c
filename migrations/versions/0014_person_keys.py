"""What is sealed with a person's own key: what finds them, notes on attempts, answers in words

What is there stays as it is and is read as it is: sealing it needs the keys, `surveyapp keys reseal` has them. What found
people by their phone number goes here and is made anew there.

Revises: 0013
"""

import sqlalchemy as sa
from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_table('contact_lookup')
    op.create_table('contact_lookup',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('ciphertext', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contact_lookup_participant_id_participant')),
    sa.PrimaryKeyConstraint('participant_id', name=op.f('pk_contact_lookup'))
    )
    for table, column in (('attempt', 'note_sealed'), ('answer', 'sealed'), ('answer_history', 'sealed')):
        op.add_column(table, sa.Column(column, sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    """Nothing that is sealed is thrown away: there would be no way back to it. Contacts that are stay as they are."""
    for table, column in (('attempt', 'note_sealed'), ('answer', 'sealed'), ('answer_history', 'sealed')):
        there = op.get_bind().scalar(sa.text(f'SELECT count(*) FROM {table} WHERE {column} IS NOT NULL'))
        if there:
            raise RuntimeError(f'{there} rows of {table} hold words sealed with people\'s keys, which the tables before cannot.')
    for table, column in (('attempt', 'note_sealed'), ('answer', 'sealed'), ('answer_history', 'sealed')):
        op.drop_column(table, column)
    op.drop_table('contact_lookup')
    op.create_table('contact_lookup',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contact_lookup_participant_id_participant')),
    sa.PrimaryKeyConstraint('participant_id', 'kind', name=op.f('pk_contact_lookup'))
    )
    op.create_index(op.f('ix_contact_lookup_kind_digest'), 'contact_lookup', ['kind', 'digest'], unique=False)
