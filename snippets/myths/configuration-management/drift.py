"""Edit a file in a running container, restart the container, then recreate it."""

import docker
from docker.models.containers import Container

FILE = "/etc/app.conf"


def start() -> Container:
    """Run a new container from the image."""
    return client.containers.run("shop:1", name="py-shop", init=True, detach=True)


def drifted(container: Container) -> bool:
    """Ask the daemon whether the file was written since the image."""
    return any(change["Path"] == FILE for change in container.diff() or [])


client = docker.from_env()
shop = start()
try:
    print("new container, drifted:", drifted(shop))
    #> new container, drifted: False
    shop.exec_run(["sed", "-i", "s/4/400/", FILE])
    print("edited by hand, drifted:", drifted(shop))
    #> edited by hand, drifted: True
    shop.restart(timeout=1)
    print("restarted, drifted:", drifted(shop))
    #> restarted, drifted: True
    shop.remove(force=True)
    shop = start()
    print("recreated, drifted:", drifted(shop))
    #> recreated, drifted: False
finally:
    shop.remove(force=True)
    client.close()
