// Where the person at the page types, and who they are. What is typed is sent as it stands; the sandbox makes of it what Slack would.

import { el } from "./dom.js";
import { initial } from "./messages.js";

/** `place()` says where it is typed: `{ channel, thread_ts }`. */
export function composer(form, workspace, place) {
  const text = form.querySelector("textarea");
  const wrong = form.querySelector(".wrong");
  const grow = () => ((text.style.height = "auto"), (text.style.height = `${Math.min(text.scrollHeight, 160)}px`));

  async function send() {
    const said = text.value.trim();
    if (!said) return;
    text.value = "";
    grow();
    wrong.textContent = "";
    const { channel, thread_ts } = place();
    const { error, heard } = await workspace.act("say", { channel, text: said, ...(thread_ts ? { thread_ts } : {}) });
    if (error) {
      wrong.textContent = `Not sent: ${error}.`;
      if (!text.value) text.value = said;
    } else if (heard && heard.status !== 200) {
      wrong.textContent = `Bellhop did not hear it (${heard.status ?? heard.reason}). As Slack does, the sandbox tries again.`;
    }
  }

  form.addEventListener("submit", (event) => (event.preventDefault(), send()));
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  });
  return {
    draw(where) {
      text.placeholder = `Message ${where} as ${workspace.me?.real_name ?? ""} — @aws help`;
      text.setAttribute("aria-label", text.placeholder);
    },
  };
}

/** The picker of people: whoever is picked types and presses. */
export function peoplePicker(fieldset, workspace) {
  let drawn = "";
  return {
    draw() {
      const mark = `${workspace.people().length} ${workspace.me?.id}`;
      if (drawn === mark) return;
      drawn = mark;
      const choice = (person) => {
        const radio = el("input", { type: "radio", name: "me", value: person.id, class: "spoken", checked: person.id === workspace.me?.id });
        radio.addEventListener("change", () => workspace.be(person.id));
        return el("label", { class: "me", title: person.id }, radio, initial(person), el("span", {}, person.real_name));
      };
      const focused = fieldset.contains(document.activeElement);
      fieldset.querySelector(".people").replaceChildren(...workspace.people().map(choice));
      if (focused) fieldset.querySelector("input:checked")?.focus();
    },
  };
}
