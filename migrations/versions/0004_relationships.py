"""What participants are to one another

Revises: 0003
"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('relationship',
    sa.Column('relationship', sa.String(), nullable=False),
    sa.Column('first_id', sa.Uuid(), nullable=False),
    sa.Column('second_id', sa.Uuid(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['first_id'], ['participant.id'], name=op.f('fk_relationship_first_id_participant')),
    sa.ForeignKeyConstraint(['second_id'], ['participant.id'], name=op.f('fk_relationship_second_id_participant')),
    sa.PrimaryKeyConstraint('relationship', 'first_id', name=op.f('pk_relationship')),
    sa.UniqueConstraint('relationship', 'second_id', name=op.f('uq_relationship_relationship_second_id'))
    )
    op.create_index(op.f('ix_relationship_second_id'), 'relationship', ['second_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_relationship_second_id'), table_name='relationship')
    op.drop_table('relationship')
