"""Policies: versions that the database never lets change, drafts, acceptances; each bid says under which terms (P-54)."""

import sqlalchemy as sa
from alembic import op

from gallery.core import immutable

revision = '0009_policies'
down_revision = '0008_retention'

NUMBER = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('policy_version',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('number', NUMBER, nullable=False),
    sa.Column('source_en', sa.String(), nullable=False),
    sa.Column('source_fr', sa.String(), nullable=False),
    sa.Column('html_en', sa.String(), nullable=False),
    sa.Column('html_fr', sa.String(), nullable=False),
    sa.Column('summary_en', sa.String(), nullable=False),
    sa.Column('summary_fr', sa.String(), nullable=False),
    sa.Column('is_important', sa.Boolean(), nullable=False),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('effective_from', sa.DateTime(timezone=True), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.CheckConstraint('effective_from >= published_at', name=op.f('ck_policy_version_never_backdated')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_version')),
    sa.UniqueConstraint('kind', 'number', name=op.f('uq_policy_version_kind_number'))
    )
    immutable.protect(op.get_bind(), 'policy_version')
    op.create_table('policy_draft',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('source_en', sa.String(), nullable=False),
    sa.Column('source_fr', sa.String(), nullable=False),
    sa.Column('summary_en', sa.String(), nullable=False),
    sa.Column('summary_fr', sa.String(), nullable=False),
    sa.Column('is_important', sa.Boolean(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('revision', NUMBER, nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', NUMBER, nullable=True),
    sa.ForeignKeyConstraint(['updated_by_id'], ['member.id'], name=op.f('fk_policy_draft_updated_by_id_member'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_policy_draft'))
    )
    op.create_table('policy_acceptance',
    sa.Column('id', NUMBER, nullable=False),
    sa.Column('member_id', NUMBER, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('number', NUMBER, nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['kind', 'number'], ['policy_version.kind', 'policy_version.number'], name='fk_policy_acceptance_version', ondelete='RESTRICT'),
    sa.ForeignKeyConstraint(['member_id'], ['member.id'], name=op.f('fk_policy_acceptance_member_id_member'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_acceptance')),
    sa.UniqueConstraint('member_id', 'kind', 'number', 'act', name=op.f('uq_policy_acceptance_member_id_kind_number_act'))
    )
    op.add_column('bid', sa.Column('terms_version', NUMBER, nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('bid', schema=None) as batch_op:
        batch_op.drop_column('terms_version')
    op.drop_table('policy_acceptance')
    op.drop_table('policy_draft')
    op.drop_table('policy_version')
    immutable.release(op.get_bind(), 'policy_version')
