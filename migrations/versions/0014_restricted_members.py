"""A member may have the use of his data restricted (art. 18 GDPR, P-41)."""

import sqlalchemy as sa
from alembic import op

revision = '0014_restricted_members'
down_revision = '0013_disclosures'


def upgrade() -> None:
    op.add_column('member', sa.Column('restricted_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_column('restricted_at')
