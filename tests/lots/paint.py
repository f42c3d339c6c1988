"""Pictures for tests, painted here."""

import io
import random
from typing import Any

from PIL import Image

FORMATS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}


def painting(width: int = 640, height: int = 480, kind: str = "jpg", mode: str = "RGB", **options: Any) -> bytes:
    """A picture with a dark left upper corner on a light ground, some noise in it."""
    image = Image.new("RGB", (width, height), (240, 235, 225))
    image.paste((20, 40, 90), (0, 0, width // 2, height // 2))
    chance = random.Random(1)
    for _ in range(200):
        spot = (chance.randrange(width), chance.randrange(height))
        image.putpixel(spot, (chance.randrange(256), 0, 0))
    if mode == "I;16":  # Converting would use only the lowest of its 65,536 steps.
        image = image.convert("I").point(lambda value: value * 257)
    written = io.BytesIO()
    image.convert(mode).save(written, FORMATS[kind], **options)
    return written.getvalue()
