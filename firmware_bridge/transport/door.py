"""From an address to a transport."""

from __future__ import annotations

import re
from pathlib import Path

from firmware_bridge.errors import BadScopeSettings
from firmware_bridge.sim.boards.make import BOARDS, make_board
from firmware_bridge.sim.body import Body
from firmware_bridge.transport.fake import LoopTransport
from firmware_bridge.transport.port import PortTransport
from firmware_bridge.transport.transport import Transport

_TCP = re.compile(r"tcp://([^/:\s]+|\[[0-9a-fA-F:.]+\]):([0-9]{1,5})/?")


def open_transport(address: str, baud: int = 115_200, body: Body | None = None) -> Transport:
    """Open the way to a board.

    Args:
        address: a serial port's path, `tcp://host:port`, or `sim:BOARD`.
        baud: speed of a serial port.
        body: what a simulated board moves.

    Raises:
        BadScopeSettings: the address makes no sense.
        BoardUnavailable: nobody is there, or another program holds it.
    """
    if address.startswith("sim:"):
        return _simulated(address, body)
    tcp = _TCP.fullmatch(address)
    if tcp:
        return PortTransport(address, f"socket://{tcp[1]}:{tcp[2]}", baud)
    if "://" in address or not Path(address).is_absolute():
        remedy = "Write the path of a serial port, tcp://host:port, or sim:BOARD."
        raise BadScopeSettings(f"“{address}” is not where a board can be.", remedy)
    return PortTransport(address, address, baud)


def _simulated(address: str, body: Body | None) -> LoopTransport:
    name = address.removeprefix("sim:")
    if name not in BOARDS:
        raise BadScopeSettings(f"There is no simulated board “{name}”.", f"There are {', '.join(BOARDS)}.")
    return LoopTransport(make_board(name, body), address=address)
