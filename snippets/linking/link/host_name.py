"""Read a container's names before its first start, after it, and after a rename."""

import io
import tarfile

import docker
from docker.models.containers import Container

docker_host = docker.from_env()


def hosts(container: Container) -> list[str]:
    """Return the lines of /etc/hosts without running anything in the container."""
    chunks, _ = container.get_archive("/etc/hosts")
    with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
        file = archive.extractfile("hosts")
        return file.read().decode().splitlines() if file else []


shop = docker_host.containers.create(
    "busybox:1.37", ["sleep", "600"], name="py-shop", hostname="cua-hang"
)
try:
    print("configured name:", shop.attrs["Config"]["Hostname"])
    #> configured name: cua-hang
    print("lines before the start:", len(hosts(shop)))
    #> lines before the start: 0
    shop.start()
    print("name in the last line:", hosts(shop)[-1].split()[1])
    #> name in the last line: cua-hang
    shop.rename("py-store-front")
    print("name after a rename:", shop.exec_run("hostname").output.decode().strip())
    #> name after a rename: cua-hang
finally:
    shop.remove(force=True)
