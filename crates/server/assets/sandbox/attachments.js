// Attachments: the bar of colour and what stands beside it. https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments

import { blocks, picture } from "./blocks.js";
import { el, link, safeUrl } from "./dom.js";
import { mrkdwn } from "./mrkdwn.js";
import { clockOf, dateOfTs, dayName } from "./time.js";

const NAMED_COLOURS = { good: "#2eb67d", warning: "#ecb22e", danger: "#e01e5a" };

function colour(value) {
  if (Object.hasOwn(NAMED_COLOURS, value ?? "")) return NAMED_COLOURS[value];
  const hex = /^#?([0-9a-f]{6}|[0-9a-f]{3})$/i.exec(value ?? "");
  return hex ? `#${hex[1]}` : null;
}

export function attachment(given, hands, index) {
  const body = el("div", { class: "attachment-body" });
  const linked = (text, address) => (safeUrl(address) ? link(address, text) : text);
  if (given.author_name) body.append(el("div", { class: "author" }, linked(given.author_name, given.author_link)));
  if (given.title) body.append(el("div", { class: "attachment-title" }, linked(given.title, given.title_link)));
  if (given.text) body.append(mrkdwn(given.text));
  if (Array.isArray(given.fields)) {
    const shown = given.fields.map((field) => {
      const title = field.title ? el("strong", {}, field.title) : null;
      return el("div", { class: field.short ? "field" : "field wide" }, title, mrkdwn(field.value ?? ""));
    });
    body.append(el("div", { class: "fields" }, shown));
  }
  if (Array.isArray(given.blocks)) body.append(...blocks(given.blocks, hands, `attachment-${index}-`));
  const address = given.image_url ?? given.thumb_url;
  if (address) body.append(picture(address, given.fallback));
  if (given.footer || given.ts) {
    const when = given.ts ? dateOfTs(given.ts) : null;
    const parts = [given.footer, when && !Number.isNaN(when.getTime()) ? `${dayName(when)} at ${clockOf(when)}` : null];
    body.append(el("div", { class: "attachment-foot" }, parts.filter(Boolean).join("  ·  ")));
  }
  if (!body.hasChildNodes()) body.append(given.fallback ?? "");
  const shown = el("div", { class: "attachment" }, body);
  const bar = colour(given.color);
  if (bar) shown.style.setProperty("--bar", bar);
  return given.pretext ? el("div", {}, mrkdwn(given.pretext), shown) : shown;
}
