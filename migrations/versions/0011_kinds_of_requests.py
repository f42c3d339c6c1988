"""A request about data is of a kind that the house knows, and came by a way that it knows."""

from alembic import op

revision = '0011_kinds_of_requests'
down_revision = '0010_privacy_requests'


def upgrade() -> None:
    with op.batch_alter_table('privacy_request', schema=None) as batch_op:
        batch_op.create_check_constraint(op.f('ck_privacy_request_kind'), "kind IN ('access', 'rectification', 'erasure', 'restriction', 'objection', 'complaint')")
        batch_op.create_check_constraint(op.f('ck_privacy_request_channel'), "channel IN ('account', 'mailed_code', 'email', 'letter', 'phone')")


def downgrade() -> None:
    with op.batch_alter_table('privacy_request', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_privacy_request_channel'), type_='check')
        batch_op.drop_constraint(op.f('ck_privacy_request_kind'), type_='check')
