"""Run one container through the SDK and print what it said."""

import docker

client = docker.from_env()
try:
    output = client.containers.run("busybox:1.37", ["echo", "xin chào"], remove=True)
    print(output.decode().strip())
    #> xin chào
finally:
    client.close()
