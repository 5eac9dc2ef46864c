// Short news for the person at the microscope. Problems stay until they are closed; good news goes by itself.

import { el } from "./dom.js";
import { _ } from "./words.js";

const STAYS_MS = 6000;

/** Say something; `kind` is "good", "plain" or "bad". */
export function notice(text, remedy = "", kind = "plain") {
  const close = el("button", { class: "button quiet", type: "button", "aria-label": _("Close"), onclick: () => box.remove() }, "✕");
  const words = el("p", {}, el("strong", {}, text), remedy ? ` ${remedy}` : "");
  const box = el("div", { class: `notice ${kind}`, role: kind === "bad" ? "alert" : "status" }, words, close);
  document.getElementById("notices").replaceChildren(box);
  if (kind !== "bad") setTimeout(() => box.remove(), STAYS_MS);
}

/** Say what went wrong, and what to do. */
export function problem(error) {
  notice(error.message, error.remedy ?? "", "bad");
}
