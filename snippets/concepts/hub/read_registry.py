"""Push an image to a registry of our own, then read it back over HTTP and hash it."""

import hashlib
import json
import time
from contextlib import ExitStack
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import docker

MANIFEST = (
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.image.manifest.v1+json"
)

with ExitStack() as cleanup:
    client = docker.from_env()
    cleanup.callback(client.close)
    registry = client.containers.run(
        "registry:2",
        name="py-registry",
        ports={"5000/tcp": ("127.0.0.1", None)},
        detach=True,
    )
    cleanup.callback(registry.remove, force=True, v=True)
    registry.reload()
    host = f"localhost:{registry.ports['5000/tcp'][0]['HostPort']}"

    def get(path: str) -> bytes:
        """Return what the registry answers to GET /v2/PATH."""
        request = Request(f"http://{host}/v2/{path}", headers={"Accept": MANIFEST})
        with urlopen(request) as answer:
            return answer.read()

    while True:
        try:
            get("")
            break
        except OSError:
            time.sleep(0.1)

    image = client.images.get("busybox:1.37")
    image.tag(f"{host}/shop/plain", tag="1")
    cleanup.callback(client.images.remove, f"{host}/shop/plain:1")
    try:
        get("shop/plain/manifests/1")
    except HTTPError as error:
        print("before the push:", error.code)
        #> before the push: 404
    client.images.push(f"{host}/shop/plain", tag="1")

    manifest = get("shop/plain/manifests/1")
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    image.reload()
    known = f"{host}/shop/plain@{digest}" in image.attrs["RepoDigests"]
    print("the daemon knows the digest computed here:", known)
    #> the daemon knows the digest computed here: True

    parts = json.loads(manifest)
    blobs = [parts["config"]["digest"]] + [part["digest"] for part in parts["layers"]]
    hashed = [
        f"sha256:{hashlib.sha256(get(f'shop/plain/blobs/{blob}')).hexdigest()}"
        for blob in blobs
    ]
    print("config and layers:", len(blobs))
    #> config and layers: 2
    print("each is named by its own hash:", hashed == blobs)
    #> each is named by its own hash: True
