// rich_text blocks: what Slack's own editor writes. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block

import { el, link } from "./dom.js";
import { emoji } from "./emoji.js";
import { formatDate } from "./time.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", underline: "u", code: "code" };

export function richText(block) {
  return el("div", { class: "mrkdwn" }, (block.elements ?? []).map(part));
}

function part(element) {
  const children = element.elements ?? [];
  switch (element.type) {
    case "rich_text_list": {
      const list = el(element.style === "ordered" ? "ol" : "ul", { start: element.offset ? element.offset + 1 : null });
      list.append(...children.map((item) => el("li", {}, (item.elements ?? []).map(inline))));
      list.style.setProperty("--indent", `${Math.min(Number(element.indent) || 0, 8) * 1.5}em`);
      return list;
    }
    case "rich_text_preformatted":
      return el("pre", { tabindex: "0" }, children.map(inline));
    case "rich_text_quote":
      return el("blockquote", {}, el("div", { class: "line" }, children.map(inline)));
    default:
      return el("div", { class: "line" }, children.map(inline));
  }
}

function inline(element) {
  let shown = bare(element);
  for (const [style, name] of Object.entries(STYLES)) {
    if (element.style?.[style] === true) shown = el(name, {}, shown);
  }
  return shown;
}

function bare(element) {
  switch (element.type) {
    case "text":
      return document.createTextNode(element.text ?? "");
    case "link":
      return link(element.url, element.text ?? element.url ?? "");
    case "emoji":
      return el("span", { class: "emoji", title: `:${element.name}:` }, emoji(element.name) ?? `:${element.name}:`);
    case "user":
      return el("span", { class: "mention" }, `@${element.user_id}`);
    case "usergroup":
      return el("span", { class: "mention" }, `@${element.usergroup_id}`);
    case "broadcast":
      return el("span", { class: "mention loud" }, `@${element.range}`);
    case "channel":
      return el("a", { class: "mention", href: `#${element.channel_id}` }, `#${String(element.channel_id).toLowerCase()}`);
    case "date":
      return document.createTextNode(formatDate(element.timestamp, element.format ?? "") ?? element.fallback ?? "");
    default:
      return document.createTextNode(element.text ?? element.value ?? "");
  }
}
