"""What bash thinks of a command before it runs it."""

import functools
import os
import re
import subprocess

# One line of words, whole quotes and plain substitutions, joined by operators that something follows: whole for certain,
# unless a word where a command may stand opens something longer.  Saves asking bash about five commands of six.
_SUBSTITUTION = r"""\$\((?:[^()"'`\\#$<{}\n]|'[^'\n]*'|\$\w)*\)"""
_WORD = (
    rf"""(?:[\w./:=,@%+~*?-]|'[^'\n]*'|"(?:[^"$`\\!\n]|\$\w|{_SUBSTITUTION})*"|\$\w|{_SUBSTITUTION})+|\[|\]"""
)
_REDIRECTION = rf"\d?(?:>>?|<(?!<))[ \t]*(?:{_WORD})|\d?>&\d"
_SIMPLE = rf"[ \t]*(?:{_WORD})(?:[ \t]+(?:{_WORD}|{_REDIRECTION}))*[ \t]*"
_WHOLE = re.compile(rf"{_SIMPLE}(?:(?:\|\|?|&&|;){_SIMPLE})*[;&]?[ \t]*")
_COMPOUND = re.compile(r"(?:^|[;&|(])[ \t]*(?:if|for|while|until|case|select|function|time|coproc)\b")
_UNFINISHED = re.compile(r"unexpected (?:EOF|end of file)|delimited by end-of-file")


@functools.lru_cache(maxsize=4096)
def is_incomplete(command: str) -> bool:
    """Whether bash would answer `command` with its prompt `> ` for more: an open quote, loop, here-document…

    A syntax error is complete: bash reports it and waits for nothing more.
    """
    return needs_bash(command) and asked(command)


def needs_bash(command: str) -> bool:
    """Whether the looks of a command leave any doubt that it is complete."""
    return not _WHOLE.fullmatch(command) or bool(_COMPOUND.search(command))


def asked(command: str) -> bool:
    """Whether bash finds the command incomplete."""
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
