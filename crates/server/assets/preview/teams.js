// An Adaptive Card as Teams shows it: exactly the elements that Bellhop sends. Another one says so instead of vanishing.
// https://adaptivecards.io/explorer/

import { el, link } from "./dom.js";

export function teamsMessage(message) {
  return (message.attachments ?? []).map(({ content }) => card(content ?? {}));
}

function card(content) {
  const actions = (content.actions ?? []).map(action);
  return el(
    "article",
    { class: "adaptive" },
    (content.body ?? []).map(element),
    actions.length > 0 ? el("div", { class: "adaptive-actions" }, actions) : null,
  );
}

function element(given) {
  const spacing = { None: " close", Medium: " apart" }[given.spacing] ?? "";
  switch (given.type) {
    case "Container":
      return el("div", { class: `container ${container(given.style)}${given.bleed ? " bleed" : ""}` }, (given.items ?? []).map(element));
    case "RichTextBlock":
      return el("p", { class: `rich${spacing}` }, (given.inlines ?? []).map(run));
    case "TextBlock":
      return el("div", { class: `rich${spacing}${face(given)}` }, String(given.text ?? "").split("\n").map(line));
    case "Image":
      return image(given, spacing);
    default:
      return el("p", { class: "unknown" }, `${given.type}: an element that this page does not draw`);
  }
}

/** Bellhop's pictures are in the message; whatever else an image names is not fetched. */
function image({ url, altText, size }, spacing) {
  if (!String(url).startsWith("data:image/png;base64,")) return el("p", { class: "unknown" }, `Image: ${altText ?? ""}`);
  return el("img", { class: `image${spacing}${size === "Stretch" ? " stretch" : ""}`, src: url, alt: altText ?? "" });
}

const container = (style) => (["attention", "warning", "good", "emphasis", "accent"].includes(style) ? style : "default");

function face({ weight, size, isSubtle, fontType }) {
  const classes = [weight === "Bolder" && "bolder", size === "Large" && "large", size === "Small" && "small", isSubtle && "subtle"];
  return [...classes, fontType === "Monospace" && "mono"].filter(Boolean).map((name) => ` ${name}`).join("");
}

function run(given) {
  const text = typeof given === "string" ? given : (given.text ?? "");
  return el("span", { class: face(given).trim() || null }, text);
}

/** A line of a TextBlock's Markdown: a list's item, or words. */
function line(text) {
  const item = /^[-*] (.*)$/.exec(text);
  return item ? el("div", { class: "item" }, markdown(item[1])) : el("div", { class: "line" }, markdown(text));
}

/** The part of Markdown that a TextBlock takes within a line: **bold**, _italic_, *italic*, [links](https://…). */
function markdown(text) {
  const nodes = [];
  const pattern = /\*\*(\S(?:[^*\n]*\S)?)\*\*|_(\S(?:[^_\n]*\S)?)_|\*(\S(?:[^*\n]*\S)?)\*|\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g;
  let at = 0;
  for (const found of text.matchAll(pattern)) {
    nodes.push(text.slice(at, found.index));
    const [whole, bold, underlined, starred, label, address] = found;
    const italic = underlined ?? starred;
    nodes.push(bold ? el("strong", {}, bold) : italic ? el("em", {}, italic) : link(address, label));
    at = found.index + whole.length;
  }
  return [...nodes, text.slice(at)];
}

function action(given) {
  if (given.type !== "Action.OpenUrl") return el("span", { class: "unknown" }, String(given.type));
  return link(given.url, given.title ?? "", { class: "adaptive-action" });
}
