"""Read a label of an image."""

import docker

client = docker.from_env()
print(client.images.get("mine:1").labels["maker"])
#> me
client.close()
