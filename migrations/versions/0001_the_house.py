"""The house as it was first built: members, lots, bids, receipts, outbox, audit."""

import sqlalchemy as sa
from alembic import op

revision = '0001_the_house'
down_revision = None

SQLITE_INDEX = (
    "CREATE VIRTUAL TABLE lot_words USING fts5"
    "(words, content='lot_search', content_rowid='lot_id', detail=none, columnsize=0, tokenize='ascii', prefix='3 4')",
    "CREATE TRIGGER lot_search_added AFTER INSERT ON lot_search BEGIN"
    " INSERT INTO lot_words(rowid, words) VALUES (new.lot_id, new.words); END",
    "CREATE TRIGGER lot_search_removed AFTER DELETE ON lot_search BEGIN"
    " INSERT INTO lot_words(lot_words, rowid, words) VALUES ('delete', old.lot_id, old.words); END",
    "CREATE TRIGGER lot_search_changed AFTER UPDATE ON lot_search BEGIN"
    " INSERT INTO lot_words(lot_words, rowid, words) VALUES ('delete', old.lot_id, old.words);"
    " INSERT INTO lot_words(rowid, words) VALUES (new.lot_id, new.words); END",
)
POSTGRESQL_INDEX = ("CREATE INDEX ix_lot_search_words ON lot_search USING gin (to_tsvector('simple', words))",)


def upgrade() -> None:
    op.create_table('artist',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('sort_name', sa.String(), nullable=False),
    sa.Column('born', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('died', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('about_en', sa.String(), nullable=False),
    sa.Column('about_fr', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_artist')),
    sa.UniqueConstraint('slug', name=op.f('uq_artist_slug'))
    )
    with op.batch_alter_table('artist', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_artist_sort_name'), ['sort_name'], unique=False)

    op.create_table('heartbeat',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_heartbeat'))
    )
    op.create_table('member',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('password', sa.String(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('fs_uniquifier', sa.String(), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('registered_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('email', name=op.f('uq_member_email')),
    sa.UniqueConstraint('fs_uniquifier', name=op.f('uq_member_fs_uniquifier'))
    )
    op.create_table('outage',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outage'))
    )
    op.create_table('role',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('description', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role')),
    sa.UniqueConstraint('name', name=op.f('uq_role_name'))
    )
    op.create_table('sale',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('title_fr', sa.String(), nullable=False),
    sa.Column('intro_en', sa.String(), nullable=False),
    sa.Column('intro_fr', sa.String(), nullable=False),
    sa.Column('is_published', sa.Boolean(), nullable=False),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lot_interval_seconds', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('increment_table', sa.String(), nullable=False),
    sa.Column('granularity_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('soft_close_seconds', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('soft_close_cap_seconds', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('premium_bp', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('premium_fixed_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('resale_right', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sale')),
    sa.UniqueConstraint('slug', name=op.f('uq_sale_slug'))
    )
    op.create_table('account_link',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('linked_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ground', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['linked_id'], ['member.id'], name=op.f('fk_account_link_linked_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_account_link_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'linked_id', name=op.f('pk_account_link'))
    )
    op.create_table('audit_entry',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('actor_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['member.id'], name=op.f('fk_audit_entry_actor_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_entry'))
    )
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_entry_actor_id'), ['actor_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_entry_subject'), ['subject'], unique=False)

    op.create_table('block',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('lifted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_block_by_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_block_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_block'))
    )
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_block_member_id'), ['member_id'], unique=False)

    op.create_table('lot',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sale_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('artist_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('seller_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seller_is_trader', sa.Boolean(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('title_fr', sa.String(), nullable=False),
    sa.Column('year', sa.String(), nullable=False),
    sa.Column('medium_en', sa.String(), nullable=False),
    sa.Column('medium_fr', sa.String(), nullable=False),
    sa.Column('height_mm', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('width_mm', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('depth_mm', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('description_en', sa.String(), nullable=False),
    sa.Column('description_fr', sa.String(), nullable=False),
    sa.Column('condition_en', sa.String(), nullable=False),
    sa.Column('condition_fr', sa.String(), nullable=False),
    sa.Column('provenance_en', sa.String(), nullable=False),
    sa.Column('provenance_fr', sa.String(), nullable=False),
    sa.Column('estimate_low_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('estimate_high_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('ships_from', sa.String(length=2), nullable=False),
    sa.Column('opening_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reserve_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('opens_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('scheduled_end_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outage_seconds', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('price_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bids', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reserve_met', sa.Boolean(), nullable=False),
    sa.Column('leader_alias', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state in ('upcoming', 'open', 'sold', 'unsold', 'withdrawn')", name=op.f('ck_lot_state_known')),
    sa.CheckConstraint('ends_at >= scheduled_end_at', name=op.f('ck_lot_end_only_later')),
    sa.CheckConstraint('opening_minor > 0', name=op.f('ck_lot_opening_positive')),
    sa.CheckConstraint('price_minor >= 0', name=op.f('ck_lot_price_not_negative')),
    sa.ForeignKeyConstraint(['artist_id'], ['artist.id'], name=op.f('fk_lot_artist_id_artist'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_lot_sale_id_sale'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['seller_id'], ['member.id'], name=op.f('fk_lot_seller_id_member'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot')),
    sa.UniqueConstraint('sale_id', 'number', name=op.f('uq_lot_sale_id_number'))
    )
    with op.batch_alter_table('lot', schema=None) as batch_op:
        batch_op.create_index('ix_lot_artist', ['artist_id', 'id'], unique=False)
        batch_op.create_index('ix_lot_bids', ['bids', 'id'], unique=False)
        batch_op.create_index('ix_lot_category_ends', ['category', 'ends_at', 'id'], unique=False)
        batch_op.create_index('ix_lot_ends', ['ends_at', 'id'], unique=False)
        batch_op.create_index('ix_lot_sale_ends', ['sale_id', 'ends_at', 'id'], unique=False)
        batch_op.create_index(batch_op.f('ix_lot_seller_id'), ['seller_id'], unique=False)
        batch_op.create_index('ix_lot_state_ends', ['state', 'ends_at', 'id'], unique=False)

    op.create_table('member_role',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('role_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_member_role_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['role_id'], ['role.id'], name=op.f('fk_member_role_role_id_role'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'role_id', name=op.f('pk_member_role'))
    )
    op.create_table('outbox_message',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('not_before', sa.DateTime(timezone=True), nullable=False),
    sa.Column('locked_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.String(), nullable=True),
    sa.CheckConstraint("state IN ('queued', 'leased', 'sent', 'dead')", name=op.f('ck_outbox_message_state')),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_outbox_message_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_message')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_outbox_message_kind_key'))
    )
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_message_due', ['state', 'not_before'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_message_member_id'), ['member_id'], unique=False)
        batch_op.create_index('ix_outbox_message_topic', ['topic', 'state'], unique=False)

    op.create_table('profile',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('full_name', sa.Text(), nullable=False),
    sa.Column('phone', sa.Text(), nullable=False),
    sa.Column('street', sa.Text(), nullable=False),
    sa.Column('postal_code', sa.Text(), nullable=False),
    sa.Column('city', sa.Text(), nullable=False),
    sa.Column('country', sa.String(length=2), nullable=False),
    sa.Column('born_on', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_profile_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_profile'))
    )
    op.create_table('sale_bar',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sale_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_sale_bar_by_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_sale_bar_member_id_member'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['sale_id'], ['sale.id'], name=op.f('fk_sale_bar_sale_id_sale'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sale_bar')),
    sa.UniqueConstraint('member_id', 'sale_id', name=op.f('uq_sale_bar_member_id_sale_id'))
    )
    op.create_table('spending_limit',
    sa.Column('member_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('limit_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_spending_limit_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', name=op.f('pk_spending_limit'))
    )
    op.create_table('bid',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bidder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('price_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('leads', sa.Boolean(), nullable=False),
    sa.Column('placed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('annulled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bidder_id'], ['member.id'], name=op.f('fk_bid_bidder_id_member'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_bid_lot_id_lot'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bid')),
    sa.UniqueConstraint('bidder_id', 'key', name=op.f('uq_bid_bidder_id_key')),
    sa.UniqueConstraint('lot_id', 'seq', name=op.f('uq_bid_lot_id_seq'))
    )
    op.create_table('lead',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bidder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['bidder_id'], ['member.id'], name=op.f('fk_lead_bidder_id_member'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lead_lot_id_lot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lot_id', name=op.f('pk_lead'))
    )
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_lead_bidder_id'), ['bidder_id'], unique=False)

    op.create_table('lot_bidder',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('bidder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('alias', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('maximum_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('last_seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['bidder_id'], ['member.id'], name=op.f('fk_lot_bidder_bidder_id_member'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lot_bidder_lot_id_lot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lot_id', 'bidder_id', name=op.f('pk_lot_bidder')),
    sa.UniqueConstraint('lot_id', 'alias', name=op.f('uq_lot_bidder_lot_id_alias'))
    )
    with op.batch_alter_table('lot_bidder', schema=None) as batch_op:
        batch_op.create_index('ix_lot_bidder_mine', ['bidder_id', 'last_seq', 'lot_id'], unique=False)

    op.create_table('lot_picture',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('width', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('height', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('widths', sa.String(), nullable=False),
    sa.Column('preview', sa.String(), nullable=False),
    sa.Column('alt_en', sa.String(), nullable=False),
    sa.Column('alt_fr', sa.String(), nullable=False),
    sa.Column('caption_en', sa.String(), nullable=False),
    sa.Column('caption_fr', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lot_picture_lot_id_lot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot_picture')),
    sa.UniqueConstraint('lot_id', 'position', name=op.f('uq_lot_picture_lot_id_position'))
    )
    op.create_table('lot_search',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_lot_search_lot_id_lot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lot_id', name=op.f('pk_lot_search'))
    )
    op.create_table('outcome',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('winner_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('hammer_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_outcome_lot_id_lot'), ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['winner_id'], ['member.id'], name=op.f('fk_outcome_winner_id_member'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('lot_id', name=op.f('pk_outcome'))
    )
    op.create_table('receipt',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_receipt_lot_id_lot'), ondelete='RESTRICT'),
    sa.PrimaryKeyConstraint('lot_id', 'seq', name=op.f('pk_receipt'))
    )
    op.create_table('shipping_rate',
    sa.Column('lot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('zone', sa.String(), nullable=False),
    sa.Column('cost_minor', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_shipping_rate_lot_id_lot'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('lot_id', 'zone', name=op.f('pk_shipping_rate'))
    )
    for statement in POSTGRESQL_INDEX if op.get_bind().dialect.name == "postgresql" else SQLITE_INDEX:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE lot_words")
    op.drop_table('shipping_rate')
    op.drop_table('receipt')
    op.drop_table('outcome')
    op.drop_table('lot_search')
    op.drop_table('lot_picture')
    with op.batch_alter_table('lot_bidder', schema=None) as batch_op:
        batch_op.drop_index('ix_lot_bidder_mine')

    op.drop_table('lot_bidder')
    with op.batch_alter_table('lead', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_lead_bidder_id'))

    op.drop_table('lead')
    op.drop_table('bid')
    op.drop_table('spending_limit')
    op.drop_table('sale_bar')
    op.drop_table('profile')
    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_topic')
        batch_op.drop_index(batch_op.f('ix_outbox_message_member_id'))
        batch_op.drop_index('ix_outbox_message_due')

    op.drop_table('outbox_message')
    op.drop_table('member_role')
    with op.batch_alter_table('lot', schema=None) as batch_op:
        batch_op.drop_index('ix_lot_state_ends')
        batch_op.drop_index(batch_op.f('ix_lot_seller_id'))
        batch_op.drop_index('ix_lot_sale_ends')
        batch_op.drop_index('ix_lot_ends')
        batch_op.drop_index('ix_lot_category_ends')
        batch_op.drop_index('ix_lot_bids')
        batch_op.drop_index('ix_lot_artist')

    op.drop_table('lot')
    with op.batch_alter_table('block', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_block_member_id'))

    op.drop_table('block')
    with op.batch_alter_table('audit_entry', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_audit_entry_subject'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_at'))
        batch_op.drop_index(batch_op.f('ix_audit_entry_actor_id'))

    op.drop_table('audit_entry')
    op.drop_table('account_link')
    op.drop_table('sale')
    op.drop_table('role')
    op.drop_table('outage')
    op.drop_table('member')
    op.drop_table('heartbeat')
    with op.batch_alter_table('artist', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_artist_sort_name'))

    op.drop_table('artist')
