"""Who acted: the audit trail keeps the kind of actor, also where no member of staff did

Revises: 0006
"""

import sqlalchemy as sa
from alembic import op


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('actor', sa.String(), nullable=True))
    # Before, nobody but staff, participants consenting and the command line entered anything; an account that nobody
    # has was refused by the program itself.
    op.execute("""
        UPDATE audit SET actor = CASE
            WHEN staff_id IS NOT NULL THEN 'staff'
            WHEN action IN ('consent_given', 'consent_declined') THEN 'participant'
            WHEN action = 'sign_in_refused' THEN 'system'
            ELSE 'operator' END
    """)
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.alter_column('actor', existing_type=sa.String(), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f('ck_audit_actor_known'), "actor IN ('staff', 'operator', 'participant', 'system')"
        )


def downgrade() -> None:
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_audit_actor_known'), type_='check')
        batch_op.drop_column('actor')
