"""Runs child programs under asyncio and prints, as one JSON array, what a SubprocessProtocol saw of each.

Reads a JSON array of programs from standard input. Each has `program`, `args`, `stdio` (places of 0, 1 and 2: "pipe",
"null" or "stdout") and `moves`, which the recorder makes one after the other:
    ["write", text]  ["fill", bytes]  ["close", fd]  ["await", fd, text]  ["lost", fd]  ["exited"]
    ["signal", number]  ["pause", fd]  ["resume", fd]  ["end"]
"""

import asyncio
import json
import subprocess
import sys

PLACES = {"pipe": subprocess.PIPE, "null": subprocess.DEVNULL, "stdout": subprocess.STDOUT}


class Recorder(asyncio.SubprocessProtocol):
    def __init__(self):
        self.events = []
        self.data = {1: b"", 2: b""}
        self.changed = asyncio.Condition()
        self.over = False

    def note(self, event):
        self.events.append(event)
        asyncio.get_running_loop().create_task(self.wake())

    async def wake(self):
        async with self.changed:
            self.changed.notify_all()

    async def until(self, done):
        async with self.changed:
            await self.changed.wait_for(done)

    def connection_made(self, transport):
        self.transport = transport
        self.note("made")

    def pipe_data_received(self, fd, data):
        self.data[fd] += data
        self.note(f"data:{fd}")

    def pipe_connection_lost(self, fd, exc):
        self.note(f"lost:{fd}" + ("" if exc is None else f":{type(exc).__name__}"))

    def process_exited(self):
        self.note(f"exited:{self.transport.get_returncode()}")

    def connection_lost(self, exc):
        self.over = True
        self.note("lost" + ("" if exc is None else f":{type(exc).__name__}"))

    def pause_writing(self):
        self.note("pause")

    def resume_writing(self):
        self.note("resume")

    def seen(self, start):
        return any(event.startswith(start) for event in self.events)


async def move(recorder, name, *rest):
    pipe = recorder.transport.get_pipe_transport
    if name == "write":
        pipe(0).write(rest[0].encode())
    elif name == "fill":
        pipe(0).write(b"\0" * rest[0])
    elif name == "close":
        pipe(rest[0]).close()
    elif name == "pause":
        pipe(rest[0]).pause_reading()
    elif name == "resume":
        pipe(rest[0]).resume_reading()
    elif name == "await":
        await recorder.until(lambda: rest[1].encode() in recorder.data[rest[0]])
    elif name == "lost":
        await recorder.until(lambda: recorder.seen(f"lost:{rest[0]}"))
    elif name == "exited":
        await recorder.until(lambda: recorder.seen("exited"))
    elif name == "signal":
        recorder.transport.send_signal(rest[0])
    elif name == "end":
        recorder.transport.close()
    else:
        raise ValueError(name)


async def record(case):
    places = dict(zip(("stdin", "stdout", "stderr"), (PLACES[place] for place in case["stdio"])))
    loop = asyncio.get_running_loop()
    _, recorder = await loop.subprocess_exec(Recorder, case["program"], *case["args"], **places)
    for one in case["moves"]:
        await move(recorder, *one)
    await recorder.until(lambda: recorder.over)
    return {
        "events": recorder.events,
        "data": {str(fd): data.hex() if len(data) < 1000 else len(data) for fd, data in recorder.data.items()},
        "pipes": [recorder.transport.get_pipe_transport(fd) is not None for fd in (0, 1, 2)],
    }


async def main():
    print(json.dumps([await asyncio.wait_for(record(case), 20) for case in json.load(sys.stdin)]))


asyncio.run(main())
