"""Images behave like the Hub's, and the cache holds whole things only, whoever builds, waits or is killed."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from doclab import cache
from doclab.engines import DEFAULT, ENGINES
from doclab.host import HostError, open_host

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def run():
    """Return a function that runs a script in one host and returns its output."""
    with open_host(ENGINES[DEFAULT], progress=print) as host:

        def run(script: str) -> str:
            command = host.argv(["bash", "-euo", "pipefail", "-c", script])
            result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
            assert result.returncode == 0, result.stdout + result.stderr
            return result.stdout

        yield run


class TestImages:
    @pytest.mark.parametrize(
        ("image", "config"),
        [
            ("busybox:1.37", "map[] [] [sh]"),
            ("debian:13-slim", "map[] [] [bash]"),
            ("python:3.13-slim", "map[] [] [python3]"),
            ("nginx:1.26", "map[80/tcp:{}] [] [nginx -g daemon off;]"),
            ("registry:2", "map[5000/tcp:{}] [registry] [serve /etc/docker/registry/config.yml]"),
        ],
    )
    def test_configuration(self, run, image, config):
        template = "{{.Config.ExposedPorts}} {{.Config.Entrypoint}} {{.Config.Cmd}}"
        assert run(f"docker pull -q {image} >&2; docker inspect -f '{template}' {image}") == f"{config}\n"

    def test_busybox_has_the_applets(self, run):
        applets = "nc wget httpd ping nslookup ps top vi tail dd mount ip"
        assert run(f"docker run --rm busybox:1.37 which {applets} | wc -l") == f"{len(applets.split())}\n"
        # sed reads to the end, where `head` would break the pipe under a container that still writes
        assert "v1.37" in run("docker run --rm busybox:1.37 busybox | sed -n 1p")

    def test_python_is_3_13(self, run):
        assert run("docker run --rm python:3.13-slim python -V").startswith("Python 3.13.")

    def test_nginx_serves_and_logs(self, run):
        run("docker run -d --name web -p 8080:80 nginx:1.26")
        assert "Welcome to nginx!" in run(
            "curl -s --retry 20 --retry-connrefused --retry-delay 1 localhost:8080"
        )
        assert '"GET / HTTP/1.1" 200' in run("docker logs web")
        assert "exited 0" in run(
            "docker stop web >&2; docker inspect -f '{{.State.Status}} {{.State.ExitCode}}' web"
        )

    def test_registry_takes_and_gives(self, run):
        run("docker run -d --name registry -p 5000:5000 registry:2")
        run("curl -s --retry 20 --retry-connrefused --retry-delay 1 localhost:5000/v2/")
        run("docker tag busybox:1.37 localhost:5000/mine:1; docker push -q localhost:5000/mine:1")
        assert run("curl -s localhost:5000/v2/_catalog") == '{"repositories":["mine"]}\n'


@pytest.fixture
def own_cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "hieu-docker"


def build(directory: Path, scratch: Path) -> None:
    (scratch / "download").touch()
    (directory / "file").touch()


def names(directory: Path) -> list[str]:
    """Return what a cache holds, but for lock files, measures and keys."""
    directories = (path for path in directory.iterdir() if path.is_dir())
    return sorted(path.name.rpartition("-")[0] for path in directories)


class TestCache:
    def test_builds_once(self, own_cache):
        for expected in (["building thing, once: this takes a minute or two", "built thing in 0 s"], []):
            said: list[str] = []
            with cache.entry("thing", "recipe", build, said.append) as path:
                assert (path / "file").exists()
            assert said == expected
        assert names(own_cache) == ["thing"]

    def test_a_failed_build_leaves_nothing(self, own_cache):
        def fail(directory: Path, scratch: Path) -> None:
            build(directory, scratch)
            raise HostError("no")

        with pytest.raises(HostError), cache.entry("thing", "recipe", fail, print):
            pass
        assert names(own_cache) == []

    def test_a_new_recipe_replaces_the_old_one_that_nobody_uses(self, own_cache):
        with cache.entry("thing", "first", build, print) as first:
            with cache.entry("thing", "second", build, print):
                assert first.exists() and names(own_cache) == ["thing", "thing"]
            with cache.entry("thing", "third", build, print):
                assert first.exists() and names(own_cache) == ["thing", "thing"]
        with cache.entry("thing", "fourth", build, print):
            assert not first.exists() and names(own_cache) == ["thing"]

    def test_two_builders_build_once(self, own_cache):
        builds = []

        def build_slowly(directory: Path, scratch: Path) -> None:
            builds.append(directory)
            time.sleep(0.3)
            build(directory, scratch)

        def use() -> None:
            with cache.entry("thing", "recipe", build_slowly, print) as path:
                assert (path / "file").exists()

        threads = [threading.Thread(target=use) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(builds) == 1 and names(own_cache) == ["thing"]

    @pytest.mark.parametrize("damage", ["file missing", "file cut", "unmeasured"])
    def test_a_directory_that_is_not_whole_is_built_anew(self, own_cache, monkeypatch, damage):
        def build_more(directory: Path, scratch: Path) -> None:
            (directory / "file").write_text("contents")

        with cache.entry("thing", "recipe", build_more, print) as path:
            pass
        damages = {
            "file missing": lambda: (path / "file").unlink(),
            "file cut": lambda: (path / "file").write_text("con"),
            "unmeasured": lambda: cache._whole(path).unlink(),
        }
        damages[damage]()
        monkeypatch.setattr(cache, "_found_whole", set())  # as in the next process
        said: list[str] = []
        with cache.entry("thing", "recipe", build_more, said.append) as path:
            assert (path / "file").read_text() == "contents"
        assert "is not whole" in said[0] and names(own_cache) == ["thing"]

    def test_what_is_not_whole_stays_while_somebody_uses_it(self, own_cache, monkeypatch):
        with cache.entry("thing", "recipe", build, print) as path:
            (path / "file").unlink()
            monkeypatch.setattr(cache, "_found_whole", set())
            entered = threading.Event()

            def use() -> None:
                with cache.entry("thing", "recipe", build, print):
                    entered.set()

            other = threading.Thread(target=use)
            other.start()
            assert not entered.wait(0.3) and path.exists() and not (path / "file").exists()
        other.join(timeout=10)
        assert entered.is_set() and (path / "file").exists()

    def test_a_place_where_nothing_can_be_written_is_an_error_that_names_the_way_out(
        self, tmp_path, monkeypatch
    ):
        (tmp_path / "file").touch()
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
        with pytest.raises(HostError, match="XDG_CACHE_HOME"), cache.entry("thing", "recipe", build, print):
            pass

    def test_too_small_a_disk_is_an_error_that_names_the_way_out(self, own_cache, monkeypatch):
        monkeypatch.setattr(cache, "_FREE", 1 << 62)
        with pytest.raises(HostError, match="XDG_CACHE_HOME"), cache.entry("thing", "recipe", build, print):
            pass


def test_a_killed_build_ends_and_the_next_one_clears_up(own_cache):
    code = (
        "from doclab.engines import *; from doclab import rootfs\n"
        "rootfs.layers(ENGINES[DEFAULT], lambda line: print(line, flush=True)).__enter__()"
    )
    builder = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert builder.stdout is not None
    while "apt-get update" not in builder.stdout.readline():
        assert builder.poll() is None, "the build ended before it was killed"
    builder.kill()
    builder.wait()
    builder.stdout.close()
    deadline = time.monotonic() + 10
    while left := processes_in(own_cache):
        assert time.monotonic() < deadline, left
        time.sleep(0.05)
    assert str(own_cache) not in Path("/proc/self/mounts").read_text()
    assert names(own_cache) == ["tmp", "tmp"]
    with cache.entry("images", "recipe", build, print):
        assert names(own_cache) == ["images"]


def processes_in(directory: Path) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = f"{os.readlink(process / 'cwd')} {(process / 'cmdline').read_text()}"
        except OSError:
            continue
        if str(directory) in text:
            found.append(text)
    return found
