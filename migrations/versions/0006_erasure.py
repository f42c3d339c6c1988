"""Erasure: its state, holds and journal, bans, who was told; a random key in each member's row."""

import sqlalchemy as sa
from alembic import op

revision = '0006_erasure'
down_revision = '0005_where_a_name_is_from'


def upgrade() -> None:
    op.create_table('erasure_journal',
    sa.Column('erasure_key', sa.String(length=32), nullable=False),
    sa.PrimaryKeyConstraint('erasure_key', name=op.f('pk_erasure_journal'))
    )
    op.create_table('recipient_notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('recipient', sa.String(), nullable=False),
    sa.Column('by_hand', sa.Boolean(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('receipt', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recipient_notice')),
    sa.UniqueConstraint('act', 'recipient', name=op.f('uq_recipient_notice_act_recipient'))
    )
    with op.batch_alter_table('recipient_notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_recipient_notice_act'), ['act'], unique=False)

    op.create_table('erasure',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref_digest', sa.String(length=64), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('look_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('begun', 'holding', 'done')", name=op.f('ck_erasure_state')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_erasure_member_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure')),
    sa.UniqueConstraint('member_id', name=op.f('uq_erasure_member_id')),
    sa.UniqueConstraint('ref_digest', name=op.f('uq_erasure_ref_digest'))
    )
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.create_index('ix_erasure_state_look', ['state', 'look_at'], unique=False)

    op.create_table('ban',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('erasure_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['erasure_id'], ['erasure.id'], name=op.f('fk_ban_erasure_id_erasure'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ban')),
    sa.UniqueConstraint('erasure_id', name=op.f('uq_ban_erasure_id'))
    )
    with op.batch_alter_table('ban', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ban_until'), ['until'], unique=False)

    op.create_table('erasure_hold',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('erasure_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('table_name', sa.String(), nullable=False),
    sa.Column('row_key', sa.String(), nullable=False),
    sa.Column('ground', sa.String(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['erasure_id'], ['erasure.id'], name=op.f('fk_erasure_hold_erasure_id_erasure'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_erasure_hold')),
    sa.UniqueConstraint('erasure_id', 'table_name', 'row_key', name=op.f('uq_erasure_hold_erasure_id_table_name_row_key'))
    )
    op.create_table('ban_encounter',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ban_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('found_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['ban_id'], ['ban.id'], name=op.f('fk_ban_encounter_ban_id_ban'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_ban_encounter_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ban_encounter')),
    sa.UniqueConstraint('member_id', 'ban_id', 'mark', name=op.f('uq_ban_encounter_member_id_ban_id_mark'))
    )
    with op.batch_alter_table('ban_encounter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_ban_encounter_ban_id'), ['ban_id'], unique=False)

    op.create_table('fingerprint',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ban_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['ban_id'], ['ban.id'], name=op.f('fk_fingerprint_ban_id_ban'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fingerprint')),
    sa.UniqueConstraint('ban_id', 'mark', name=op.f('uq_fingerprint_ban_id_mark'))
    )
    # In place: SQLite would build the table anew, and take along what hangs on its members.
    op.add_column('member', sa.Column('is_erased', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('member', sa.Column('erasure_key', sa.String(), server_default='', nullable=False))
    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    random = "lower(hex(randomblob(16)))" if is_sqlite else "replace(gen_random_uuid()::text, '-', '')"
    op.execute(f"UPDATE member SET erasure_key = {random}")
    op.create_index(op.f('ix_member_erasure_key'), 'member', ['erasure_key'], unique=True)



def downgrade() -> None:
    op.drop_index(op.f('ix_member_erasure_key'), 'member')
    op.drop_column('member', 'erasure_key')
    op.drop_column('member', 'is_erased')

    op.drop_table('fingerprint')
    with op.batch_alter_table('ban_encounter', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ban_encounter_ban_id'))

    op.drop_table('ban_encounter')
    op.drop_table('erasure_hold')
    with op.batch_alter_table('ban', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_ban_until'))

    op.drop_table('ban')
    with op.batch_alter_table('erasure', schema=None) as batch_op:
        batch_op.drop_index('ix_erasure_state_look')

    op.drop_table('erasure')
    with op.batch_alter_table('recipient_notice', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_recipient_notice_act'))

    op.drop_table('recipient_notice')
    op.drop_table('erasure_journal')
