"""Reading open answers and taking single answers out in files are granted by themselves

Revises: 0033
"""

from alembic import op


revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

ROLES = "role IN ('interviewer', 'supervisor', 'evaluator', 'manager', 'viewer', 'auditor', 'administrator'{more})"


def known(more: str) -> None:
    with op.batch_alter_table('grant') as batch:
        batch.drop_constraint(batch.f('ck_grant_role_known'), type_='check')
        batch.create_check_constraint(batch.f('ck_grant_role_known'), ROLES.format(more=more))


def upgrade() -> None:
    known(", 'read_words', 'export_answers'")


def downgrade() -> None:
    # Before, nobody read words or took single answers out.
    op.execute("""DELETE FROM "grant" WHERE role IN ('read_words', 'export_answers')""")
    known('')
