"""The file store: named bytes that are written once and never changed.

Today there is one, a folder under the data directory. Keys look like `pictures/3f9a…-480.avif`: an area and a name.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from flask import Flask, current_app, request
from flask_login import current_user

from gallery.core.settings import Settings

_KEY = re.compile(r"(?:[a-z][a-z0-9_]{0,31}/)?[a-z0-9][a-z0-9_-]{0,99}(?:\.[a-z0-9]{1,8})?", re.ASCII)


class FileMissing(KeyError):
    """No file is stored under this key."""


class FileStore(Protocol):
    """Where files are kept."""

    def put(self, content: bytes, key: str | None = None) -> str:
        """Store the bytes under the key, by default their SHA-256, and tell the key. Twice does nothing."""

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading, or raise FileMissing."""

    def path(self, key: str) -> Path | None:
        """Where the file lies on this machine; None if it doesn't."""

    def delete(self, key: str) -> None:
        """Remove the file, if it is there."""


class Folder:
    """Files in a folder of this machine, synchronised to the disk before they are said to be stored."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, content: bytes, key: str | None = None) -> str:
        """Store the bytes so that a reader, or a power cut, sees all of them or none."""
        key = key or hashlib.sha256(content).hexdigest()
        target = self._at(key)
        if target.is_file() and target.stat().st_size == len(content):
            return key
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=target.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(beside).replace(target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        _synchronise(target.parent)
        return key

    def open(self, key: str) -> BinaryIO:
        """Open a file for reading, or raise FileMissing."""
        try:
            return self._at(key).open("rb")
        except (FileNotFoundError, IsADirectoryError):
            raise FileMissing(key) from None

    def path(self, key: str) -> Path | None:
        """The file itself, so that a server can send it without reading it."""
        found = self._at(key)
        return found if found.is_file() else None

    def delete(self, key: str) -> None:
        """Remove the file, if it is there."""
        self._at(key).unlink(missing_ok=True)

    def _at(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise FileMissing(key)
        return self.root / key


View = Callable[..., Any]


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its file store, and let the views that take files have them."""
    app.extensions["files"] = Folder(settings.data_dir / "files")
    app.before_request(_widen)  # Before core.csrf, which reads the form.


def takes(most_bytes: int) -> Callable[[View], View]:
    """Put below the access mark of a view: its forms may be that large, for who is signed in."""

    def mark(view: View) -> View:
        view.most_bytes = most_bytes  # type: ignore[attr-defined]
        return view

    return mark


def _widen() -> None:
    most = getattr(current_app.view_functions.get(request.endpoint or ""), "most_bytes", None)
    if most is not None and current_user.is_authenticated:
        request.max_content_length = most


def store() -> FileStore:
    """The file store of the running application."""
    files: FileStore = current_app.extensions["files"]
    return files


def _synchronise(folder: Path) -> None:
    """Make a new name in the folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
