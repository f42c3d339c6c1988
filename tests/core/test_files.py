"""The file store: whole or not at all, and nowhere but in its folder."""

import hashlib
from pathlib import Path

import pytest

from gallery.core.files import FileMissing, Folder


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def test_what_is_put_comes_back(store: Folder) -> None:
    key = store.put(b"a wave", "pictures/abc-240.webp")
    assert key == "pictures/abc-240.webp"
    with store.open(key) as file:
        assert file.read() == b"a wave"
    path = store.path(key)
    assert path is not None
    assert path.read_bytes() == b"a wave"


def test_a_file_without_a_name_is_called_by_its_content(store: Folder) -> None:
    assert store.put(b"a wave") == hashlib.sha256(b"a wave").hexdigest() == store.put(b"a wave")


def test_what_is_deleted_is_gone_and_may_be_deleted_again(store: Folder) -> None:
    key = store.put(b"a wave")
    store.delete(key)
    store.delete(key)
    assert store.path(key) is None
    with pytest.raises(FileMissing):
        store.open(key)


def test_a_half_written_file_is_replaced(store: Folder) -> None:
    key = store.put(b"a wave")
    store._at(key).write_bytes(b"a w")
    store.put(b"a wave")
    assert store._at(key).read_bytes() == b"a wave"


def test_a_put_that_fails_leaves_nothing_behind(store: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        store.put(b"a wave", "pictures/abc-240.webp")
    assert list((store.root / "pictures").iterdir()) == []


AWKWARD = [
    *("../secret_key", "pictures/../../secret_key", "{outside}", "a/b/c", "", ".", "..", "pictures/", "a\0b", "A.jpg"),
    *("pictures/.new-x", "x" * 200, "a.jpg\n", "pictures\\..\\x", "é.jpg"),
]


@pytest.mark.parametrize("key", AWKWARD)
def test_a_key_never_leads_out_of_the_folder(store: Folder, tmp_path: Path, key: str) -> None:
    key = key.format(outside=tmp_path / "outside")
    with pytest.raises(FileMissing):
        store.path(key)
    with pytest.raises(FileMissing):
        store.put(b"a wave", key or ".")
    assert list(tmp_path.iterdir()) == []
