"""Ways to a board: real pseudo-terminals, TCP, and the fake."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest

from firmware_bridge.errors import BadScopeSettings, BoardLost, BoardSilent, BoardUnavailable
from firmware_bridge.scope import Scope
from firmware_bridge.sim.boards import SimPort, make_board
from firmware_bridge.sim.boards.arduino import Arduino
from firmware_bridge.sim.boards.faults import Faulty
from firmware_bridge.transport import Transport, open_transport
from firmware_bridge.transport.port import PortTransport
from tests.boards import FAMILIES, settings, wire

QUESTION = {"marlin": (b"M114\n", b"Count"), "grbl": (b"?", b"<Idle|")}
NEVER_RESET = [name for name in FAMILIES if not name.endswith(("-uno", "-mega"))]


def heard(transport: Transport, wanted: bytes) -> bytes:
    """What comes until the wanted bytes are in it."""
    said = b""
    while wanted not in said:
        came = transport.read(2.0)
        assert came, f"{said!r} and no more"
        said += came
    return said


def read_on(transport: Transport) -> None:
    for _ in range(100):
        transport.read(0.05)


@pytest.mark.parametrize("name", NEVER_RESET)
def test_every_board_answers_through_a_real_terminal_as_often_as_it_is_opened(name: str) -> None:
    question, answer = QUESTION.get(name.partition("-")[0], (b"p?\r\n", b"0 0 0\r\n"))
    with SimPort(make_board(name)) as port:
        for _ in range(3):
            with closing(open_transport(port.path)) as transport:
                for byte in question:
                    transport.write(bytes([byte]))
                heard(transport, answer)


def test_an_arduino_begins_anew_whenever_it_is_opened() -> None:
    board = make_board("grbl")
    with SimPort(Arduino(board, time.monotonic, boot_s=0.02)) as port:
        for _ in range(2):
            with closing(open_transport(port.path)) as transport:
                heard(transport, b"Grbl 1.1h")
                transport.write(b"G92X1\n?")
                heard(transport, b"MPos:1.000")


@pytest.mark.parametrize("name", NEVER_RESET)
def test_several_lines_in_one_write_are_all_answered(name: str) -> None:
    question, answer = QUESTION.get(name.partition("-")[0], (b"p?\n", b"0 0 0"))
    with SimPort(make_board(name)) as port, closing(open_transport(port.path)) as transport:
        transport.write(question * 20)
        said = b""
        while said.count(answer) < 20:
            came = transport.read(2.0)
            assert came
            said += came
        assert said.count(answer) == 20


def test_nothing_is_sent_back_and_nothing_translated() -> None:
    with SimPort(make_board("sangaboard")) as port, closing(open_transport(port.path)) as transport:
        transport.write(b"p?\r\n")
        assert heard(transport, b"\n") == b"0 0 0\r\n"
        assert transport.read(0.02) == b""


def test_a_port_is_held_alone() -> None:
    with (
        SimPort(make_board("grbl")) as port,
        closing(open_transport(port.path)),
        pytest.raises(BoardUnavailable, match="in use"),
    ):
        open_transport(port.path)


def test_unplugging_is_told_and_replugging_finds_it_under_its_link(tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    board = Faulty(make_board("grbl"), "unplug@2")
    with SimPort(board, link) as port:
        transport = open_transport(str(link))
        transport.write(b"$I\n")
        heard(transport, b"ok")
        transport.write(b"$I\n")
        with pytest.raises(BoardLost) as told:
            read_on(transport)
        assert "Plug it in" in told.value.remedy
        transport.close()
        with pytest.raises(BoardUnavailable):
            open_transport(str(link))
        port.replug()
        with closing(open_transport(str(link))) as again:
            again.write(b"$I\n")
            heard(again, b"ok")
    assert not link.is_symlink()


def test_a_board_unplugged_for_a_time_comes_back_by_itself_under_another_number() -> None:
    told: Queue[str] = Queue()
    with SimPort(Faulty(make_board("grbl"), "unplug@1:0.1s"), told=told.put) as port:
        before = port.path
        with closing(open_transport(before)) as transport:
            transport.write(b"$I\n")
            with pytest.raises(BoardLost):
                read_on(transport)
        after = told.get(timeout=20)
        assert after != before
        with closing(open_transport(after)) as again:
            again.write(b"$I\n")
            assert b"1.1h" in heard(again, b"ok")


def test_a_reader_that_never_reads_does_not_stop_the_board() -> None:
    with SimPort(make_board("sangaboard")) as port:
        with closing(open_transport(port.path)) as deaf:
            for _ in range(200):
                deaf.write(b"help\n")
        with closing(open_transport(port.path)) as transport:
            transport.write(b"zero\n")
            heard(transport, b"position reset to 0 0 0\r\n")


def test_nobody_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(BoardUnavailable, match="no board"):
        open_transport(str(tmp_path / "ttyUSB9"))


@pytest.mark.parametrize("address", ["ttyUSB0", "tcp://host", "sim:toaster", "http://host:80", ""])
def test_an_address_that_makes_no_sense_is_refused(address: str) -> None:
    with pytest.raises(BadScopeSettings):
        open_transport(address)


def test_a_port_that_takes_no_bytes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("firmware_bridge.transport.port.WRITE_TIME_S", 0.05)
    master, slave = os.openpty()
    try:
        with (
            closing(PortTransport("port", os.ttyname(slave), 115_200)) as transport,
            pytest.raises(BoardSilent, match="takes no bytes"),
        ):
            transport.write(b"x" * 1_000_000)
    finally:
        os.close(master)
        os.close(slave)


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_tcp_talks_and_its_end_is_told(server: socket.socket) -> None:
    def answer() -> None:
        connection, _ = server.accept()
        with connection:
            assert connection.recv(100) == b"p?\n"
            connection.sendall(b"1 2 3\r\n")

    thread = threading.Thread(target=answer)
    thread.start()
    with closing(open_transport(f"tcp://127.0.0.1:{server.getsockname()[1]}")) as transport:
        transport.write(b"p?\n")
        assert heard(transport, b"\n") == b"1 2 3\r\n"
        thread.join()
        with pytest.raises(BoardLost):
            transport.read(2.0)


def test_a_board_behind_a_serial_server_carries_a_scope(server: socket.socket) -> None:
    board = make_board("grbl")

    def serve() -> None:
        connection, _ = server.accept()
        with connection:
            connection.settimeout(0.005)
            while True:
                try:
                    data = connection.recv(4096)
                except TimeoutError:
                    connection.sendall(board.tick())
                    continue
                if not data:
                    return
                connection.sendall(board.feed(data))

    thread = threading.Thread(target=serve)
    thread.start()
    made = settings("grbl").model_copy(update={"port": f"tcp://127.0.0.1:{server.getsockname()[1]}"})
    with Scope(made) as scope:
        scope.move_to(10.0, -5.0, 2.0)
        assert board.mechanics.body.pose.x_um == pytest.approx(10.0, abs=0.1)
    thread.join(5)
    assert not thread.is_alive()


def test_tcp_with_nobody_there_is_told(server: socket.socket) -> None:
    port = server.getsockname()[1]
    server.close()
    with pytest.raises(BoardUnavailable):
        open_transport(f"tcp://127.0.0.1:{port}")


def test_the_fake_waits_in_its_own_time() -> None:
    transport, _, clock = wire("sangaboard")
    transport.write(b"mrx 60000\n")
    began_s = clock()
    said = b""
    while not said:
        said = transport.read(10.0)
    assert said == b"done.\r\n"
    assert clock() - began_s == pytest.approx(60.0, abs=0.02)


def test_the_fake_is_gone_when_closed_or_unplugged() -> None:
    transport, _, _ = wire("grbl", "unplug@1")
    transport.write(b"?")
    with pytest.raises(BoardLost):
        transport.read(0.1)
    other, _, _ = wire("grbl")
    other.close()
    with pytest.raises(BoardLost):
        other.write(b"?")
