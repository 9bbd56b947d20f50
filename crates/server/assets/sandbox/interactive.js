// What can be pressed, chosen and typed in a message or a view. What happens then is for `hands` to do: `press(what, near)`, of which
// `near` is the element; without hands (a preview) nothing happens, and the element says so.

import { el, link, safeUrl } from "./dom.js";
import { plainText } from "./mrkdwn.js";

const INERT = "Buttons do nothing here; a button with a link opens it";
const TYPED = { plain_text_input: "text", number_input: "number", email_text_input: "email", url_text_input: "url", datepicker: "date", timepicker: "time" };
const INITIAL = { datepicker: "initial_date", timepicker: "initial_time" };

/** Slack names blocks and elements that an app leaves without a name; the sandbox names them so on both sides. */
export const blockId = (block, index, prefix) => block.block_id ?? `${prefix}block-${index}`;
export const actionId = (element, index, at, prefix) => element.action_id ?? (at === undefined ? `${prefix}action-${index}` : `${prefix}action-${index}-${at}`);

/** `ids` has the names of the block and of the element. */
export function interactive(element, ids, hands) {
  if (element.type === "button") return button(element, ids, hands);
  if (element.type === "static_select" || element.type === "radio_buttons" || element.type === "overflow") return menu(element, ids, hands);
  if (Object.hasOwn(TYPED, element.type)) return typed(element, ids, hands);
  const label = element.placeholder?.text ?? String(element.type).replaceAll("_", " ");
  return el("button", { class: "button", type: "button", "aria-disabled": "true", title: "The sandbox does not play this element" }, `${label} ▾`);
}

function button(element, ids, hands) {
  const label = plainText(element.text?.text ?? "");
  const look = ["primary", "danger"].includes(element.style) ? `button ${element.style}` : "button";
  const shown = safeUrl(element.url) ? link(element.url, label, { class: look }) : el("button", { class: look, type: "button" }, label);
  if (hands) shown.addEventListener("click", () => hands.press(ids, shown));
  else if (!safeUrl(element.url)) {
    shown.setAttribute("aria-disabled", "true");
    shown.title = INERT;
  }
  return shown;
}

function menu(element, ids, hands) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  const initial = element.initial_option?.value;
  const option = (each) => el("option", { value: each.value, selected: each.value === initial }, plainText(each.text?.text ?? "").textContent);
  const placeholder = el("option", { value: "", selected: initial === undefined }, element.placeholder?.text ?? "Choose…");
  const lists = groups.map((group) => {
    const options = (group.options ?? []).map(option);
    return group.label ? el("optgroup", { label: group.label.text ?? "" }, options) : options;
  });
  const shown = el("select", { class: "input", disabled: !hands, ...named(ids) }, placeholder, lists.flat());
  if (hands?.choose) shown.addEventListener("change", () => shown.value && hands.choose({ ...ids, value: shown.value }, shown));
  return shown;
}

function typed(element, ids, hands) {
  const common = {
    class: "input",
    disabled: !hands,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length ?? 3000,
    autocomplete: "off",
    ...named(ids),
  };
  const value = element[INITIAL[element.type] ?? "initial_value"] ?? "";
  const shown = element.multiline ? el("textarea", { ...common, rows: 4 }) : el("input", { ...common, type: TYPED[element.type] });
  shown.value = value;
  return shown;
}

const named = ({ block_id, action_id }) => ({ "data-block-id": block_id, "data-action-id": action_id });

/** What stands in the inputs inside an element: `{"block/action": value}`. */
export function valuesIn(root) {
  const fields = [...(root?.querySelectorAll("[data-action-id]") ?? [])];
  return Object.fromEntries(fields.map((field) => [`${field.dataset.blockId}/${field.dataset.actionId}`, field.value]));
}
