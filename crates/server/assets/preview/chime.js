// A Chime message: the markdown that AWS lists, and a backslash that takes a mark's power.
// https://docs.aws.amazon.com/chime/latest/ug/chat-format-message.html

import { el, link } from "./dom.js";

const FENCE = "```";

export function chimeMessage(message) {
  const text = String(message.Content ?? "").replace(/^\/md /, "");
  const sender = el("div", { class: "chime-sender" }, el("strong", {}, "Bellhop"), el("span", {}, "Webhook"));
  return el("article", { class: "chime-message" }, sender, el("div", { class: "chime-bubble" }, lines(text)));
}

/** Code blocks first: inside them nothing has a meaning. */
function lines(text) {
  return text.split(FENCE).flatMap((part, index) => {
    if (index % 2 === 1) return el("pre", {}, part.replace(/^\n|\n$/g, ""));
    const body = part.replace(/^\n|\n$/g, "");
    return body === "" ? [] : body.split("\n").map(line);
  });
}

function line(text) {
  const item = /^- (.*)$/.exec(text);
  if (item) return el("div", { class: "chime-item" }, inline(item[1]));
  return el("div", { class: "chime-line" }, inline(text));
}

/** One line: escapes, `code`, **bold**, *italic*, [label](address), bare addresses. */
function inline(text) {
  const nodes = [];
  const pattern = /\\([\\`*_~[\]()<>#|!])|`([^`]+)`|\*\*((?:\\.|[^*])+)\*\*|\*((?:\\.|[^*\\])+)\*|\[((?:\\.|[^\]\\])+)\]\((https:[^)\s]+)\)|(https?:\/\/[^\s\\*`]*[^\s\\*`.,;:!?])/g;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    nodes.push(text.slice(at, found.index));
    const [whole, escaped, code, bold, italic, label, target, bare] = found;
    if (escaped) nodes.push(escaped);
    else if (code) nodes.push(el("code", {}, code));
    else if (bold) nodes.push(el("strong", {}, inline(bold)));
    else if (italic) nodes.push(el("em", {}, inline(italic)));
    else if (label) nodes.push(link(target, inline(label)));
    else nodes.push(link(bare, bare));
    at = found.index + whole.length;
  }
  return [...nodes, text.slice(at)];
}
