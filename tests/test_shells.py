"""What a page lets readers copy does in zsh, on a real Docker, what it does in bash: the outputs are those of the page."""

import shutil
import subprocess
from pathlib import Path

import pytest

from doclab import comparison, pages
from doclab.engines import DEFAULT, ENGINES
from doclab.host import open_host
from doclab.pages import Example
from doclab.source import DOCS
from doclab.values import Bindings

ZSH = Path("/bin/zsh-static")  # Debian's zsh-static: one file, at home in any host
# A page costs here what its verification costs, so these three: functions, loops and lists of words are where zsh differs.
PAGES = ["linking/network", "copy-on-write", "myths/deployment-framework"]
DIRECTORY = "/root/hieu-docker"


def script(examples: list[Example]) -> str:
    """The commands as a reader pastes them, with a NUL after the output of each."""
    lines = []
    for example in examples:
        if example.language == "python":
            continue
        for command in example.commands:
            lines += [command.source, "_s=$?; printf '\\0'; (exit $_s)"]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds_in_zsh(name):
    if not ZSH.exists():
        pytest.fail(f"There is no {ZSH} here.  Install it with `nox -s setup`.", pytrace=False)
    engine = ENGINES[DEFAULT]
    with open_host(engine) as host:
        host.outside(DIRECTORY).mkdir()
        shutil.copy(ZSH, host.outside("/usr/local/bin/zsh"))
        version = host.server_version
        found = pages.examples(DOCS / "vi" / f"{name}.md")
        for example in found:
            if example.saves:
                target = host.outside(f"{DIRECTORY}/{example.saves}")
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(example.block.source + "\n", encoding="utf-8")
        found = [e for e in found if e.action == pages.RUN and e.runs_on(version) and not e.is_terminal]
        host.outside(f"{DIRECTORY}/.pasted").write_text(script(found), encoding="utf-8")
        done = subprocess.run(
            host.argv(["zsh", "-f", ".pasted"], DIRECTORY),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=300,
        )
    outputs = done.stdout.decode().split("\0")
    bindings = Bindings()
    commands = [(e, command) for e in found if e.language != "python" for command in e.commands]
    assert len(outputs) == len(commands) + 1, f"zsh stopped early: {outputs[-1]}"
    for (example, command), output in zip(commands, outputs, strict=False):
        shown = output.removesuffix("\n").split("\n") if output else []
        difference = comparison.compare(command.output, shown, bindings, command.source)
        place = "{}:{}".format(*example.place(command.offset))
        assert not difference, (
            f"{place}: in zsh this prints something else:\n$ {command.source}\n{difference}"
        )
