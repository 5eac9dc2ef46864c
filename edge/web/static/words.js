// The page's words and figures in the reader's language. Message ids are the English words.
// They come with the page: a script that waited for them would leave the page deaf while it does.

const language = document.documentElement.lang;
const words = JSON.parse(document.getElementById("words").textContent);

/** A message in the reader's language, its {places} filled. */
export function _(id, values = {}) {
  return (words[id] ?? id).replace(/\{(\w+)\}/g, (_whole, key) => values[key]);
}

/** A figure as the reader writes it. */
export function figure(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString(language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share of one as a percentage. */
export function percent(share, digits = 0) {
  return `${figure(100 * share, digits)} %`;
}

/** What classes, decisions and features are called; see edge/web/names.py. */
export const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");

/** A class by its name; a class that the page does not know keeps its label. */
export function className(label) {
  return names.classes[label] ?? label;
}
