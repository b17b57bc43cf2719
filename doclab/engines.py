"""The generations of Docker that pages are verified on: one row each.

Versions were read from the packages of each suite; a row needs nothing but a suite and the
names of its packages, so the next Debian release is one more line.
"""

from dataclasses import dataclass

_BASE = (
    "docker.io,iptables,containerd,docker-registry,dnsmasq-base,tini,"  # the daemon and its neighbourhood
    "iproute2,iputils-ping,ca-certificates,netcat-openbsd,curl,procps,jq,less,"  # a reader's server
    "python3,python3-docker"  # Python examples
)


@dataclass(frozen=True)
class Engine:
    """Where one Docker daemon comes from.

    name      what `--engine` takes
    suite     the Debian suite whose packages make its host; None: a daemon that is already there
    packages  what mmdebstrap includes, comma-separated
    """

    name: str
    suite: str | None = None
    packages: str = ""

    @property
    def is_shared(self) -> bool:
        """Whether all pages get the same daemon: then they run one after the other."""
        return self.suite is None


ENGINES = {
    engine.name: engine
    for engine in (  # the oldest first, as readers see them
        Engine("bookworm", "bookworm", _BASE),  # Docker 20.10; its Compose is still the Python one
        Engine("trixie", "trixie", f"{_BASE},docker-cli,docker-buildx,docker-compose"),  # Docker 26.1
        Engine("forky", "forky", f"{_BASE},docker-cli,docker-buildx,docker-compose"),  # Docker 28.5
        Engine("host"),  # whatever DOCKER_HOST, DOCKER_CONTEXT or the current context names
    )
}
DEFAULT = "trixie"
