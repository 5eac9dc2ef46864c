// Capturing by itself: once a picture has been good and the view has rested for a moment, and once for each place. The
// kit tells when that is so, and when another place has come into view.

/** Hears the gauges while `isOn`; `capture` is called when it is time. */
export class Automatic {
  constructor(capture) {
    this.capture = capture;
    this.isOn = false;
    this.taken = null;
  }

  /** Another verdict on the live picture. Where there is none, a kit may have begun to number its places anew. */
  hear({ view }, mayCapture) {
    if (!view) this.taken = null;
    if (!this.isOn || !mayCapture || !view?.capture || view.place === this.taken) return;
    this.taken = view.place;
    this.capture();
  }
}
