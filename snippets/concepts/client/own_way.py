"""Do with the SDK what `docker run --rm` did, and read what it asked of the daemon."""

from pathlib import Path

import docker
from docker.errors import ImageNotFound

IMAGE = "busybox:1.37"
CALLS = Path("calls.log")
watched = docker.DockerClient(base_url=f"unix://{Path('watch.sock').resolve()}")
watched.images.remove(IMAGE)
start = len(CALLS.read_text().splitlines())

try:
    watched.containers.create(IMAGE, ["true"], name="py-made")
except ImageNotFound:
    print("create does not pull")
    #> create does not pull
output = watched.containers.run(IMAGE, ["echo", "xin chào"], name="py-ran", remove=True)
print("run pulls:", output.decode().strip())
#> run pulls: xin chào

for line in CALLS.read_text().splitlines()[start:]:
    verb, path, status = line.split()
    if verb != "GET":
        print(verb, "/" + path.split("/", 2)[2], status)
        #> POST /containers/create 404
        #> POST /containers/create 404
        #> POST /images/create 200
        #> POST /containers/create 201
        #> POST /containers/d0f061ce4726/start 204
        #> POST /containers/d0f061ce4726/wait 200
        #> DELETE /containers/d0f061ce4726 204
watched.close()
