"""Deploy one version to three hosts; when one host fails, put the old version back on all."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from docker import DockerClient
from docker.errors import DockerException, NotFound

HOSTS = {
    name: DockerClient(base_url=f"unix://{Path(name).resolve()}/docker.sock")
    for name in ("alpha", "beta", "gamma")
}


def remove(host: str) -> None:
    """Remove what this program runs on one host."""
    with suppress(NotFound):
        HOSTS[host].containers.get("py-web").remove(force=True)


def release(host: str, version: int) -> None:
    """Run this version on one host in place of what runs there."""
    remove(host)
    HOSTS[host].containers.create(
        f"shop:{version}", name="py-web", network_mode="none", init=True
    ).start()


def running(host: str) -> str:
    """Tell which image the container was made from that runs on one host."""
    (container,) = HOSTS[host].containers.list(filters={"name": "py-web"})
    return container.attrs["Config"]["Image"]


def everywhere(task: Callable[[str], str | None]) -> list[str | None]:
    """Fan-out: do one thing on all hosts at the same time."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(task, HOSTS))


def deploy(new: int, old: int) -> str:
    """Change the version on all hosts, or on none."""
    touched = []
    for host in HOSTS:  # the order
        touched.append(host)
        try:
            release(host, new)
        except DockerException as error:
            for done in touched:  # the rollback
                release(done, old)
            return f"rolled back, {host} failed with {type(error).__name__}"
    return "deployed"


try:
    everywhere(lambda host: release(host, 1))
    print(everywhere(running))
    #> ['shop:1', 'shop:1', 'shop:1']
    print(deploy(new=2, old=1))
    #> rolled back, beta failed with ImageNotFound
    print(everywhere(running))
    #> ['shop:1', 'shop:1', 'shop:1']
    HOSTS["beta"].images.load(
        b"".join(HOSTS["alpha"].images.get("shop:2").save(named=True))
    )
    print(deploy(new=2, old=1))
    #> deployed
    print(everywhere(running))
    #> ['shop:2', 'shop:2', 'shop:2']
finally:
    everywhere(remove)
    with suppress(NotFound):
        HOSTS["beta"].images.remove("shop:2")
    for client in HOSTS.values():
        client.close()
