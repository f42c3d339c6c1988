"""The data map as a whole: over which column a member is reached, and what is read over it (L2, P-02)."""

import pytest
import sqlalchemy as sa
from flask import Flask

from gallery.core import clock, data_map
from gallery.core.personal import Category, Purpose, personal, plain
from gallery.trust.models import Block
from gallery.trust.services import block
from tests import factories

SAID = personal(category=Category.ACCOUNT, purpose=Purpose.ACCOUNT)


def table(*columns: sa.Column[object]) -> sa.Table:
    """A table of its own beside a table of members."""
    metadata = sa.MetaData()
    sa.Table("member", metadata, sa.Column("id", sa.Integer, primary_key=True, info=SAID))
    return sa.Table("thing", metadata, sa.Column("id", sa.Integer, primary_key=True, info=plain), *columns)


def to_member(name: str) -> sa.Column[object]:
    """A column that names a member."""
    return sa.Column(name, sa.Integer, sa.ForeignKey("member.id"), info=SAID)


def test_the_only_column_that_names_a_member_is_the_way() -> None:
    made = table(to_member("owner_id"), sa.Column("words", sa.Text, info=SAID))
    assert data_map.edge_of(made.c.words) is made.c.owner_id


def test_of_several_the_one_called_member_id_is_the_way_and_the_others_are_their_own() -> None:
    made = table(to_member("member_id"), to_member("by_id"), sa.Column("words", sa.Text, info=SAID))
    assert data_map.edge_of(made.c.words) is made.c.member_id
    assert data_map.edge_of(made.c.by_id) is made.c.by_id
    assert [str(path) for path in data_map.paths(made.metadata)] == ["member.id", "thing.member_id", "thing.by_id"]


def test_an_entry_may_say_whom_it_is_about() -> None:
    said = personal(category=Category.ACCOUNT, purpose=Purpose.ACCOUNT, via="by_id")
    made = table(to_member("member_id"), to_member("by_id"), sa.Column("words", sa.Text, info=said))
    assert data_map.edge_of(made.c.words) is made.c.by_id


@pytest.mark.parametrize("names", [(), ("seller_id", "buyer_id")], ids=["none", "two"])
def test_a_personal_column_that_leads_to_nobody_is_refused(names: tuple[str, ...]) -> None:
    made = table(*(to_member(name) for name in names), sa.Column("words", sa.Text, info=SAID))
    with pytest.raises(data_map.UnreachableError, match="words"):
        data_map.lines(made.metadata)


@pytest.mark.database
def test_rows_are_those_of_the_member_over_that_path(app: Flask) -> None:
    ana, ben = factories.member("ana"), factories.member("ben")
    fay = factories.member("fay", roles=["fraud"])
    for member in (ana, ben):
        block(member.id, "Not paid", until=None, by_id=fay.id, now=clock.now())
    ways = {str(path): path for path in data_map.paths() if path.table is Block.__table__}
    assert [row["member_id"] for row in data_map.rows(ways["block.member_id"], ana.id)] == [ana.id]
    assert [row["member_id"] for row in data_map.rows(ways["block.by_id"], fay.id)] == [ana.id, ben.id]
    assert [line.column.name for line in ways["block.by_id"].lines] == ["by_id"]
