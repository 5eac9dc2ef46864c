// Short news for the person at the microscope. Problems stay until they are closed; good news goes by itself.

import { el } from "./dom.js";
import { _ } from "./words.js";

const STAYS_MS = 6000;

/** Say something; `kind` is "good", "plain", "warn" or "bad". */
export function notice(text, remedy = "", kind = "plain", code = "") {
  const close = el("button", { class: "button quiet", type: "button", "aria-label": _("Close"), onclick: () => box.remove() }, "✕");
  const words = el("p", {}, el("strong", {}, text), remedy ? ` ${remedy}` : "", code ? el("small", {}, code) : null);
  const box = el("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" }, words, close);
  document.getElementById("notices").replaceChildren(box);
  if (kind === "good" || kind === "plain") setTimeout(() => box.remove(), STAYS_MS);
}

/** Say what went wrong, what to do, and the code that the support bundle repeats. */
export function problem(error) {
  notice(error.message, error.remedy ?? "", "bad", error.code ?? "");
}
