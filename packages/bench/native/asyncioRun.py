"""Run by CPython, with a number of children and how many come first to warm up: prints children per second.

Each is started with create_subprocess_exec and both of its outputs are read with communicate, one child after another.
"""

import asyncio
import sys
import time

PIPE = asyncio.subprocess.PIPE


async def one():
    process = await asyncio.create_subprocess_exec('/bin/true', stdout=PIPE, stderr=PIPE)
    await process.communicate()
    assert process.returncode == 0


async def rate(count):
    start = time.perf_counter()
    for _ in range(count):
        await one()
    return count / (time.perf_counter() - start)


async def main(count, warm_up):
    if warm_up > 0:
        await rate(warm_up)
    print(await rate(count))


asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
