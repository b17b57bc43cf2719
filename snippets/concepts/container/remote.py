"""Drive a container from its creation to its removal over TCP."""

import docker
from docker.errors import NotFound

near = docker.from_env()
far = docker.DockerClient(base_url="tcp://127.0.0.1:2375")


def state() -> str:
    """Return the container's state as the daemon's own socket tells it."""
    try:
        return near.containers.get("py-far").status
    except NotFound:
        return "gone"


container = far.containers.create("busybox:1.37", ["sleep", "infinity"], name="py-far")
try:
    print("created over TCP:", state())
    #> created over TCP: created
    container.start()
    print("started over TCP:", state())
    #> started over TCP: running
    container.kill()
    container.wait()
    print("killed over TCP:", state())
    #> killed over TCP: exited
finally:
    container.remove(force=True)
print("removed over TCP:", state())
#> removed over TCP: gone
