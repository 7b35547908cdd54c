"""The audit trail is insert only, and chained

Revises: 0016
"""

import sqlalchemy as sa
from alembic import op


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

TABLES = ('audit', 'audit_chain')


def upgrade() -> None:
    op.create_table('audit_chain',
    sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entry_id', sa.Uuid(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('mac', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('number', name=op.f('pk_audit_chain')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_audit_chain_entry_id'))
    )
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            for act in ('UPDATE', 'DELETE'):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} is insert only'); END"
                )
    else:
        op.execute("""
            CREATE FUNCTION insert_only() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION '% is insert only', TG_TABLE_NAME; END $$
        """)
        for table in TABLES:
            op.execute(
                f"CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION insert_only()"
            )


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            for act in ('update', 'delete'):
                op.execute(f"DROP TRIGGER {table}_no_{act}")
    else:
        for table in TABLES:
            op.execute(f"DROP TRIGGER {table}_insert_only ON {table}")
        op.execute("DROP FUNCTION insert_only()")
    op.drop_table('audit_chain')
