"""Pictures of modest size: a palette of 256 colours is enough for tables and charts."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from docs.screenshots.browser import PageFailed

_LARGEST_BYTES = 250_000
_LARGEST_TOTAL_BYTES = 2_500_000
_PALETTES = (256, 128, 64)


def keep(png: bytes, path: Path) -> None:
    """Write a screenshot as a palette PNG, with as many colours as fit.

    Raises:
        PageFailed: it stays too big.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in _PALETTES:
        packed = io.BytesIO()
        reduced = picture.quantize(colours, dither=Image.Dither.NONE)
        reduced.save(packed, "PNG", optimize=True)
        if packed.tell() <= _LARGEST_BYTES:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(packed.getvalue())
            print(f"{path.name}: {picture.width} x {picture.height}, {packed.tell()} B")
            return
    raise PageFailed(f"{path.name} has {packed.tell()} bytes, over {_LARGEST_BYTES}.")


def check_total(folder: Path) -> None:
    """All pictures together stay small enough for a repository.

    Raises:
        PageFailed: they do not.
    """
    total = sum(path.stat().st_size for path in folder.glob("*.png"))
    if total > _LARGEST_TOTAL_BYTES:
        raise PageFailed(f"{folder} has {total} bytes, over {_LARGEST_TOTAL_BYTES}.")
    print(f"{total} B in all")
