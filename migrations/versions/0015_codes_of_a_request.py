"""A request counts its codes, so that the public page mails no more than a few of them (L1)."""

import sqlalchemy as sa
from alembic import op

revision = '0015_codes_of_a_request'
down_revision = '0014_restricted_members'


def upgrade() -> None:
    number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.add_column('privacy_request', sa.Column('codes_made', number, server_default='0', nullable=False))


def downgrade() -> None:
    op.drop_column('privacy_request', 'codes_made')
