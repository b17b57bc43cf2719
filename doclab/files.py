"""Writing a file so that nobody ever reads half of it."""

import os
import tempfile
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Put the text in place of what the file holds, in folders made for it: all of it or none.  Raises OSError."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as stream:
        staged = Path(stream.name)
    try:
        staged.write_text(text, encoding="utf-8")
        staged.chmod(0o644)  # temporary files are for their owner only
        os.replace(staged, file)
    finally:
        staged.unlink(missing_ok=True)
