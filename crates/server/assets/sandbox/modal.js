// The view that the person has open, as a dialog over the page. It holds what is typed until it is sent, and shows what was refused.

import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { valuesIn } from "./interactive.js";
import { plainText } from "./mrkdwn.js";

export function modal(dialog, workspace) {
  let open = null;
  let waiting = false;

  const hands = {
    press: async (what) => says(await workspace.act("press", { ...what, values: valuesIn(body()) })),
  };
  const body = () => dialog.querySelector(".view-body");

  /** What went wrong with what somebody did, in the dialog. */
  function says({ error, failed, errors }) {
    for (const row of dialog.querySelectorAll("[data-block]")) {
      row.querySelector(".wrong")?.remove();
      const sentence = errors?.[row.dataset.block];
      if (sentence) row.append(el("span", { class: "wrong", role: "alert" }, sentence));
    }
    dialog.querySelector(".view-wrong").textContent = failed ?? (error ? `Not sent: ${error}.` : "");
  }

  async function submit() {
    if (waiting) return;
    waiting = true;
    const send = dialog.querySelector("button[type=submit]");
    send?.setAttribute("aria-busy", "true");
    const outcome = await workspace.act("submit", { values: valuesIn(body()) });
    waiting = false;
    send?.removeAttribute("aria-busy");
    if (outcome.error || outcome.failed || Object.keys(outcome.errors ?? {}).length > 0) says(outcome);
  }

  const close = () => workspace.act("close", {});
  dialog.addEventListener("cancel", (event) => (event.preventDefault(), close()));

  function draw(view) {
    const label = (object, otherwise) => plainText(object?.text ?? otherwise).textContent;
    const cross = el("button", { class: "icon", type: "button", "aria-label": "Close" }, "×");
    const cancel = el("button", { class: "button", type: "button" }, label(view.close, "Cancel"));
    for (const button of [cross, cancel]) button.addEventListener("click", close);
    const send = view.submit ? el("button", { class: "button primary", type: "submit" }, label(view.submit, "Submit")) : null;
    const form = el(
      "form",
      { class: "view" },
      el("header", { class: "bar" }, el("div", { class: "title" }, el("h2", { id: "view-title" }, label(view.title, ""))), cross),
      el("div", { class: "view-body content" }, blocks(view.blocks, hands)),
      el("footer", { class: "view-foot" }, el("p", { class: "view-wrong wrong", role: "alert" }), cancel, send),
    );
    form.noValidate = true;
    form.addEventListener("submit", (event) => (event.preventDefault(), submit()));
    dialog.replaceChildren(form);
  }

  return {
    show(view, errors) {
      if (!view) {
        open = null;
        if (dialog.open) dialog.close();
        return;
      }
      // The same view again keeps what was typed.
      if (open !== `${view.id} ${view.hash}`) draw(view);
      open = `${view.id} ${view.hash}`;
      says({ errors });
      if (!dialog.open) dialog.showModal();
    },
  };
}
