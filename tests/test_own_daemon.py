"""On the reader's own daemon, what a page makes is removed, and what was there before stops the page.

A throwaway host plays the reader's daemon.
"""

import contextlib
import subprocess
import sys
from pathlib import Path

import docker
import pytest

from doclab.engines import DEFAULT, ENGINES
from doclab.host import open_host
from doclab.source import PROJECT

PAGE = f"""# Page

```python
--8<-- "program.py"
```

```{{ .python title="saved.py" }}
--8<-- "saved.py"
```

```console
$ {sys.executable} saved.py
```

```{{ .console .tty }}
$ {sys.executable} -c 'import docker; print(docker.from_env().volumes.create().name)'
...
```

```{{ .console engine="<1" }}
$ false
```
"""
MAKES = 'import docker\n\ndocker.from_env().volumes.create("{}")\n'


@pytest.fixture(scope="module")
def daemon():
    with (
        open_host(ENGINES[DEFAULT]) as host,
        contextlib.closing(docker.DockerClient(base_url=host.docker_url)) as client,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("DOCKER_HOST", host.docker_url)
        yield client


@pytest.fixture
def page(tmp_path) -> Path:
    (tmp_path / "program.py").write_text(MAKES.format("by-program"))
    (tmp_path / "saved.py").write_text(MAKES.format("by-saved"))
    (tmp_path / "page.md").write_text(PAGE)
    return tmp_path / "page.md"


def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", "--engine=host"]
    command += map(str, arguments)
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_all_that_a_page_made_is_told_and_removed(daemon, page):
    done = verify(page, "--check-limits", "-v")
    told = [f"volume by-program, from {page}:3: ", f"volume by-saved, from {page}:7"]
    assert done.returncode == 1 and [text for text in told if text not in done.stdout] == [], done.stdout
    assert daemon.volumes.list() == []
    assert "1 failed, 3 passed, 1 skipped, 1 not run" in done.stdout, "its limits are not checked then"


@pytest.mark.parametrize("name", ["by-program", "by-saved"])
def test_what_a_page_would_use_stops_it_and_stays(daemon, page, name):
    volume = daemon.volumes.create(name)
    done = verify(page)
    assert done.returncode == 1
    assert f"this daemon already holds volume {name}, which the page would use" in done.stdout
    assert daemon.volumes.list() == [volume]
    volume.remove()


def test_limits_that_cannot_be_checked_because_the_page_broke_off_are_told(daemon, page):
    limited = '```{ .console engine="<1" }\n$ false\n```\n'
    page.write_text(f"# Page\n\n```console\n$ docker volume create kept\nkept\n$ exit 1\n```\n\n{limited}")
    done = verify(page, "--check-limits")
    assert f"{page}:1: this daemon already holds volume kept" in done.stdout, done.stdout
    assert "items.py" not in done.stdout
    assert daemon.volumes.list() == []
