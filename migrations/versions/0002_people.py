"""People: sessions, devices, factors, linked accounts, companies, bank accounts, snapshots, looks and notes."""

import sqlalchemy as sa
from alembic import op

from gallery.account.rules import folded
from gallery.core.crypto import blind_index, unseal

revision = '0002_people'
down_revision = '0001_the_house'


def upgrade() -> None:
    op.create_table('attempt',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('scope', sa.String(), nullable=False),
    sa.Column('key_digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attempt_at'), ['at'], unique=False)
        batch_op.create_index('ix_attempt_scope_key_at', ['scope', 'key_digest', 'at'], unique=False)

    op.create_table('address_change',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('new_email', sa.String(), nullable=False),
    sa.Column('seal', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('old_agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('new_agreed_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_address_change_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_address_change'))
    )
    with op.batch_alter_table('address_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_address_change_asked_at'), ['asked_at'], unique=False)

    op.create_table('authenticator',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_counter', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_authenticator_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_authenticator'))
    )
    op.create_table('bank_account',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('holder', sa.Text(), nullable=False),
    sa.Column('number', sa.Text(), nullable=False),
    sa.Column('number_index', sa.String(length=64), nullable=False),
    sa.Column('bank', sa.Text(), nullable=False),
    sa.Column('bic', sa.String(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_bank_account_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_bank_account'))
    )
    with op.batch_alter_table('bank_account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bank_account_number_index'), ['number_index'], unique=False)

    op.create_table('challenge',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('nonce', sa.LargeBinary(), nullable=False),
    sa.Column('aim', sa.String(), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_challenge_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_challenge')),
    sa.UniqueConstraint('nonce', name=op.f('uq_challenge_nonce'))
    )
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_challenge_made_at'), ['made_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_challenge_member_id'), ['member_id'], unique=False)

    op.create_table('company',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.String(length=24), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('register_kind', sa.String(), nullable=False),
    sa.Column('register_number', sa.String(), nullable=False),
    sa.Column('vat_number', sa.String(), nullable=False),
    sa.Column('street', sa.String(), nullable=False),
    sa.Column('postal_code', sa.String(), nullable=False),
    sa.Column('city', sa.String(), nullable=False),
    sa.Column('phone', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_company_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_company')),
    sa.UniqueConstraint('ref', name=op.f('uq_company_ref'))
    )
    op.create_table('deletion_request',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_digest', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_deletion_request_member_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deletion_request')),
    sa.UniqueConstraint('code_digest', name=op.f('uq_deletion_request_code_digest'))
    )
    with op.batch_alter_table('deletion_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deletion_request_member_id'), ['member_id'], unique=False)

    op.create_table('identity',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('provider', sa.String(), nullable=False),
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('linked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_identity_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_identity_issuer_subject'))
    )
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_identity_member_id'), ['member_id'], unique=False)

    op.create_table('known_device',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key_digest', sa.String(length=64), nullable=False),
    sa.Column('first_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_known_device_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('member_id', 'key_digest', name=op.f('uq_known_device_member_id_key_digest'))
    )
    with op.batch_alter_table('known_device', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_known_device_key_digest'), ['key_digest'], unique=False)
        batch_op.create_index(batch_op.f('ix_known_device_last_seen_at'), ['last_seen_at'], unique=False)

    op.create_table('look',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_look_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['staff_id'], ['member.id'], name=op.f('fk_look_staff_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_look'))
    )
    with op.batch_alter_table('look', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_look_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_look_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_look_staff_id'), ['staff_id'], unique=False)

    op.create_table('passkey',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('transports', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_synced', sa.Boolean(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_passkey_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_passkey_member_id'), ['member_id'], unique=False)

    op.create_table('recovery_code',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code_digest', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_recovery_code_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('member_id', 'code_digest', name=op.f('uq_recovery_code_member_id_code_digest'))
    )
    op.create_table('sign_in',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('how', sa.String(), nullable=False),
    sa.Column('with_second_step', sa.Boolean(), nullable=False),
    sa.Column('is_new_device', sa.Boolean(), nullable=False),
    sa.Column('browser', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sign_in_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sign_in'))
    )
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sign_in_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sign_in_member_id'), ['member_id'], unique=False)

    op.create_table('snapshot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('occasion', sa.String(), nullable=False),
    sa.Column('details', sa.Text(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_snapshot_member_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('member_id', 'kind', 'occasion', name=op.f('uq_snapshot_member_id_kind_occasion'))
    )
    with op.batch_alter_table('snapshot', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_snapshot_member_id'), ['member_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_snapshot_occasion'), ['occasion'], unique=False)

    op.create_table('staff_note',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['member.id'], name=op.f('fk_staff_note_author_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_staff_note_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_note'))
    )
    with op.batch_alter_table('staff_note', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_note_author_id'), ['author_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_staff_note_member_id'), ['member_id'], unique=False)

    op.create_table('device_session',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key_digest', sa.String(length=64), nullable=False),
    sa.Column('device_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('how', sa.String(), nullable=False),
    sa.Column('browser', sa.String(), nullable=False),
    sa.Column('network', sa.String(), nullable=False),
    sa.Column('is_remembered', sa.Boolean(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_step_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['device_id'], ['known_device.id'], name=op.f('fk_device_session_device_id_known_device'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_device_session_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_device_session')),
    sa.UniqueConstraint('key_digest', name=op.f('uq_device_session_key_digest'))
    )
    with op.batch_alter_table('device_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_device_session_device_id'), ['device_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_device_session_last_seen_at'), ['last_seen_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_device_session_member_id'), ['member_id'], unique=False)

    op.create_table('mailed_code',
    sa.Column('session_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries_left', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_mailed_code_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['session_id'], ['device_session.id'], name=op.f('fk_mailed_code_session_id_device_session'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('session_id', name=op.f('pk_mailed_code'))
    )
    with op.batch_alter_table('mailed_code', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mailed_code_made_at'), ['made_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_mailed_code_member_id'), ['member_id'], unique=False)

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.add_column(sa.Column('currency', sa.String(length=3), nullable=True))

    with op.batch_alter_table('profile', schema=None) as batch_op:
        batch_op.add_column(sa.Column('name_index', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('phone_index', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('landmark', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('sells_as', sa.String(), nullable=False, server_default=''))
        batch_op.alter_column('born_on',
               existing_type=sa.TEXT(),
               nullable=True)
        batch_op.create_index(batch_op.f('ix_profile_name_index'), ['name_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_profile_phone_index'), ['phone_index'], unique=False)

    with op.batch_alter_table('profile', schema=None) as batch_op:
        for name in ('name_index', 'phone_index', 'sells_as'):
            batch_op.alter_column(name, server_default=None)
    index_profiles(op.get_bind())



def index_profiles(connection: sa.Connection) -> None:
    """Let staff find those who are there already by name and phone."""
    profile = sa.table('profile', *(sa.column(name) for name in ('member_id', 'full_name', 'phone', 'name_index', 'phone_index')))
    for row in connection.execute(sa.select(profile.c.member_id, profile.c.full_name, profile.c.phone)).all():
        name, phone = unseal('profile.full_name', row.full_name), unseal('profile.phone', row.phone)
        found_by = {'name_index': blind_index('profile.name', folded(name)), 'phone_index': blind_index('profile.phone', phone)}
        connection.execute(sa.update(profile).where(profile.c.member_id == row.member_id).values(found_by))


def downgrade() -> None:
    # The older house knows no profile without a date of birth.
    op.execute('DELETE FROM profile WHERE born_on IS NULL')
    with op.batch_alter_table('profile', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_profile_phone_index'))
        batch_op.drop_index(batch_op.f('ix_profile_name_index'))
        batch_op.alter_column('born_on',
               existing_type=sa.TEXT(),
               nullable=False)
        batch_op.drop_column('sells_as')
        batch_op.drop_column('landmark')
        batch_op.drop_column('phone_index')
        batch_op.drop_column('name_index')

    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_column('currency')

    with op.batch_alter_table('mailed_code', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_mailed_code_member_id'))
        batch_op.drop_index(batch_op.f('ix_mailed_code_made_at'))

    op.drop_table('mailed_code')
    with op.batch_alter_table('device_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_device_session_member_id'))
        batch_op.drop_index(batch_op.f('ix_device_session_last_seen_at'))
        batch_op.drop_index(batch_op.f('ix_device_session_device_id'))

    op.drop_table('device_session')
    with op.batch_alter_table('staff_note', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_staff_note_member_id'))
        batch_op.drop_index(batch_op.f('ix_staff_note_author_id'))

    op.drop_table('staff_note')
    with op.batch_alter_table('snapshot', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_snapshot_occasion'))
        batch_op.drop_index(batch_op.f('ix_snapshot_member_id'))

    op.drop_table('snapshot')
    with op.batch_alter_table('sign_in', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sign_in_member_id'))
        batch_op.drop_index(batch_op.f('ix_sign_in_at'))

    op.drop_table('sign_in')
    op.drop_table('recovery_code')
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_passkey_member_id'))

    op.drop_table('passkey')
    with op.batch_alter_table('look', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_look_staff_id'))
        batch_op.drop_index(batch_op.f('ix_look_member_id'))
        batch_op.drop_index(batch_op.f('ix_look_at'))

    op.drop_table('look')
    with op.batch_alter_table('known_device', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_known_device_last_seen_at'))
        batch_op.drop_index(batch_op.f('ix_known_device_key_digest'))

    op.drop_table('known_device')
    with op.batch_alter_table('identity', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_identity_member_id'))

    op.drop_table('identity')
    with op.batch_alter_table('deletion_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_deletion_request_member_id'))

    op.drop_table('deletion_request')
    op.drop_table('company')
    with op.batch_alter_table('challenge', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_challenge_member_id'))
        batch_op.drop_index(batch_op.f('ix_challenge_made_at'))

    op.drop_table('challenge')
    with op.batch_alter_table('bank_account', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bank_account_number_index'))

    op.drop_table('bank_account')
    op.drop_table('authenticator')
    with op.batch_alter_table('address_change', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_address_change_asked_at'))

    op.drop_table('address_change')
    with op.batch_alter_table('attempt', schema=None) as batch_op:
        batch_op.drop_index('ix_attempt_scope_key_at')
        batch_op.drop_index(batch_op.f('ix_attempt_at'))

    op.drop_table('attempt')
