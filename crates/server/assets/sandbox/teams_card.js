// Adaptive Cards of a message, drawn by Microsoft's own renderer, which this page loads from the sandbox. Where this bellhop was built
// without it, the card is shown as its JSON with its buttons below.

import { el, link, safeUrl } from "./dom.js";

const SOURCE = "/sandbox/teams/adaptivecards.js";
let renderer = null;

/** The renderer, or the sentence that says how to get it. */
export async function load() {
  const answer = await fetch(SOURCE, { method: "HEAD" });
  if (!answer.ok) return (await (await fetch(SOURCE)).json()).error;
  await new Promise((resolve) => {
    const script = el("script", { src: SOURCE });
    script.addEventListener("load", resolve);
    script.addEventListener("error", resolve);
    document.head.append(script);
  });
  renderer = globalThis.AdaptiveCards ?? null;
  if (renderer) renderer.AdaptiveCard.onProcessMarkdown = (text, result) => {
    result.outputHtml = markdown(text);
    result.didProcess = true;
  };
  return renderer ? null : "Microsoft's renderer did not start in this browser";
}

/** `press(index, inputs)` is called with the button's place among the card's actions, in the order in which they stand. */
export function card(content, press) {
  const json = structuredClone(content ?? {});
  const actions = [];
  number(json, actions);
  if (!renderer) return asJson(content, actions, press);
  try {
    const shown = new renderer.AdaptiveCard();
    shown.hostConfig = new renderer.HostConfig(hostConfig());
    shown.onExecuteAction = (action) => {
      if (action instanceof renderer.OpenUrlAction) return open(action.url);
      const inputs = Object.fromEntries(shown.getAllInputs().map((input) => [input.id, input.value ?? ""]));
      press(Number(action.id?.replace(MARK, "")), inputs);
    };
    shown.parse(json, new renderer.SerializationContext(renderer.Versions.v1_5));
    return el("div", { class: "card" }, shown.render() ?? asJson(content, actions, press));
  } catch (error) {
    console.warn(error);
    return asJson(content, actions, press);
  }
}

const MARK = "sandbox-action-";

/** Gives every action its number for an id: by it a press is told. */
function number(value, actions) {
  if (Array.isArray(value)) value.forEach((each) => number(each, actions));
  else if (value && typeof value === "object") {
    if (typeof value.type === "string" && value.type.startsWith("Action.")) {
      actions.push(value);
      value.id = `${MARK}${actions.length - 1}`;
    }
    Object.values(value).forEach((each) => number(each, actions));
  }
}

function open(address) {
  if (safeUrl(address)) globalThis.open(safeUrl(address), "_blank", "noopener,noreferrer");
}

function asJson(content, actions, press) {
  const button = (action, index) => {
    if (action.type === "Action.OpenUrl") return link(action.url, action.title ?? "Open", { class: "button" });
    const shown = el("button", { class: "button", type: "button" }, action.title ?? action.type);
    shown.addEventListener("click", () => press(index, {}));
    return shown;
  };
  return el("div", { class: "card" }, el("pre", { tabindex: "0" }, JSON.stringify(content, null, 2)), el("div", { class: "actions" }, actions.map(button)));
}

/** The part of Markdown that Teams takes in a card, as markup of which nothing but these marks is anybody's. */
function markdown(text) {
  const escaped = String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
  const inline = (line) =>
    line
      .replace(/\\([\\`*_{}[\]()#+\-.!~|])/g, (_, sign) => `&#${sign.charCodeAt(0)};`)
      .replace(/\[([^\]\n]+)\]\((https?:[^)\s]+)\)/g, (_, label, url) => (safeUrl(unescaped(url)) ? `<a href="${url}" target="_blank" rel="noopener noreferrer">${label}</a>` : label))
      .replace(/\*\*(?=\S)([^*\n]+?)\*\*/g, "<strong>$1</strong>")
      .replace(/(^|\W)[*_](?=\S)([^*_\n]+?)[*_](?=\W|$)/g, "$1<em>$2</em>");
  const lines = escaped.split(/\r?\n/).map((line) => {
    const item = /^\s*(?:[-*]|\d+\.)\s+(.*)$/.exec(line);
    return item ? `<li>${inline(item[1])}</li>` : `<p>${inline(line)}</p>`;
  });
  return lines.join("").replace(/(?:<li>.*?<\/li>)+/g, (list) => `<ul>${list}</ul>`);
}

const unescaped = (text) => text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));

/** As Teams draws: its font and its colours, light and dark. https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-format */
function hostConfig() {
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const pair = (strong, subtle = strong) => ({ default: strong, subtle });
  const colours = dark
    ? { default: pair("#ffffff", "#adadad"), accent: pair("#a6a9ff"), attention: pair("#f9526b"), good: pair("#92c353"), warning: pair("#f8d22a") }
    : { default: pair("#242424", "#616161"), accent: pair("#4f52b2"), attention: pair("#c4314b"), good: pair("#237b4b"), warning: pair("#835c00") };
  const style = (backgroundColor) => ({ backgroundColor, foregroundColors: colours });
  return {
    fontFamily: "Segoe UI, system-ui, sans-serif",
    fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
    spacing: { small: 8, default: 8, medium: 16, large: 24, extraLarge: 32, padding: 12 },
    supportsInteractivity: true,
    actions: { maxActions: 6, buttonSpacing: 8, spacing: "medium", actionsOrientation: "horizontal", actionAlignment: "left" },
    containerStyles: {
      default: style(dark ? "#1e2325" : "#f6f8f8"),
      emphasis: style(dark ? "#2b3134" : "#eceff0"),
      good: style(dark ? "#13301c" : "#e7f2da"),
      attention: style(dark ? "#3b1519" : "#fce4e8"),
      warning: style(dark ? "#3a3005" : "#fbf6d9"),
      accent: style(dark ? "#25264d" : "#e8ebfa"),
    },
  };
}
