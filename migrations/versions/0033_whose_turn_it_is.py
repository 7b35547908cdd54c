"""How a case stands for whoever calls is stored with it, and how people asked to be called with them; what was decided
of calling somebody is kept; whom an interviewer can talk with is known

What of it is older is worked out by `surveyapp migrate` once the tables are there: people's wishes are sealed.

Revises: 0032
"""

import sqlalchemy as sa
from alembic import op


revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

CASE = (
    ('tried_at', sa.DateTime(timezone=True)),
    ('tried_outcome', sa.String()),
    ('tried_mode', sa.String()),
    ('tried_by', sa.Uuid()),
    ('keeper', sa.Uuid()),
    ('not_by', sa.Uuid()),
    ('rest_until', sa.DateTime(timezone=True)),
    ('again_at', sa.DateTime(timezone=True)),
    ('held_back', sa.String()),
)
COUNTED = (('calls', '0'), ('allowed', '5'), ('parts_left', '7'))
PARTICIPANT = (
    ('call_way', sa.String()),
    ('call_languages', sa.String()),
    ('call_interviewer', sa.String()),
    ('call_begins', sa.Integer()),
    ('call_ends', sa.Integer()),
    ('call_days', sa.Integer()),
)


def upgrade() -> None:
    op.create_table('call_decision',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('more', sa.Integer(), nullable=False),
    sa.CheckConstraint(
        "kind IN ('more', 'stop', 'in_touch', 'tried_again', 'handed_over')",
        name=op.f('ck_call_decision_kind_known'),
    ),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_call_decision_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_call_decision_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_call_decision'))
    )
    op.create_index(op.f('ix_call_decision_case_id'), 'call_decision', ['case_id'])
    op.create_index(op.f('ix_attempt_staff_id_at'), 'attempt', ['staff_id', 'at'])
    # No table is made anew for it: on SQLite that would take what refers to its rows along.
    for name, kind in CASE:
        op.add_column('case', sa.Column(name, kind, nullable=True))
    for name, default in COUNTED:
        op.add_column('case', sa.Column(name, sa.Integer(), nullable=False, server_default=default))
    for name, kind in PARTICIPANT:
        op.add_column('participant', sa.Column(name, kind, nullable=True))
    with op.batch_alter_table('staff') as batch:
        batch.add_column(sa.Column('speaks', sa.String(), nullable=False, server_default=''))
        batch.add_column(sa.Column('gender', sa.String(), nullable=False, server_default=''))


def downgrade() -> None:
    for table, columns in (
        ('staff', ('gender', 'speaks')),
        ('participant', [name for name, _ in PARTICIPANT]),
        ('case', [name for name, _ in (*CASE, *COUNTED)]),
    ):
        for name in columns:
            op.drop_column(table, name)
    op.drop_index(op.f('ix_attempt_staff_id_at'), table_name='attempt')
    op.drop_index(op.f('ix_call_decision_case_id'), table_name='call_decision')
    op.drop_table('call_decision')
