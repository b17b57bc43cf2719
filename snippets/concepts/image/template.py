"""Write into one of two containers made from one image, and compare all their files."""

import hashlib
import io
import tarfile
import tempfile

import docker
from docker.models.containers import Container

IMAGE = "debian:13-slim"
docker_host = docker.from_env()


def files(container: Container) -> dict[str, str]:
    """Return the SHA-256 of every file in the container."""
    with tempfile.TemporaryFile() as copy:
        copy.writelines(container.export())
        copy.seek(0)
        with tarfile.open(fileobj=copy) as archive:
            contents = {
                file.name: archive.extractfile(file)
                for file in archive
                if file.isfile()
            }
            return {
                name: hashlib.file_digest(content, "sha256").hexdigest()
                for name, content in contents.items()
            }


def write(container: Container, name: str, text: bytes) -> None:
    """Write a file into /etc of a container, running or not."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    container.put_archive("/etc", data.getvalue())


first = docker_host.containers.create(IMAGE, name="py-first")
second = docker_host.containers.create(IMAGE, name="py-second")
try:
    write(first, "motd", b"a note in py-first\n")
    ours, theirs = files(first), files(second)
    print("more than 1000 files each:", min(len(ours), len(theirs)) > 1000)
    #> more than 1000 files each: True
    names = sorted(ours.keys() | theirs.keys())
    print("differ:", [name for name in names if ours.get(name) != theirs.get(name)])
    #> differ: ['etc/motd']
finally:
    first.remove()
    second.remove()
