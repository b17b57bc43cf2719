"""Take a container through each row of a table; compare its states and events.

python3 walk.py TABLE STATE...     rows that begin with one of these states
"""

import io
import json
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import docker
from docker.errors import NotFound

IMAGE = "busybox:1.37"
LIMIT = 20  # seconds: no wait takes longer
GRACE = 1  # second: an event may come a moment after the state
RUNS = 6  # after so many failed runs the daemon waits 3.2 s: time enough to act
DIRECTORIES = 10_000  # deleting them takes long enough to see "removing"
docker_host = docker.from_env(timeout=LIMIT)
api = docker_host.api
one_by_one = threading.Lock()


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Ask again and again; raise TimeoutError after LIMIT seconds."""
    deadline = time.monotonic() + LIMIT
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"still waiting after {LIMIT} s: {what}")
        time.sleep(0.2)


def failed_runs(row: dict) -> int:
    """Return how many runs of the container shall fail before one stays."""
    return {row["from"]: RUNS, row["to"]: RUNS - 1}.get("restarting", 0)


def program(row: dict) -> list[str]:
    """Return what the container shall run, for the row to come true."""
    if row["from"] == row["to"] == "created":
        return ["no-such-program"]
    deed = "true"
    if "fails" in row["command"]:
        deed = "rm /bin/sh"  # there will be nothing left to start
    elif row.get("via") == "removing":
        deed = f"cd /tmp; seq {DIRECTORIES} | xargs mkdir"
    fails = failed_runs(row)
    script = f"""
        trap 'exit 5' TERM; trap '' HUP; echo run >> /runs; n=$(wc -l < /runs)
        if [ $n -eq {max(fails, 1)} ]; then {deed}; fi
        if [ $n -le {fails} ]; then exit 5; fi
        [ -p /end ] || mkfifo /end
        exec 3<>/end; echo ready; read -r end <&3; exit 5"""
    return ["sh", "-c", script]


def is_waiting(name: str) -> bool:
    """Tell whether its process sleeps: pausing a busy one may fail (runc, cgroup v1)."""
    if b"ready" not in api.logs(name):
        return False
    (_, state), *_ = api.top(name, "-o pid,stat")["Processes"]
    return state.startswith("S")


def archive() -> bytes:
    """Return a tar archive of as many directories."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for number in range(DIRECTORIES):
            directory = tarfile.TarInfo(str(number))
            directory.type = tarfile.DIRTYPE
            tar.addfile(directory)
    return buffer.getvalue()


def prepare(row: dict) -> None:
    """Bring a container into the state that the row begins with."""
    name, state = row["name"], row["from"]
    if state == "none":
        return
    docker_host.containers.create(
        IMAGE,
        program(row),
        name=name,
        network_mode="none",
        auto_remove="--rm" in row["command"],
        restart_policy={"Name": "always" if failed_runs(row) else "no"},
    )
    if state == "created":
        if "via" in row:
            api.put_archive(name, "/tmp", archive())
        return
    api.start(name)
    if state == "restarting":
        wait_until(lambda: look(row) == (RUNS, state), f"{name}: {RUNS} failed runs")
        return
    wait_until(lambda: is_waiting(name), f"{name}: its process asleep")
    if state != "running":
        {"paused": api.pause, "exited": api.kill}[state](name)


def act(row: dict) -> None:
    """Make happen what the row says: what stands before a bracket is a command."""
    command, _, by_itself = row["command"].partition("(")
    words = ["docker", *command.split(), row["name"]]
    if row["from"] == "none":
        words[-1:] = ["--name", row["name"], "--network=none", IMAGE, *program(row)]
    elif "ends" in by_itself:
        words[1:1] = ["exec"]
        words += ["sh", "-c", "echo > /end"]
    elif not command:
        return
    may_fail = by_itself != ""
    subprocess.run(words, check=not may_fail, timeout=LIMIT, capture_output=True)


def look(row: dict) -> tuple[int, str]:
    """Return how often the daemon started the container again, and its state."""
    try:
        about = api.inspect_container(row["name"])
    except NotFound:
        return 0, "none"
    return about["RestartCount"], about["State"]["Status"]


def clock() -> float:
    """Return the daemon's time: its events carry that, not ours."""
    with one_by_one:  # simultaneous calls may get one answer, too old for some
        now = docker_host.info()["SystemTime"]
    return datetime.fromisoformat(now).timestamp()


def told(row: dict, since: float) -> list[str]:
    """Return the container's events since then, but for those of our own `exec`."""
    chosen = {"type": "container", "container": row["name"]}
    stream = docker_host.events(since=since, until=clock(), filters=chosen, decode=True)
    actions = [event["Action"] for event in stream]
    return [action for action in actions if not action.startswith("exec_")]


def agree(steps: list, events: list[str]) -> bool:
    """Compare with the row's events; an inner list stands for any order."""
    for step in steps:
        names = step if isinstance(step, list) else [step]
        if sorted(events[: len(names)]) != sorted(names):
            return False
        events = events[len(names) :]
    return not events


def walk(row: dict) -> str:
    """Make the transition happen; return what differs, "" when nothing does."""
    try:
        prepare(row)
        states = [look(row)[1]]  # waits for the lock, so until all events are told
        since = clock()
        with ThreadPoolExecutor() as pool:
            action = pool.submit(act, row)
            deadline = time.monotonic() + LIMIT
            while time.monotonic() < deadline:
                is_done = action.done()
                states.append(look(row)[1])
                if is_done and (action.exception() or states[-1] == row["to"]):
                    break
                time.sleep(0.005 if "via" in row else 0.05)
            action.result()
        deadline = time.monotonic() + GRACE
        events = told(row, since)
        while not agree(row["events"], events) and time.monotonic() < deadline:
            time.sleep(0.1)
            events = told(row, since)
    finally:
        with suppress(NotFound):
            api.remove_container(row["name"], force=True)
    route = [row["from"], row.get("via", row["to"]), row["to"]]
    is_route = route == [states[0], route[1], states[-1]] and route[1] in states
    if is_route and agree(row["events"], events):
        return ""
    return f"DIFFERS: {row}: states {list(dict.fromkeys(states))}, events {events}"


table, states = json.loads(Path(sys.argv[1]).read_text()), sys.argv[2:]
rows = [row for row in table if row["from"] in states and row["to"] != "dead"]
rows.sort(key=failed_runs, reverse=True)  # those that take longest begin first
for number, row in enumerate(rows):
    row["name"] = f"py-row-{number:02}"
with ThreadPoolExecutor(8) as pool:
    results = list(pool.map(walk, rows))
for state in states:
    found = [
        result
        for row, result in zip(rows, results, strict=True)
        if row["from"] == state
    ]
    print(f"from {state}: {found.count('')} of {len(found)} hold")
for result in filter(None, results):
    print(result)
docker_host.close()
sys.exit(any(results))
