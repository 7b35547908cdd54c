"""What was left of people whose contacts, or who they are, are kept no longer

Revises: 0059
"""

from alembic import op


revision = '0060'
down_revision = '0059'
branch_labels = None
depends_on = None

NOBODY = "SELECT id FROM participant WHERE anonymised_at IS NOT NULL"
THEIRS = f'SELECT id FROM "case" WHERE participant_id IN ({NOBODY})'


def upgrade() -> None:
    op.execute(
        "UPDATE list_row SET before = NULL WHERE participant_id IS NOT NULL"
        " AND participant_id NOT IN (SELECT participant_id FROM contact)"
    )
    op.execute(f"DELETE FROM merge WHERE kept_id IN ({NOBODY})")
    op.execute(f"DELETE FROM pin WHERE participant_id IN ({NOBODY})")
    for table in ('lease', 'spot_arrival', 'changed_case'):
        op.execute(f"DELETE FROM {table} WHERE case_id IN ({THEIRS})")
    op.execute(f"UPDATE list_row SET participant_id = NULL WHERE participant_id IN ({NOBODY})")
    op.execute(
        f'UPDATE "case" SET next_at = NULL, assigned_to = NULL, on_their_own_since = NULL, on_their_own_of = NULL'
        f" WHERE participant_id IN ({NOBODY})"
    )
    op.execute(
        "UPDATE participant SET language_asked = NULL, not_called_by = NULL WHERE anonymised_at IS NOT NULL"
    )


def downgrade() -> None:
    """What is gone is gone."""
