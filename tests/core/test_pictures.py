"""What becomes of a photograph: every size that fits, nothing of the camera's, and no bomb (C4)."""

import io
import struct
import zlib
from base64 import b64decode
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from PIL import Image, ImageCms

from gallery.core import files, pictures
from gallery.core.pictures import PictureProblem, PictureRefused
from tests.lots.paint import painting

ORIENTATION, GPS, MAKER = 0x0112, 0x8825, 0x010F


def stored(file: str, width: int, kind: str) -> Image.Image:
    with files.store().open(f"pictures/{pictures.name_of(file, width, kind)}") as file_:
        image = Image.open(io.BytesIO(file_.read()))
    image.load()
    return image


def refused(content: bytes) -> PictureProblem:
    with pytest.raises(PictureRefused) as raised:
        pictures.read(content)
    return raised.value.problem


@pytest.mark.parametrize("kind", ["jpg", "png", "webp"])
def test_a_picture_is_kept_in_three_formats_and_all_fitting_widths(app: Flask, kind: str) -> None:
    made = pictures.store(painting(1000, 750, kind))
    assert (made.widths, made.width, made.height) == ((240, 480, 960), 960, 720)
    for width in made.widths:
        for form, name in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
            image = stored(made.file, width, form)
            assert (image.format, image.size) == (name, (width, width * 3 // 4))


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        (100, (100,)),
        (240, (240,)),
        (260, (240,)),
        (400, (240, 400)),
        (928, (240, 480, 928)),
        (960, (240, 480, 960)),
        (1599, (240, 480, 960, 1599)),
        (1600, (240, 480, 960, 1600)),
        (6000, (240, 480, 960, 1600)),
    ],
)
def test_nothing_is_enlarged(width: int, widths: tuple[int, ...]) -> None:
    assert pictures.fitting(width) == widths


def test_the_camera_tells_nothing(app: Flask) -> None:
    exif = Image.Exif()
    exif[MAKER] = "Camera of Sol"
    exif.get_ifd(GPS)[2] = (14.0, 41.0, 30.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = painting(exif=exif.tobytes(), icc_profile=profile, comment=b"by Sol in Fann", xmp=b"<x>Sol</x>")
    assert b"Camera of Sol" in content
    assert b"by Sol in Fann" in content
    made = pictures.store(content)
    for width in made.widths:
        for kind in pictures.TYPES:
            image = stored(made.file, width, kind)
            assert dict(image.getexif()) == {}
            assert not {"exif", "icc_profile", "comment", "xmp", "XML:com.adobe.xmp"} & set(image.info)
            with files.store().open(f"pictures/{pictures.name_of(made.file, width, kind)}") as file:
                assert b"Sol" not in file.read()


@pytest.mark.parametrize(("orientation", "dark"), [(1, (0, 0)), (3, (1, 1)), (6, (1, 0)), (8, (0, 1))])
def test_a_picture_stands_upright(orientation: int, dark: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    image = pictures.read(painting(400, 300, exif=exif.tobytes()))
    assert image.size == ((400, 300) if orientation in (1, 3) else (300, 400))
    corners = {
        (x, y): image.getpixel((10 + x * (image.width - 20), 10 + y * (image.height - 20)))
        for x in (0, 1)
        for y in (0, 1)
    }
    darkest = min(corners, key=lambda corner: sum(corners[corner]))  # type: ignore[arg-type]
    assert darkest == dark


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK", "I;16", "LA", "1"])
def test_every_way_to_write_pixels_is_understood(mode: str) -> None:
    kind = "jpg" if mode == "CMYK" else "png"
    image = pictures.read(painting(64, 64, kind, mode))
    assert image.mode == "RGB"
    light, dark = image.getpixel((60, 60)), image.getpixel((5, 5))
    assert sum(light) > sum(dark)  # type: ignore[arg-type]


def test_what_is_transparent_becomes_white() -> None:
    written = io.BytesIO()
    Image.new("RGBA", (64, 64), (255, 0, 0, 0)).save(written, "PNG")
    assert pictures.read(written.getvalue()).getpixel((5, 5)) == (255, 255, 255)


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG whose head names a size that its few bytes do not have."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(10_000))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8_000, 8_000), (7_000, 6_000), (20_000, 20_000), (60_000, 60_000), (16_001, 100)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    assert refused(png_that_claims(*size)) is PictureProblem.TOO_MANY_PIXELS


def test_a_picture_that_is_cut_off_is_refused() -> None:
    whole = painting(800, 600)
    assert refused(whole[: len(whole) // 2]) is PictureProblem.DAMAGED
    assert refused(png_that_claims(600, 600)) is PictureProblem.DAMAGED


@pytest.mark.parametrize(
    "content", [b"", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\xff\xd8\xff", b"x" * 999]
)
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    assert refused(content) is PictureProblem.NOT_A_PICTURE


@pytest.mark.parametrize("form", ["GIF", "BMP", "TIFF", "ICO"])
def test_other_formats_are_not_even_tried(form: str) -> None:
    written = io.BytesIO()
    Image.new("RGB", (64, 64)).save(written, form)
    assert refused(written.getvalue()) is PictureProblem.NOT_A_PICTURE


def test_sizes_that_make_no_picture_are_refused() -> None:
    assert refused(painting(31, 400)) is PictureProblem.TOO_SMALL
    assert refused(b"\xff" * (pictures.LARGEST_BYTES + 1)) is PictureProblem.TOO_LARGE


@pytest.mark.parametrize("damage", range(40))
def test_no_damage_brings_more_than_a_refusal(damage: int) -> None:
    content = bytearray(painting(120, 90, ("jpg", "png", "webp")[damage % 3]))
    for place in range(damage * 7 % 50 + 2, len(content), 97):
        content[place] ^= 0x5A
    with suppress(PictureRefused):
        assert pictures.read(bytes(content)).mode == "RGB"


def test_the_preview_is_a_tiny_picture_in_the_page_itself() -> None:
    uri = pictures.preview(pictures.read(painting(800, 600)))
    head, body = uri.split(",")
    assert head == "data:image/webp;base64"
    assert Image.open(io.BytesIO(b64decode(body))).size == (16, 12)
    assert len(uri) < 200


def test_the_same_picture_has_the_same_name_and_another_one_another(app: Flask) -> None:
    one, again, other = (pictures.store(painting(width)) for width in (300, 300, 301))
    assert one == again
    assert one.file != other.file


def test_a_removed_picture_leaves_no_file(app: Flask) -> None:
    made = pictures.store(painting(300))
    folder: Any = files.store()
    assert list((folder.root / "pictures").iterdir())
    pictures.remove(made.file, made.widths)
    assert list((folder.root / "pictures").iterdir()) == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a" * 32 + "-480.avif", "image/avif"),
        ("0" * 32 + "-1600.jpg", "image/jpeg"),
        ("a" * 32 + "-480.gif", None),
        ("a" * 31 + "-480.jpg", None),
        ("a" * 32 + "-0.jpg", None),
        ("../" + "a" * 32 + "-480.jpg", None),
        ("", None),
    ],
)
def test_only_names_of_variants_have_a_type(name: str, kind: str | None) -> None:
    assert pictures.type_of(name) == kind
