"""Within a call, the person may go on by themselves; somebody may answer for them

Revises: 0031
"""

import sqlalchemy as sa
from alembic import op


revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None


MODES = "mode IN ('self', 'phone', 'in_person', 'video'{more})"


def known(more: str) -> None:
    with op.batch_alter_table('save') as batch:
        batch.drop_constraint(batch.f('ck_save_mode_known'), type_='check')
        batch.create_check_constraint(batch.f('ck_save_mode_known'), MODES.format(more=more))


def upgrade() -> None:
    known(", 'proxy'")
    with op.batch_alter_table('case') as batch:
        batch.add_column(sa.Column('on_their_own_since', sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column('on_their_own_of', sa.Uuid(), nullable=True))
        batch.add_column(sa.Column('proxy', sa.String(), nullable=True))
        batch.create_foreign_key(batch.f('fk_case_on_their_own_of'), 'staff', ['on_their_own_of'], ['id'])


def downgrade() -> None:
    # What came from somebody else stays, as said on the phone: there is no other word for it.
    for table in ('save', 'consent', 'attempt'):
        op.execute(f"UPDATE {table} SET mode = 'phone' WHERE mode = 'proxy'")
    known('')
    with op.batch_alter_table('case') as batch:
        batch.drop_constraint(batch.f('fk_case_on_their_own_of'), type_='foreignkey')
        batch.drop_column('on_their_own_of')
        batch.drop_column('on_their_own_since')
        batch.drop_column('proxy')
