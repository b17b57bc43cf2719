"""Ask a bare container and a prepared one what a developer would miss."""

from pathlib import Path

import docker
from docker.models.containers import Container

PROJECT = {str(Path("project").resolve()): {"bind": "/work", "mode": "rw"}}


def answers(container: Container) -> dict[str, bool]:
    """Tell for each thing that a developer expects whether it is there."""
    questions = {
        "editor": "which vi vim nano emacs | grep -q .",
        "init": "test $(cat /proc/1/comm) != sleep",
        "user": "test $(id -u) -ne 0",
        "project": "test -e /work/hello.txt",
    }
    return {
        thing: container.exec_run(["sh", "-c", question]).exit_code == 0
        for thing, question in questions.items()
    }


client = docker.from_env()
bare = client.containers.run(
    "debian:13-slim", "sleep infinity", name="py-bare", detach=True
)
try:
    devbox = client.containers.run(
        "devbox:1", name="py-devbox", init=True, volumes=PROJECT, detach=True
    )
    try:
        print("bare:", answers(bare))
        #> bare: {'editor': False, 'init': False, 'user': False, 'project': False}
        print("devbox:", answers(devbox))
        #> devbox: {'editor': True, 'init': True, 'user': True, 'project': True}
    finally:
        devbox.remove(force=True)
finally:
    bare.remove(force=True)
    client.close()
