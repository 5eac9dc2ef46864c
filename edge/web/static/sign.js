// The signature: who has signed, and the forms that sign and amend. What is typed into them outlasts what others do to the
// case meanwhile. Whoever signs has to have seen what they sign: what has changed is told, and has to be looked at.

import { get, post, postJson } from "./api.js";
import { button, el, fill } from "./dom.js";
import { form, pin, select, text } from "./form.js";
import { problem } from "./notices.js";
import { stepList } from "./steps.js";
import { _, figure, moment, names } from "./words.js";

const NOT_NOW = 409;

/** The card of one case's signature. `onChanged` is called once something has been done, and gives what to wait for. */
export class Signing {
  constructor(path, place, onChanged) {
    Object.assign(this, { path, place, onChanged, result: null, seen: {}, news: {}, forms: {}, people: "" });
  }

  /** The steps since the case was seen beside the form that stands now; null where it is as it was seen. */
  async since({ can, seal }) {
    const seen = this.seen[standing(can)];
    return seen && seen.seal !== seal ? get(`${this.path}/audit?after=${seen.step}`) : null;
  }

  draw(result, session, operators, steps) {
    const { can, signature, case: { state } } = result;
    this.result = result;
    this.build(session, operators);
    fill(this.place, [can, signature, state, session, operators], () => [this.card(operators)]);
    const kind = standing(can);
    if (!kind) return;
    const seen = (this.seen[kind] ??= result);
    fill(this.news[kind], [result.seal], () => (steps ? [changed(steps, seen, result)] : []));
  }

  card(operators) {
    const { can, signature, case: { state } } = this.result;
    const parts = [el("p", {}, el("span", { class: state === "signed" ? "pill good" : "pill warn" }, state === "signed" ? _("Final") : _("Preliminary")))];
    if (signature) parts.push(signedBy(signature));
    if (can.finish) parts.push(el("p", {}, _("Finished means: no more fields. It can be resumed until somebody signs.")), button(_("Finish the count"), () => this.move("finish"), { class: "primary" }));
    if (can.resume) parts.push(button(_("Go on counting"), () => this.move("resume")));
    if (can.sign) parts.push(operators.length ? this.forms.sign : nobody());
    if (can.amend) parts.push(this.forms.amend);
    return el("div", { class: "stack" }, ...parts);
  }

  /** The forms are made once, so that they keep what is typed while they are away; anew for other people. */
  build(session, operators) {
    const people = JSON.stringify([session, operators]);
    if (this.people === people) return;
    this.people = people;
    this.news = { sign: el("div", { role: "alert" }), amend: el("div", { role: "alert" }) };
    this.forms = { sign: this.signForm(operators, session), amend: this.amendForm(operators, session) };
  }

  signForm(operators, session) {
    return form(
      _("Sign"), (values) => this.send("sign", values),
      this.news.sign, el("p", { class: "statement" }, _("By signing I say that I have looked at the cells, and that the result is mine.")),
      operatorChoice(operators, session), pin(), text("statement", _("Statement"), { maxlength: names.longest.statement }, _("Optional; it is printed on the report.")),
    );
  }

  amendForm(operators, session) {
    const made = form(
      _("Amend"), (values) => this.send("amend", values),
      this.news.amend, text("reason", _("Why"), { required: true, maxlength: names.longest.statement }), operatorChoice(operators, session), pin(),
    );
    return el("details", {}, el("summary", {}, _("Amend this result")), el("p", { class: "soft" }, _("The signed version is kept; the case is opened again as a new one.")), made);
  }

  /** Sign or amend what is shown here; where the case has gone on without this page, show how it is now. */
  async send(kind, values) {
    try {
      await postJson(`${this.path}/${kind}`, { ...values, operator: Number(values.operator), seal: this.result.seal });
    } catch (error) {
      if (error.status !== NOT_NOW) throw error;
      await this.onChanged();
      if (this.result.can[kind]) throw error;
      return problem(error);
    }
    this.people = "";
    delete this.seen[kind];
    return this.onChanged();
  }

  async move(way) {
    try {
      await post(`${this.path}/${way}`);
      delete this.seen.sign;
      await this.onChanged();
    } catch (error) {
      problem(error);
    }
  }
}

/** Which of the forms stands in the card. */
const standing = (can) => ["sign", "amend"].find((kind) => can[kind]);

/** What was done since, by whom; and that it was looked at, without which nothing is signed. */
function changed(steps, seen, now) {
  const [before, after] = [seen, now].map(({ decision: { score } }) => figure(score, 1));
  return el(
    "div", { class: "notice warn" },
    el("div", {},
      el("p", {}, el("strong", {}, _("This case has changed since you looked at it."))),
      before === after ? null : el("p", {}, _("Blasts: {before} % before, {after} % now.", { before, after })),
      steps.length ? stepList(steps) : el("p", {}, _("The kit's settings were changed.")),
      el("label", { class: "switch" }, el("input", { type: "checkbox", required: true }), _("I have looked at it as it is now.")),
    ),
  );
}

function nobody() {
  return el("p", {}, _("Nobody can sign yet: this kit has no operator."), " ", el("a", { href: "/first-run?step=operator" }, _("Set it up")));
}

function signedBy({ operator, clock_hint: hint, digest, statement, version }) {
  return el(
    "div", { class: "statement" },
    el("p", {}, el("strong", {}, el("bdi", {}, operator)), " · ", moment(hint)),
    statement ? el("p", {}, statement) : null,
    el("p", { class: "soft" }, _("Version {version}", { version: figure(version) }), " · ", el("code", {}, digest.slice(0, 16))),
  );
}

function operatorChoice(operators, session) {
  const people = Object.fromEntries(operators.filter(({ active }) => active).map(({ id, name }) => [id, name]));
  return select("operator", _("Operator"), people, session.operator?.id);
}
