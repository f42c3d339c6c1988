"""A breach keeps how many it touched and how many were told, when they leave the list by being erased (P-52)."""

import sqlalchemy as sa
from alembic import op

revision = '0016_counts_of_a_breach'
down_revision = '0015_codes_of_a_request'


def upgrade() -> None:
    for name, counted in (('touched', '*'), ('told', 'told_at')):
        number = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
        op.add_column('breach', sa.Column(name, number, server_default='0', nullable=False))
        its = f'SELECT count({counted}) FROM breach_member WHERE breach_id = breach.id'
        op.execute(f'UPDATE breach SET {name} = ({its})')


def downgrade() -> None:
    op.drop_column('breach', 'told')
    op.drop_column('breach', 'touched')
