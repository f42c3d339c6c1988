"""A text as a picture that a phone reads."""

from __future__ import annotations

from base64 import b64encode

import qrcode
from qrcode.image.svg import SvgPathFillImage

QUIET_MODULES = 4
"""The white border that ISO/IEC 18004 asks for."""


def picture(text: str) -> str:
    """A `data:` address of an SVG, black on white in every colour scheme."""
    code = qrcode.QRCode(border=QUIET_MODULES, image_factory=SvgPathFillImage)
    code.add_data(text)
    return "data:image/svg+xml;base64," + b64encode(code.make_image().to_string()).decode("ascii")
