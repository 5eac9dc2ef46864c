// Capturing by itself: once a picture has been good and the view has rested for a moment, and once for each place. The
// kit tells both: for how many looks in a row nothing moved, and when another place has come into view.

const RESTED = 3;

/** Hears the gauges while `isOn`; `capture` is called when it is time. */
export class Automatic {
  constructor(capture) {
    this.capture = capture;
    this.isOn = false;
    this.taken = null;
  }

  /** Another verdict on the live picture. */
  hear({ ok, view }) {
    if (!this.isOn || !ok || !view || view.captured || view.still < RESTED || view.place === this.taken) return;
    this.taken = view.place;
    this.capture();
  }
}
