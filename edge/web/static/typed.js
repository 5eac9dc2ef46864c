// What somebody is typing, has chosen or unfolded outlasts that its place is drawn anew.

const TOUCHED = {
  checkbox: ({ checked, defaultChecked }) => checked !== defaultChecked,
  "select-one": ({ options, selectedIndex }) => selectedIndex !== Math.max(0, [...options].findIndex(({ defaultSelected }) => defaultSelected)),
};

/** Draw a place anew. A form that is being sent has had its answer, and is left as it is drawn. */
export function keeping(place, draw) {
  const [touched, unfolded] = [controls(place).filter(isTouched), [...place.querySelectorAll("details")].map(({ open }) => open)];
  const held = place.contains(document.activeElement) ? document.activeElement : null;
  draw();
  const fresh = new Map(controls(place).map((each) => [each.name, each]));
  for (const each of touched) put(fresh.get(each.name), each);
  [...place.querySelectorAll("details")].forEach((each, at) => { each.open ||= unfolded[at] ?? false; });
  hold(fresh.get(held?.name), held);
}

function controls(place) {
  return [...place.querySelectorAll("input, select, textarea")].filter(({ name, type, form }) => name && type !== "file" && !form?.hasAttribute("data-sending"));
}

function isTouched(control) {
  return TOUCHED[control.type]?.(control) ?? control.value !== control.defaultValue;
}

function put(control, { value, checked }) {
  if (!control) return;
  if (control.type === "checkbox") control.checked = checked;
  else control.value = value;
}

/** The cursor stays where it was; a number has none. */
function hold(control, was) {
  if (!control) return;
  control.focus();
  if (typeof was.selectionStart === "number") control.setSelectionRange(was.selectionStart, was.selectionEnd);
}
