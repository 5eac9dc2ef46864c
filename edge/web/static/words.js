// The page's words and figures in the reader's language. Message ids are the English words.
// They come with the page: a script that waited for them would leave the page deaf while it does.

export const language = document.documentElement.lang;
// digits stay those of instruments and reports, so that one page never mixes two kinds
const LOCALE = `${language}-u-nu-latn`;
const kit = JSON.parse(document.getElementById("clock").textContent);
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

const isMirrored = document.documentElement.dir === "rtl";

/** A figure with its unit, which stands to the right of it in a line from right to left too, as on paper. */
export const measured = (value, unit, digits = 0) => inLine([figure(value, digits), unit].filter(Boolean).join(" "));

const inLine = (said) => (isMirrored ? `\u2066${said}\u2069` : said);

/** A percentage with one digit, its sign as papers set it. */
export const inPercent = (value) => inLine(_("{figure} %", { figure: figure(value, 1) }));

/** A share of one as a whole percentage. */
export const percent = (share) => inLine(_("{figure} %", { figure: whole.formatToParts(share).filter(({ type }) => FIGURES.has(type)).map(({ value }) => value).join("") }));

const FIGURES = new Set(["integer", "group"]);
const whole = new Intl.NumberFormat(LOCALE, { style: "percent", maximumFractionDigits: 0 });

/** Day and time as the reader writes them, of what the kit's clock said, in the kit's time zone: its offset comes with
    every moment. The text itself where it is no time. */
export function moment(hint) {
  const when = new Date(hint);
  if (!hint || Number.isNaN(when.getTime())) return hint ?? "";
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(hint) ?? [null, "+", 0, 0];
  const offsetMin = Number(`${sign}1`) * (60 * Number(hours) + Number(minutes));
  return `${written(moved(when, offsetMin))} ${zone(offsetMin)}`;
}

/** What this screen's clock said so many seconds ago, as the kit's time zone has it: the kit's own may be wrong. */
export function clock(age_s) {
  const when = moved(new Date(Date.now() - 1000 * age_s), kit.offset_min);
  return `${when.toLocaleTimeString(LOCALE, { timeZone: "UTC" })} ${zone(kit.offset_min)}`;
}

/** Browsers know zones by rules of their own, old ones by outdated rules: what is UTC there is the kit's time here. */
const moved = (when, offsetMin) => new Date(when.getTime() + 60_000 * offsetMin);

/** By the pattern of the papers (edge/web/local.py): browsers of other years have other ones. */
function written(at) {
  const [day, month, hour] = [at.getUTCDate(), at.getUTCMonth(), at.getUTCHours()];
  return filled(kit.moment, {
    day, day2: two(day), month: kit.months[month], month2: two(month + 1), year: at.getUTCFullYear(),
    hour, hour2: two(hour), hour12: hour % 12 || 12, minute: two(at.getUTCMinutes()), half: kit.halves[hour >= 12 ? 1 : 0],
  });
}

const two = (number) => String(number).padStart(2, "0");

function zone(offsetMin) {
  const [hours, minutes] = [Math.floor(Math.abs(offsetMin) / 60), Math.abs(offsetMin) % 60];
  return `UTC${offsetMin ? `${offsetMin < 0 ? "-" : "+"}${hours}` : ""}${minutes ? `:${two(minutes)}` : ""}`;
}

/** Between what was and what is now. */
export const BECOMES = isMirrored ? " ← " : " → ";

const COMMA = isMirrored ? "، " : ", ";

/** Several things one after the other, with the comma of the reader's script. */
export const listed = (parts) => parts.join(COMMA);

/** A name in its own direction, within a sentence of another. */
export const isolated = (name) => `\u2068${name}\u2069`;

/** What classes, decisions and features are called; see edge/web/names.py. */
export const names = JSON.parse(document.getElementById("names")?.textContent ?? "{}");

/** A class by its name; a class that the page does not know keeps its label. */
export function className(label) {
  return names.classes[label] ?? label;
}
