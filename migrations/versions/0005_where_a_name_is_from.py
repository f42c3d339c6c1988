"""Of a name that came from Google or Facebook the profile says so (P-33)."""

import sqlalchemy as sa
from alembic import op

revision = '0005_where_a_name_is_from'
down_revision = '0004_consents'


def upgrade() -> None:
    op.add_column('profile', sa.Column('name_from', sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('profile', schema=None) as batch_op:
        batch_op.drop_column('name_from')
