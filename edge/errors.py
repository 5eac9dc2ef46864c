"""Errors of the kit: each says what happened, whose it is, and what to do.

Fault (firmware_bridge)
├── BundleFault              a model bundle cannot be used
│   ├── BundleMissing        none found under that name             (operator: install one)
│   ├── BundleDamaged        a file differs from the signed list    (operator: copy it again)
│   ├── BundleUntrusted      the signature is not one we accept     (operator: ask who gave it to you)
│   ├── BundleUnsupported    a schema or kind this kit is too old for (operator: update the kit)
│   └── BundleOutdated       older than what is installed           (operator: roll back on purpose)
├── EngineFault              an inference engine cannot run a variant
│   ├── EngineMissing        the engine is not installed            (operator: install the extra)
│   └── EngineDisagrees      test vectors fail on this device       (us: the variant is never used)
├── BadMeasures              a cell's measures cannot be judged      (us: send the frame)
├── FieldTooLarge            more picture or cells than fit at once (operator: check the scale, crop)
├── ScaleUnknown             no red cells, no given scale           (operator: give --um-per-px)
├── CalibrationRefused       these fields cannot calibrate a station (operator: other fields)
├── CalibrationDamaged       what was kept of a calibration is unreadable (operator: calibrate again)
├── RecordFault              results cannot be kept
│   ├── StoreBusy            another marrowkit has this data folder open
│   ├── StoreFull            the disk is full; nothing recorded was lost
│   ├── StoreDamaged         the database does not open; it is left as it is, never overwritten
│   ├── StoreNewer           a newer marrowkit wrote it                (operator: update the kit)
│   └── NotRecorded          no such case, field or cell               (caller: ask for one that exists)
└── BadSetting               an option or a settings file makes no sense
"""

from __future__ import annotations

from firmware_bridge.errors import Fault


class BundleFault(Fault):
    """A model bundle cannot be used."""

    code = "bundle"


class BundleMissing(BundleFault):
    """No bundle of that name is installed or shipped."""

    code = "bundle.missing"


class BundleDamaged(BundleFault):
    """A file is absent or differs from what the manifest signed."""

    code = "bundle.damaged"


class BundleUntrusted(BundleFault):
    """The signature is absent, wrong, or from a key this kit does not know."""

    code = "bundle.untrusted"


class BundleUnsupported(BundleFault):
    """The bundle asks for something this version of the kit does not have."""

    code = "bundle.unsupported"


class BundleOutdated(BundleFault):
    """The bundle is older than the one in use."""

    code = "bundle.outdated"


class EngineFault(Fault):
    """An inference engine cannot run a variant."""

    code = "engine"


class EngineMissing(EngineFault):
    """The engine that a variant names is not installed here."""

    code = "engine.missing"


class EngineDisagrees(EngineFault):
    """A variant's answers on the bundle's test vectors leave the tolerance on this device."""

    code = "engine.disagrees"


class BadMeasures(Fault):
    """A cell's measures are not finite, or not the ones a system asks for."""

    code = "measures"


class ScaleUnknown(Fault):
    """Neither red cells nor a given value nor the bundle tell how large a pixel is."""

    code = "scale.unknown"


class FieldTooLarge(Fault):
    """A field has more pixels at the working scale, or more cells, than are examined at once."""

    code = "field.large"


class CalibrationRefused(Fault):
    """The fields offered cannot calibrate this station."""

    code = "calibration.refused"


class CalibrationDamaged(Fault):
    """The calibration kept in the data folder cannot be read; the station does not go on as if there were none."""

    code = "calibration.damaged"


class RecordFault(Fault):
    """Results cannot be kept."""

    code = "record"


class StoreBusy(RecordFault):
    """Another marrowkit holds this data folder."""

    code = "record.busy"


class StoreFull(RecordFault):
    """The disk is full. What was acknowledged before is safe."""

    code = "record.full"


class StoreDamaged(RecordFault):
    """The database does not open as ours."""

    code = "record.damaged"


class StoreNewer(RecordFault):
    """A newer version of this kit wrote the database; an older one could misread it."""

    code = "record.newer"


class NotRecorded(RecordFault):
    """There is no such case, field or cell in the record."""

    code = "record.unknown"


class BadSetting(Fault):
    """An option or a settings file makes no sense."""

    code = "setting"
