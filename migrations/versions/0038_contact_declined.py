"""Since when somebody does not want to be contacted again is stored with them

Of whoever said so before, it is worked out by `surveyapp migrate` once the column is there: which consent decides it
stands in study.yaml.

Revises: 0037
"""

import sqlalchemy as sa
from alembic import op


revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('participant', sa.Column('declined_contact_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('participant', 'declined_contact_at')
