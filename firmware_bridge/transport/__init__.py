"""Where boards are reached: one door, three ways, and a public fake.

    /dev/ttyUSB0  /dev/serial/by-id/…   a serial port
    tcp://host:port                     a serial server, or a board on the network
    sim:sangaboard|marlin|grbl          a simulated board in this process

Each gives a `Transport`: bytes out, bytes in within a time, and a clear fault when the port is taken or gone.
"""

from __future__ import annotations

from firmware_bridge.transport.door import open_transport
from firmware_bridge.transport.fake import FakeClock, LoopTransport
from firmware_bridge.transport.transport import Transport

__all__ = ["FakeClock", "LoopTransport", "Transport", "open_transport"]
