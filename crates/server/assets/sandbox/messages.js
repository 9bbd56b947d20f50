// One message, and a list of them with its days.

import { attachment } from "./attachments.js";
import { blocks } from "./blocks.js";
import { el } from "./dom.js";
import { mrkdwn, people } from "./mrkdwn.js";
import { clockOf, dateOfTs, dayKey, dayName, wholeOf } from "./time.js";

/** Plain messages so close together share one heading. */
const TOGETHER_SECONDS = 5 * 60;

/**
 * Rows for a list, oldest first. What did not change keeps its element, so that a screen reader hears only what is new.
 * `shown` remembers the elements from one time to the next; `replies(message)` says how many, `threadLink` where they are,
 * `handsOf(message)` what its buttons do (see interactive.js).
 */
export function rows(messages, { shown, replies, threadLink, inThread, handsOf = () => null }) {
  const result = [];
  const used = new Set();
  const keep = (key, mark, make) => {
    const old = shown.get(key);
    const kept = old && old.mark.every((part, index) => part === mark[index]) ? old : { mark, element: make() };
    shown.set(key, kept);
    used.add(key);
    result.push(kept.element);
  };
  let previous = null;
  for (const message of messages) {
    const date = dateOfTs(message.ts);
    const isNewDay = !previous || dayKey(dateOfTs(previous.ts)) !== dayKey(date);
    if (isNewDay && !inThread) {
      const name = dayName(date);
      keep(`day ${dayKey(date)}`, [name], () => el("h3", { class: "day" }, el("span", {}, name)));
    }
    const leads = isNewDay || isCard(message) || isCard(previous) || message.user !== previous.user || message.ephemeral_to !== previous.ephemeral_to || Number(message.ts) - Number(previous.ts) > TOGETHER_SECONDS;
    const count = replies(message);
    const make = () => article(message, { leads, count, threadLink, inThread, hands: handsOf(message) });
    keep(`message ${message.ts}`, [message, leads, count.length, count.at(-1)], make);
    previous = message;
  }
  for (const key of shown.keys()) if (!used.has(key)) shown.delete(key);
  return result;
}

/** Cards keep their own heading, and so does what follows one: two alarms must not look like one. */
const isCard = (message) => message.blocks.length > 0 || message.attachments.length > 0;

function article(message, { leads, count, threadLink, inThread, hands }) {
  const date = dateOfTs(message.ts);
  const time = el("time", { datetime: date.toISOString(), title: `${wholeOf(date)} — ts ${message.ts}` }, clockOf(date));
  const author = message.bot_id ? undefined : people.get(message.user);
  const name = author ? [el("strong", { class: "name" }, author.real_name)] : [el("strong", { class: "name" }, message.user === "USLACKBOT" ? "Slackbot" : "Bellhop"), el("span", { class: "app" }, "APP")];
  const head = leads ? el("div", { class: "head" }, name, time) : null;
  const avatar = () => (author ? initial(author) : el("img", { class: "avatar", src: "/sandbox/assets/bell.svg", alt: "", width: 36, height: 36 }));
  const gutter = leads ? avatar() : time;
  const replied = () => el("a", { class: "replied", href: threadLink(message.thread_ts) }, "replied to a thread");
  const both = () => el("span", { class: "replied" }, "Also sent to the channel");
  const broadcast = message.thread_ts && !inThread ? replied() : message.reply_broadcast ? both() : null;
  const thread = count.length > 0 && !inThread ? threadSummary(message, count, threadLink) : null;
  const alone = message.ephemeral_to ? el("span", { class: "replied" }, `Only visible to ${people.get(message.ephemeral_to)?.real_name ?? "you"}`) : null;
  const body = el("div", { class: "body" }, alone, head, broadcast, content(message, hands), edited(message), el("p", { class: "wrong", role: "alert" }), thread);
  const look = ["message", leads && "leads", message.ephemeral_to && "ephemeral"].filter(Boolean).join(" ");
  return el("article", { class: look, "data-ts": message.ts }, el("div", { class: "gutter" }, gutter), body);
}

/** A person's avatar: their initial, in a colour of their own. */
export function initial(person) {
  return el("span", { class: `avatar initial of-${[...people.keys()].indexOf(person.id) % 4}`, "aria-hidden": "true" }, person.real_name.slice(0, 1));
}

/** Slack shows the blocks if there are any, else the text; the attachments always. */
function content(message, hands) {
  const main = message.blocks.length > 0 ? blocks(message.blocks, hands) : message.text ? [mrkdwn(message.text)] : [];
  return el("div", { class: "content" }, main, message.attachments.map((each, index) => attachment(each, hands, index)));
}

function edited(message) {
  if (!message.edited) return null;
  return el("span", { class: "edited", title: wholeOf(dateOfTs(message.edited.ts)) }, "(edited)");
}

function threadSummary(message, replies, threadLink) {
  const last = dateOfTs(replies.at(-1).ts);
  const said = replies.length === 1 ? "1 reply" : `${replies.length} replies`;
  return el(
    "a",
    { class: "replies", href: threadLink(message.ts) },
    el("img", { src: "/sandbox/assets/bell.svg", alt: "", width: 20, height: 20 }),
    el("strong", {}, said),
    el("span", {}, `Last one ${dayName(last).toLowerCase()} at ${clockOf(last)}`),
  );
}
