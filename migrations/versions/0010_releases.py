"""Releases, and the result objects they are made of

Revises: 0009
"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('release',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('cut_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('answers_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.Uuid(), nullable=True),
    sa.Column('people', sa.Integer(), nullable=False),
    sa.Column('new_or_changed', sa.Integer(), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('versions', sa.JSON(), nullable=False),
    sa.Column('collecting', sa.JSON(), nullable=False),
    sa.Column('log', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint("origin IN ('real', 'demo', 'simulated')", name=op.f('ck_release_origin_known')),
    sa.ForeignKeyConstraint(['made_by'], ['staff.id'], name=op.f('fk_release_made_by_staff')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_release')),
    sa.UniqueConstraint('study', 'origin', 'number', name=op.f('uq_release_study_origin_number'))
    )
    op.create_table('release_page',
    sa.Column('release_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('taken_down_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_release_page_release_id_release')),
    sa.PrimaryKeyConstraint('release_id', 'key', name=op.f('pk_release_page'))
    )


def downgrade() -> None:
    op.drop_table('release_page')
    op.drop_table('release')
