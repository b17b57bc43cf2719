"""Writing a file so that nobody ever reads half of it."""

import contextlib
import os
import tempfile
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Put the text in place of what the file holds, in folders made for it: all of it or none.  Raises OSError."""
    file = file.resolve()  # a link stays a link
    file.parent.mkdir(parents=True, exist_ok=True)
    staged = stage(file, text)
    try:
        os.replace(staged, file)
    finally:
        staged.unlink(missing_ok=True)


def stage(file: Path, text: str) -> Path:
    """A new file beside the old one, with its owner and permissions.

    Its name is none that MkDocs or pytest would take for a page.
    """
    file = file.resolve()
    with tempfile.NamedTemporaryFile(dir=file.parent, prefix=f".{file.name}-", delete=False) as stream:
        staged = Path(stream.name)
        try:
            stream.write(text.encode())
            stream.flush()
            if file.exists():
                before = file.stat()
                with contextlib.suppress(PermissionError):  # only root can give a file to another
                    os.chown(staged, before.st_uid, before.st_gid)
                staged.chmod(before.st_mode)
            else:
                staged.chmod(0o644)
        except OSError:
            staged.unlink()
            raise
    return staged
