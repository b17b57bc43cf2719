"""Social preview images: a page's title and what it is about, 1200 by 630 pixels, drawn at build without any network."""

import textwrap
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parents[1] / "docs/assets/fonts"
SIZE = (1200, 630)
MARGIN = 80
JADE, LACQUER, WHITE, PALE = "#0e5650", "#d8714a", "#ffffff", "#cfe3e0"

# docs/assets/logo.svg: a house with a prompt in it, and the hook of "ể" for its smoke, on a field of 24 by 24.
_STROKES = (
    ((3.2, 11.6), (12, 5.6), (20.8, 11.6)),
    ((5.6, 12.6), (5.6, 20.8), (18.4, 20.8), (18.4, 12.6)),
    ((9.2, 13.4), (11.8, 15.7), (9.2, 18)),
    ((13.4, 18), (15.3, 18)),
    ((16.6, 1.2), (17.5, 1.2), (18.2, 1.7), (18.5, 2.5), (18.3, 3.3), (17.8, 3.9), (17.2, 4.3), (17, 5)),
)


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONTS / f"{name}.woff2"), size)


@cache
def _logo(size: int) -> Image.Image:
    """The logo in white, drawn four times too large and scaled down, which smooths its edges."""
    scale = size / 24 * 4
    image = Image.new("L", (size * 4, size * 4))
    draw = ImageDraw.Draw(image)
    width = round(1.9 * scale)
    for stroke in _STROKES:
        points = [(x * scale, y * scale) for x, y in stroke]
        draw.line(points, fill=255, width=width, joint="curve")
        for x, y in (points[0], points[-1]):
            draw.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), fill=255)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def draw(site: str, title: str, description: str) -> Image.Image:
    """The preview of a page: the site's name above, the title in the largest size that fits, the description below."""
    image = Image.new("RGB", SIZE, JADE)
    pen = ImageDraw.Draw(image)
    image.paste(WHITE, (MARGIN, 64), _logo(72))
    pen.text((MARGIN + 92, 100), site, font=_font("be-vietnam-pro-700-normal", 34), fill=WHITE, anchor="lm")
    pen.rectangle((0, SIZE[1] - 14, SIZE[0], SIZE[1]), fill=LACQUER)
    size, lines = _fit(title)
    below = 190 + len(lines) * size * 1.25
    pen.multiline_text(
        (MARGIN, 180),
        "\n".join(lines),
        font=_font("be-vietnam-pro-700-normal", size),
        fill=WHITE,
        spacing=size * 0.25,
    )
    room = max(1, int((SIZE[1] - 60 - below) // 44))
    told = textwrap.wrap(description, 62)
    if len(told) > room:
        told = [*told[: room - 1], textwrap.shorten(" ".join(told[room - 1 :]), 60, placeholder=" …")]
    pen.multiline_text(
        (MARGIN, below + 20),
        "\n".join(told),
        font=_font("be-vietnam-pro-400-normal", 32),
        fill=PALE,
        spacing=12,
    )
    return image.quantize(48)


def _fit(title: str) -> tuple[int, list[str]]:
    for size, width in ((84, 24), (72, 28), (60, 34)):
        lines = textwrap.wrap(title, width)
        font = _font("be-vietnam-pro-700-normal", size)
        if len(lines) <= 3 and all(font.getlength(line) <= SIZE[0] - 2 * MARGIN for line in lines):
            return size, lines
    return 48, textwrap.wrap(title, 42)[:4]


@cache
def png(site: str, title: str, description: str) -> bytes:
    """The preview as a file; `serve` builds the same pages again and again."""
    file = BytesIO()
    draw(site, title, description).save(file, "PNG", optimize=True)
    return file.getvalue()
