"""Compute an image's id and the digests of its layers from the content of the image."""

import hashlib
import json
import tarfile
import tempfile

import docker

docker_host = docker.from_env()
image = docker_host.images.get("debian:13-slim")


def digest(content: bytes) -> str:
    """Return a digest the way Docker writes it."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


with tempfile.TemporaryFile() as copy:
    copy.writelines(image.save())
    copy.seek(0)
    with tarfile.open(fileobj=copy) as archive:

        def read(name: str) -> bytes:
            """Return a file from the tar of `docker save`."""
            file = archive.extractfile(name)
            return file.read() if file else b""

        manifest = json.loads(read("manifest.json"))[0]
        config = read(manifest["Config"])
        layers = [digest(read(name)) for name in manifest["Layers"]]

listed = json.loads(config)["rootfs"]["diff_ids"]
print("the id is the digest of the config:", image.id == digest(config))
#> the id is the digest of the config: True
print("the config lists the digests of the layers:", listed == layers)
#> the config lists the digests of the layers: True
