"""Errors of the workshop: a network that cannot become part of a bundle.

Fault (firmware_bridge)
└── ExportFault            a network cannot become part of a bundle
    ├── NoNetwork          there is no such network                     (caller: another name)
    ├── BadCheckpoint      weights are damaged or of another network    (caller: another file or network)
    ├── BadOnnx            a finished ONNX is not what a bundle needs   (caller: export it otherwise)
    ├── NotExportable      torch cannot trace the module as asked        (caller: change module or example)
    ├── ExportDiffers      the exported network answers otherwise        (us, or an operator: report it)
    ├── NotQuantisable     calibration or network do not allow it        (caller: other arrays, other options)
    ├── LimitsBroken       8 bits cost more than is allowed             (caller: other crops, more float, fine-tuning)
    ├── NotInt8            an engine runs 8-bit layers in float          (caller: another engine or layer)
    ├── NoImages           a set of images is not there, or is another   (operator: put it there)
    ├── BadCrops           pictures of cells are not as a build needs them (caller: labels, aliases, other crops)
    ├── OtherInput         the network does better with other pictures   (caller: another view)
    ├── OtherRun           a training run was begun with other options   (operator: those, or another folder)
    ├── Diverged           a training's loss is no number any more       (operator: lower rate, another folder)
    └── NotYetMade         a stage needs what an earlier one makes       (operator: run that one first)
"""

from __future__ import annotations

from firmware_bridge.errors import Fault


class ExportFault(Fault):
    """A network cannot become part of a bundle."""

    code = "export"


class NoNetwork(ExportFault):
    """No room, factory or library gives a network of that name."""

    code = "export.network"


class BadCheckpoint(ExportFault):
    """The weights cannot be read, or belong to another network."""

    code = "export.checkpoint"


class BadOnnx(ExportFault):
    """An ONNX file that came from elsewhere is damaged, or is not what a bundle can carry."""

    code = "export.onnx"


class NotExportable(ExportFault):
    """The module cannot be traced with these inputs and free axes."""

    code = "export.trace"


class ExportDiffers(ExportFault):
    """The exported network gives other answers than the module it was made of."""

    code = "export.differs"


class NotQuantisable(ExportFault):
    """The calibration arrays do not fit the network, or nothing in it can be quantised."""

    code = "export.quantise"


class LimitsBroken(ExportFault):
    """A variant is further from float32 than the limits allow; the message holds the table."""

    code = "export.limits"


class NotInt8(ExportFault):
    """Layers that should run in 8 bits do not."""

    code = "export.int8"


class NoImages(ExportFault):
    """A set of images to learn from or to measure on is not there, or its table does not fit its files."""

    code = "export.images"


class BadCrops(ExportFault):
    """Pictures of single cells lack labels, have unknown ones, or those held out are among those learned from."""

    code = "export.crops"


class OtherInput(ExportFault):
    """The network is right more often when it is shown cells otherwise than the specification says."""

    code = "export.input"


class OtherRun(ExportFault):
    """The folder holds a training run that was begun with other options or other images."""

    code = "export.run"


class Diverged(ExportFault):
    """A network has learned itself into numbers that are none."""

    code = "export.diverged"


class NotYetMade(ExportFault):
    """A stage of a long way was asked for before those that it builds on."""

    code = "export.stage"
