"""Walk from a container's process up to the first process of the machine."""

from pathlib import Path

import docker

IMAGE = "busybox:1.37"


def name(pid: int) -> str:
    """Return the name of a process, as `ps -o comm` shows it."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


def parent(pid: int) -> int:
    """Return the process id of the parent, 0 when there is none."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("PPid:")[2].split()[0])


client = docker.from_env()
components = [part["Name"] for part in client.version()["Components"]]
print("components:", *components)
#> components: Engine containerd runc docker-init
container = client.containers.run(
    IMAGE, ["sleep", "600"], name="py-server", detach=True
)
try:
    container.reload()
    pid = container.attrs["State"]["Pid"]
    chain = []
    while pid := parent(pid):
        chain.append(name(pid))
    print("parent:", chain[0])
    #> parent: containerd-shim
    print("above the shim:", len(chain) - 1)
    #> above the shim: 1
    print("dockerd or containerd above:", bool({"dockerd", "containerd"} & {*chain}))
    #> dockerd or containerd above: False
finally:
    container.remove(force=True)
    client.close()
