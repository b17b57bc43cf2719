"""Stand between clients and Docker's socket, and print each request with its answer.

watch.py SOCKET [API_VERSION]

With API_VERSION, answers claim that the daemon knows no newer API than that.
"""

import asyncio
import os
import re
import sys
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

SOCKET = sys.argv[1]
CLAIM = sys.argv[2].encode() if len(sys.argv) > 2 else b""

REQUEST = re.compile(rb"([A-Z]+) ([^ ?]+)\S* HTTP/1\.1\r\n")
ANSWER = re.compile(rb"HTTP/1\.1 (\d+)")
API_VERSION = re.compile(rb"^(Api-Version: )[\d.]+", re.MULTILINE | re.IGNORECASE)
ID = re.compile(r"([0-9a-f]{12})[0-9a-f]{52}")


async def connect(reader: StreamReader, writer: StreamWriter) -> None:
    """Join one client with the daemon."""
    answers, requests = await asyncio.open_unix_connection("/var/run/docker.sock")
    asked: list[str] = []

    async def copy_requests() -> None:
        while data := await reader.read(65536):
            if found := REQUEST.match(data):
                asked.append(b" ".join(found.groups()).decode())
            requests.write(data)
            await requests.drain()
        requests.write_eof()

    async def copy_answers() -> None:
        while data := await answers.read(65536):
            if asked and (found := ANSWER.match(data)):
                print(ID.sub(r"\1", asked.pop()), found[1].decode(), flush=True)
                if CLAIM:
                    data = API_VERSION.sub(rb"\g<1>" + CLAIM, data)
            writer.write(data)
            await writer.drain()
        writer.write_eof()

    with suppress(OSError):  # either side may leave first
        await asyncio.gather(copy_requests(), copy_answers())
    requests.close()
    writer.close()


async def main() -> None:
    """Listen, for this user only."""
    os.umask(0o177)
    server = await asyncio.start_unix_server(connect, SOCKET)
    await server.serve_forever()


asyncio.run(main())
