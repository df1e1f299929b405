# ruff: noqa: T201 - a program of its own that prints
"""Clients that come again whenever they are sent away: a thousand that ask nothing, a hundred slow.

    python -m tests.endurance.crowd HOST PORT SECONDS

Prints how long one of those that asked nothing was borne at most, in seconds.
"""

import asyncio
import contextlib
import sys
import time

HALF_OPEN, SLOW = 1000, 100
SCRAPE = b"GET /metrics HTTP/1.1\r\nHost: x\r\n"


async def half_open(at: int, host: str, port: int, end: float, lived: list[float]) -> None:
    """Begin a request, or not even that, and wait to be sent away."""
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port)
            began = time.monotonic()
            writer.write(SCRAPE[: at % len(SCRAPE)])
            await reader.read()
            lived.append(time.monotonic() - began)
            writer.close()


async def slow(at: int, host: str, port: int, end: float) -> None:
    """Send a byte each second, or ask and read a byte each second."""
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_connection(host, port, limit=1)
            writer.write(SCRAPE + (b"\r\n" if at % 2 else b"X: "))
            while not reader.at_eof() and time.monotonic() < end:
                if at % 2:
                    await reader.read(1)
                else:
                    writer.write(b"x")
                    await writer.drain()
                await asyncio.sleep(1)
            writer.close()


async def run(host: str, port: int, seconds: float) -> float:
    end, lived = time.monotonic() + seconds, [0.0]
    crowd = [half_open(at, host, port, end, lived) for at in range(HALF_OPEN)]
    crowd += [slow(at, host, port, end) for at in range(SLOW)]
    await asyncio.gather(*crowd)
    return max(lived)


if __name__ == "__main__":
    print(asyncio.run(run(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
