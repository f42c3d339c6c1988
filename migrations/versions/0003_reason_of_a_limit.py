"""The reason of a spending limit is kept, so that its member can read it where it holds."""

import sqlalchemy as sa
from alembic import op

revision = '0003_reason_of_a_limit'
down_revision = '0002_people'


def upgrade() -> None:
    op.add_column('spending_limit', sa.Column('reason', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('spending_limit', schema=None) as batch_op:
        batch_op.drop_column('reason')
