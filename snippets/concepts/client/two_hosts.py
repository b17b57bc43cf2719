"""One program, two Docker hosts: each has books of its own, and refuses on its own."""

from pathlib import Path

from docker import DockerClient
from docker.errors import APIError

SOCKETS = {
    "first": "unix:///var/run/docker.sock",
    "second": f"unix://{Path('second.sock').resolve()}",
}
hosts = {name: DockerClient(base_url=url) for name, url in SOCKETS.items()}


def holders() -> list[str]:
    """Return the hosts that have a volume called py-ledger."""
    return [
        name
        for name, client in hosts.items()
        if any(volume.name == "py-ledger" for volume in client.volumes.list())
    ]


for client in hosts.values():
    client.volumes.create("py-ledger")
print("created:", holders())
#> created: ['first', 'second']
hosts["first"].volumes.get("py-ledger").remove()
print("removed from the first:", holders())
#> removed from the first: ['second']
hosts["second"].volumes.get("py-ledger").remove()

for name, url in SOCKETS.items():
    ahead = DockerClient(base_url=url, version="9.99")
    try:
        ahead.ping()
    except APIError as error:
        print(name, "refuses API 9.99 with status", error.status_code)
        #> first refuses API 9.99 with status 400
        #> second refuses API 9.99 with status 400
    ahead.close()
    hosts[name].close()
