"""Pages, help, banners and the words of notices: versions, decisions, pictures (M1)."""

import sqlalchemy as sa
from alembic import op

revision = '0007_content'
down_revision = '0006_erasure'


def upgrade() -> None:
    op.create_table('content',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content')),
    sa.UniqueConstraint('kind', 'slug', name=op.f('uq_content_kind_slug'))
    )
    op.create_table('content_picture',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('file', sa.String(), nullable=False),
    sa.Column('width', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('height', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('widths', sa.String(), nullable=False),
    sa.Column('preview', sa.String(), nullable=False),
    sa.Column('alt_fr', sa.String(), nullable=False),
    sa.Column('alt_en', sa.String(), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['member.id'], name=op.f('fk_content_picture_author_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_picture'))
    )
    with op.batch_alter_table('content_picture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_content_picture_author_id'), ['author_id'], unique=False)

    op.create_table('content_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('title_fr', sa.String(), nullable=False),
    sa.Column('title_en', sa.String(), nullable=False),
    sa.Column('body_fr', sa.Text(), nullable=False),
    sa.Column('body_en', sa.Text(), nullable=False),
    sa.Column('html_fr', sa.Text(), nullable=False),
    sa.Column('html_en', sa.Text(), nullable=False),
    sa.Column('rank', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tone', sa.String(), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('link', sa.String(), nullable=False),
    sa.Column('shown_from', sa.DateTime(timezone=True), nullable=True),
    sa.Column('shown_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('restores', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('is_ours', sa.Boolean(), nullable=False),
    sa.Column('author_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('saved_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['member.id'], name=op.f('fk_content_version_author_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['content_id'], ['content.id'], name=op.f('fk_content_version_content_id_content'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_version')),
    sa.UniqueConstraint('content_id', 'number', name=op.f('uq_content_version_content_id_number'))
    )
    with op.batch_alter_table('content_version', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_content_version_author_id'), ['author_id'], unique=False)

    op.create_table('content_decision',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('content_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('from_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('is_ours', sa.Boolean(), nullable=False),
    sa.Column('by_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['member.id'], name=op.f('fk_content_decision_by_id_member'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['content_id'], ['content.id'], name=op.f('fk_content_decision_content_id_content'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['version_id'], ['content_version.id'], name=op.f('fk_content_decision_version_id_content_version'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_content_decision'))
    )
    with op.batch_alter_table('content_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_content_decision_by_id'), ['by_id'], unique=False)
        batch_op.create_index('ix_content_decision_content_id_from_at', ['content_id', 'from_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_content_decision_version_id'), ['version_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('content_decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_content_decision_version_id'))
        batch_op.drop_index('ix_content_decision_content_id_from_at')
        batch_op.drop_index(batch_op.f('ix_content_decision_by_id'))

    op.drop_table('content_decision')
    with op.batch_alter_table('content_version', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_content_version_author_id'))

    op.drop_table('content_version')
    with op.batch_alter_table('content_picture', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_content_picture_author_id'))

    op.drop_table('content_picture')
    op.drop_table('content')
