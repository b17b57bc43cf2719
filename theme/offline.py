"""`nox -s site -- --offline`: the site as a folder, and as a zip of it, to be read without a server or a network."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAME = "hieu-docker"


def main(target: Path, options: list[str]) -> int:
    """Write `target`/hieu-docker and `target`/hieu-docker.zip; `options` go to MkDocs.  Returns an exit status."""
    folder = target / NAME
    # Never --quiet: it hides the warnings from --strict, too, and the build succeeds.
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder), *options]
    built = subprocess.run(command, check=False, cwd=ROOT, env=os.environ | {"OFFLINE": "true"})
    if built.returncode:
        return built.returncode
    for unread in (*folder.rglob("404.html"), *folder.glob("sitemap.xml*"), *folder.rglob("*.map")):
        unread.unlink()  # for servers, and for the theme's developers
    archive = shutil.make_archive(str(folder), "zip", target, NAME)
    print(
        f"Open {folder / 'index.html'} in a browser, or give away {archive} ({os.path.getsize(archive) / 1e6:.1f} MB)."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(ROOT / "offline", sys.argv[1:]))
