"""`nox -s lighthouse`: what Lighthouse says of the built site on a phone, kept in lighthouse.md.

Exit status 1 when a page has less than 95 for performance (the median of several runs) or less than 100 for the rest.
Not in CI: the first figure is a matter of the machine's load.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from datetime import date
from functools import partial
from pathlib import Path
from statistics import median

import conftest

ROOT = conftest.ROOT
TABLE = Path(__file__).with_name("lighthouse.md")
PAGES = [
    "",
    "en/",
    "start/",
    "linking/link/",
    "en/copy-on-write/",
    "glossary/",
    "myths/hardware-virtualization/",
]
WANTED = {"performance": 95, "accessibility": 100, "best-practices": 100, "seo": 100}
RUNS = 3
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"


def serve(folder: Path) -> str:
    """Build the site and serve it as a static host does; its address."""
    server = conftest.Server(("127.0.0.1", 0), partial(conftest.Handler, directory=folder))
    address = f"http://127.0.0.1:{server.server_port}{conftest.BELOW}"
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--site-dir",
        folder,
    ]  # `nox -s site` is the strict one
    subprocess.run(command, check=True, cwd=ROOT, env=os.environ | {"SITE_URL": address}, capture_output=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return address


def measure(address: str) -> dict:
    """Lighthouse's report of a page, with its defaults: a mid-range phone on a slow 4G line."""
    command = [
        str(Path(sys.executable).with_name("node")),
        "node_modules/lighthouse/cli/index.js",
        address,
        "--quiet",
        "--output=json",
    ]
    env = os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}
    done = subprocess.run(
        [*command, f"--chrome-flags={FLAGS}"], check=False, cwd=ROOT, env=env, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"lighthouse failed on {address}:\n{done.stderr}")
    return json.loads(done.stdout)


def row(path: str, reports: list[dict]) -> tuple[str, list[str]]:
    """The page's line in the table, and what is wrong with it."""
    scores = {
        name: round(100 * median(report["categories"][name]["score"] for report in reports))
        for name in WANTED
    }
    last = reports[-1]["audits"]
    weight = last["total-byte-weight"]["numericValue"] / 1000
    paint = median(report["audits"]["largest-contentful-paint"]["numericValue"] for report in reports) / 1000
    shift = max(report["audits"]["cumulative-layout-shift"]["numericValue"] for report in reports)
    cells = [f"/{path}", *map(str, scores.values()), f"{paint:.1f}", f"{shift:.3f}", f"{weight:.0f}"]
    failed = [
        f"{audit['id']}: {audit['title']}"
        for audit in last.values()
        if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] == "binary"
    ]
    wrong = [
        f"/{path}: {name} {scores[name]}, wanted {least}; {', '.join(failed)}"
        for name, least in WANTED.items()
        if scores[name] < least
    ]
    return f"| {' | '.join(cells)} |", wrong


def main() -> int:
    lines, wrong, version = [], [], ""
    with tempfile.TemporaryDirectory() as folder:
        address = serve(Path(folder))
        for path in PAGES:
            reports = [measure(address + path) for _ in range(RUNS)]
            version = reports[0]["lighthouseVersion"]
            line, complaints = row(path, reports)
            print(line, flush=True)
            lines.append(line)
            wrong += complaints
    TABLE.write_text(
        f"# Lighthouse {version}, {date.today()}\n\n"
        f"`nox -s lighthouse`: a mid-range phone on a slow 4G line, the median of {RUNS} runs.\n"
        "Paint is the largest contentful paint in seconds, shift the worst cumulative layout shift, KB what came over the wire.\n\n"
        "| page | performance | accessibility | best practices | SEO | paint | shift | KB |\n"
        "|---|---|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n",
        encoding="utf-8",
    )
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
