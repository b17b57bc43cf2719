"""A throwaway host is a Docker host like a reader's, cut off from every network, and never leaves a trace."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from doclab import cgroups, hostio, rootfs
from doclab.boot import boot
from doclab.engines import DEFAULT, ENGINES
from doclab.host import Host, HostError, open_host

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def host():
    with open_host(ENGINES[DEFAULT], progress=print) as host:
        yield host


def run(host: Host, script: str, seconds: float = 30) -> str:
    """Run a script inside; return its output, errors included, and its status when that is not 0."""
    result = subprocess.run(
        host.argv(["bash", "-c", script]),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
    return result.stdout + (f"status {result.returncode}\n" if result.returncode else "")


def wait_for(condition, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still not so after {seconds} s"
        time.sleep(0.02)


def traces(name: str) -> list[str]:
    """Return the processes of the hosts whose names begin so: their namespaces and mounts live with them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        for file in ("cgroup", "cmdline"):
            try:
                if name in (process / file).read_text(errors="replace"):  # what others run may not be UTF-8
                    found.append(f"{process}: {(process / 'cmdline').read_text(errors='replace')}")
            except OSError:
                continue
    return found


def left_cgroups(owner: int) -> list[Path]:
    return [p for h in cgroups.hierarchies() for p in h.mountpoint.glob(f"{cgroups.PREFIX}{owner}-*")]


class TestLikeAReaders:
    def test_pulls_by_the_real_protocol(self, host):
        assert run(host, "docker pull --quiet busybox:1.37") == "docker.io/library/busybox:1.37\n"
        assert "sha256:" in run(host, "docker image inspect --format '{{.RepoDigests}}' busybox:1.37")
        assert run(host, "docker run --rm busybox:1.37 echo xin chào") == "xin chào\n"

    def test_unknown_image_fails_at_once(self, host):
        started = time.monotonic()
        output = run(host, "docker pull nosuch:1")
        assert "lookup registry-1.docker.io" in output and "no such host" in output
        assert time.monotonic() - started < 5

    def test_unknown_name_fails_at_once(self, host):
        started = time.monotonic()
        assert "bad address 'nosuch'" in run(host, "docker run --rm busybox:1.37 ping -c1 nosuch")
        assert "Could not resolve host" in run(host, "curl http://example.com")
        assert time.monotonic() - started < 5

    def test_no_way_out(self, host):
        assert run(host, "ip route show default") == ""
        assert "Network is unreachable" in run(host, "ping -c1 -W1 9.9.9.9")
        assert "lo" in run(host, "ls /sys/class/net") and "eth0" not in run(host, "ls /sys/class/net")

    def test_no_disks_and_no_shared_memory_of_the_machine(self, host):
        assert run(host, "find /dev -type b; ls /dev/shm") == ""

    def test_docker_sdk_inside(self, host):
        script = f"{host.python} -c 'import docker; print(docker.from_env().version()[\"Version\"])'"
        assert run(host, script) == f"{host.server_version}\n"

    def test_clean_environment(self, host, monkeypatch):
        monkeypatch.setenv("DOCLAB_LEAK", "1")
        assert "LEAK" not in run(host, "env")
        assert run(host, "echo $HOME; hostname; pwd") == "/root\ndocker-host\n/root\n"

    def test_files_are_seen_from_outside(self, host):
        host.outside("/root/note").write_text("hello")
        assert run(host, "cat /root/note") == "hello"

    def test_descriptors_arrive_inside(self, host):
        read, write = os.pipe()
        with open(read) as reader, open(write, "wb") as writer:
            command = host.argv(["bash", "-c", f"echo here >&{write}"])
            subprocess.run(command, check=True, pass_fds=[writer.fileno()])
            writer.close()
            assert reader.read() == "here\n"

    def test_nothing_shows_that_the_host_is_one_of_many(self, host):
        assert (
            run(host, "docker run --rm busybox:1.37 cat /proc/1/cgroup | grep -c doclab") == "0\nstatus 1\n"
        )


class TestProcesses:
    def test_lists_what_a_page_left(self, host):
        assert host.processes() == []
        run(host, "sleep 4711 >/dev/null 2>&1 & disown")
        wait_for(lambda: [line for _, line in host.processes()] == ["sleep 4711"])
        for pid, _ in host.processes():
            os.kill(pid, signal.SIGKILL)
        wait_for(lambda: host.processes() == [])

    def test_ignores_containers(self, host):
        run(host, "docker run -d --name mine -p 8080:80 busybox:1.37 sleep 100")
        run(host, "docker run -d --name theirs --pid host busybox:1.37 sh -c 'sleep 100; true'")
        assert host.processes() == []
        run(host, "docker rm -f mine theirs")

    def test_the_daemon_restarts_as_a_service(self, host):
        run(host, "docker run -d --init --restart always --name up busybox:1.37 sleep 1000")
        run(host, "docker run -d --init --name down busybox:1.37 sleep 1000")
        answers = "; timeout 20 sh -c 'until docker info; do sleep 0.1; done' >/dev/null 2>&1"
        assert run(host, "service docker restart" + answers) == (
            "Stopping Docker: docker.\nStarting Docker: docker.\n"
        )
        states = run(host, "docker ps -a --format '{{.Names}} {{.State}}' | sort")
        assert states == "down exited\nup running\n"
        assert "Cannot connect to the Docker daemon" in run(host, "service docker stop; docker ps")
        assert run(host, "service docker start" + answers) == "Starting Docker: docker.\n"
        built = run(
            host,
            "printf 'FROM busybox:1.37\\nRUN echo built\\n' | docker build -q - && cat /proc/self/cgroup",
        )
        assert built.startswith("sha256:") and ".." not in built  # the new daemon is inside like the old one
        assert host.processes() == []
        run(host, "docker rm -f up down")


class TestEnd:
    def test_two_hosts_share_nothing(self, host):
        script = "docker run -d --name web -p 8080:80 busybox:1.37 httpd -f >/dev/null 2>&1; docker ps -q"
        with open_host(ENGINES[DEFAULT], progress=print) as other:
            ids = {run(host, script), run(other, script)}
            assert len(ids) == 2 and all(len(text) == 13 for text in ids), ids
            name, pid = other.name, other.outside("/").parent.name
        assert run(host, "docker ps -q") in ids
        assert not Path("/proc", pid).exists() and not other.alive() and host.alive()
        assert name not in {path.name for path in left_cgroups(os.getpid())}
        run(host, "docker rm -f web")

    @pytest.mark.parametrize("moment", [0.0, 0.05, 0.15, 0.3, 0.6, "ready", "busy"])
    def test_killed_owner_leaves_nothing(self, moment):
        """SIGKILL of the process that owns a host, in the middle of its boot and later, is the end of the host."""
        interfaces = sorted(os.listdir("/sys/class/net"))
        owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, str(moment)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert owner.stdout is not None
        owner.stdout.readline()  # "boot" or, later, "ready"
        time.sleep(moment if isinstance(moment, float) else 0)
        owner.kill()
        owner.communicate()
        wait_for(lambda: not traces(f"{cgroups.PREFIX}{owner.pid}-"))
        cgroups.remove_dead()
        assert not left_cgroups(owner.pid)
        assert sorted(os.listdir("/sys/class/net")) == interfaces

    def test_an_error_inside_ends_the_host(self):
        with pytest.raises(ZeroDivisionError), open_host(ENGINES[DEFAULT], progress=print) as host:
            raise ZeroDivisionError
        assert not host.alive() and not traces(host.name)
        assert host.name not in {path.name for path in left_cgroups(os.getpid())}


OWNER = """
import subprocess, sys
from doclab.engines import DEFAULT, ENGINES
from doclab import boot, rootfs
moment = sys.argv[1]
with rootfs.layers(ENGINES[DEFAULT], print) as lower:
    if moment[0].isdigit():
        print("boot", flush=True)
    with boot.boot(ENGINES[DEFAULT], lower, lambda line: None) as lab:
        if moment == "busy":
            subprocess.run(lab.argv(["docker", "run", "-dp", "80:80", "busybox:1.37", "sleep", "99"]),
                           check=True, capture_output=True)
        print("ready", flush=True)
        subprocess.run(lab.argv(["sleep", "99"]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere not even root helps")
def test_what_is_paused_ends_with_its_host():
    with open_host(ENGINES[DEFAULT]) as host:
        run(host, "docker run -d --name paused busybox:1.37 sleep 1000 && docker pause paused")
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert not any(path.exists() for path in cgroups.tops(host.name))


def test_without_root_says_what_to_do():
    code = (
        "import os; from doclab.engines import *; from doclab.host import *; "
        "os.geteuid() or os.seteuid(65534); open_host(ENGINES[DEFAULT]).__enter__()"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True, text=True
    )
    assert "HostError" in result.stderr and "sudo" in result.stderr and "--engine host" in result.stderr


def test_a_daemon_that_cannot_start_says_why(tmp_path):
    program = tmp_path / "broken/usr/sbin/dockerd"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho dockerd is out of order >&2\nexit 1\n")
    program.chmod(0o755)
    started = time.monotonic()
    with rootfs.layers(ENGINES[DEFAULT], print) as layers:
        (tmp_path / "system").symlink_to(layers[-1])
        with (
            pytest.raises(HostError, match="dockerd is out of order"),
            boot(ENGINES[DEFAULT], [tmp_path / "broken", tmp_path / "system"], print),
        ):
            pass
    assert time.monotonic() - started < 10


def test_engine_host_finds_the_daemon_that_docker_host_names(host, monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", host.docker_url)
    with open_host(ENGINES["host"], progress=print) as own:
        assert (own.server_version, own.docker_url) == (host.server_version, host.docker_url)
        assert subprocess.check_output(own.argv(["pwd"], str(tmp_path)), text=True).strip() == str(tmp_path)
        assert own.outside(str(tmp_path)) == tmp_path and own.processes() == [] and own.alive()


def test_engine_host_without_a_daemon_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nosuch.sock")
    with pytest.raises(HostError, match=r"Start Docker, or set DOCKER_HOST"):
        open_host(ENGINES["host"], progress=print).__enter__()


@pytest.mark.skipif(
    not any(Path("/sys/fs/cgroup").glob("*/cgroup.procs")),
    reason="only cgroup v1 keeps SIGKILL from what is frozen",
)
def test_a_file_is_not_awaited_in_a_host_that_its_page_has_frozen(monkeypatch):
    monkeypatch.setattr(hostio, "_LIMIT", 0.5)
    with open_host(ENGINES[DEFAULT]) as host:
        states = [state for top in cgroups.tops(host.name) if (state := top / "freezer.state").exists()]
        for state in states:
            state.write_text("FROZEN")
        with pytest.raises(hostio.FileError, match=r"it does not end within 0\.5 s"):
            hostio.write(host, "/root/a", "a")
        hostio.write(host, "/root/a", "a")
        assert states and hostio.read(host, "/root/a") == "a"
