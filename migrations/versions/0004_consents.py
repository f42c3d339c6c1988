"""Consents: the texts that were served, receipts of what was chosen, and the chain that seals them."""

import sqlalchemy as sa
from alembic import op

from gallery.consents.models import protect, unprotect

revision = '0004_consents'
down_revision = '0003_reason_of_a_limit'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('consent_text',
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('component', sa.String(), nullable=False),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('version', NUMBER, nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('first_used_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_consent_text'))
    )
    op.create_table('consent_link',
    sa.Column('seq', NUMBER, autoincrement=False, nullable=False),
    sa.Column('commitment', sa.String(length=64), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_consent_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_consent_link_digest'))
    )
    op.create_table('consent_receipt',
    sa.Column('seq', NUMBER, autoincrement=False, nullable=False),
    sa.Column('ref', sa.String(length=22), nullable=False),
    sa.Column('member_id', NUMBER, nullable=True),
    sa.Column('device', sa.String(length=22), nullable=True),
    sa.Column('purpose', sa.String(), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('version', NUMBER, nullable=False),
    sa.Column('mechanism', sa.String(), nullable=False),
    sa.Column('signal', sa.String(), nullable=True),
    sa.Column('text_digest', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('salt', sa.String(length=32), nullable=False),
    sa.CheckConstraint('(member_id IS NULL) <> (device IS NULL)', name=op.f('ck_consent_receipt_one_subject')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_consent_receipt_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['seq'], ['consent_link.seq'], name=op.f('fk_consent_receipt_seq_consent_link')),
    sa.ForeignKeyConstraint(['text_digest'], ['consent_text.digest'], name=op.f('fk_consent_receipt_text_digest_consent_text')),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_consent_receipt')),
    sa.UniqueConstraint('ref', name=op.f('uq_consent_receipt_ref'))
    )
    with op.batch_alter_table('consent_receipt', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_receipt_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_consent_receipt_text_digest'), ['text_digest'], unique=False)
        batch_op.create_index('ix_consent_receipt_device_purpose_seq', ['device', 'purpose', 'seq'], unique=False)
        batch_op.create_index('ix_consent_receipt_member_id_purpose_seq', ['member_id', 'purpose', 'seq'], unique=False)
    protect(op.get_bind())


def downgrade() -> None:
    for table in ('consent_receipt', 'consent_link', 'consent_text'):
        op.drop_table(table)
    unprotect(op.get_bind())
