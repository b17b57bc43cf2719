"""Pass what comes in on 127.0.0.1:2375 on to Docker's socket, and print each change."""

import asyncio
import re
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

CHANGE = re.compile(rb"^(POST|DELETE) /v[\d.]+([^? ]*)", re.MULTILINE)


async def copy(source: StreamReader, target: StreamWriter, is_client: bool) -> None:
    """Copy until `source` ends; print what a client asks the daemon to change."""
    with suppress(OSError):  # either side may leave first
        while data := await source.read(65536):
            for verb, path in CHANGE.findall(data) if is_client else ():
                print(verb.decode(), path.decode(), flush=True)
            target.write(data)
            await target.drain()
        target.write_eof()


async def connect(reader: StreamReader, writer: StreamWriter) -> None:
    """Join one client with the daemon."""
    answers, requests = await asyncio.open_unix_connection("/var/run/docker.sock")
    await asyncio.gather(copy(reader, requests, True), copy(answers, writer, False))
    requests.close()
    writer.close()


async def main() -> None:
    """Listen on the loopback of this machine only."""
    server = await asyncio.start_server(connect, "127.0.0.1", 2375)
    await server.serve_forever()


asyncio.run(main())
