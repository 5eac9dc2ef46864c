// The live picture, its gauges, and the honest word on how the source is doing.

import { get } from "./api.js";
import { byId, el, fill } from "./dom.js";
import { listen } from "./events.js";
import { _, clock, figure } from "./words.js";

const RETRY_MS = 2000;
const OLD_S = 3;
const LITTLE_ROOM_MB = 500;
let staleSince = null;
let judged = null;
let offered = false;

/** Watch the source while the page is seen. `hears`: what to do on each kind of event, by its name. */
export function watch(caseId, hears = {}) {
  const picture = byId("live");
  let away = false;
  const lost = async (refused) => {
    away = true;
    gauges({ ok: null, measures: {}, reasons: [], view: null });
    hears.focus?.({ level: null, hint: null });
    const signedOut = refused && await isSignedOut();
    if (!away) return;
    showAway(signedOut ? [_("Nobody is signed in."), _("Sign in with your PIN.")] : [_("The kit does not answer."), _("Check that it is switched on and that you are on its network.")]);
    if (signedOut) picture.removeAttribute("src");
  };
  picture.addEventListener("error", () => {
    if (picture.hasAttribute("src")) setTimeout(() => picture.hasAttribute("src") && stream(picture), RETRY_MS);
  });
  const live = (state) => {
    showState(state);
    showRecording(state.recording);
    if (state.age_s !== null && (away || isBroken(picture))) stream(picture);
    away = false;
  };
  const gauges = (verdict) => {
    showGauges(verdict);
    if (verdict.ok !== null && isBroken(picture)) stream(picture);
    hears.gauges?.(verdict);
  };
  listen(caseId, { live, ...hears, gauges }, lost, () => picture.removeAttribute("src"));
}

/** What to say when the disk fills up, for those who hear `room`. */
export const onRoom = (notice) => ({ free_mb: free }) => {
  if (free < LITTLE_ROOM_MB) notice(_("The disk is nearly full: {free} MB left.", { free: figure(free) }), _("Free some room before you go on."), "bad");
};

/** There is no stream, or it broke off: Chromium tells nobody when that happens between two pictures. */
const isBroken = (picture) => !picture.hasAttribute("src") || (picture.complete && !picture.naturalWidth);

function stream(picture) {
  picture.src = `/live.mjpg?${Date.now()}`;
}

/** Somebody signed out, on this screen or another: the kit shows nothing any more. */
async function isSignedOut() {
  const { must_sign_in: must, operator } = await get("/session").catch(() => ({}));
  return must && !operator;
}

/** The kit is not heard: what it said last holds no more. */
function showAway(words) {
  say("bad", words[0]);
  if (byId("no-picture").hidden) staleSince = clock(0);
  byId("viewport").classList.add("stale");
  showMissing(true, words);
}

function showState({ phase, age_s: age, fault, attempt, next_s: next, warnings, recording }) {
  const trouble = ["reconnecting", "frozen", "lost"].includes(phase);
  const stale = age !== null && (trouble || (phase === "live" && age >= OLD_S));
  byId("viewport").classList.toggle("stale", stale);
  staleSince = stale ? (staleSince ?? clock(age)) : null;
  const waits = stale ? null : [_("Waiting for the first picture…"), ""];
  showMissing(age === null || stale, fault ? [fault.detail, fault.remedy] : waits);
  showWarnings([...(trouble ? [] : warnings), ...(recording?.fault ? [recording.fault] : [])]);
  if (phase === "ended") return say("plain", _("The source has ended; this is its last picture."));
  if (phase === "waiting") return say("plain", _("Waiting"));
  if (!trouble) return stale ? say("bad", _("No picture")) : say("good", _("Live"));
  return say("bad", `${NAMES[phase](age)}${attempt ? ` · ${retry(attempt, next)}` : ""}`);
}

/** Over the picture where there is none: since when, and what is wrong and to be done, where that is known. */
function showMissing(is, words) {
  const missing = byId("no-picture");
  missing.hidden = !is;
  fill(missing, [staleSince, words], () => [
    staleSince ? el("p", { class: "since" }, _("No picture since {time}", { time: staleSince })) : null,
    ...(words ? [el("p", {}, el("strong", {}, words[0])), el("p", {}, words[1])] : []),
  ]);
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

function showGauges(verdict) {
  judged = verdict;
  for (const gauge of document.querySelectorAll(".gauge")) showGauge(gauge, verdict.measures);
  advise();
}

/** Whether a good picture can be captured: known before the first verdict, or after it. */
export function offer(capture) {
  offered = capture;
  if (judged) advise();
}

function advise() {
  const [advice, { ok, reasons }] = [byId("advice"), judged];
  advice.className = `advice ${ok === null ? "" : ok ? "good" : "bad"}`;
  if (ok === null) return advice.replaceChildren();
  if (ok && !reasons.length) return advice.replaceChildren(offered ? _("Good picture: capture it.") : _("Good picture."));
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
