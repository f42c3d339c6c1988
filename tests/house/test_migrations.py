"""Migrations build what the models say, on both databases, and can be taken back."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from gallery import create_app
from gallery.core.db import Base, db
from gallery.core.settings import Settings
from tests.conftest import KEYS

VERSIONS = sorted(path.stem for path in (Path(__file__).parents[2] / "migrations" / "versions").glob("*.py"))


@pytest.fixture
def empty_url(request: pytest.FixtureRequest, database_kind: str, tmp_path: Path) -> str:
    if database_kind == "postgresql":
        url: str = request.getfixturevalue("empty_postgres_url")
        return url
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.mark.database
def test_migrations_build_what_the_models_say_and_can_be_taken_back(empty_url: str, tmp_path: Path) -> None:
    app = create_app(
        Settings.from_environ(KEYS | {"GALLERY_DATA_DIR": str(tmp_path), "GALLERY_DATABASE_URL": empty_url})
    )
    with app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_ours})
            assert compare_metadata(context, Base.metadata) == []
        assert set(Base.metadata.tables) <= set(sa.inspect(db.engine).get_table_names())
        downgrade(revision="base")
        left = {name for name in sa.inspect(db.engine).get_table_names() if name != "alembic_version"}
        assert left == set()
        db.engine.dispose()


def is_ours(_object: object, name: str | None, kind: str, reflected: bool, _compared: object) -> bool:
    return not (reflected and (name or "").startswith(("lot_words", "ix_lot_search_words")))


def test_migrations_are_numbered_without_gaps() -> None:
    assert [int(name[:4]) for name in VERSIONS] == list(range(1, len(VERSIONS) + 1))
