// Block Kit, as a message shows it. A block that this page cannot draw says so instead of vanishing.

import { el, link, safeUrl } from "./dom.js";
import { mrkdwn, plainText } from "./mrkdwn.js";
import { richText } from "./rich_text.js";

const INERT = "Buttons do nothing in the sandbox yet; a button with a link opens it";

export function blocks(list) {
  return list.map((block) => {
    try {
      return show(block);
    } catch {
      return unknown(block);
    }
  });
}

function show(block) {
  switch (block.type) {
    case "section":
      return section(block);
    case "header":
      return el("h3", { class: "header" }, plainText(block.text?.text ?? ""));
    case "divider":
      return el("hr");
    case "context":
      return el("div", { class: "context" }, (block.elements ?? []).map(contextElement));
    case "image":
      return uploaded(block.slack_file?.id, block.alt_text) ?? picture(block.image_url, block.alt_text, block.title?.text);
    case "actions":
      return el("div", { class: "actions" }, (block.elements ?? []).map(interactive));
    case "rich_text":
      return richText(block);
    case "markdown":
      return markdown(block.text ?? "");
    default:
      return unknown(block);
  }
}

export function textObject(object) {
  return object?.type === "mrkdwn" ? mrkdwn(object.text ?? "") : el("div", { class: "mrkdwn" }, plainText(object?.text ?? ""));
}

function section(block) {
  const body = el("div", { class: "section-body" });
  if (block.text) body.append(textObject(block.text));
  const fields = (block.fields ?? []).map((field) => el("div", { class: "field" }, textObject(field)));
  if (fields.length > 0) body.append(el("div", { class: "fields" }, fields));
  if (!block.accessory) return body;
  return el("div", { class: "section" }, body, el("div", { class: "accessory" }, interactive(block.accessory)));
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

function interactive(element) {
  if (element.type === "image") return picture(element.image_url, element.alt_text);
  if (element.type !== "button") {
    const label = element.placeholder?.text ?? String(element.type).replaceAll("_", " ");
    return el("button", { class: "button", type: "button", "aria-disabled": "true", title: INERT }, `${label} ▾`);
  }
  const label = plainText(element.text?.text ?? "");
  const look = ["primary", "danger"].includes(element.style) ? `button ${element.style}` : "button";
  if (safeUrl(element.url)) return link(element.url, label, { class: look });
  return el("button", { class: look, type: "button", "aria-disabled": "true", title: INERT }, label);
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
