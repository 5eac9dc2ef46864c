// Who sits at the microscope.

import { get, postJson } from "./api.js";
import { byId, el } from "./dom.js";
import { form, pin, select } from "./form.js";
import { problem } from "./notices.js";
import { _ } from "./words.js";

/** The page that asked for a person, if it is one of the kit's own. */
function wanted() {
  const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return next.origin === location.origin ? next.pathname : "/";
}

async function show() {
  const operators = (await get("/operators")).filter(({ active }) => active);
  if (!operators.length) {
    byId("session").replaceChildren(el("p", {}, _("This kit has no operator yet.")), el("p", {}, el("a", { class: "button primary", href: "/first-run?step=operator" }, _("Set it up"))));
    return;
  }
  const people = Object.fromEntries(operators.map(({ id, name }) => [id, name]));
  byId("session").replaceChildren(form(_("Sign in"), async ({ operator, pin: digits }) => {
    await postJson("/session", { operator: Number(operator), pin: digits });
    location.assign(wanted());
  }, select("operator", _("Operator"), people), pin()));
}

show().catch(problem);
