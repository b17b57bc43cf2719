"""Talking to a Docker daemon through its API."""

import os

import docker
from docker.constants import DEFAULT_TIMEOUT_SECONDS


def connect(url: str, timeout: float = DEFAULT_TIMEOUT_SECONDS) -> docker.DockerClient:
    """A client of the daemon at this address; it may take `timeout` seconds for an answer.

    The daemon that DOCKER_HOST names may want the certificates that other variables name.  Raises DockerException.
    """
    if url == os.environ.get("DOCKER_HOST"):
        return docker.from_env(timeout=timeout)
    return docker.DockerClient(base_url=url, timeout=timeout)


def fell_silent(url: str, error: Exception) -> str:
    """What to say of a daemon that was there when its host was found."""
    return f"the Docker daemon at {url} answered, and then no more: {error}"
