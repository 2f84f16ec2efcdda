"""Names that the usual font cannot write: in another font where there is one, else boxes and one note."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from matplotlib import font_manager
from matplotlib.figure import Figure

from qisim.charts import fonts, style

KHMER, ETHIOPIC = "\u1780\u1781", "\u1230"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A computer that has the fonts of matplotlib alone."""
    caches = (fonts._fonts, fonts._family, fonts._is_usual, fonts._codes)
    own = str(Path(font_manager.__file__).parent)
    listed = [entry for entry in font_manager.fontManager.ttflist if entry.fname.startswith(own)]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", listed)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    monkeypatch.setattr(fonts, "_without_font", set())
    for each in caches:
        each.cache_clear()
    yield
    for each in caches:
        each.cache_clear()
    font_manager.fontManager._findfont_cached.cache_clear()


def installed(path: Path, family: str, letters: str) -> str:
    """A font that draws each of these letters as a block."""
    pen = TTGlyphPen(None)
    pen.moveTo((0, 0))
    for point in ((0, 700), (500, 700), (500, 0)):
        pen.lineTo(point)
    pen.closePath()
    block = pen.glyph()
    names = [".notdef", *(f"uni{ord(letter):04X}" for letter in letters)]
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(names)
    font.setupCharacterMap({ord(letter): name for letter, name in zip(letters, names[1:], strict=True)})
    font.setupGlyf(dict.fromkeys(names, block))
    font.setupHorizontalMetrics(dict.fromkeys(names, (600, 0)))
    font.setupHorizontalHeader(ascent=800, descent=-200)
    font.setupNameTable({"familyName": family, "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return str(path)


@style.styled
def drawn(*names: str) -> Figure:
    figure = style.new_figure(3)
    ax = figure.subplots()
    ax.set_xticks(range(len(names)), names)
    ax.set_title("Café, Đà Nẵng, Тест", loc="left")
    return figure


@pytest.mark.parametrize("form", ["svg", "png"])
def test_without_a_font_there_is_one_note_and_no_warning(form: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            style.figure_bytes(drawn(KHMER, f"A {ETHIOPIC}", KHMER), form)  # type: ignore[arg-type]
    assert "letters of these scripts: Ethiopic, Khmer. " in fonts.note()
    assert "\n" not in fonts.note() and str(Path(fonts.__file__).parent) not in fonts.note()


def test_a_font_that_the_computer_has_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where it was installed after matplotlib made its list; a damaged file beside it does no harm."""
    boxes = style.figure_bytes(drawn(KHMER), "png")
    (tmp_path / "damaged.ttf").write_bytes(b"no font")
    there = [str(tmp_path / "damaged.ttf"), installed(tmp_path / "blocks.ttf", "Blocks", KHMER + "A")]
    monkeypatch.setattr(font_manager, "findSystemFonts", lambda: there)
    for each in (fonts._fonts, fonts._family):
        each.cache_clear()
    monkeypatch.setattr(fonts, "_without_font", set())
    figure = drawn(KHMER, "Plain")
    khmer, plain = figure.axes[0].get_xticklabels()
    assert khmer.get_fontfamily() == [fonts.USUAL, "Blocks", "sans-serif"] and plain.get_fontfamily() == ["sans-serif"]
    assert style.figure_bytes(drawn(KHMER), "png") != boxes
    assert b"'Blocks'" in style.figure_bytes(figure, "svg")
    assert fonts.note() == ""


def test_what_the_usual_font_writes_is_left_to_it() -> None:
    assert drawn("Ouagadougou", "Bé\u0301 \u200b\u2060\u00a0").axes[0].get_xticklabels()[1].get_fontfamily() == [
        "sans-serif"
    ]
    assert fonts.note() == ""
