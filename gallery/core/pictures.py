"""Turn a photograph into the files that pages show (C4): of a lot, or in a page of the editors.

Each becomes AVIF, WebP and JPEG in the widths that fit it, never enlarged, and a tiny preview. Pixels are
decoded and encoded anew, so that what a camera wrote beside them (place, time, owner) stays behind.
"""

from __future__ import annotations

import hashlib
import io
import re
import warnings
from base64 import b64encode
from dataclasses import dataclass
from enum import StrEnum

from PIL import Image, ImageCms, ImageOps

from gallery.core import files

WIDTHS = (240, 480, 960, 1600)
"""In pixels: a card on a small screen, a card or a phone, a tablet, a wide screen."""

LARGEST_BYTES = 30_000_000
LARGEST_PIXELS = 40_000_000
LONGEST_SIDE = 16_000
"""In pixels; WebP ends at 16,383."""

SMALLEST_SIDE = 32
"""In pixels; less is no picture of a work."""

PREVIEW_WIDTH = 16
AREA = "pictures"
TYPES = {"avif": "image/avif", "webp": "image/webp", "jpg": "image/jpeg"}

_ENCODERS: dict[str, tuple[str, dict[str, object]]] = {
    "avif": ("AVIF", {"quality": 55, "speed": 8}),
    "webp": ("WEBP", {"quality": 75, "method": 4}),
    "jpg": ("JPEG", {"quality": 80, "optimize": True, "progressive": True}),
}
_RECIPE = b"1"
"""Part of each name: change it together with the encoders, since browsers keep pictures for ever."""

_NAME = re.compile(r"[0-9a-f]{32}-[1-9][0-9]{0,4}\.(avif|webp|jpg)", re.ASCII)


class PictureProblem(StrEnum):
    """Why a picture was not taken."""

    TOO_LARGE = "too large"
    TOO_MANY_PIXELS = "too many pixels"
    TOO_SMALL = "too small"
    NOT_A_PICTURE = "not a JPEG, PNG or WebP picture"
    DAMAGED = "damaged or cut off"


class PictureRefused(ValueError):
    """The bytes are not a picture that we take."""

    def __init__(self, problem: PictureProblem) -> None:
        super().__init__(f"The picture is {problem}.")
        self.problem = problem


@dataclass(frozen=True)
class Stored:
    """What was made of a picture: what a row in the database needs."""

    file: str
    width: int
    height: int
    widths: tuple[int, ...]
    preview: str


def store(content: bytes) -> Stored:
    """Make and keep all variants. Takes seconds for a large picture; call it outside of a transaction.

    Names come from the content, so that it may be repeated: variants that are kept already are not made again.

    Raises PictureRefused.
    """
    image = read(content)
    stem = hashlib.sha256(_RECIPE + content).hexdigest()[:32]
    widths = fitting(image.width)
    kept = files.store()
    for width in widths:
        scaled = _scaled(image, width)
        for kind in TYPES:
            key = f"{AREA}/{name_of(stem, width, kind)}"
            if kept.path(key) is None:
                kept.put(encode(scaled, kind), key)
    largest = _size(image, widths[-1])
    return Stored(stem, largest[0], largest[1], widths, preview(image))


def remove(file: str, widths: tuple[int, ...]) -> None:
    """Delete all variants of a picture that no row names any more."""
    for width in widths:
        for kind in TYPES:
            files.store().delete(f"{AREA}/{name_of(file, width, kind)}")


def read(content: bytes) -> Image.Image:
    """Decode a picture: upright, in sRGB, on white, without metadata. Raises PictureRefused."""
    if len(content) > LARGEST_BYTES:
        raise PictureRefused(PictureProblem.TOO_LARGE)
    try:
        image = Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise PictureRefused(PictureProblem.TOO_MANY_PIXELS) from None
    except Exception as wrong:  # A stranger's bytes make decoders fail in every way.
        raise PictureRefused(PictureProblem.NOT_A_PICTURE) from wrong
    # The header alone tells the size: nothing has been decoded so far.
    if image.width * image.height > LARGEST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise PictureRefused(PictureProblem.TOO_MANY_PIXELS)
    if min(image.size) < SMALLEST_SIDE:
        raise PictureRefused(PictureProblem.TOO_SMALL)
    try:
        image.load()
        upright = ImageOps.exif_transpose(image)
        return _bare(_on_white(_in_srgb(upright)))
    except Exception as wrong:
        raise PictureRefused(PictureProblem.DAMAGED) from wrong


def fitting(width: int) -> tuple[int, ...]:
    """The widths to make of a picture: the usual ones up to its own, and its own if it lies well above the last."""
    usual = [one for one in WIDTHS if one <= width]
    own = min(width, WIDTHS[-1])
    if not usual or own > usual[-1] * 1.15:
        usual.append(own)
    return tuple(usual)


def lighter(widths: str) -> str:
    """Those of the widths that a visitor who saves data or has a slow line is shown (P4)."""
    least, *more = widths.split(",")
    return ",".join([least, *(width for width in more if int(width) <= 480)])


def name_of(file: str, width: int | str, kind: str) -> str:
    """The name of one variant, which is also the end of its address."""
    return f"{file}-{width}.{kind}"


def address(file: str, width: int | str, kind: str) -> str:
    """Where a browser finds one variant."""
    return f"/{AREA}/{name_of(file, width, kind)}"


def type_of(name: str) -> str | None:
    """The media type of a variant by its name; None when this is no variant's name."""
    found = _NAME.fullmatch(name)
    return TYPES[found[1]] if found else None


def encode(image: Image.Image, kind: str) -> bytes:
    """The picture as AVIF, WebP or JPEG."""
    form, options = _ENCODERS[kind]
    written = io.BytesIO()
    image.save(written, form, **options)
    return written.getvalue()


def preview(image: Image.Image) -> str:
    """A data: URI of the picture at 16 pixels, about 110 characters: what is there before the picture is."""
    written = io.BytesIO()
    tiny = image.resize(_size(image, PREVIEW_WIDTH), Image.Resampling.BOX)
    tiny.save(written, "WEBP", quality=5, method=6)
    return f"data:image/webp;base64,{b64encode(written.getvalue()).decode()}"


def _size(image: Image.Image, width: int) -> tuple[int, int]:
    return width, max(1, round(image.height * width / image.width))


def _scaled(image: Image.Image, width: int) -> Image.Image:
    return image if width == image.width else image.resize(_size(image, width), Image.Resampling.LANCZOS)


def _in_srgb(image: Image.Image) -> Image.Image:
    """Colours as the photographer meant them: wide gamuts and print colours are converted by their profile."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "L"):
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image  # A broken profile costs a shade, not the picture.
    return converted if converted is not None else image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel: convert() would cut them off instead of scaling them.
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    if "A" not in image.getbands() and "transparency" not in image.info:
        return image.convert("RGB")
    image = image.convert("RGBA")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _bare(image: Image.Image) -> Image.Image:
    """Only the pixels: encoders copy comments and profiles from `info` by themselves."""
    image.info.clear()
    return image


Image.MAX_IMAGE_PIXELS = LARGEST_PIXELS
warnings.simplefilter("error", Image.DecompressionBombWarning)
