"""`--changed` leaves out a page only while nothing that its last result rests on has changed, and says which it left out."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doclab import changed, rootfs, selection
from doclab.engines import DEFAULT, ENGINES
from doclab.source import PROJECT

ENGINE = ENGINES[DEFAULT]


@pytest.fixture(autouse=True)
def fresh():
    """Hashes are kept for a whole run: forget them, as the next run would."""
    for kept in (changed.verifier, changed._host, changed._forget_the_gone):
        kept.cache_clear()


@pytest.fixture
def world(tmp_path, monkeypatch) -> Path:
    """A page, a project, and a host's parts, all of them to be changed."""
    for name in ("doclab", "doclab/hostfiles", "root/var/lib/dpkg", "images/blobs", "cache"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("doclab/run.py", "doclab/boot.sh", "doclab/hostfiles/hosts", "mkdocs.yml", "pyproject.toml"):
        (tmp_path / name).write_text("1")
    (tmp_path / "root/var/lib/dpkg/status").write_text("Package: docker.io\n")
    (tmp_path / "images/blobs/abc").touch()
    (tmp_path / "page.md").write_text('```python\n--8<-- "program.py"\n```\n')
    (tmp_path / "program.py").write_text("print(1)\n")
    monkeypatch.setattr(changed, "PROJECT", tmp_path)
    monkeypatch.setattr(rootfs, "system", lambda engine: tmp_path / "root")
    monkeypatch.setattr(rootfs, "images", lambda: tmp_path / "images")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def note(page: Path) -> None:
    time.sleep(0.01)  # a file system's clock is coarser than ours
    changed.note(page, ENGINE, time.time())


def test_a_page_that_held_is_left_out(world):
    page = world / "page.md"
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})
    note(page)
    kept, left_out = changed.split([str(page)], ENGINE)
    assert kept == [] and list(left_out) == [page]
    assert abs(left_out[page].timestamp() - time.time()) < 60


def test_a_page_is_the_same_by_any_path(world, monkeypatch):
    note(world / "page.md")
    monkeypatch.chdir(world)
    assert changed.split(["page.md"], ENGINE)[0] == []


@pytest.mark.parametrize(
    "name",
    [
        "page.md",
        "program.py",
        "doclab/run.py",
        "doclab/boot.sh",
        "doclab/hostfiles/hosts",
        "mkdocs.yml",
        "pyproject.toml",
        "root/var/lib/dpkg/status",
    ],
)
def test_a_change_to_what_the_result_rests_on_brings_it_back(world, fresh, name):
    page = world / "page.md"
    note(page)
    with open(world / name, "a") as stream:
        stream.write("\n")
    for kept in (changed.verifier, changed._host):
        kept.cache_clear()
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})


def test_other_images_another_engine_and_another_library_bring_it_back(world, monkeypatch):
    page = world / "page.md"
    note(page)
    assert changed.split([str(page)], ENGINES["bookworm"]) == ([str(page)], {})
    (world / "images/blobs/def").touch()
    changed._host.cache_clear()
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})
    (world / "images/blobs/def").unlink()
    changed._host.cache_clear()
    assert changed.split([str(page)], ENGINE)[0] == []
    monkeypatch.setattr(importlib.metadata, "distributions", list)
    changed.verifier.cache_clear()
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})


def test_what_has_nothing_to_do_with_it_does_not(world):
    page = world / "page.md"
    note(page)
    (world / "other.md").write_text("# Other\n")
    (world / "doclab/__pycache__").mkdir()
    (world / "doclab/__pycache__/run.pyc").touch()
    os.utime(page)
    changed.verifier.cache_clear()
    assert changed.split([str(page)], ENGINE)[0] == []


def test_a_page_that_failed_since_has_not_held(world):
    page = world / "page.md"
    changed.forget(page, ENGINE)
    note(page)
    changed.forget(page, ENGINES["bookworm"])
    assert changed.held(page, ENGINE)
    changed.forget(page, ENGINE)
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})


def test_a_page_written_to_while_it_ran_has_not_held(world):
    page = world / "page.md"
    for name in ("page.md", "program.py"):
        read = time.time() - 1
        (world / name).write_text((world / name).read_text())
        changed.note(page, ENGINE, read)
        assert changed.held(page, ENGINE) is None


def test_a_host_that_has_not_been_built_brings_it_back(world):
    page = world / "page.md"
    note(page)
    shutil.rmtree(world / "root")
    changed._host.cache_clear()
    assert changed.split([str(page)], ENGINE) == ([str(page)], {})


def test_folders_are_their_pages_and_a_single_example_always_runs(world):
    page, other = world / "page.md", world / "other.md"
    other.write_text("# Other\n")
    note(page)
    assert changed.split([str(world), f"{page}::top::1"], ENGINE)[0] == [str(other), f"{page}::top::1"]


def test_pages_that_are_no_more_are_forgotten(world):
    page, other = world / "page.md", world / "other.md"
    other.write_text("# Other\n")
    note(other)
    other.unlink()
    changed._forget_the_gone.cache_clear()
    note(page)
    assert len(list(changed._folder().iterdir())) == 1


def doctest(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-c", "pyproject.toml", "--rootdir=.", *map(str, arguments)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_on_the_command_line(tmp_path):
    spread = ["-n2", "--dist=loadfile"]
    (tmp_path / "true.md").write_text("```console\n$ echo on\non\n```\n")
    (tmp_path / "false.md").write_text("```console\n$ echo on\noff\n```\n")
    idle = '```text\nshown\n```\n\n```{ .console .no-run reason="why not" }\n$ echo on\n```\n'
    (tmp_path / "idle.md").write_text(idle)
    (tmp_path / "prose.md").write_text("# Prose\n")
    (tmp_path / "litter.md").write_text("```console\n$ docker network create left >/dev/null\n```\n")
    first = doctest(tmp_path, "--changed", *spread)
    assert "left out" not in first.stdout and "4 pages on Docker" in first.stdout, first.stdout
    second = doctest(tmp_path, "--changed", *spread)
    assert f"left out: {tmp_path}/true.md, unchanged since it held on 20" in second.stdout
    assert "3 pages on Docker" in second.stdout, second.stdout
    last = doctest(tmp_path / "true.md", "--changed")
    assert last.returncode == 5, "a run that verified nothing is not green"
    assert "left out" in last.stdout and "no page has changed: nothing was verified" in last.stdout
    prose = doctest(tmp_path / "true.md", tmp_path / "prose.md", "--changed")
    assert prose.returncode == 1 and "prose.md:1: no examples found" in prose.stdout, (
        "somebody asked for this one"
    )
    without = doctest(tmp_path / "true.md")
    assert "1 page on Docker" in without.stdout, "without --changed, everything runs"


def test_pages_are_left_out_of_folders_whatever_their_names(tmp_path):
    (tmp_path / "x[1].md").write_text("```console\n$ echo on\non\n```\n")
    (tmp_path / "e::f.md").write_text("```console\n$ echo on\noff\n```\n")
    (tmp_path / "prose.md").write_text("# Prose\n")
    session = ["-c", "doclab/pytest.toml", "-n2", tmp_path, "--changed"]
    assert "2 pages on Docker" in doctest(*session).stdout
    second = doctest(*session)
    assert f"left out: {tmp_path}/x[1].md, unchanged" in second.stdout
    assert second.returncode == 1 and "1 page on Docker" in second.stdout, second.stdout + second.stderr
    (tmp_path / "e::f.md").unlink()
    last = doctest(*session)
    assert last.returncode == 5 and "nothing was verified: no page with an example has changed" in last.stdout


def test_an_example_that_is_named_runs_beside_its_folder(world):
    page, other = world / "page.md", world / "other.md"
    other.write_text("# Other\n")
    note(page)
    assert changed.split([str(world), f"{page}::top::1"], ENGINE) == ([str(other), f"{page}::top::1"], {})


def test_of_the_projects_folder_only_the_docs_are_pages():
    found = {Path(page).resolve() for page in selection.expand([str(PROJECT)])}
    assert found == {*(PROJECT / "docs").rglob("*.md")}


def test_a_folder_without_pages_is_no_folder_of_unchanged_pages(tmp_path):
    done = doctest("-c", "doclab/pytest.toml", tmp_path, "--changed")
    assert done.returncode == 1 and f"nothing was verified: there is no page in {tmp_path}" in done.stdout


def test_the_readers_own_daemon_can_change_unseen():
    done = doctest("docs/vi", "--changed", "--engine=host")
    assert done.returncode == 4 and "--changed can't tell what has changed" in done.stderr


def test_limits_are_not_what_it_knows_of():
    done = doctest("docs/vi/start.md", "--changed", "--check-limits")
    assert done.returncode == 4
    assert "--changed knows nothing of limits: leave one of the two out" in done.stderr


def test_no_task_of_the_project_uses_it():
    tasks = ["noxfile.py", "doclab/pytest.toml", "doclab/matrix.py", "doclab/update.py"]
    assert [task for task in tasks if '"--changed"' in (PROJECT / task).read_text()] == []
    workflows = [file for top in (".ci", ".github") for file in (PROJECT / top).rglob("*") if file.is_file()]
    assert workflows and [str(file) for file in workflows if "--changed" in file.read_text()] == []
