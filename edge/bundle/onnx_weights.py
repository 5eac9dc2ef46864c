"""Whether all weights of an ONNX network lie in its own, signed bytes.

A tensor may name a file instead (`external_data`), and OpenVINO reads such a file from the working folder, whatever was
signed. Read from protobuf's wire format, since the kit has no onnx: field numbers are those of onnx.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from edge.errors import BundleDamaged, BundleUnsupported

ONNX_SUFFIX = ".onnx"
_TENSOR = "tensor"
_EXTERNAL_DATA, _DATA_LOCATION = 13, 14
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5
_FIXED_BYTES: Mapping[int, int] = MappingProxyType({_FIXED_64: 8, _FIXED_32: 4})
_LONGEST_VARINT = 10
_WITHIN: Mapping[str, Mapping[int, str]] = MappingProxyType(
    {
        "model": {7: "graph", 20: "training", 25: "function"},
        "training": {1: "graph", 2: "graph"},
        "graph": {1: "node", 5: _TENSOR, 15: "sparse"},
        "function": {7: "node", 11: "attribute"},
        "node": {5: "attribute"},
        "attribute": {5: _TENSOR, 6: "graph", 10: _TENSOR, 11: "graph", 22: "sparse", 23: "sparse"},
        "sparse": {1: _TENSOR, 2: _TENSOR},
        _TENSOR: {},
    }
)
"""Messages that hold tensors, or messages that do, by their field's number."""

_Field = tuple[int, int | memoryview]


def require_own_weights(name: str, network: bytes) -> None:
    """Refuse an ONNX network that names files.

    Raises:
        BundleUnsupported: it does.
        BundleDamaged: it is no ONNX network.
    """
    try:
        outside = has_outside_weights(network)
    except ValueError as error:
        raise BundleDamaged(f"{name!r} is no ONNX network: {error}.", "Export it again, and pack it anew.") from error
    if outside:
        raise BundleUnsupported(
            f"{name!r} takes weights from a file that nobody signed (external data).",
            "Pack it with all weights in it: `marrowkit-export build` puts them there.",
        )


def has_outside_weights(network: bytes) -> bool:
    """Whether a tensor of an ONNX network names a file. Raises ValueError for what is no protobuf message."""
    left: list[tuple[str, memoryview]] = [("model", memoryview(network))]
    while left:
        kind, message = left.pop()
        for number, value in _fields(message):
            if kind == _TENSOR and _names_a_file(number, value):
                return True
            if number in _WITHIN[kind] and isinstance(value, memoryview):
                left.append((_WITHIN[kind][number], value))
    return False


def _names_a_file(number: int, value: int | memoryview) -> bool:
    return number == _EXTERNAL_DATA or (number == _DATA_LOCATION and value != 0)


def _fields(message: memoryview) -> Iterator[_Field]:
    """Number and value of each field of a message; of fields of fixed size 0."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == _VARINT:
            value, at = _varint(message, at)
            yield number, value
            continue
        size, at = _varint(message, at) if wire == _BYTES else (_fixed_bytes(wire), at)
        if at + size > len(message):
            raise ValueError("a field is longer than its message")
        yield number, message[at : at + size] if wire == _BYTES else 0
        at += size


def _fixed_bytes(wire: int) -> int:
    if wire not in _FIXED_BYTES:
        raise ValueError(f"a field of wire type {wire}")
    return _FIXED_BYTES[wire]


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    """A number, and where the next thing begins."""
    value = 0
    for place, byte in enumerate(message[at : at + _LONGEST_VARINT]):
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("a number has no end")
