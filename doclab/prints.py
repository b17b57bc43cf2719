"""Runs inside the host, with its Python: a program as `python FILE` would, noting which line printed what.

    python prints.py PROGRAM RECORDS

RECORDS gets a JSON list of [line, text], in the order of printing.  Standard library only.
"""

import builtins
import io
import json
import os
import runpy
import sys


def is_output(stream: object) -> bool:
    """Whether what is written there is output of the program, however it is wrapped."""
    try:
        return stream.fileno() in (1, 2)
    except (AttributeError, OSError, ValueError):  # as of io.StringIO, or of one that is closed
        return False


def run(program: str, records_path: str) -> None:
    records: list[tuple[int, str]] = []
    real_print = builtins.print

    def recording_print(*values: object, **options: object) -> None:
        if not is_output(sys.stdout if options.get("file") is None else options["file"]):
            real_print(*values, **options)
            return
        frame = sys._getframe(1)
        while frame.f_back and frame.f_code.co_filename != program:
            frame = frame.f_back
        text = io.StringIO()
        real_print(*values, **{**options, "file": text})
        records.append((frame.f_lineno, text.getvalue()))
        real_print(*values, **options)

    builtins.print = recording_print
    sys.argv = [program]
    # Not before: a program may go by the name of a module that is used here.
    sys.path[0] = os.path.dirname(program)
    try:
        runpy.run_path(program, run_name="__main__")
    finally:
        with open(records_path, "w", encoding="utf-8") as stream:
            json.dump(records, stream)


if __name__ == "__main__":
    run(*sys.argv[1:])
