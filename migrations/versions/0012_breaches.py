"""The register of breaches: what happened, who was told, whom it touched (P-52)."""

import sqlalchemy as sa
from alembic import op

from gallery.core.db import UTCDateTime

revision = '0012_breaches'
down_revision = '0011_kinds_of_requests'


def number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'breach',
        sa.Column('id', number(), nullable=False),
        sa.Column('aware_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('began_at', UTCDateTime(timezone=True), nullable=True),
        sa.Column('ended_at', UTCDateTime(timezone=True), nullable=True),
        sa.Column('kinds', sa.JSON(), nullable=False),
        sa.Column('categories', sa.JSON(), nullable=False),
        sa.Column('people', number(), nullable=True),
        sa.Column('facts', sa.Text(), nullable=False),
        sa.Column('effects', sa.Text(), nullable=False),
        sa.Column('measures', sa.Text(), nullable=False),
        sa.Column('risk', sa.String(), nullable=True),
        sa.Column('risk_reason', sa.Text(), nullable=False),
        sa.Column('words_fr', sa.String(), nullable=False),
        sa.Column('words_en', sa.String(), nullable=False),
        sa.Column('alarms', number(), nullable=False),
        sa.Column('closed_at', UTCDateTime(timezone=True), nullable=True),
        sa.Column('by_id', number(), nullable=True),
        sa.CheckConstraint("risk IN ('unlikely', 'risk', 'high')", name=op.f('ck_breach_risk')),
        sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_breach_by_id_member'), ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_breach')),
    )
    op.create_index(op.f('ix_breach_by_id'), 'breach', ['by_id'])
    op.create_table(
        'breach_notice',
        sa.Column('id', number(), nullable=False),
        sa.Column('breach_id', number(), nullable=False),
        sa.Column('told', sa.String(), nullable=False),
        sa.Column('told_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('words', sa.String(), nullable=False),
        sa.Column('late_reason', sa.String(), nullable=False),
        sa.Column('by_id', number(), nullable=True),
        sa.CheckConstraint("told IN ('cdp', 'cnil', 'other', 'public')", name=op.f('ck_breach_notice_told')),
        sa.ForeignKeyConstraint(
            ['breach_id'], ['breach.id'], name=op.f('fk_breach_notice_breach_id_breach'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['by_id'], ['member.id'], name=op.f('fk_breach_notice_by_id_member'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_notice')),
    )
    op.create_index(op.f('ix_breach_notice_breach_id'), 'breach_notice', ['breach_id'])
    op.create_index(op.f('ix_breach_notice_by_id'), 'breach_notice', ['by_id'])
    op.create_table(
        'breach_member',
        sa.Column('id', number(), nullable=False),
        sa.Column('breach_id', number(), nullable=False),
        sa.Column('member_id', number(), nullable=False),
        sa.Column('noted_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('is_asked', sa.Boolean(), nullable=False),
        sa.Column('told_at', UTCDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ['breach_id'], ['breach.id'], name=op.f('fk_breach_member_breach_id_breach'), ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['member_id'], ['member.id'], name=op.f('fk_breach_member_member_id_member'), ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_breach_member')),
        sa.UniqueConstraint('breach_id', 'member_id', name=op.f('uq_breach_member_breach_id_member_id')),
    )
    op.create_index(op.f('ix_breach_member_member_id'), 'breach_member', ['member_id'])


def downgrade() -> None:
    for table in ('breach_member', 'breach_notice', 'breach'):
        op.drop_table(table)
