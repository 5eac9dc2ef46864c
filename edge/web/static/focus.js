// The focus aid: how sharp it is against the sharpest so far, which way to turn, and a hum that rises with it, so that
// the eyes can stay at the eyepiece. The kit measures and remembers, for there is one microscope and many who look.

import { remove } from "./api.js";
import { byId } from "./dom.js";
import { problem } from "./notices.js";
import { _, percent } from "./words.js";

const LOW_HZ = 220;
const OCTAVES = 2;
const GLIDE_S = 0.08;
const LOUD = 0.12;
const HINTS = () => ({ turn: _("Turn the fine focus."), "keep turning": _("It gets sharper: keep turning."), "turn back": _("It gets softer: turn back."), there: _("There: this is the sharpest.") });

/** Forget the sharpest so far: another place is another measure. */
const focusAnew = () => remove("/live/focus").catch(problem);

/** Follow the `focus` events; returns what hears them. */
export function focusAid() {
  const aid = byId("focus-aid");
  const meter = aid.querySelector("[role=meter]");
  const tone = new Tone(byId("tone"));
  byId("focus-anew").addEventListener("click", focusAnew);
  return ({ level, hint }) => {
    aid.hidden = level === null;
    if (level === null) return tone.rest();
    meter.setAttribute("aria-valuenow", level);
    meter.setAttribute("aria-valuetext", percent(level));
    meter.firstElementChild.style.inlineSize = `${100 * level}%`;
    aid.classList.toggle("there", hint === "there");
    byId("focus-hint").textContent = HINTS()[hint];
    return tone.follow(level);
  };
}

class Tone {
  constructor(button) {
    this.button = button;
    this.share = 0;
    this.stop();
    button?.addEventListener("click", () => (this.context ? this.stop() : this.start()));
  }

  start() {
    this.context = new AudioContext();
    this.pitch = this.context.createOscillator();
    this.volume = this.context.createGain();
    this.pitch.connect(this.volume).connect(this.context.destination);
    this.pitch.start();
    this.button.setAttribute("aria-pressed", "true");
    this.follow(this.share);
  }

  stop() {
    this.context?.close();
    this.context = null;
    this.button?.setAttribute("aria-pressed", "false");
  }

  follow(share) {
    this.share = share;
    this.sound(LOW_HZ * 2 ** (OCTAVES * share), LOUD);
  }

  rest() {
    this.sound(LOW_HZ, 0);
  }

  sound(pitch_hz, volume) {
    if (!this.context) return;
    const now_s = this.context.currentTime;
    this.pitch.frequency.setTargetAtTime(pitch_hz, now_s, GLIDE_S);
    this.volume.gain.setTargetAtTime(volume, now_s, GLIDE_S);
    this.button.dataset.hz = String(Math.round(pitch_hz));
  }
}
