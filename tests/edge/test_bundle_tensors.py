from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from edge.bundle.manifest import Calibration
from edge.bundle.tensors import probabilities, read_vectors, write_vectors
from edge.errors import BundleDamaged
from tests.tiny import tiny_vectors

LOGITS = arrays(np.float32, (5, 3), elements=st.floats(-50, 50, width=32))


def npz(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def test_vectors_survive_writing_and_give_the_same_bytes_each_time() -> None:
    vectors = tiny_vectors()
    content = write_vectors(vectors)
    again = read_vectors(content)
    assert write_vectors(again) == content
    np.testing.assert_array_equal(again.logits, vectors.logits)
    assert again.inputs.keys() == vectors.inputs.keys()


def pickled() -> bytes:
    file = io.BytesIO()
    np.savez(file, allow_pickle=True, **{"output.logits": np.array([{}], dtype=object)})
    return file.getvalue()


def huge() -> bytes:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (2**20, 2**20, 2**10)}
    )
    return npz(output__logits__npy=header.getvalue())


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x05\x06", npz(), npz(output__logits__npy=b"no array"), pickled(), huge(), npz(x=b"\0" * (201 * 2**20))],
    ids=["empty", "torn", "no logits", "no array", "pickle", "huge dimensions", "zip bomb"],
)
def test_what_is_no_set_of_vectors_is_damaged(content: bytes) -> None:
    with pytest.raises(BundleDamaged):
        read_vectors(content)


@given(LOGITS, st.floats(0.1, 10), arrays(np.float64, 3, elements=st.floats(-5, 5)))
def test_probabilities_are_probabilities(logits: np.ndarray, temperature: float, bias: np.ndarray) -> None:
    calibrated = probabilities(logits, Calibration(temperature=temperature, bias=tuple(bias)))
    assert calibrated.shape == logits.shape
    assert (calibrated >= 0).all()
    np.testing.assert_allclose(calibrated.sum(axis=-1), 1, atol=1e-5)


@given(LOGITS, st.floats(0.1, 10), st.floats(-20, 20))
def test_the_temperature_keeps_the_order_and_a_shift_changes_nothing(
    logits: np.ndarray, temperature: float, shift: float
) -> None:
    calibration = Calibration(temperature=temperature, bias=(0.0, 0.0, 0.0))
    calibrated = probabilities(logits, calibration)
    top = np.take_along_axis(calibrated, logits.argmax(axis=-1)[:, None], -1)[:, 0]
    np.testing.assert_allclose(top, calibrated.max(axis=-1))
    shifted = probabilities((logits.astype(np.float64) + shift).astype(np.float64), calibration)
    np.testing.assert_allclose(shifted, calibrated, atol=1e-4)
