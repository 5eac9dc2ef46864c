// Capturing by itself: once a picture has been good and still for a moment, and only once for each place.

const STILL_FOR = 3;
const ALIKE = 0.02;
const OTHER_PLACE = 0.06;
const TOLD_BY = ["focus_um", "stained", "exposure"];

/** Watches the gauges while `isOn`; `capture` is called when it is time. */
export class Automatic {
  constructor(capture) {
    this.capture = capture;
    this.isOn = false;
    this.still = [];
    this.taken = null;
  }

  /** Another verdict on the live picture. */
  hear({ ok, measures }) {
    const usable = this.isOn && ok;
    this.still = usable ? [...this.still, measures].slice(-STILL_FOR) : [];
    if (this.taken && (!ok || far(measures, this.taken, OTHER_PLACE))) this.taken = null;
    const rests = this.still.length === STILL_FOR && this.still.every((each) => !far(each, measures, ALIKE));
    if (!rests || this.taken) return;
    this.taken = measures;
    this.capture();
  }
}

/** Whether two verdicts are of different pictures: any measure differs by more than this share of itself. */
function far(one, other, share) {
  return TOLD_BY.some((name) => Math.abs((one[name] ?? 0) - (other[name] ?? 0)) > share * Math.abs(other[name] ?? 0));
}
