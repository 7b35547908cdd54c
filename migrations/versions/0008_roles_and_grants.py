"""Viewers, and whether an evaluator's grant lets them see true counts

Revises: 0007
"""

import sqlalchemy as sa
from alembic import op


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

BEFORE = "role IN ('interviewer', 'supervisor', 'evaluator', 'manager')"
AFTER = "role IN ('interviewer', 'supervisor', 'evaluator', 'manager', 'viewer')"


def upgrade() -> None:
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.add_column(sa.Column('true_counts', sa.Boolean(), nullable=True))
        batch_op.drop_constraint(batch_op.f('ck_grant_role_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grant_role_known'), AFTER)
    # Those who evaluated a study go on evaluating it. Managers, who saw results as well, now see releases.
    op.execute("""UPDATE "grant" SET true_counts = (role = 'evaluator')""")
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.alter_column('true_counts', existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    # Before, nobody could see less than all results: whoever saw releases alone sees nothing.
    op.execute("""DELETE FROM "grant" WHERE role = 'viewer' OR (role = 'evaluator' AND NOT true_counts)""")
    with op.batch_alter_table('grant', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_grant_role_known'), type_='check')
        batch_op.create_check_constraint(batch_op.f('ck_grant_role_known'), BEFORE)
        batch_op.drop_column('true_counts')
