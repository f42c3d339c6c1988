"""The register of disclosures: to whom data of a member was given, on which ground (L5, L6)."""

import sqlalchemy as sa
from alembic import op

from gallery.core.db import UTCDateTime

revision = '0013_disclosures'
down_revision = '0012_breaches'


def number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table(
        'disclosure',
        sa.Column('id', number(), nullable=False),
        sa.Column('member_id', number(), nullable=True),
        sa.Column('recipient', sa.String(), nullable=False),
        sa.Column('ground', sa.String(), nullable=False),
        sa.Column('categories', sa.JSON(), nullable=False),
        sa.Column('given_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('silent_until', sa.Date(), nullable=True),
        sa.Column('reference', sa.Text(), nullable=True),
        sa.Column('words', sa.Text(), nullable=True),
        sa.Column('by_id', number(), nullable=True),
        sa.CheckConstraint(
            "ground IN ('order', 'duty', 'claim', 'vital', 'asked')", name=op.f('ck_disclosure_ground')
        ),
        sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_disclosure_by_id_member'), ondelete='SET NULL'),
        sa.ForeignKeyConstraint(
            ['member_id'], ['member.id'], name=op.f('fk_disclosure_member_id_member'), ondelete='SET NULL'
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_disclosure')),
    )
    op.create_index(op.f('ix_disclosure_by_id'), 'disclosure', ['by_id'])
    op.create_index(op.f('ix_disclosure_member_id'), 'disclosure', ['member_id'])


def downgrade() -> None:
    op.drop_table('disclosure')
