// The focus aid: it remembers how sharp it has been lately, and hums higher the sharper it is, so that the eyes can
// stay at the eyepiece.

import { byId } from "./dom.js";
import { along } from "./live.js";

const REMEMBERED_MS = 20_000;
const LOW_HZ = 220;
const OCTAVES = 2;
const GLIDE_S = 0.08;
const LOUD = 0.12;

/** Follow the gauges; returns what hears them. */
export function focusAid() {
  const gauge = document.querySelector('.gauge[data-measure="focus_um"]');
  const peak = byId("focus-peak");
  const tone = new Tone(byId("tone"));
  let seen = [];
  return ({ measures }) => {
    const value = measures.focus_um;
    if (value === undefined) return tone.rest();
    const now = Date.now();
    const share = along(gauge.dataset, value);
    seen = [...seen.filter(({ at }) => now - at < REMEMBERED_MS), { at: now, share }];
    const best = Math.max(...seen.map((each) => each.share));
    peak.hidden = false;
    peak.style.insetInlineStart = `${100 * best}%`;
    return tone.follow(share);
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
