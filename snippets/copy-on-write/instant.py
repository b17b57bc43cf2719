"""Make twenty containers, then real copies of the same files, and compare."""

import time

import docker

IMAGE = "debian:13-slim"
CONTAINERS, COPIES = 20, 2

client = docker.from_env()
made = []
try:
    start = time.perf_counter()
    for number in range(CONTAINERS):
        made.append(client.containers.create(IMAGE, name=f"py-copy{number}"))
    per_container = (time.perf_counter() - start) / CONTAINERS

    copier = client.containers.run(
        IMAGE,
        ["sleep", "infinity"],
        name="py-copier",
        volumes={"py-copies": {"bind": "/copies", "mode": "rw"}},
        detach=True,
    )
    made.append(copier)
    start = time.perf_counter()
    for number in range(COPIES):
        copier.exec_run(f"cp -ax / /copies/{number}")
    per_copy = (time.perf_counter() - start) / COPIES
    print("a container takes less than half the time:", 2 * per_container < per_copy)
    #> a container takes less than half the time: True

    copier.exec_run(["sh", "-c", "head -c 2000000 /dev/zero > /big"])
    written = {
        container["Names"][0]: container.get("SizeRw", 0)
        for container in client.api.df()["Containers"]
    }
    print("a write of two million shows:", written["/py-copier"] > 1_000_000)
    #> a write of two million shows: True
    layers = [size for name, size in written.items() if name.startswith("/py-copy")]
    print(f"written by {len(layers)} containers: {sum(layers)} bytes")
    #> written by 20 containers: 0 bytes
    kibibytes = int(copier.exec_run("du -sk /copies/0").output.split()[0])
    print("one real copy is larger than 50 megabytes:", kibibytes > 50_000)
    #> one real copy is larger than 50 megabytes: True
finally:
    for container in made:
        container.remove(force=True)
    client.volumes.get("py-copies").remove()
    client.close()
