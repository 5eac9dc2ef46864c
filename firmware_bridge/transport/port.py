"""Serial ports and TCP, both through pyserial, which knows their corners on every platform."""

from __future__ import annotations

import errno
import select
import threading
from typing import Any

import serial

from firmware_bridge.errors import BoardLost, BoardSilent, BoardUnavailable

WRITE_TIME_S = 1.0
_CHUNK = 4096
_BUSY = (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK)


class PortTransport:
    """A port that this process holds alone (`flock`, as other programs with pyserial and screen respect it)."""

    def __init__(self, address: str, url: str, baud: int) -> None:
        """Open it.

        Raises:
            BoardUnavailable: nobody is there, it is in use, or this user may not.
        """
        self.address = address
        self._writing = threading.Lock()
        try:
            self._port: Any = _opened(url, baud)
        except (serial.SerialException, ValueError, OSError) as error:
            raise _unavailable(address, error) from error

    def read(self, wait_s: float) -> bytes:
        """What has come."""
        try:
            ready, _, _ = select.select([self._port.fileno()], [], [], max(wait_s, 0.0))
            return bytes(self._port.read(_CHUNK)) if ready else b""
        except (serial.SerialException, OSError, ValueError, TypeError) as error:
            raise self._lost() from error

    def write(self, data: bytes) -> None:
        """Send all of it, in one piece even where several threads write."""
        try:
            with self._writing:
                self._port.write(data)
        except serial.SerialTimeoutException as error:
            raise BoardSilent(
                f"{self.address} takes no bytes.", "Switch the board off and on; check its cable."
            ) from error
        except (serial.SerialException, OSError, TypeError) as error:
            raise self._lost() from error

    def close(self) -> None:
        """Give it back."""
        self._port.close()

    def _lost(self) -> BoardLost:
        return BoardLost(f"The board at {self.address} is gone.", "Plug it in again, then clear the fault.")


def _opened(url: str, baud: int) -> Any:
    if "://" in url:
        return serial.serial_for_url(url, timeout=0, write_timeout=WRITE_TIME_S)
    return serial.Serial(url, baudrate=baud, timeout=0, write_timeout=WRITE_TIME_S, exclusive=True)


def _unavailable(address: str, error: Exception) -> BoardUnavailable:
    number = getattr(error, "errno", None)
    if number in _BUSY or "exclusively lock" in str(error):
        return BoardUnavailable(f"{address} is in use.", "Close the other program that holds it.")
    if number == errno.EACCES:
        return BoardUnavailable(f"This user may not open {address}.", "Add the user to the group “dialout”.")
    return BoardUnavailable(f"There is no board at {address}.", "Plug it in, switch it on, or name another port.")
