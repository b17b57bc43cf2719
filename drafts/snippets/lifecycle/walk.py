"""Drive a container through the transitions of the table; compare states and events."""

import json
import threading
import time
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import docker
from docker.errors import NotFound

NAME = "py-web"
ROWS = json.loads(Path("transitions.json").read_text())
ROUTES = {
    "none": [],
    "created": ["create"],
    "running": ["create", "start"],
    "paused": ["create", "start", "pause"],
    "exited": ["create", "start", "kill"],
}
docker_host = docker.from_env()
api = docker_host.api


def create(row: dict) -> None:
    """Create a container for the row; with init, TERM ends it at once."""
    files = "seq 20000 | xargs touch" if "via" in row else "true"  # slow to delete
    life = "0.4" if "ends" in row["command"] else "600"
    docker_host.containers.create(
        "busybox:1.37",
        ["sh", "-c", f"cd /tmp; {files}; echo ready; sleep {life}; exit 5"],
        name=NAME,
        init=True,
        restart_policy={"Name": "always" if "policy" in row["command"] else "no"},
    )


def start(row: dict) -> None:
    """Start the container and wait until its process is ready to take signals."""
    api.start(NAME)
    while not api.logs(NAME):
        time.sleep(0.01)


COMMANDS = {
    "create": create,
    "start": start,
    "pause": lambda row: api.pause(NAME),
    "unpause": lambda row: api.unpause(NAME),
    "stop": lambda row: api.stop(NAME),
    "kill": lambda row: api.kill(NAME),
    "restart": lambda row: api.restart(NAME),
    "rm": lambda row: api.remove_container(NAME),
    "rm -f": lambda row: api.remove_container(NAME, force=True),
}


def clock() -> float:
    """Return the daemon's time: its events carry that, not ours."""
    return datetime.fromisoformat(docker_host.info()["SystemTime"]).timestamp()


def state() -> str:
    """Return the container's state, "none" when there is no container."""
    try:
        return api.inspect_container(NAME)["State"]["Status"]
    except NotFound:
        return "none"


def prepare(row: dict) -> None:
    """Bring a container into the state that the row begins with."""
    is_special = "ends" in row["command"] or "via" in row
    if is_special or state() != row["from"] != "restarting":
        with suppress(NotFound):
            api.remove_container(NAME, force=True)
        for command in ROUTES[row["from"]]:
            COMMANDS[command](row)
    if "policy" in row["command"]:  # the first delays are short: wait for a longer one
        while api.inspect_container(NAME)["RestartCount"] < 3:
            time.sleep(0.01)
    while state() != row["from"]:
        time.sleep(0.01)


def drive(row: dict) -> tuple[list[str], list[str]]:
    """Make the transition happen; return the states seen and the events told."""
    since = clock()
    action = COMMANDS.get(row["command"], lambda row: None)
    command = threading.Thread(target=action, args=[row])
    command.start()
    states: list[str] = []
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        is_done = not command.is_alive()
        states.append(state())
        if is_done and states[-1] == row["to"]:
            break
        time.sleep(0.005)
    told = docker_host.events(
        since=since,
        until=clock(),
        filters={"type": "container", "container": NAME},
        decode=True,
    )
    return states, [event["Action"] for event in told]


def holds(row: dict, states: list[str], events: list[str]) -> bool:
    """Compare with the row; an inner list stands for either order."""
    for step in row["events"]:
        names = step if isinstance(step, list) else [step]
        if sorted(events[: len(names)]) != sorted(names):
            return False
        del events[: len(names)]
    return (
        not events and states[-1] == row["to"] and row.get("via", row["to"]) in states
    )


try:
    for row in ROWS:
        if "dead" in (row["from"], row["to"]):
            continue  # not reached from here: see the shell commands above
        prepare(row)
        result = "holds" if holds(row, *drive(row)) else "DIFFERS"
        print(f"{row['from']} > {row['command']} > {row['to']}: {result}")
        #> none > create > created: holds
        #> created > start > running: holds
        #> running > pause > paused: holds
        #> paused > unpause > running: holds
        #> running > restart > running: holds
        #> running > stop > exited: holds
        #> exited > start > running: holds
        #> running > kill > exited: holds
        #> exited > rm > none: holds
        #> created > rm > none: holds
        #> running > rm -f > none: holds
        #> paused > kill > exited: holds
        #> running > (process ends) > exited: holds
        #> running > (process ends, restart policy) > restarting: holds
        #> restarting > (delay over) > running: holds
        #> restarting > stop > exited: holds
finally:
    with suppress(NotFound):
        api.remove_container(NAME, force=True)
    docker_host.close()
