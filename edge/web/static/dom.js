// Elements from values, so that no text is ever read as markup.

import { keeping } from "./typed.js";

const SVG = "http://www.w3.org/2000/svg";

export const byId = (id) => document.getElementById(id);

/** An element with attributes and children; `class`, `onclick` and the like as in markup. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** A glyph from templates/_icons.svg: the shape that goes with a colour. */
export function glyph(kind) {
  return svg("svg", { class: `glyph ${kind}`, "aria-hidden": "true" }, svg("use", { href: `#glyph-${kind}` }));
}

/** An icon from the same file. */
export function icon(name, kind = "") {
  return svg("svg", { class: `icon ${kind}`, "aria-hidden": "true" }, svg("use", { href: `#icon-${name}` }));
}

/** A button that says `name`. */
export function button(name, onclick, attributes = {}) {
  const { class: kind = "", ...others } = attributes;
  return el("button", { type: "button", class: `button ${kind}`, onclick, ...others }, ...[name].flat());
}

/** A horizontal bar from 0 to 1 with its name and its value in words. */
export function bar(name, share, text, kind = "") {
  const fill = el("span", { class: `bar-fill ${kind}` });
  fill.style.inlineSize = `${100 * Math.max(0, Math.min(1, share))}%`;
  return el(
    "div", { class: "bar" },
    el("span", { class: "bar-name" }, name),
    el("span", { class: "bar-value" }, text),
    el("span", { class: "bar-track", "aria-hidden": "true" }, fill),
  );
}

/** A table: its heads, and rows of cells; a cell that is an array [value, "number"] is set to the end. */
export function table(heads, rows) {
  const cell = (value, index) => {
    const [content, kind] = Array.isArray(value) ? value : [value, null];
    return index === 0 ? el("th", { scope: "row" }, content) : el("td", { class: kind }, content);
  };
  const head = (value) => {
    const [content, kind] = Array.isArray(value) ? value : [value, null];
    return el("th", { scope: "col", class: kind }, content);
  };
  return el(
    "table", { class: "plain-table" },
    el("thead", {}, el("tr", {}, ...heads.map(head))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell)))),
  );
}

/** A table that is scrolled sideways where it is too wide, by keys as well. */
export const wideTable = (name, heads, rows) => el("div", { class: "scrolls", tabindex: "0", role: "region", "aria-label": name }, table(heads, rows));

const shown = new WeakMap();

/** Fill a place anew only where what it shows has changed; what is being typed there stays. */
export function fill(place, what, draw) {
  const now = JSON.stringify(what);
  if (shown.get(place) === now) return;
  shown.set(place, now);
  keeping(place, () => place.replaceChildren(...draw().filter(Boolean)));
}

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}
