"""Publish to everybody, publish to the loopback, only expose: who can connect?"""

import time

import docker

IMAGE = "busybox:1.37"
SERVER = ["nc", "-ll", "-p", "8084", "-e", "echo", "hello"]
PUBLISHED = {
    "py-everybody": {8084: None},
    "py-loopback": {8084: ("127.0.0.1", None)},
    "py-exposed": None,
}

client = docker.from_env()
api = client.api
made = []
try:
    for name, ports in PUBLISHED.items():
        settings = api.create_host_config(
            port_bindings=ports, extra_hosts={"docker-host": "host-gateway"}
        )
        api.create_container(
            IMAGE, SERVER, name=name, ports=[8084], host_config=settings
        )
        server = client.containers.get(name)
        made.append(server)
        server.start()
        while b":8084 " not in server.exec_run("netstat -lnt").output:
            time.sleep(0.1)

        server.reload()
        bindings = server.ports["8084/tcp"] or []
        ports = [binding["HostPort"] for binding in bindings] or ["8084"]
        calls = [f"nc -w 10 docker-host {port}" for port in ports]
        answered = any(made[0].exec_run(call).exit_code == 0 for call in calls)
        hosts = {binding["HostIp"] for binding in bindings}
        addresses = sorted(host for host in hosts if ":" not in host)  # IPv6 may be off
        print(f"{name}: bound to {addresses}, a container gets in: {answered}")
        #> py-everybody: bound to ['0.0.0.0'], a container gets in: True
        #> py-loopback: bound to ['127.0.0.1'], a container gets in: False
        #> py-exposed: bound to [], a container gets in: False
finally:
    for server in made:
        server.remove(force=True)
    client.close()
