"""Putting an answer on a connection, whole or as faults want it."""

import socket
import struct
from collections.abc import Callable, Mapping
from threading import Event

from exporter.recorded.messages import Answer, Delivery

LONGEST = 120.0  # seconds that a connection is held for nothing
DRIP = 0.2  # seconds between two bytes
AT_ONCE = struct.pack("ii", 1, 0)  # linger for no time: closing resets

Send = Callable[[bytes], object]


def deliver(answer: Answer, connection: socket.socket, send: Send, stopped: Event) -> bool:
    """Send the answer's body (its head is sent); tell whether the connection can be used again."""
    return WAYS[answer.delivery](answer.body, connection, send, stopped)


def _whole(body: bytes, _: socket.socket, send: Send, __: Event) -> bool:
    send(body)
    return True


def _half(body: bytes, _: socket.socket, send: Send, __: Event) -> bool:
    send(body[: len(body) // 2])
    return False


def _dripping(body: bytes, _: socket.socket, send: Send, stopped: Event) -> bool:
    for at in range(min(len(body), int(LONGEST / DRIP))):
        send(body[at : at + 1])
        if stopped.wait(DRIP):
            break
    return False


def _never(_: bytes, connection: socket.socket, __: Send, stopped: Event) -> bool:
    connection.settimeout(DRIP)
    for _turn in range(int(LONGEST / DRIP)):
        if stopped.is_set() or _left(connection):
            break
    return False


def _left(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except TimeoutError:
        return False


def _reset(_: bytes, connection: socket.socket, __: Send, ___: Event) -> bool:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    socket.close(connection.detach())  # whoever shuts it down first says goodbye politely
    return False


WAYS: Mapping[Delivery, Callable[[bytes, socket.socket, Send, Event], bool]] = {
    Delivery.WHOLE: _whole,
    Delivery.TRUNCATED: _half,
    Delivery.DRIPPING: _dripping,
    Delivery.NEVER: _never,
    Delivery.RESET: _reset,
}
HEADLESS = (Delivery.NEVER, Delivery.RESET)
