// The page's words and figures in the reader's language. Message ids are the English words.
// They come with the page: a script that waited for them would leave the page deaf while it does.

export const language = document.documentElement.lang;
// digits stay those of instruments and reports, so that one page never mixes two kinds
const LOCALE = `${language}-u-nu-latn`;
const words = JSON.parse(document.getElementById("words").textContent);
const plural = new Intl.PluralRules(language);

/** A message in the reader's language, its {places} filled. */
export function _(id, values = {}) {
  return filled(words[id] ?? id, values);
}

/** A message with a number in it, in the form that the number asks for; {count} is the number. */
export function n_(one, other, count, values = {}) {
  const forms = words[one];
  const form = plural.select(count);
  const index = Math.max(0, words[""].indexOf(form === "many" && !words[""].includes("many") ? "other" : form));
  return filled(forms ? forms[index] : [one, other][index], { count: figure(count), ...values });
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (_whole, key) => values[key]);
}

/** A figure as the reader writes it. */
export function figure(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString(LOCALE, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share of one as a percentage. */
export function percent(share, digits = 0) {
  return share.toLocaleString(LOCALE, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** Day and time as the reader writes them, of what the kit's clock said; the text itself where it is no time. */
export function moment(hint) {
  const when = new Date(hint);
  if (!hint || Number.isNaN(when.getTime())) return hint ?? "";
  return when.toLocaleString(LOCALE, { dateStyle: "medium", timeStyle: "short" });
}

/** The reader's own time so many seconds ago: the kit's clock may be wrong. */
export function clock(age_s) {
  return new Date(Date.now() - 1000 * age_s).toLocaleTimeString(LOCALE);
}

/** What classes, decisions and features are called; see edge/web/names.py. */
export const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");

/** A class by its name; a class that the page does not know keeps its label. */
export function className(label) {
  return names.classes[label] ?? label;
}
