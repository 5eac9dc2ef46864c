// Elements from values, so that no text is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children; `class`, `onclick` and the like as in markup. */
export function el(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG, tag), attributes, children);
}

/** A glyph from templates/_glyphs.svg: the shape that goes with a colour. */
export function glyph(kind) {
  return svg("svg", { class: `glyph ${kind}`, "aria-hidden": "true" }, svg("use", { href: `#glyph-${kind}` }));
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

function furnish(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}
