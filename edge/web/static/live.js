// The live picture, its gauges, and the honest word on how the source is doing.

import { byId, el } from "./dom.js";
import { _, clock, figure } from "./words.js";

const RETRY_MS = 2000;
const OLD_S = 3;
const LITTLE_ROOM_MB = 500;
let staleSince = null;

/** Watch the source while the page is seen. `hears`: what to do on each kind of event, by its name. */
export function watch(caseId, hears = {}) {
  const picture = byId("live");
  let events = null;
  let again = null;

  function open() {
    close();
    events = new EventSource(`/api/v1/events${caseId ? `?case=${caseId}` : ""}`);
    hear(events, "live", (state) => {
      showState(state);
      showRecording(state.recording);
      if (state.age_s !== null && !picture.hasAttribute("src")) stream(picture);
    });
    hear(events, "gauges", showGauges);
    for (const [name, act] of Object.entries(hears)) hear(events, name, act);
    events.onerror = lost;
  }

  /** A browser asks again by itself, but not after an answer that is no stream, as that of a kit that is out of order. */
  function lost() {
    say("bad", _("The kit does not answer."));
    if (events.readyState === EventSource.CLOSED) again = setTimeout(open, RETRY_MS);
  }

  function close() {
    clearTimeout(again);
    events?.close();
    picture.removeAttribute("src");
  }

  picture.addEventListener("error", () => {
    if (picture.hasAttribute("src")) setTimeout(() => picture.hasAttribute("src") && stream(picture), RETRY_MS);
  });
  // a browser opens six connections to one host: a page that nobody sees gives its two back
  document.addEventListener("visibilitychange", () => (document.hidden ? close() : open()));
  addEventListener("pagehide", close);
  if (!document.hidden) open();
}

/** What to say when the disk fills up, for those who hear `room`. */
export const onRoom = (notice) => ({ free_mb: free }) => {
  if (free < LITTLE_ROOM_MB) notice(_("The disk is nearly full: {free} MB left.", { free: figure(free) }), _("Free some room before you go on."), "bad");
};

function hear(events, name, act) {
  events.addEventListener(name, (event) => act(JSON.parse(event.data)));
}

function stream(picture) {
  picture.src = `/live.mjpg?${Date.now()}`;
}

function showState({ phase, age_s: age, fault, attempt, next_s: next, warnings, recording }) {
  const trouble = ["reconnecting", "frozen", "lost"].includes(phase);
  const stale = age !== null && (trouble || (phase === "live" && age >= OLD_S));
  byId("viewport").classList.toggle("stale", stale);
  const missing = byId("no-picture");
  missing.hidden = age !== null && !stale;
  const words = fault ? [fault.detail, fault.remedy] : [_("Waiting for the first picture…"), ""];
  staleSince = stale ? (staleSince ?? clock(age)) : null;
  const since = stale ? el("p", { class: "since" }, _("No picture since {time}", { time: staleSince })) : null;
  const told = stale && !fault ? [] : [el("p", {}, el("strong", {}, words[0])), el("p", {}, words[1])];
  missing.replaceChildren(...[since, ...told].filter(Boolean));
  showWarnings([...(trouble ? [] : warnings), ...(recording?.fault ? [recording.fault] : [])]);
  if (phase === "ended") return say("plain", _("The source has ended; this is its last picture."));
  if (phase === "waiting") return say("plain", _("Waiting"));
  if (!trouble) return stale ? say("bad", _("No picture")) : say("good", _("Live"));
  return say("bad", `${NAMES[phase](age)}${attempt ? ` · ${retry(attempt, next)}` : ""}`);
}

const NAMES = {
  reconnecting: (age) => (age === null ? _("No camera") : _("Reconnecting")),
  frozen: () => _("The picture stands still"),
  lost: () => _("No camera"),
};

function retry(attempt, next) {
  return next > 0 ? _("attempt {number} in {seconds} s", { number: figure(attempt), seconds: figure(next) })
    : _("attempt {number}…", { number: figure(attempt) });
}

function showWarnings(warnings) {
  const place = byId("warnings");
  place.hidden = !warnings.length;
  place.replaceChildren(...warnings.map(({ detail, remedy }) => el("p", {}, el("strong", {}, detail), ` ${remedy}`)));
}

function say(kind, text) {
  const pill = byId("state");
  pill.className = `pill ${kind}`;
  if (pill.textContent !== text) pill.textContent = text;
}

function showRecording(recording) {
  const pill = byId("recording");
  pill.hidden = !recording;
  const stopped = recording?.phase === "stopped";
  pill.className = `pill ${stopped ? "bad" : "plain"}`;
  pill.textContent = stopped ? _("The recording has stopped") : _("Recording");
}

function showGauges({ ok, measures, reasons }) {
  for (const gauge of document.querySelectorAll(".gauge")) showGauge(gauge, measures);
  const advice = byId("advice");
  advice.className = `advice ${ok === null ? "" : ok ? "good" : "bad"}`;
  if (ok === null) return advice.replaceChildren();
  if (ok && !reasons.length) return advice.replaceChildren(byId("capture") ? _("Good picture: capture it.") : _("Good picture."));
  return advice.replaceChildren(...reasons.map(({ text, remedy }) => el("p", {}, el("strong", {}, text), ` ${remedy}`)));
}

/** How far along its gauge a value lies, 0 to 1. */
function along({ empty, full }, value) {
  return Math.max(0, Math.min(1, (value - empty) / (full - empty)));
}

function showGauge(gauge, measures) {
  const { measure, limit, limitMeasure } = gauge.dataset;
  const value = measures[measure];
  gauge.hidden = value === undefined;
  if (gauge.hidden) return;
  const share = along(gauge.dataset, value);
  const least = along(gauge.dataset, limitMeasure ? measures[limitMeasure] : limit);
  gauge.classList.toggle("short", share < least);
  const meter = gauge.querySelector("[role=meter]");
  meter.setAttribute("aria-valuenow", share.toFixed(2));
  meter.firstElementChild.style.inlineSize = `${100 * share}%`;
  meter.lastElementChild.style.insetInlineStart = `${100 * least}%`;
  meter.title = figure(value, 2);
}
