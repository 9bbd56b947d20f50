// Slack's mrkdwn: first read into a tree of plain objects (parseInline, parseBlocks), then shown as elements.
// What is not well formed is shown as it was written. Format: https://docs.slack.dev/messaging/formatting-message-text

import { el, link, safeUrl } from "./dom.js";
import { emoji } from "./emoji.js";
import { formatDate } from "./time.js";

/** Who is called what, by id: the page fills it, a preview leaves it empty. */
export const people = new Map();

const STYLES = { "*": "strong", _: "em", "~": "s" };
const DEEPEST = 6;

const isWord = (character) => character !== undefined && /[\p{L}\p{N}]/u.test(character);
const isSpace = (character) => character === undefined || /\s/.test(character);

export function unescape(text) {
  return text.replace(/&(amp|lt|gt);/g, (_, name) => ({ amp: "&", lt: "<", gt: ">" })[name]);
}

/** Lines of a message as blocks: `pre`, `quote`, `item` (a bullet and its text) and `line`. */
export function parseBlocks(text) {
  const blocks = [];
  text.split(/```([\s\S]+?)```/).forEach((part, index) => {
    if (index % 2 === 1) {
      const written = part.replace(/<([^|>\s]+)(?:\|([^>]*))?>/g, (_, url, label) => label || url);
      blocks.push({ kind: "pre", text: unescape(written.replace(/^\n|\n$/g, "")) });
      return;
    }
    // The line breaks around a code block belong to the code block.
    if (index > 0) part = part.replace(/^\n/, "");
    if (part === "") return;
    for (const line of part.replace(/\n$/, "").split("\n")) {
      const quote = line.match(/^(?:>|&gt;) ?(.*)$/);
      const item = line.match(/^(\s*)([•◦▪‣]|\d{1,3}[.)])\s+(.*)$/);
      if (quote) blocks.push({ kind: "quote", children: parseInline(quote[1]) });
      else if (item) {
        const [, spaces, bullet, said] = item;
        blocks.push({ kind: "item", indent: Math.min(spaces.length, 8), bullet, children: parseInline(said) });
      } else blocks.push({ kind: "line", children: parseInline(line) });
    }
  });
  return blocks;
}

/** One line as a list of nodes: a string, or `{ kind, … }`. */
export function parseInline(text, depth = 0) {
  const nodes = [];
  let plain = "";
  const push = (node) => {
    if (plain) nodes.push(unescape(plain));
    plain = "";
    nodes.push(node);
  };
  for (let at = 0; at < text.length; ) {
    const found = inlineAt(text, at, depth);
    if (found) {
      push(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  if (plain) nodes.push(unescape(plain));
  return nodes;
}

function inlineAt(text, at, depth) {
  const character = text[at];
  const rest = () => text.slice(at);
  if (character === "`") {
    const end = text.indexOf("`", at + 1);
    return end > at + 1 ? { node: { kind: "code", text: unescape(text.slice(at + 1, end)) }, end: end + 1 } : null;
  }
  if (character === "<") {
    const end = text.indexOf(">", at);
    const node = end > at + 1 ? parseAngle(text.slice(at + 1, end)) : null;
    return node ? { node, end: end + 1 } : null;
  }
  if (character === ":") {
    const match = rest().match(/^:([a-z0-9_+'-]{1,60}):(?::skin-tone-\d:)?/);
    const shown = match && emoji(match[1]);
    return shown ? { node: { kind: "emoji", text: shown, name: match[1] }, end: at + match[0].length } : null;
  }
  if (character === "h" && !isWord(text[at - 1])) {
    const match = rest().match(/^https?:\/\/[^\s<>|`]+/);
    const written = match?.[0].replace(/[.,;:!?)*_~]+$/, "");
    const url = unescape(written ?? "");
    return safeUrl(url) ? { node: { kind: "link", url, children: [url] }, end: at + written.length } : null;
  }
  return STYLES[character] && depth < DEEPEST ? styledAt(text, at, depth) : null;
}

/** `*bold*` and its kin: the marks stand at the borders of words and hug what they mark. */
function styledAt(text, at, depth) {
  const mark = text[at];
  if (isWord(text[at - 1]) || isSpace(text[at + 1]) || text[at + 1] === mark) return null;
  for (let end = text.indexOf(mark, at + 2); end > 0; end = text.indexOf(mark, end + 1)) {
    if (isWord(text[end + 1]) || isSpace(text[end - 1])) continue;
    const inside = text.slice(at + 1, end);
    return { node: { kind: "styled", name: STYLES[mark], children: parseInline(inside, depth + 1) }, end: end + 1 };
  }
  return null;
}

/** What stands between `<` and `>`: a mention, a date or a link. */
function parseAngle(inside) {
  const bar = inside.indexOf("|");
  const target = bar < 0 ? inside : inside.slice(0, bar);
  const label = bar < 0 ? "" : unescape(inside.slice(bar + 1));
  if (/^@[UW][A-Z0-9]+$/.test(target)) return { kind: "mention", text: `@${label || people.get(target.slice(1))?.name || target.slice(1)}` };
  if (/^#[CG][A-Z0-9]+$/.test(target)) {
    const id = target.slice(1);
    return { kind: "channel", id, text: `#${label || id.toLowerCase()}` };
  }
  if (/^!(here|channel|everyone)$/.test(target)) return { kind: "mention", loud: true, text: `@${target.slice(1)}` };
  if (target.startsWith("!subteam^")) return { kind: "mention", text: label || `@${target.slice("!subteam^".length)}` };
  if (target.startsWith("!date^")) {
    const [, seconds, format, url] = target.split("^");
    const shown = formatDate(seconds, format ?? "") || label;
    return url ? { kind: "link", url: unescape(url), children: [shown] } : shown;
  }
  const url = unescape(target);
  if (!safeUrl(url)) return null;
  return { kind: "link", url, children: label ? parseInline(label, DEEPEST) : [url.replace(/^mailto:/, "")] };
}

/** Nodes of parseInline as elements. */
export function showInline(nodes) {
  return nodes.map((node) => {
    if (typeof node === "string") return document.createTextNode(node);
    switch (node.kind) {
      case "code":
        return el("code", {}, node.text);
      case "emoji":
        return emojiSpan(node);
      case "link":
        return link(node.url, showInline(node.children));
      case "mention":
        return el("span", { class: node.loud ? "mention loud" : "mention" }, node.text);
      case "channel":
        return el("a", { class: "mention", href: `#${node.id}` }, node.text);
      default:
        return el(node.name, {}, showInline(node.children));
    }
  });
}

function emojiSpan({ name, text }) {
  const attributes = { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` };
  return el("span", attributes, text);
}

/** A mrkdwn text as one element. */
export function mrkdwn(text) {
  const shown = el("div", { class: "mrkdwn" });
  let quote = null;
  for (const block of parseBlocks(String(text))) {
    if (block.kind !== "quote") quote = null;
    if (block.kind === "pre") {
      shown.append(el("pre", { tabindex: "0" }, block.text));
    } else if (block.kind === "quote") {
      if (!quote) shown.append((quote = el("blockquote")));
      quote.append(el("div", { class: "line" }, showInline(block.children)));
    } else if (block.kind === "item") {
      const bullet = el("span", { class: "bullet" }, block.bullet);
      const item = el("div", { class: "item" }, bullet, el("span", {}, showInline(block.children)));
      item.style.setProperty("--indent", `${block.indent * 0.5}em`);
      shown.append(item);
    } else {
      shown.append(el("div", { class: "line" }, showInline(block.children)));
    }
  }
  return shown;
}

/** A plain_text: nothing but emoji names means anything in it. */
export function plainText(text) {
  const parts = String(text).split(/:([a-z0-9_+'-]{1,60}):/);
  let shown = parts[0];
  for (let index = 1; index < parts.length; index += 2) {
    shown += (emoji(parts[index]) ?? `:${parts[index]}:`) + parts[index + 1];
  }
  return el("span", { class: "plain" }, shown);
}
