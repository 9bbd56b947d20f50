// The page: which channel and thread are open (in the address, `#C0ALERTS/1700000000.000100`), and drawing them.

import { composer, peoplePicker } from "./composer.js";
import { el } from "./dom.js";
import { valuesIn } from "./interactive.js";
import { rows } from "./messages.js";
import { modal } from "./modal.js";
import { openWorkspace } from "./workspace.js";

const CONNECTION = { live: "Live", still: "As it was when the page was opened", lost: "Connection lost, trying again…" };
const NEAR_BOTTOM_PX = 80;
const ABOUT =
  "This is a Slack workspace of your own, inside Bellhop. What Bellhop would post to Slack arrives here, live; what you type and press " +
  "reaches Bellhop as Slack would send it. It is kept in memory: a restart clears it.";
const WAITING = "The channel waits for its first notification, or for your first word: “@aws help”.";

const byId = (id) => document.getElementById(id);
const scroll = byId("scroll");
const phone = matchMedia("(max-width: 700px)");
const shown = { channel: null, main: new Map(), thread: new Map(), threadKey: null, count: 0 };
let waiting = false;
let stuck = true; // to the newest message, until the reader scrolls up

const workspace = openWorkspace({ changed: drawSoon, connection, viewChanged: (view, errors) => dialog.show(view, errors) });
const dialog = modal(byId("view"), workspace);
const picker = peoplePicker(byId("me"), workspace);
const say = composer(byId("say"), workspace, () => ({ channel: place().id }));
const reply = composer(byId("reply"), workspace, () => ({ channel: place().id, thread_ts: place().thread }));

/** Buttons and menus of a message: whoever sits here presses them. */
function handsOf(message) {
  const at = { channel: message.channel, ts: message.ts };
  const told = async (what, near) => {
    const shown = near.closest(".message");
    const { error, failed } = await workspace.act("press", { ...at, ...what, values: valuesIn(shown) });
    shown.querySelector(".wrong").textContent = failed ?? (error ? `Nothing was pressed: ${error}.` : "");
  };
  return { press: told, choose: told };
}

function connection(state) {
  byId("connection").dataset.state = state;
  byId("connection").textContent = CONNECTION[state];
}

/** Many changes at once are drawn once. A hidden page gets no animation frames, and keeps its unread count all the same. */
function drawSoon() {
  if (waiting) return;
  waiting = true;
  const draw = () => ((waiting = false), drawAll());
  if (document.hidden) setTimeout(draw, 250);
  else requestAnimationFrame(draw);
}

function place() {
  const [id, thread] = decodeURIComponent(location.hash.slice(1)).split("/");
  if (/^[CGD][A-Z0-9]{2,}$/.test(id)) return { id, thread, chosen: true };
  const all = workspace.channels();
  return { id: (all.find((channel) => channel.messages.length > 0) ?? all[0])?.id, thread: undefined, chosen: false };
}

function drawAll() {
  const { id, thread, chosen } = place();
  // A phone has room for one: the list of channels, but while there are none the welcome says what to do.
  document.body.dataset.pane = thread ? "thread" : chosen || !id ? "messages" : "channels";
  drawConversation(id);
  drawThread(id, thread);
  picker.draw();
  if (id && !document.hidden && (chosen || !phone.matches)) workspace.markRead(id);
  drawSidebar(id);
}

function drawSidebar(open) {
  const channels = workspace.channels();
  let unreadAll = 0;
  byId("team").textContent = workspace.team.name;
  byId("no-channels").hidden = channels.length > 0;
  const focused = document.activeElement?.dataset?.channel;
  const direct = workspace.me ? [{ id: workspace.me.direct_channel, name: "Bellhop" }] : [];
  const entry = (channel) => {
      const unread = workspace.unread(channel.id);
      unreadAll += unread;
      const badge = unread > 0 ? el("span", { class: "unread" }, unread > 99 ? "99+" : String(unread), el("span", { class: "spoken" }, " unread")) : null;
      const isDirect = channel.id.startsWith("D");
      const lock = channel.is_private && !isDirect;
      const hash = isDirect
        ? el("img", { class: "hash", src: "/sandbox/assets/bell.svg", alt: "" })
        : el("span", { class: lock ? "hash lock" : "hash", "aria-hidden": "true" }, lock ? "" : "#");
      const attributes = {
        href: `#${channel.id}`,
        title: channel.id,
        class: unread > 0 ? "bold" : null,
        "data-channel": channel.id,
        "aria-current": channel.id === open ? "page" : null,
      };
      return el("li", {}, el("a", attributes, hash, el("span", { class: "channel" }, channel.name), badge));
  };
  byId("channels").replaceChildren(...channels.map(entry));
  byId("direct").replaceChildren(...direct.map(entry));
  if (focused) document.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
  document.title = `${unreadAll > 0 ? `(${unreadAll}) ` : ""}${open ? nameOf(open) : "Welcome"} – Bellhop sandbox`;
}

/** `# ops`, or with whom. */
const nameOf = (id) => (id.startsWith("D") ? "Bellhop" : `#${workspace.channel(id)?.name ?? id.toLowerCase()}`);

function drawConversation(id) {
  const channel = workspace.channel(id);
  const messages = id ? workspace.main(id) : [];
  const switched = shown.channel !== id;
  if (switched) {
    shown.main.clear();
    shown.count = 0;
    stuck = true;
  }
  const grew = messages.length > shown.count;

  byId("channel-name").textContent = id ? nameOf(id) : "Welcome";
  const kind = id?.startsWith("D") ? "only you and Bellhop · " : channel?.is_private ? "private · " : "";
  byId("channel-about").textContent = id ? `${id} · ${kind}${count(workspace.seen(id).length, "message")}` : "";
  byId("clear").hidden = !channel?.messages.length;
  byId("say").hidden = !id;
  if (id) say.draw(nameOf(id));
  byId("json").href = id ? `/sandbox/messages?channel=${id}` : "/sandbox/messages";

  const replies = id ? workspace.replies(id) : new Map();
  const options = {
    shown: shown.main,
    replies: (message) => replies.get(message.ts) ?? [],
    threadLink: (ts) => `#${id}/${ts}`,
    inThread: false,
    handsOf,
  };
  replaceRows(byId("messages"), messages.length > 0 ? rows(messages, options) : [welcome(id)]);
  toNewest();
  byId("newer").hidden = stuck || !(grew || !byId("newer").hidden);
  shown.channel = id;
  shown.count = messages.length;
}

function drawThread(id, ts) {
  const pane = byId("thread");
  const byKeyboard = document.activeElement?.classList.contains("replies");
  pane.hidden = !ts;
  if (!ts) return;
  if (shown.threadKey !== `${id}/${ts}`) shown.thread.clear();
  shown.threadKey = `${id}/${ts}`;
  const messages = workspace.thread(id, ts);
  const [first, ...replies] = messages[0]?.ts === ts ? messages : [null, ...messages];
  byId("thread-about").textContent = nameOf(id);
  reply.draw("the thread");
  const list = rows(messages, { shown: shown.thread, replies: () => [], threadLink: () => "", inThread: true, handsOf });
  const between = el("h3", { class: "day" }, el("span", {}, count(replies.length, "reply", "replies")));
  const lost = "The first message of this thread is not here: it was cleared, or posted before the sandbox started.";
  const gone = first ? null : el("p", { class: "gone" }, lost);
  replaceRows(byId("replies"), first ? [list[0], between, ...list.slice(1)] : [gone, between, ...list]);
  if (byKeyboard) byId("close-thread").focus({ preventScroll: true });
}

function toNewest() {
  if (stuck) scroll.scrollTop = scroll.scrollHeight;
}

/** Leaves what stays in its place, so that focus, selection and what a screen reader is saying survive. */
function replaceRows(parent, list) {
  list.forEach((row, index) => {
    if (parent.children[index] !== row) parent.insertBefore(row, parent.children[index] ?? null);
  });
  while (parent.children.length > list.length) parent.lastElementChild.remove();
}

const count = (number, one, many = `${one}s`) => `${number} ${number === 1 ? one : many}`;

/** What to do next, for a workspace or a channel in which nothing has happened. */
function welcome(id) {
  const topic = "arn:aws:sns:us-east-2:123456789012:alerts";
  const create = [
    "AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_REGION=us-east-2 \\",
    `aws chatbot create-slack-channel-configuration --endpoint-url ${location.origin} \\`,
    `  --configuration-name alerts --slack-team-id ${workspace.team.id || "T0SANDBOX"} --slack-channel-id C0ALERTS \\`,
    "  --iam-role-arn arn:aws:iam::123456789012:role/chatbot \\",
    `  --sns-topic-arns ${topic}`,
  ].join("\n");
  const send = `bellhop events send --sample cloudwatch-alarm \\\n  --topic ${topic}`;
  const steps = [step("Send a notification to a topic of its configuration", send)];
  if (!id) steps.unshift(step("Configure a channel, with the real AWS CLI", create));
  return el(
    "div",
    { class: "welcome" },
    el("img", { src: "/sandbox/assets/bell.svg", alt: "", width: 64, height: 64 }),
    el("h2", {}, id ? "Nothing has rung here yet" : "The desk is open"),
    el("p", {}, id ? WAITING : ABOUT),
    el("ol", {}, steps),
  );
}

function step(title, command) {
  const copy = el("button", { class: "quiet", type: "button" }, "Copy");
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(command);
    copy.textContent = "Copied";
    setTimeout(() => (copy.textContent = "Copy"), 1500);
  });
  return el("li", {}, el("div", { class: "step" }, el("span", {}, title), copy), el("pre", { tabindex: "0" }, command));
}

/** Alt with an arrow goes to the next channel; Escape closes the thread. */
function onKey(event) {
  const { id, thread } = place();
  if (event.key === "Escape" && thread) closeThread();
  if (!event.altKey || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const ids = [...workspace.channels().map((channel) => channel.id), workspace.me?.direct_channel].filter(Boolean);
  const next = ids.at((ids.indexOf(id) + (event.key === "ArrowDown" ? 1 : -1)) % ids.length);
  if (next) location.hash = next;
  event.preventDefault();
}

function closeThread() {
  const { id, thread } = place();
  location.hash = id;
  byId("messages").querySelector(`[data-ts="${CSS.escape(thread ?? "")}"] .replies`)?.focus();
}

addEventListener("hashchange", drawAll);
addEventListener("keydown", onKey);
document.addEventListener("visibilitychange", drawSoon);
scroll.addEventListener("scroll", () => {
  stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_BOTTOM_PX;
  if (stuck) byId("newer").hidden = true;
});
new ResizeObserver(toNewest).observe(scroll);
byId("newer").addEventListener("click", () => ((stuck = true), toNewest()));
byId("close-thread").addEventListener("click", closeThread);
byId("back").addEventListener("click", () => (location.hash = ""));
byId("skip").addEventListener("click", (event) => (event.preventDefault(), scroll.focus()));
byId("clear").addEventListener("click", () => workspace.clear(place().id));
