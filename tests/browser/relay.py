"""A network between a browser and a kit, that can go silent or break, as radio and cables do."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE_BYTES = 65_536
ASK_S = 0.05


class Relay:
    """Hands on what comes in, both ways, as long as `flows` is set."""

    def __init__(self, kit_port: int) -> None:
        self._kit_port = kit_port
        self.flows = threading.Event()
        self.flows.set()
        self._over = threading.Event()
        self._ends: list[socket.socket] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Every connection breaks."""
        ends, self._ends = self._ends, []
        for end in ends:
            _end(end)

    def close(self) -> None:
        """Nothing more is handed on."""
        self._over.set()
        self.flows.set()
        _end(self._listening)
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while not self._over.is_set():
                near, _ = self._listening.accept()
                far = socket.create_connection(("127.0.0.1", self._kit_port))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._hand_on, args=(one, other), daemon=True).start()

    def _hand_on(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while (piece := one.recv(PIECE_BYTES)) and not self._over.is_set():
                while not self.flows.wait(ASK_S) and not self._over.is_set():
                    pass
                other.sendall(piece)
        _end(one)
        _end(other)


@contextmanager
def relayed(kit_port: int) -> Iterator[Relay]:
    """A network to the kit at this port, for as long as the block lasts."""
    relay = Relay(kit_port)
    try:
        yield relay
    finally:
        relay.close()


def _end(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
