// The live picture, its gauges, and the honest word on how the source is doing.

import { el } from "./dom.js";
import { _, figure } from "./words.js";

const RETRY_MS = 2000;
const OLD_S = 3;
const LITTLE_ROOM_MB = 500;

/** Watch the source while the page is seen; `onCase` hears of each change to the case's number of fields. */
export function watch(caseId, { onCase, onRoom }) {
  const picture = document.getElementById("live");
  let events = null;

  function open() {
    events = new EventSource(`/api/v1/events${caseId ? `?case=${caseId}` : ""}`);
    events.addEventListener("live", (event) => {
      const state = JSON.parse(event.data);
      showState(state);
      if (state.age_s !== null && !picture.hasAttribute("src")) stream(picture);
    });
    events.addEventListener("gauges", (event) => showGauges(JSON.parse(event.data)));
    events.addEventListener("case", (event) => onCase(JSON.parse(event.data)));
    events.addEventListener("room", (event) => {
      const { free_mb: free } = JSON.parse(event.data);
      if (free < LITTLE_ROOM_MB) onRoom(free);
    });
    events.onerror = () => say("bad", _("The kit does not answer."));
  }

  function close() {
    events?.close();
    picture.removeAttribute("src");
  }

  picture.addEventListener("error", () => {
    if (picture.hasAttribute("src")) setTimeout(() => stream(picture), RETRY_MS);
  });
  // a browser opens six connections to one host: a page that nobody sees gives its two back
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  open();
}

function stream(picture) {
  picture.src = `/live.mjpg?${Date.now()}`;
}

function showState({ phase, age_s: age, fault }) {
  const missing = document.getElementById("no-picture");
  missing.hidden = age !== null;
  const words = fault ? [fault.detail, fault.remedy] : [_("Waiting for the first picture…"), ""];
  missing.replaceChildren(el("p", {}, el("strong", {}, words[0])), el("p", {}, words[1]));
  if (phase === "ended") return say("plain", _("The source has ended; this is its last picture."));
  if (phase === "live" && age < OLD_S) return say("good", _("Live"));
  if (age === null) return say(phase === "lost" ? "bad" : "plain", phase === "lost" ? _("No camera") : _("Waiting"));
  return say("bad", `${_("No picture for {time}", { time: duration(age) })}${fault ? ` · ${fault.detail}` : ""}`);
}

function duration(seconds) {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} min`;
}

function say(kind, text) {
  const pill = document.getElementById("state");
  pill.className = `pill ${kind}`;
  if (pill.textContent !== text) pill.textContent = text;
}

function showGauges({ ok, measures, reasons }) {
  for (const gauge of document.querySelectorAll(".gauge")) showGauge(gauge, measures);
  const advice = document.getElementById("advice");
  advice.className = `advice ${ok === null ? "" : ok ? "good" : "bad"}`;
  if (ok === null) return advice.replaceChildren();
  if (ok && !reasons.length) return advice.replaceChildren(_("Good picture: capture it."));
  return advice.replaceChildren(...reasons.map(({ text, remedy }) => el("p", {}, el("strong", {}, text), ` ${remedy}`)));
}

function showGauge(gauge, measures) {
  const { measure, empty, full, limit, limitMeasure } = gauge.dataset;
  const value = measures[measure];
  gauge.hidden = value === undefined;
  if (gauge.hidden) return;
  const along = (figure) => Math.max(0, Math.min(1, (figure - empty) / (full - empty)));
  const share = along(value);
  const least = along(limitMeasure ? measures[limitMeasure] : limit);
  gauge.classList.toggle("short", share < least);
  const meter = gauge.querySelector("[role=meter]");
  meter.setAttribute("aria-valuenow", share.toFixed(2));
  meter.firstChild.style.inlineSize = `${100 * share}%`;
  meter.lastChild.style.insetInlineStart = `${100 * least}%`;
  meter.title = figure(value, 2);
}
