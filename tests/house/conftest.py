"""One furnished house for all questions that are put to every page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gallery import create_app
from gallery.core.db import db
from gallery.core.settings import Settings
from tests.conftest import KEYS
from tests.house import matrix_things
from tests.house.matrix_cast import House, furnish


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> Iterator[House]:
    """The people and things of the access matrix; who writes something puts the house back."""
    directory = tmp_path_factory.mktemp("matrix")
    (directory / "static").symlink_to(sqlite_template.with_name("static"))
    file = directory / "gallery.db"
    file.write_bytes(sqlite_template.read_bytes())
    app = create_app(Settings.from_environ(KEYS | matrix_things.FACEBOOK | {"GALLERY_DATA_DIR": str(directory)}))
    yield furnish(app, file, matrix_things.things)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
