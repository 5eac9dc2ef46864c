"""Casework: everything that people do with cases, without a web server and without a camera.

`open_casework` puts it together over a record; its parts do one thing each. Statements wait for the disk: from an event
loop, call them in a thread.
"""

from edge.casework.casework import Casework, open_casework
from edge.decide.model import Model, Proof

__all__ = ["Casework", "Model", "Proof", "open_casework"]
