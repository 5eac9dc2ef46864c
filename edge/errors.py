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
│   ├── StoreUnreachable     its disk does not answer                 (operator: cable, disk, folder)
│   ├── StoreNewer           a newer marrowkit wrote it                (operator: update the kit)
│   └── NotRecorded          no such case, field or cell               (caller: ask for one that exists)
├── CaseFault                something cannot be done to a case as it is
│   ├── CaseSigned           a person has signed it                  (person: amend it, with a reason)
│   ├── CaseFinished         its count is closed                     (person: resume it)
│   ├── CaseOpen             its count is not closed yet             (person: finish it)
│   ├── CaseUnsigned         there is no signature to amend          (person: go on)
│   ├── CaseChanged          it is not any more as it was shown      (person: look, then do it again)
│   ├── CaseEmpty            it has no field that could be counted   (person: capture one)
│   ├── NothingToDo          there is nothing to undo or redo
│   ├── LooksPersonal        a code looks like a name, a birthday, a telephone number (person: confirm, or another)
│   ├── UnknownClass         a class that the case's bundle does not know (caller: one of its classes)
│   ├── CaseAgain            it holds the pictures of another, looked at again (person: capture there)
│   ├── CaseOfControl        it holds a control slide's run            (person: look at the control page)
│   ├── OtherBundle          the case was begun with another bundle  (person: re-analyse it, or a new case)
│   ├── RunBusy              a re-analysis is under way              (person: wait)
│   ├── RunUnfinished        a re-analysis has not seen every field  (person: wait, or analyse again)
│   └── Overtaken            newer questions came                    (person: ask again)
├── PersonFault              who somebody is, or may do
│   ├── PinWrong             it is not that person's PIN
│   ├── PinWait              too many wrong ones; `wait_s` until the next try
│   ├── PinForm              4 to 12 figures make a PIN
│   │   └── PinWeak          one that is tried first
│   ├── NameTaken            somebody has that name already
│   ├── LastLead             nobody would be left to let people in
│   ├── NotSignedIn          this needs a person
│   └── NotLead              this needs a person who leads
├── ControlFault             the control slide
│   ├── ControlBlocks        it is due or out of its limits, and the settings say that nothing goes on
│   ├── ControlEmpty         a run without a picture
│   ├── SlideTaken           another slide has that name
│   ├── ControlFinished      the run is finished
│   └── ControlRetired       the slide is out of use
├── ScaleSize                pictures have another size than when the scale was measured (person: measure again)
├── ScaleUnlikely            red cells in the picture say another   (person: look at the figure, or confirm it)
├── ScaleLines               no even lines in the picture            (person: turn, focus, or mark two of them)
├── NotYet                   a step of the first run is not what it is said to be
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


class StoreUnreachable(RecordFault):
    """The disk, or the folder on it, does not answer."""

    code = "record.disk"


class StoreNewer(RecordFault):
    """A newer version of this kit wrote the database; an older one could misread it."""

    code = "record.newer"


class NotRecorded(RecordFault):
    """There is no such case, field or cell in the record."""

    code = "record.unknown"


class BadSetting(Fault):
    """An option or a settings file makes no sense."""

    code = "setting"


class CaseFault(Fault):
    """Something cannot be done to a case as it is."""

    code = "case"


class CaseSigned(CaseFault):
    """A person has signed this version; nothing of it changes."""

    code = "case.signed"


class CaseFinished(CaseFault):
    """The count is closed."""

    code = "case.finished"


class CaseOpen(CaseFault):
    """The count is not closed yet."""

    code = "case.open"


class CaseUnsigned(CaseFault):
    """There is no signature to amend."""

    code = "case.unsigned"


class CaseChanged(CaseFault):
    """It is not any more as it was shown to whoever wants to sign it, or to take a step of it back."""

    code = "case.changed"


class CaseEmpty(CaseFault):
    """There is no field that could be counted."""

    code = "case.empty"


class NothingToDo(CaseFault):
    """There is nothing to undo or redo."""

    code = "case.nothing"


class LooksPersonal(CaseFault):
    """A code or a note looks like something personal."""

    code = "case.personal"


class UnknownClass(CaseFault):
    """The case's bundle knows no such class."""

    code = "cell.class"


class CaseOfControl(CaseFault):
    """It holds the pictures of a control slide's run, and is nobody's case."""

    code = "case.control"


class OtherBundle(CaseFault):
    """The case was begun with another bundle than the one in use."""

    code = "case.bundle"


class RunBusy(CaseFault):
    """A re-analysis is under way."""

    code = "run.busy"


class RunUnfinished(CaseFault):
    """A re-analysis has not looked at every field of its case: nobody may take it for a result."""

    code = "run.unfinished"


class CaseAgain(CaseFault):
    """It holds the pictures of another case, looked at again, and takes no others."""

    code = "case.again"


class Overtaken(CaseFault):
    """Newer questions about cells have taken this one's place."""

    code = "desk.overtaken"


class PersonFault(Fault):
    """Who somebody is, or may do."""

    code = "person"


class PinWrong(PersonFault):
    """It is not that person's PIN."""

    code = "pin.wrong"


class PinWait(PersonFault):
    """Too many wrong PINs; the next try is looked at after `wait_s` seconds."""

    code = "pin.wait"

    def __init__(self, what: str, remedy: str, wait_s: float) -> None:
        super().__init__(what, remedy)
        self.wait_s = wait_s


class PinForm(PersonFault):
    """4 to 12 figures make a PIN."""

    code = "pin.form"


class PinWeak(PinForm):
    """One figure again and again, or figures in their order: the PINs that are tried first."""

    code = "pin.weak"


class NameTaken(PersonFault):
    """Somebody has that name already."""

    code = "operator.taken"


class LastLead(PersonFault):
    """Nobody would be left who can let people in."""

    code = "operator.last_lead"


class NotSignedIn(PersonFault):
    """This needs a person, and nobody is signed in."""

    code = "session.none"


class NotLead(PersonFault):
    """This needs a person who leads."""

    code = "session.lead"


class ControlFault(Fault):
    """The control slide."""

    code = "control"


class ControlBlocks(ControlFault):
    """The control slide is due or out of its limits, and the settings say that nothing goes on."""

    code = "control.block"


class ControlEmpty(ControlFault):
    """The run has no picture."""

    code = "control.empty"


class SlideTaken(ControlFault):
    """Another slide has that name."""

    code = "control.taken"


class ControlFinished(ControlFault):
    """The run is finished."""

    code = "control.finished"


class ControlRetired(ControlFault):
    """The slide is out of use: its runs are kept, and no more are made."""

    code = "control.retired"


class ScaleSize(Fault):
    """Pictures have another size than those that the scale was measured on."""

    code = "scale.size"


class ScaleUnlikely(Fault):
    """The red cells in the picture say another scale than the one that is told."""

    code = "scale.unlikely"


class ScaleLines(Fault):
    """There are no even lines in the picture."""

    code = "scale.lines"


class NotYet(Fault):
    """A step of the first run is not what it is said to be."""

    code = "first_run.not_yet"
