"""Charts as parts of an HTML page."""

from __future__ import annotations

import re

PROLOG = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
METADATA = re.compile(r"<metadata>.*?</metadata>", re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
SIZE = re.compile(r'(<svg\b[^>]*?)\s(?:width|height)="[^"]*"')
REFERENCES = re.compile(r'(\sid="|\sxlink:href="#|url\(#)(?=[^"])')


def inline_svg(svg: bytes, name: str) -> str:
    """An SVG file as an element that fills the width it is given.

    `name` is put before all ids, which have to be unique within a page.
    """
    text = PROLOG.sub("", svg.decode("utf-8"), count=1)
    text = COMMENT.sub("", METADATA.sub("", text))
    for _ in ("width", "height"):
        text = SIZE.sub(r"\1", text, count=1)
    text = "".join(_prefixed(part, name) for part in re.split(r"(<[^>]*>)", text))
    return text.replace("<svg ", '<svg role="img" ', 1)


def _prefixed(part: str, name: str) -> str:
    return REFERENCES.sub(rf"\g<1>{name}-", part) if part.startswith("<") else part
