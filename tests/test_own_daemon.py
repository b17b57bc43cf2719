"""On the reader's own daemon, what a page makes is removed, and what was there before stops the page.

A throwaway host plays the reader's daemon.
"""

import contextlib
import hashlib
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import docker
import pytest

from doclab import matrix, objects, ownhost, programs
from doclab.engines import DEFAULT, ENGINES
from doclab.host import HostError, open_host
from doclab.leftovers import DaemonGone, Leftovers
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
def url(daemon) -> str:
    """Where the daemon listens, for tests that find it in another way than by DOCKER_HOST."""
    return os.environ["DOCKER_HOST"]


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


def test_what_others_make_meanwhile_stays(daemon):
    leftovers = Leftovers(SimpleNamespace(docker_url=os.environ["DOCKER_HOST"], engine=ENGINES["host"]), 30)
    program = '"""Makes a volume."""\napi = docker.from_env()\napi.volumes.create("ours")\n'
    leftovers.hear("page.md:1", programs.constants(program), "docker volume create ours-too")
    theirs = {"api", "volume.log", "ours-2", "Makes"}
    for name in ("ours", "ours-too", *theirs):
        daemon.volumes.create(name)
    leftovers.remove()
    leftovers.close()
    assert {volume.name for volume in daemon.volumes.list()} == theirs
    for volume in daemon.volumes.list():
        volume.remove()


def test_limits_that_cannot_be_checked_because_the_page_broke_off_are_told(daemon, page):
    limited = '```{ .console engine="<1" }\n$ false\n```\n'
    page.write_text(f"# Page\n\n```console\n$ docker volume create kept\nkept\n$ exit 1\n```\n\n{limited}")
    done = verify(page, "--check-limits")
    assert f"{page}:1: this daemon already holds volume kept" in done.stdout, done.stdout
    assert "items.py" not in done.stdout
    assert daemon.volumes.list() == []


class Answers(BaseHTTPRequestHandler):
    """Of a daemon: what it is, and of everything else that it is out of order."""

    known = ("/version",)

    def do_GET(self) -> None:
        body = {
            "message": "out of order",
            "Version": "26.1.5",
            "ApiVersion": "1.45",
            "KernelVersion": "6.1",
            "Architecture": "x86_64",
        }
        text = json.dumps(body).encode()
        self.send_response(200 if self.path.endswith(self.known) else 500)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_) -> None:
        pass


@contextlib.contextmanager
def answering(handler: type[Answers], certificates: Path | None = None) -> Iterator[str]:
    """The address of a server that plays a daemon, with TLS where there are certificates."""
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if certificates:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates / "cert.pem", certificates / "key.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"tcp://127.0.0.1:{server.server_port}"
        server.shutdown()


def make_certificates(folder: Path) -> None:
    """One certificate for both sides, which is its own authority."""
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"),
        ],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    (folder / "ca.pem").write_bytes((folder / "cert.pem").read_bytes())


def test_a_daemon_with_certificates_is_asked_with_them_everywhere(tmp_path, monkeypatch):
    class Knows(Answers):
        known = ("/version", "/info")

    make_certificates(tmp_path)
    with answering(Knows, tmp_path) as url:
        monkeypatch.setenv("DOCKER_HOST", url)
        monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
        monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # requests would take these instead
            monkeypatch.delenv(name, raising=False)
        assert matrix.environment(ENGINES["host"]).docker == "26.1.5"


def test_a_daemon_that_answers_no_more_is_named(monkeypatch):
    with answering(Answers) as url:
        monkeypatch.setenv("DOCKER_HOST", url)
        with pytest.raises(HostError, match=f"the Docker daemon at {url} answered, and then no more: 500 "):
            matrix.environment(ENGINES["host"])


class Changes(Answers):
    """Answers as an empty daemon does, as long as it has not `changed`."""

    changed = False

    def do_GET(self) -> None:
        if self.changed:
            return self.answer_otherwise()
        volumes = b'{"Volumes": []}' if "/volumes" in self.path else b"[]"
        version = b'{"Version": "26.1.5", "ApiVersion": "1.45"}'
        return self.answer(version if "/version" in self.path else volumes)

    def answer(self, text: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answer_otherwise(self) -> None:
        raise NotImplementedError


class Nonsense(Changes):
    def answer_otherwise(self) -> None:
        self.answer(b"{}")


class Gibberish(Changes):
    def answer_otherwise(self) -> None:
        self.answer(b"<html>")


class Strings(Changes):
    def answer_otherwise(self) -> None:
        self.answer(b'["x"]')


class Drips(Changes):
    """Each blank is in time, and there is no end of them."""

    def answer_otherwise(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        with contextlib.suppress(OSError):
            while True:
                self.wfile.write(b" ")
                time.sleep(0.05)


def leftovers_at(url: str) -> Leftovers:
    host = SimpleNamespace(docker_url=url, engine=ENGINES["host"], processes=list)
    return Leftovers(host, 0.3)


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (Nonsense, "what answers in its place is none"),
        (Gibberish, "what answers in its place is none"),
        (Strings, "what answers in its place is none"),
        (Drips, "not to its end within 0.8 s"),
    ],
)
def test_what_answers_in_place_of_the_daemon_is_none(monkeypatch, handler, why):
    monkeypatch.setattr(objects, "SETTLE", 0.5)
    monkeypatch.setattr(handler, "changed", False)
    with answering(handler) as url:
        leftovers = leftovers_at(url)
        assert leftovers.find([], []) == []
        handler.changed = True
        for look in (lambda: leftovers.find([], []), leftovers.remove):
            started = time.monotonic()
            with pytest.raises(DaemonGone, match=f"the page's Docker daemon does not answer: {why}"):
                look()
            assert time.monotonic() - started < 2
        with pytest.raises(DaemonGone, match=f"the Docker daemon at {url} answered, and then no more"):
            leftovers_at(url)
        leftovers.close()


def test_no_exit_waits_for_a_daemon_that_does_not_end_its_answer(monkeypatch):
    monkeypatch.setattr(Drips, "changed", True)
    code = (
        "from types import SimpleNamespace as Host; from doclab import leftovers, objects; objects.SETTLE = 0.5; "
        "from doclab.engines import ENGINES; import sys; "
        "leftovers.Leftovers(Host(docker_url=sys.argv[1], engine=ENGINES['host']), 0.3)"
    )
    with answering(Drips) as url:
        done = subprocess.run(
            [sys.executable, "-c", code, url],
            cwd=PROJECT,
            timeout=20,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1 and "and then no more: not to its end within 0.8 s" in done.stderr


def test_a_container_that_was_never_started_is_not_waited_for(daemon):
    daemon.images.pull("busybox", "1.37")
    before = objects.held(daemon)
    daemon.containers.create("busybox:1.37", name="mine", auto_remove=True)
    started = time.monotonic()
    assert [str(item) for item in objects.left(daemon, before)] == ["container mine"]
    assert time.monotonic() - started < objects.SETTLE / 2
    daemon.containers.get("mine").remove()
    daemon.images.remove("busybox:1.37")


@pytest.mark.parametrize("nameless", ["<none>:<none>", None])
def test_an_image_without_a_name_is_known_by_its_id(nameless):
    digest = nameless and "<none>@<none>"
    image = {"Id": "sha256:0123", "RepoTags": nameless and [nameless], "RepoDigests": digest and [digest]}
    api = SimpleNamespace(
        containers=lambda all: [],
        networks=list,
        volumes=lambda: {"Volumes": None},
        images=lambda: [image],
    )
    assert objects.held(SimpleNamespace(api=api)) == {objects.Object("image", "sha256:0123", "sha256:0123")}


@pytest.fixture
def contexts(tmp_path, monkeypatch) -> Path:
    """A reader's Docker configuration: the context `other` is in use, and `mine` is there, too."""
    for name in ("mine", "other"):
        folder = tmp_path / "docker" / "contexts" / "meta" / hashlib.sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        endpoints = {"docker": {"Host": f"unix://{tmp_path}/{name}.sock", "SkipTLSVerify": False}}
        (folder / "meta.json").write_text(json.dumps({"Name": name, "Metadata": {}, "Endpoints": endpoints}))
    (tmp_path / "docker" / "config.json").write_text('{"currentContext": "other"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path / "docker"))
    monkeypatch.delenv("DOCKER_HOST", raising=False)
    monkeypatch.delenv("DOCKER_CONTEXT", raising=False)
    return tmp_path


@pytest.mark.parametrize(
    ("environment", "found"),
    [
        ({}, "unix://{}/other.sock"),
        ({"DOCKER_CONTEXT": "mine"}, "unix://{}/mine.sock"),
        ({"DOCKER_CONTEXT": "default"}, "unix:///var/run/docker.sock"),
        ({"DOCKER_CONTEXT": "mine", "DOCKER_HOST": "tcp://127.0.0.1:9"}, "tcp://127.0.0.1:9"),
        ({"DOCKER_CONTEXT": "mine", "DOCKER_HOST": ""}, "unix://{}/mine.sock"),
    ],
)
def test_the_daemon_is_found_as_the_docker_command_finds_it(contexts, monkeypatch, environment, found):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert ownhost._find_url() == found.format(contexts)


def test_a_context_that_is_not_there_is_named(contexts, monkeypatch):
    monkeypatch.setenv("DOCKER_CONTEXT", "nowhere")
    with pytest.raises(HostError, match="there is no Docker context nowhere, which DOCKER_CONTEXT names"):
        ownhost.find_own_host(ENGINES["host"])


def test_commands_and_programs_of_a_page_talk_to_the_daemon_that_is_watched(url, monkeypatch):
    """Even where everything in the environment points elsewhere."""
    monkeypatch.delenv("DOCKER_HOST")
    monkeypatch.setenv("DOCKER_CONTEXT", "elsewhere")
    monkeypatch.setenv("DOCKER_TLS_VERIFY", "1")
    command = ["sh", "-c", "docker version -f '{{.Server.Os}}' && env"]
    command = ownhost.OwnHost(ENGINES["host"], url, "1").argv(command, "/")
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert printed.startswith("linux\n") and f"DOCKER_HOST={url}\n" in printed
    assert "DOCKER_CONTEXT" not in printed and "DOCKER_TLS" not in printed


def test_the_language_and_the_shell_of_its_author_do_not_reach_a_page(url, monkeypatch, tmp_path):
    """Messages, order and clock are those of a throwaway host."""
    (tmp_path / "env").write_text("ls() { echo mine; }\n")
    for name, value in {
        "LC_ALL": "vi_VN.UTF-8",
        "TZ": "Asia/Ho_Chi_Minh",
        "BASH_ENV": f"{tmp_path}/env",
    }.items():
        monkeypatch.setenv(name, value)
    command = ["bash", "-c", "ls nowhere; printf '%s\\n' b A a | sort; date -d @0 +%H"]
    command = ownhost.OwnHost(ENGINES["host"], url, "1").argv(command, "/")
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == "ls: cannot access 'nowhere': No such file or directory\n"
    assert done.stdout == "A\na\nb\n00\n"


def test_what_a_page_would_use_in_the_context_of_the_environment_stops_it(
    daemon, url, page, contexts, monkeypatch
):
    """The page would destroy it: its commands go to that context, whatever is in use."""
    meta = contexts / "docker" / "contexts" / "meta" / hashlib.sha256(b"mine").hexdigest() / "meta.json"
    meta.write_text(meta.read_text().replace(f"unix://{contexts}/mine.sock", url))
    monkeypatch.setenv("DOCKER_CONTEXT", "mine")
    volume = daemon.volumes.create("precious")
    page.write_text("# Page\n\n```console\n$ docker volume rm precious\nprecious\n```\n")
    done = verify(page)
    assert done.returncode == 1 and "already holds volume precious" in done.stdout, done.stdout
    assert daemon.volumes.list() == [volume]
    volume.remove()


@pytest.mark.parametrize(
    ("held", "sources"),
    [
        ("image busybox:latest", ["$ docker rmi busybox"]),
        ("image busybox:latest", ["$ docker image rm -f \\\n    docker.io/library/busybox"]),
        ("image busybox:latest", ["$ docker tag mine:7 busybox"]),
        ("image busybox:latest", ['docker.from_env().images.remove("busybox")']),
        ("image python:latest", ["$ docker build -t python ."]),
        ("image mine:7", ["$ docker rmi docker.io/library/mine:7"]),
        ("image mine:7", ["$ docker rmi index.docker.io/library/mine:7;true"]),
        ("volume precious", ["$ docker run -v precious:/data busybox:1.37 rm -r /data"]),
        ("volume precious", ["$ docker run --mount source=precious,target=/x busybox:1.37"]),
        ("container web", ["$ docker run --network container:web busybox:1.37"]),
        ("container web", ["$ docker rm -f `echo web`"]),
        ("container hieu-docker-web-1", ["services: {}", "$ docker compose down"]),
        ("volume hieu-docker_data", ["$ docker-compose down -v"]),
        ("image hieu-docker-web:latest", ["$ docker compose down --rmi all"]),
        ("volume shop_data", ["$ docker compose -p shop down -v"]),
        ("volume shop_data", ["name: shop\nservices: {}", "$ docker compose down -v"]),
    ],
)
def test_what_a_page_means_by_another_name_is_taken(held, sources):
    kind, name = held.split()
    item = objects.Object(kind, name, name)
    assert objects.taken([item], sources) == [item]


@pytest.mark.parametrize(
    ("held", "sources"),
    [
        ("image docker:latest", ["$ docker rmi mine:7"]),
        ("image bash:latest", ["$ docker exec web bash"]),
        ("image docker:latest", ["$ docker rmi $(docker images -q mine) && docker ps"]),
        ("image python:latest", ["$ python saved.py"]),
        ("image busybox:1.36", ["$ docker rmi busybox"]),
        ("container redis", ["$ docker run --name mine redis:7"]),
        ("container hieu-docker-web-1", ["$ docker run --name web busybox:1.37"]),
        ("volume web_data", ["$ docker compose up web"]),
        ("network bridge", ["$ docker network inspect bridge"]),
    ],
)
def test_what_a_page_does_not_mean_is_not_taken(held, sources):
    kind, name = held.split()
    assert objects.taken([objects.Object(kind, name, name)], sources) == []


TAKING = [
    *(f"docker {kind} prune -f" for kind in ("container", "volume", "image", "network", "system", "builder")),
    "docker system prune --all --volumes --force",
    "docker volume prune --filter label!=keep",
    "docker volume prune -f; docker ps --filter label=mine",
    "docker \\\n  system \\\n  prune",
    "docker rm -f $(docker ps -aq)",
    "docker stop `docker ps -q`",
    "docker volume rm $(docker volume ls -q)",
    "docker rmi $(docker images -q --no-trunc)",
    "docker rmi $(docker images -qf dangling=true)",
    "docker rmi $(docker images --format '{{.ID}} {{.Tag}}' 2>/dev/null)",
    "docker rm $(docker ps -aq --filter status=exited)",
    "docker ps -aq | xargs docker rm -f",
    "docker ps -a --format '{{.ID}}' | while read c; do docker container rm $c; done",
    "for c in $(docker ps -aq); do\n  docker rm -f $c\ndone",
]


@pytest.mark.parametrize("command", [*TAKING, "client.volumes.prune()", "api.prune_containers()"])
def test_a_command_that_takes_whatever_it_finds_is_known(command):
    assert objects.takes_all(command)


@pytest.mark.parametrize(
    "command",
    [
        "docker ps -q | wc -l",
        "docker rm -f web && docker ps -aq | wc -l",
        "docker rm -f $(docker ps -aq --filter label=mine) | wc -l",
        "docker container prune -f --filter label=mine",
        "docker rm $(docker ps -lq)",
        "docker rmi -f $(docker images -q localhost:5000/shop/note) | grep -c Untagged",
        "docker rm -f web; test -z $(docker ps -q)",
        "docker run --rm busybox:1.37 echo $(docker ps -q)",
        "docker ps --format '{{.Names}}' | grep ^mine | xargs docker rm",
        "docker compose ps -q | xargs docker rm",
        "git worktree prune",
    ],
)
def test_a_command_that_takes_what_it_names_is_all_right(command):
    assert not objects.takes_all(command)


SAVED = '```{ .sh title="clean.sh" }\n--8<-- "clean.sh"\n```\n\n```console\n$ sh clean.sh\n```\n'


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("```console\n$ echo on\non\n$ docker volume prune -af >/dev/null\n```\n", "page.md:4"),
        ("```{ .console .tty }\n$ docker volume prune\n...\n```\n", "page.md:2"),
        (SAVED, "clean.sh:2"),
    ],
)
def test_a_page_that_takes_whatever_it_finds_does_not_run(daemon, page, text, place):
    volume = daemon.volumes.create("precious")
    (page.parent / "clean.sh").write_text("set -e\ndocker volume prune -af\n")
    page.write_text(text)
    done = verify(page)
    assert f"{page.parent}/{place}: this removes what is not the page's: take it out, or" in done.stdout, (
        done.stdout
    )
    assert done.returncode == 1 and daemon.volumes.list() == [volume]
    volume.remove()


def test_what_takes_whatever_it_finds_may_stand_where_the_throwaway_host_alone_runs_it(daemon, page):
    page.write_text(
        '```{ .console needs="linux-host" }\n$ docker system prune -f\n```\n\n```console\n$ true\n```\n'
    )
    done = verify(page)
    assert done.returncode == 0 and "1 held, 1 skipped" in done.stdout, done.stdout


@pytest.mark.parametrize("made", ["volume", "container", "image"])
def test_what_a_page_removed_of_others_all_the_same_is_told(daemon, page, made):
    """Here the names are put together where nobody can read them."""
    daemon.images.pull("busybox", "1.37")
    daemon.images.get("busybox:1.37").tag("precious", "7")
    daemon.containers.create("busybox:1.37", name="precious")
    daemon.volumes.create("precious")
    name = "precious:7" if made == "image" else "precious"
    typed = f"docker {made} rm pre${{x}}cious{name.removeprefix('precious')} >/dev/null"
    page.write_text(f"# Page\n\n```console\n$ {typed}\n```\n")
    done = verify(page)
    for container in daemon.containers.list(all=True):
        container.remove()
    for volume in daemon.volumes.list():
        volume.remove()
    for image in daemon.images.list():
        daemon.images.remove(image.id, force=True)
    assert done.returncode == 1
    assert f"page.md:4: what was there before the page is gone:\n  {made} {name}\n" in done.stdout, (
        done.stdout
    )
