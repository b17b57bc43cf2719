"""Files in a page's host, written and read from inside it.

From out here a symbolic link of the page's would lead to this machine's own files: in /proc/PID/root the kernel resolves
an absolute link against the root of whoever follows it.
"""

import errno
import subprocess
from pathlib import PurePosixPath


class FileError(OSError):
    """A file of a page's host that can't be written or read."""


_WRITE = 'mkdir -p "$1" && cat >"$2"'
_NAMES = """
    cd "$1" 2>/dev/null || exit 0
    for name in * .[!.]* ..?*; do
        if [ -d "$name" ] && [ ! -L "$name" ]; then printf '%s/\\0' "$name"
        elif [ -e "$name" ] || [ -L "$name" ]; then printf '%s\\0' "$name"; fi
    done
"""
_LIMIT = 10.0  # seconds: the page may have put a pipe there, which nobody reads


def write(host, path: str, text: str) -> None:
    """Write the file, and the directories above it.  Raises FileError, its `strerror` in the words of the shell."""
    _run(host, _WRITE, str(PurePosixPath(path).parent), path, text=text)


def read(host, path: str) -> str:
    """Read the file.  Raises FileError."""
    return _run(host, 'cat "$1"', path)


def names(host, directory: str) -> list[str]:
    """What is in the directory, a directory with `/` at its end; nothing where it is gone.  Raises FileError."""
    return _run(host, _NAMES, directory).split("\0")[:-1]


def _run(host, script: str, *arguments: str, text: str = "") -> str:
    command = host.argv(["sh", "-c", script, "sh", *arguments], "/")
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        try:
            output, errors = process.communicate(text.encode(), _LIMIT)
        except BaseException as error:
            process.kill()
            host.thaw()  # no signal reaches what the page has frozen
            if isinstance(error, subprocess.TimeoutExpired):
                raise FileError(errno.ETIMEDOUT, f"it does not end within {_LIMIT:g} s") from None
            raise
    if process.returncode:
        why = errors.decode(errors="replace").strip() or f"exit status {process.returncode}"
        raise FileError(errno.EIO, why.rpartition(": ")[2])
    return output.decode(errors="replace")
