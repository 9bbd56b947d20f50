// Block Kit, as a message shows it. A block that this page cannot draw says so instead of vanishing.

import { el, link, safeUrl } from "./dom.js";
import { actionId, blockId, interactive } from "./interactive.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

/** With `hands` (see interactive.js) they can be pressed and filled in. `prefix` tells the names of an attachment's blocks apart. */
export function blocks(list, hands, prefix = "") {
  return list.map((block, index) => {
    try {
      return show(block, (element, at) => {
        if (element.type === "image") return picture(element.image_url, element.alt_text);
        return interactive(element, { block_id: blockId(block, index, prefix), action_id: actionId(element, index, at, prefix) }, hands);
      });
    } catch {
      return unknown(block);
    }
  });
}

/** `element(json, at)` shows one that can be pressed; `at` is its place among the block's `elements`. */
function show(block, element) {
  switch (block.type) {
    case "section":
      return section(block, element);
    case "header":
      return el("h3", { class: "header" }, plainText(block.text?.text ?? ""));
    case "divider":
      return el("hr");
    case "context":
      return el("div", { class: "context" }, (block.elements ?? []).map(contextElement));
    case "image":
      return uploaded(block.slack_file?.id, block.alt_text) ?? picture(block.image_url, block.alt_text, block.title?.text);
    case "actions":
      return el("div", { class: "actions" }, (block.elements ?? []).map(element));
    case "input":
      return input(block, element);
    case "rich_text":
      return richText(block);
    case "table":
      return table(block);
    case "markdown":
      return markdown(block.text ?? "");
    default:
      return unknown(block);
  }
}

export function textObject(object) {
  return object?.type === "mrkdwn" ? mrkdwn(object.text ?? "") : el("div", { class: "mrkdwn" }, plainText(object?.text ?? ""));
}

function section(block, element) {
  const body = el("div", { class: "section-body" });
  if (block.text) body.append(textObject(block.text));
  const fields = (block.fields ?? []).map((field) => el("div", { class: "field" }, textObject(field)));
  if (fields.length > 0) body.append(el("div", { class: "fields" }, fields));
  if (!block.accessory) return body;
  return el("div", { class: "section" }, body, el("div", { class: "accessory" }, element(block.accessory)));
}

function contextElement(element) {
  if (element.type === "image") return el("span", { class: "small-picture" }, link(element.image_url, element.alt_text ?? "image"));
  return textObject(element);
}

/** A picture that was uploaded here is shown: it is on this machine. */
function uploaded(id, description) {
  if (!/^F[0-9A-Z]+$/.test(id ?? "")) return null;
  const address = `/sandbox/files/${id}`;
  const image = el("img", { src: address, alt: description ?? "", title: description ?? "", loading: "lazy" });
  return el("a", { class: "uploaded", href: address, target: "_blank", rel: "noopener" }, image);
}

/** A picture is shown as its description and its address: to load it would tell its host who is looking. */
export function picture(address, description, title) {
  const heading = title ? el("strong", {}, plainText(title)) : null;
  const open = safeUrl(address) ? link(address, "Open the picture") : null;
  const caption = el("figcaption", {}, heading, el("span", {}, description || "image"), open);
  return el("figure", { class: "picture" }, el("span", { class: "frame", "aria-hidden": "true" }), caption);
}

/** A label with its input; what is wrong with it is put behind it when it was refused. */
function input(block, element) {
  const optional = block.optional ? el("span", { class: "soft" }, " (optional)") : null;
  const hint = block.hint ? el("span", { class: "hint" }, plainText(block.hint.text ?? "")) : null;
  const field = element(block.element ?? {});
  return el("label", { class: "field-row", "data-block": field.dataset.blockId }, el("span", {}, plainText(block.label?.text ?? ""), optional), field, hint);
}

/** Its first row is the heading. A wide one scrolls by itself, as on a phone. */
function table(block) {
  const [heading, ...rows] = block.rows ?? [];
  const cells = (row, name) => el("tr", {}, (row ?? []).map((cell) => el(name, {}, cell.type === "rich_text" ? richText(cell) : plainText(cell.text ?? ""))));
  const whole = el("table", {}, el("thead", {}, cells(heading, "th")), el("tbody", {}, rows.map((row) => cells(row, "td"))));
  return el("div", { class: "table", tabindex: "0" }, whole);
}

/** The markdown block: ordinary Markdown, of which the common part is turned into mrkdwn. */
function markdown(text) {
  const converted = text
    .replace(/^#{1,6} +(.+)$/gm, "*$1*")
    .replace(/\*\*(?=\S)([^*\n]+?)\*\*/g, "*$1*")
    .replace(/~~(?=\S)([^~\n]+?)~~/g, "~$1~")
    .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
    .replace(/^(\s*)[-*] +/gm, "$1• ");
  return mrkdwn(converted);
}

function unknown(block) {
  return el("div", { class: "unknown" }, "A ", el("code", {}, String(block?.type)), " block, which this page does not draw. It is whole in the JSON.");
}
