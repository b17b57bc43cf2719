"""Call a server in another network: before joining it, inside it, after leaving."""

import time
from contextlib import ExitStack

import docker

IMAGE = "busybox:1.37"
SERVER = ["nc", "-ll", "-p", "111", "-e", "echo", "py-server"]

with ExitStack() as cleanup:
    client = docker.from_env()
    cleanup.callback(client.close)
    home = client.networks.create("py-home")
    cleanup.callback(home.remove)
    away = client.networks.create("py-away")
    cleanup.callback(away.remove)
    server = client.containers.run(
        IMAGE, SERVER, name="py-server", network="py-home", detach=True
    )
    cleanup.callback(server.remove, force=True)
    while server.exec_run(["sh", "-c", "netstat -ltn | grep -q :111"]).exit_code:
        time.sleep(0.1)
    guest = client.containers.run(
        IMAGE, ["sleep", "infinity"], name="py-guest", network="py-away", detach=True
    )
    cleanup.callback(guest.remove, force=True)
    server.reload()
    guest.reload()
    address = server.attrs["NetworkSettings"]["Networks"]["py-home"]["IPAddress"]
    started = guest.attrs["State"]["StartedAt"]

    def reaches(target: str) -> bool:
        """Tell whether the guest gets the server's answer from `target`."""
        seconds = 2 if target == address else 10  # an unknown name is told at once
        call = ["sh", "-c", f"nc -w {seconds} {target} 111 | grep -qx py-server"]
        return guest.exec_run(call).exit_code == 0

    print("outside:", "name", reaches("py-server"), "address", reaches(address))
    #> outside: name False address False
    home.connect(guest)
    print("inside:", "name", reaches("py-server"), "address", reaches(address))
    #> inside: name True address True
    home.disconnect(guest)
    print("left:", "name", reaches("py-server"), "address", reaches(address))
    #> left: name False address False

    guest.reload()
    print("guest restarted:", guest.attrs["State"]["StartedAt"] != started)
    #> guest restarted: False
