"""List what three containers changed, and whether their own layers grew large."""

import docker

IMAGE = "debian:13-slim"
LETTERS = "CAD"  # the API numbers them: 0 changed, 1 added, 2 deleted
FILL = "mkdir -p /data; head -c 8000000 /dev/zero > /data/file"
COMMANDS = {
    "py-diary": "echo new > /root/new; echo '# note' >> /etc/passwd; rm /etc/issue",
    "py-layered": FILL,
    "py-mounted": FILL,
}

client = docker.from_env()
try:
    for name, command in COMMANDS.items():
        volumes = ["py-data:/data"] if name == "py-mounted" else []
        container = client.containers.create(
            IMAGE, ["sh", "-c", command], name=name, volumes=volumes
        )
        container.start()
        container.wait()
        changes = [
            f"{LETTERS[item['Kind']]} {item['Path']}" for item in container.diff()
        ]
        listed = client.api.containers(all=True, size=True, filters={"name": name})
        print(name, sorted(changes), listed[0].get("SizeRw", 0) > 1_000_000)
        #> py-diary ['A /root/new', 'C /etc', 'C /etc/passwd', 'C /root', 'D /etc/issue'] False
        #> py-layered ['A /data', 'A /data/file'] True
        #> py-mounted ['A /data'] False
finally:
    for name in COMMANDS:
        client.containers.get(name).remove(force=True)
    client.volumes.get("py-data").remove()
    client.close()
