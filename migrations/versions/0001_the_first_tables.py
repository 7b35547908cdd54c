"""The first tables

Revises: 
"""

import sqlalchemy as sa
from alembic import op


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('site',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site')),
    sa.UniqueConstraint('study', 'reference', name=op.f('uq_site_study_reference'))
    )
    op.create_table('staff',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('totp_key_id', sa.String(), nullable=True),
    sa.Column('totp_ciphertext', sa.LargeBinary(), nullable=True),
    sa.Column('totp_last_step', sa.Integer(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('session_version', sa.Integer(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    sa.UniqueConstraint('email', name=op.f('uq_staff_email'))
    )
    op.create_table('audit',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('study', sa.String(), nullable=True),
    sa.Column('subject', sa.String(), nullable=True),
    sa.Column('detail', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_audit_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit'))
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_study_at'), ['study', 'at'], unique=False)

    op.create_table('grant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=True),
    sa.CheckConstraint("role IN ('interviewer', 'supervisor', 'evaluator', 'manager')", name=op.f('ck_grant_role_known')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_grant_site_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_grant_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grant')),
    sa.UniqueConstraint('staff_id', 'role', 'study', 'site_id', name=op.f('uq_grant_staff_id_role_study_site_id'))
    )
    op.create_table('participant',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('group_id', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('origin', sa.String(), nullable=False),
    sa.Column('site_id', sa.Uuid(), nullable=True),
    sa.Column('attributes', sa.JSON(), nullable=False),
    sa.Column('enrolled_on', sa.Date(), nullable=False),
    sa.Column('withdrawn_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("origin IN ('real', 'demo', 'simulated')", name=op.f('ck_participant_origin_known')),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_participant_site_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_participant')),
    sa.UniqueConstraint('study', 'reference', name=op.f('uq_participant_study_reference'))
    )
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_participant_site_id'), ['site_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_participant_study_group_id'), ['study', 'group_id'], unique=False)

    op.create_table('questionnaire_version',
    sa.Column('study', sa.String(), nullable=False),
    sa.Column('questionnaire', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('frozen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by', sa.Uuid(), nullable=True),
    sa.ForeignKeyConstraint(['opened_by'], ['staff.id'], name=op.f('fk_questionnaire_version_opened_by')),
    sa.PrimaryKeyConstraint('study', 'questionnaire', 'version', name=op.f('pk_questionnaire_version'))
    )
    op.create_table('site_attribute',
    sa.Column('site_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('from_date', sa.Date(), nullable=False),
    sa.Column('value', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['site_id'], ['site.id'], name=op.f('fk_site_attribute_site_id')),
    sa.PrimaryKeyConstraint('site_id', 'name', 'from_date', name=op.f('pk_site_attribute'))
    )
    op.create_table('case',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('touchpoint', sa.Integer(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closes_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disposition', sa.String(), nullable=False),
    sa.Column('assigned_to', sa.Uuid(), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("disposition IN ('I', 'P', 'R', 'NC', 'O', 'UO', 'NE')", name=op.f('ck_case_disposition_known')),
    sa.ForeignKeyConstraint(['assigned_to'], ['staff.id'], name=op.f('fk_case_assigned_to')),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_case_participant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('participant_id', 'touchpoint', name=op.f('uq_case_participant_id_touchpoint'))
    )
    op.create_table('consent',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('given', sa.Boolean(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('recorded_by', sa.Uuid(), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_consent_participant_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['staff.id'], name=op.f('fk_consent_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_participant_id_purpose'), ['participant_id', 'purpose'], unique=False)

    op.create_table('contact',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('key_id', sa.String(), nullable=False),
    sa.Column('ciphertext', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contact_participant_id')),
    sa.PrimaryKeyConstraint('participant_id', 'field', name=op.f('pk_contact'))
    )
    op.create_table('contact_lookup',
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_contact_lookup_participant_id')),
    sa.PrimaryKeyConstraint('participant_id', 'kind', name=op.f('pk_contact_lookup'))
    )
    with op.batch_alter_table('contact_lookup', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_contact_lookup_kind_digest'), ['kind', 'digest'], unique=False)

    op.create_table('event',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('participant_id', sa.Uuid(), nullable=False),
    sa.Column('event', sa.String(), nullable=False),
    sa.Column('on_date', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['participant_id'], ['participant.id'], name=op.f('fk_event_participant_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_event'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_event_participant_id'), ['participant_id'], unique=False)

    op.create_table('access',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.String(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('issued_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('link', 'code')", name=op.f('ck_access_kind_known')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_access_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_access')),
    sa.UniqueConstraint('digest', name=op.f('uq_access_digest'))
    )
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_access_case_id'), ['case_id'], unique=False)

    op.create_table('attempt',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_attempt_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_attempt_staff_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_case_id'), ['case_id'], unique=False)

    op.create_table('lease',
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('staff_id', sa.Uuid(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_lease_case_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_lease_staff_id')),
    sa.PrimaryKeyConstraint('case_id', name=op.f('pk_lease'))
    )
    op.create_table('response',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('questionnaire', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('seed', sa.Integer(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('submitted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('started', 'submitted')", name=op.f('ck_response_state_known')),
    sa.ForeignKeyConstraint(['case_id'], ['case.id'], name=op.f('fk_response_case_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_response')),
    sa.UniqueConstraint('case_id', name=op.f('uq_response_case_id'))
    )
    op.create_table('save',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('client_id', sa.Uuid(), nullable=False),
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('mode', sa.String(), nullable=False),
    sa.Column('by_staff', sa.Uuid(), nullable=True),
    sa.Column('client_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('payload_hash', sa.String(), nullable=False),
    sa.CheckConstraint("mode IN ('self', 'phone', 'in_person', 'video')", name=op.f('ck_save_mode_known')),
    sa.ForeignKeyConstraint(['by_staff'], ['staff.id'], name=op.f('fk_save_by_staff')),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_save_response_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_save')),
    sa.UniqueConstraint('response_id', 'revision', name=op.f('uq_save_response_id_revision'))
    )
    with op.batch_alter_table('save', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_save_response_id_client_id'), ['response_id', 'client_id'], unique=False)

    op.create_table('answer',
    sa.Column('response_id', sa.Uuid(), nullable=False),
    sa.Column('save_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=True),
    sa.Column('number', sa.Numeric(25, 10).with_variant(sa.String(40), "sqlite"), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['response_id'], ['response.id'], name=op.f('fk_answer_response_id')),
    sa.ForeignKeyConstraint(['save_id'], ['save.id'], name=op.f('fk_answer_save_id')),
    sa.PrimaryKeyConstraint('response_id', 'variable', 'position', name=op.f('pk_answer'))
    )
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_answer_variable'), ['variable'], unique=False)

    op.create_table('answer_history',
    sa.Column('save_id', sa.Uuid(), nullable=False),
    sa.Column('variable', sa.String(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=True),
    sa.Column('number', sa.Numeric(25, 10).with_variant(sa.String(40), "sqlite"), nullable=True),
    sa.Column('day', sa.Date(), nullable=True),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['save_id'], ['save.id'], name=op.f('fk_answer_history_save_id')),
    sa.PrimaryKeyConstraint('save_id', 'variable', 'position', name=op.f('pk_answer_history'))
    )


def downgrade() -> None:
    op.drop_table('answer_history')
    with op.batch_alter_table('answer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_answer_variable'))

    op.drop_table('answer')
    with op.batch_alter_table('save', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_save_response_id_client_id'))

    op.drop_table('save')
    op.drop_table('response')
    op.drop_table('lease')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attempt_case_id'))

    op.drop_table('attempt')
    with op.batch_alter_table('access', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_access_case_id'))

    op.drop_table('access')
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_event_participant_id'))

    op.drop_table('event')
    with op.batch_alter_table('contact_lookup', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_contact_lookup_kind_digest'))

    op.drop_table('contact_lookup')
    op.drop_table('contact')
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_participant_id_purpose'))

    op.drop_table('consent')
    op.drop_table('case')
    op.drop_table('site_attribute')
    op.drop_table('questionnaire_version')
    with op.batch_alter_table('participant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_participant_study_group_id'))
        batch_op.drop_index(batch_op.f('ix_participant_site_id'))

    op.drop_table('participant')
    op.drop_table('grant')
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_study_at'))

    op.drop_table('audit')
    op.drop_table('staff')
    op.drop_table('site')
