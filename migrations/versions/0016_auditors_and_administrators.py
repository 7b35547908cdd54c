"""Auditors and administrators, for the whole installation too; the audit trail names staff by key

Revises: 0015
"""

import sqlalchemy as sa
from alembic import op


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

BEFORE = "role IN ('interviewer', 'supervisor', 'evaluator', 'manager', 'viewer')"
AFTER = "role IN ('interviewer', 'supervisor', 'evaluator', 'manager', 'viewer', 'auditor', 'administrator')"
OF_ALL = "study IS NOT NULL OR role IN ('administrator', 'auditor')"

STAFF = sa.table('staff', sa.column('id', sa.Uuid()), sa.column('email', sa.String()))
AUDIT = sa.table('audit', sa.column('id', sa.Uuid()), sa.column('subject', sa.String()))


def upgrade() -> None:
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_grant_role_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grant_role_known'), AFTER)
        batch_op.create_check_constraint(batch_op.f('ck_grant_study_or_all'), OF_ALL)
        batch_op.alter_column('study', existing_type=sa.String(), nullable=True)
    bind = op.get_bind()
    for staff_id, email in bind.execute(sa.select(STAFF.c.id, STAFF.c.email)).all():
        bind.execute(sa.update(AUDIT).where(AUDIT.c.subject == email).values(subject=str(staff_id)))
    # Of somebody who has no account any more, nothing but that there was an entry about them.
    bind.execute(sa.update(AUDIT).where(AUDIT.c.subject.contains('@')).values(subject=None))


def downgrade() -> None:
    bind = op.get_bind()
    for staff_id, email in bind.execute(sa.select(STAFF.c.id, STAFF.c.email)).all():
        bind.execute(sa.update(AUDIT).where(AUDIT.c.subject == str(staff_id)).values(subject=email))
    # Before, there were no such roles: whoever had one sees nothing.
    op.execute("""DELETE FROM "grant" WHERE role IN ('administrator', 'auditor')""")
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.alter_column('study', existing_type=sa.String(), nullable=False)
        batch_op.drop_constraint(batch_op.f('ck_grant_study_or_all'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_grant_role_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grant_role_known'), BEFORE)
