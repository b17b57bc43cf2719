"""Pages that only `echo`, which any tool that runs shell examples can run."""

from pathlib import Path

from tests.bench.process import Taken, pytest, run

EXAMPLES = 10  # on a page


def page(number: int) -> str:
    parts = [f"# Trang {number}\n"]
    for n in range(EXAMPLES):
        words = f"page {number}, example {n}"
        parts.append(
            f"## Phần {n} {{ #part-{n} }}\n\nMột câu văn với `code`.\n\n```console\n$ echo {words}\n{words}\n```\n"
        )
    return "\n".join(parts)


def write(folder: Path, count: int) -> Path:
    """A folder below `folder` with this many pages."""
    pages = folder / f"echo-{count}"
    pages.mkdir(exist_ok=True)
    for number in range(count):
        (pages / f"page-{number}.md").write_text(page(number), encoding="utf-8")
    return pages


def collect(folder: Path, count: int) -> Taken:
    """What pytest takes to start and to collect this many pages."""
    return run(pytest("--collect-only", write(folder, count)))
