"""Ask the API for what a cloud sells, then look at a container as somebody else."""

import docker

PATHS = ("/servers", "/projects", "/containers/nosuch/start")

client = docker.from_env()
database = client.containers.run(
    "busybox:1.37",
    ["sleep", "infinity"],
    name="py-alice-db",
    labels={"tenant": "alice"},
    environment={"PASSWORD": "sesame"},
    init=True,
    detach=True,
)
try:
    for path in PATHS:
        answer = client.api.post(f"{client.api.base_url}{path}")
        print(path, "->", answer.json()["message"])
    #> /servers -> page not found
    #> /projects -> page not found
    #> /containers/nosuch/start -> No such container: nosuch

    mine = client.containers.list(filters={"label": "tenant=bob"})
    print("with bob's label:", [container.name for container in mine])
    #> with bob's label: []
    everyone = client.containers.list()
    print("without it:", database.name in [container.name for container in everyone])
    #> without it: True
    stolen = client.containers.get("py-alice-db").attrs["Config"]["Env"]
    print("alice's password:", "PASSWORD=sesame" in stolen)
    #> alice's password: True
finally:
    database.remove(force=True)
    client.close()
