// The scale of an objective: from a micrometre slide, from red cells, or as somebody knows it.

import { get, postJson } from "./api.js";
import { byId, el, svg } from "./dom.js";
import { form, input } from "./form.js";
import { notice } from "./notices.js";
import { _, figure } from "./words.js";

const METHODS = () => ({
  red_cells: [_("Red cells as the ruler"), _("Show a field with many round red cells lying apart. Good to about 4 %.")],
  lines: [_("Micrometre slide, found by itself"), _("Show the ruled lines; the kit finds their distance.")],
  points: [_("Micrometre slide, two points"), _("Tap two lines in the picture, as far apart as you can.")],
  given: [_("I know it"), _("From the maker or from an earlier calibration.")],
});

/** Fill the step; `done` goes on to the next. */
export async function showScale(place, { done }) {
  const [scales, { objective }] = await Promise.all([get("/scales"), get("/settings")]);
  const choices = Object.entries(METHODS()).map(([method, [name, hint]], index) => el(
    "label", { class: "choice" }, el("input", { type: "radio", name: "how", value: method, checked: index === 0, onchange: () => ask(fields, method) }),
    el("span", {}, name, el("br"), el("small", {}, hint)),
  ));
  const fields = el("div", { class: "form" });
  const keep = async (wish) => {
    const scale = await asked(wish, (confirmed) => keep(confirmed));
    notice(_("{um} µm per pixel", { um: figure(scale.um_per_px, 4) }), _("Kept for {objective}.", { objective: scale.objective }), "good");
    await done();
  };
  const made = form(_("Measure"), (values) => keep(body(values)), input("objective", _("Objective"), { required: true, maxlength: 40, dir: "ltr", placeholder: "100× 1.25", value: objective }), el("div", { class: "form" }, ...choices), fields);
  place.replaceChildren(knownScales(scales), made);
  ask(fields, "red_cells");
}

/** What red cells in the picture contradict is kept once it is confirmed. */
async function asked(wish, again) {
  try {
    return await postJson("/first-run/scale", wish);
  } catch (error) {
    if (error.code === "scale.unlikely") error.again = [_("It is right: keep it"), () => again({ ...wish, confirm: true })];
    throw error;
  }
}

/** The scale in force of each objective. */
export function knownScales(scales) {
  return el("ul", { class: "good-looks", hidden: !scales.length }, ...scales.map(({ objective, um_per_px: scale }) => el("li", {}, el("bdi", {}, objective), ": ", _("{um} µm per pixel", { um: figure(scale, 4) }))));
}

const number = (name, label, value, hint = null) => input(name, label, { type: "number", step: "any", min: 0.0001, required: true, value }, hint);

function ask(place, method) {
  byId("marker").replaceChildren();
  const asked = {
    given: () => [number("um_per_px", _("Micrometres per pixel"), "")],
    lines: () => [number("spacing_um", _("Distance from line to line, µm"), 10)],
    points: () => [markTwo(), number("distance_um", _("Distance between the two points, µm"), 100)],
    red_cells: () => [],
  };
  place.replaceChildren(...asked[method]());
}

/** What is sent for each way; the method is the kit's own name for it. */
function body({ how, objective, ...values }) {
  if (how === "points") return { method: "micrometre", objective, distance_um: values.distance_um, points: marked() };
  if (how === "lines") return { method: "micrometre", objective, spacing_um: values.spacing_um };
  return how === "given" ? { method: "given", objective, um_per_px: values.um_per_px } : { method: "red_cells", objective };
}

/** Two points on the live picture, by pointer or by arrow keys. */
function markTwo() {
  const picture = byId("live");
  const { naturalWidth: width, naturalHeight: height } = picture;
  if (!width) return el("p", { class: "doubt" }, _("There is no picture to mark."));
  const at = [[0.25 * width, 0.5 * height], [0.75 * width, 0.5 * height]];
  const dots = at.map(([x, y], index) => svg("circle", { cx: x, cy: y, r: 14, tabindex: 0, role: "button", "aria-label": _("Point {number}", { number: figure(index + 1) }), "data-point": index }));
  const joined = svg("line", {});
  const canvas = svg("svg", { class: "marker", viewBox: `0 0 ${width} ${height}` }, joined, ...dots);
  const place = (index, x, y) => {
    dots[index].setAttribute("cx", Math.max(0, Math.min(width, x)));
    dots[index].setAttribute("cy", Math.max(0, Math.min(height, y)));
    for (const [k, name] of [[0, "1"], [1, "2"]]) {
      joined.setAttribute(`x${name}`, dots[k].getAttribute("cx"));
      joined.setAttribute(`y${name}`, dots[k].getAttribute("cy"));
    }
  };
  at.forEach(([x, y], index) => place(index, x, y));
  canvas.addEventListener("click", (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(canvas.getScreenCTM().inverse());
    const distances = dots.map((dot) => Math.hypot(dot.cx.baseVal.value - point.x, dot.cy.baseVal.value - point.y));
    place(distances[0] <= distances[1] ? 0 : 1, point.x, point.y);
  });
  dots.forEach((dot, index) => dot.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const by = event.shiftKey ? 20 : 2;
    place(index, dot.cx.baseVal.value + by * step[0], dot.cy.baseVal.value + by * step[1]);
  }));
  byId("marker").replaceChildren(canvas);
  return el("p", { class: "soft" }, _("Tap near a point to move it; arrow keys move the one that is chosen."));
}

/** As shares of the picture, for it is shown smaller than the camera sends it. */
function marked() {
  const canvas = byId("marker").firstElementChild;
  if (!canvas) throw new Error(_("There is no picture to mark."));
  const { width, height } = canvas.viewBox.baseVal;
  return [...canvas.querySelectorAll("circle")].map((dot) => [dot.cx.baseVal.value / width, dot.cy.baseVal.value / height]);
}

