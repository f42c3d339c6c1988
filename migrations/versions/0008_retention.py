"""What the daily removal of old rows reports: counts."""

import sqlalchemy as sa
from alembic import op

from gallery.core.db import UTCDateTime

revision = '0008_retention'
down_revision = '0007_content'


def upgrade() -> None:
    op.create_table(
        'retention_report',
        sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.Column('at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('rule', sa.String(), nullable=False),
        sa.Column('removed', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_report')),
    )
    op.create_index(op.f('ix_retention_report_at'), 'retention_report', ['at'])


def downgrade() -> None:
    op.drop_table('retention_report')
