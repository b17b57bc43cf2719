"""Copy what the site takes from npm into docs/assets: `nox -s vendor`, after `npm ci` has fetched it.

The versions are those of package.json.  Fonts are made lighter on the way: one file for a weight, with the letters of
both languages (in two files a slow connection would show "ế" in another font than its neighbours), and no ligatures in
the monospaced one (readers type its characters one by one).
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path

from fontTools import merge, subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).parents[1]
MODULES = ROOT / "node_modules"
TEXT = MODULES / "@fontsource/be-vietnam-pro"
CODE = MODULES / "@fontsource-variable/jetbrains-mono"

PARTS = ("latin", "vietnamese")

# ASCII, Latin-1, the letters of Vietnamese, combining marks, dashes, quotation marks, the ellipsis, arrows.
LETTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *(0x1A0, 0x1A1, 0x1AF, 0x1B0),
    *(0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323),
    *range(0x1EA0, 0x1EFA),
    *range(0x2010, 0x2040),
    *(0x20AB, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212),
]
COPIES = {
    "asciinema-player/dist/bundle/asciinema-player.css": "js/vendor/asciinema-player.css",
    "asciinema-player/dist/bundle/asciinema-player.min.js": "js/vendor/asciinema-player.js",
    "asciinema-player/LICENSE": "js/vendor/asciinema-player-LICENSE.txt",
    "@fontsource/be-vietnam-pro/LICENSE": "fonts/be-vietnam-pro-LICENSE.txt",
    "@fontsource-variable/jetbrains-mono/LICENSE": "fonts/jetbrains-mono-LICENSE.txt",
    "iframe-worker/shim/index.js": "js/vendor/iframe-worker.js",
    "iframe-worker/LICENSE": "js/vendor/iframe-worker-LICENSE.txt",
    "minisearch/dist/umd/index.js": "js/vendor/minisearch.js",
    "minisearch/LICENSE.txt": "js/vendor/minisearch-LICENSE.txt",
}


def main(assets: Path) -> None:
    """Write every file that comes from npm below `assets`."""
    for source, target in COPIES.items():
        copy = assets / target
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, copy)
    fonts = assets / "fonts"
    for style in ("400-normal", "400-italic", "700-normal"):
        parts = [TTFont(TEXT / f"files/be-vietnam-pro-{part}-{style}.woff2") for part in PARTS]
        _save(_join(parts), fonts / f"be-vietnam-pro-{style}.woff2", ["kern", "mark", "mkmk", "ccmp", "locl"])
    for weight in (400, 700):
        parts = [TTFont(CODE / f"files/jetbrains-mono-{part}-wght-normal.woff2") for part in PARTS]
        parts = [instancer.instantiateVariableFont(part, {"wght": weight}) for part in parts]
        _save(_join(parts), fonts / f"jetbrains-mono-{weight}-normal.woff2", ["mark", "mkmk", "ccmp"])


def _join(parts: list[TTFont]) -> TTFont:
    """One font of several; the merger reads files."""
    files = []
    for part in parts:
        part.flavor = None
        files.append(BytesIO())
        part.save(files[-1])
        files[-1].seek(0)
    font = merge.Merger().merge(files)
    font["head"].created = font["head"].modified = parts[0]["head"].created  # the same file every time
    font.recalcTimestamp = False
    return font


def _save(font: TTFont, target: Path, features: list[str]) -> None:
    options = subset.Options(flavor="woff2", hinting=False, layout_features=features)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=LETTERS)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs/assets")
