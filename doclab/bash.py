"""What bash thinks of a command before it runs it."""

import functools
import os
import re
import subprocess

# Words of these characters only are a whole command, unless the first is one of bash's compound keywords.
_PLAIN = re.compile(r"[\w\s./:=,@%+~-]*[\w./:=,@%+~-]")
_COMPOUND = re.compile(r"\s*(?:if|for|while|until|case|select|function|time|coproc)\b")
_UNFINISHED = re.compile(r"unexpected (?:EOF|end of file)|delimited by end-of-file")


@functools.lru_cache(maxsize=4096)
def is_incomplete(command: str) -> bool:
    """Whether bash would answer `command` with its prompt `> ` for more: an open quote, loop, here-document…

    A syntax error is complete: bash reports it and waits for nothing more.
    """
    if _PLAIN.fullmatch(command) and not _COMPOUND.match(command):
        return False
    if (len(command) - len(command.rstrip("\\"))) % 2:
        return True
    check = subprocess.run(
        ["bash", "-n"],  # -n: read, run nothing
        input=command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # bash may cut a letter in two where it quotes the command
        env={**os.environ, "LC_ALL": "C"},  # the messages in English, to recognise them
        check=False,
    )
    return bool(_UNFINISHED.search(check.stderr))
