"""People's words can be read, for a purpose; places in them are redacted; they can be translated

Revises: 0036
"""

import sqlalchemy as sa
from alembic import op


revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reading_purpose',
    sa.Column('session_id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['session_id'], ['web_session.id'], name=op.f('fk_reading_purpose_session_id'),
                            ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', 'study', name=op.f('pk_reading_purpose'))
    )
    op.create_table('marked_span',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('start', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('end', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('name', 'site', 'phone', 'email', 'postcode', 'number', 'other')",
                       name=op.f('ck_marked_span_kind_known')),
    sa.CheckConstraint("decision IN ('redacted', 'left')", name=op.f('ck_marked_span_decision_known')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_marked_span_by_staff')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_marked_span_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', 'language', 'start', 'end', 'words',
                            name=op.f('pk_marked_span'))
    )
    op.create_table('words_translation',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('sealed', sa.LargeBinary(), nullable=True),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_words_translation_by_staff')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_words_translation_response_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', 'language', name=op.f('pk_words_translation'))
    )


def downgrade() -> None:
    for table in ('words_translation', 'marked_span', 'reading_purpose'):
        op.drop_table(table)
