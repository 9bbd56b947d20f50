// The Teams page: which channel or chat is open (in the address), its posts with their replies, and what the person there says and
// presses. It knows what `/sandbox/teams/…` tells and nothing else.

import { composer, peoplePicker } from "./composer.js";
import { el } from "./dom.js";
import { initial } from "./messages.js";
import { people as mentions } from "./mrkdwn.js";
import { card, load } from "./teams_card.js";
import { clockOf, wholeOf } from "./time.js";

const RETRY_MS = 5000;
const ME_KEY = "bellhop-sandbox-me";
const CONNECTION = { live: "Live", still: "As it was when the page was opened", lost: "Connection lost, trying again…" };
const byId = (id) => document.getElementById(id);
const phone = matchMedia("(max-width: 700px)");
const state = { team: null, channels: [], people: [], messages: [], me: null };
const drawn = new Map(); // message -> element, so that what is typed in a card stays

/** As composer.js wants a workspace. */
const workspace = {
  get me() {
    return state.people.find((person) => person.id === state.me);
  },
  people: () => state.people,
  be(id) {
    state.me = id;
    try {
      localStorage.setItem(ME_KEY, id);
    } catch {
      /* a private window forgets it */
    }
    if (place().startsWith("a:")) location.hash = workspace.me.conversation;
    draw();
  },
  act: (path, body) => act(path, body),
};
const picker = peoplePicker(byId("me"), workspace);
const say = composer(byId("say"), workspace, () => ({ channel: place() }));

async function act(path, { channel, thread_ts, ...body }) {
  const place = channel?.startsWith("a:") ? {} : { channel, reply_to: thread_ts };
  const answer = await fetch(`/sandbox/teams/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ user: state.me, ...(channel ? place : {}), ...body }),
  }).catch(() => null);
  return answer ? answer.json() : { error: "the sandbox cannot be reached: is `bellhop dev` still running?" };
}

async function readAll() {
  const [place, all] = await Promise.all(["channels", "messages"].map((name) => fetch(`/sandbox/teams/${name}`).then((answer) => answer.json())));
  if (place.error) return notice(`${place.error}.`);
  Object.assign(state, { team: place.team, channels: place.channels, people: place.people, messages: all.messages });
  place.people.forEach((person) => mentions.set(person.id, person));
  let remembered = null;
  try {
    remembered = localStorage.getItem(ME_KEY);
  } catch {
    /* see above */
  }
  state.me = state.people.some((person) => person.id === remembered) ? remembered : state.people[0].id;
  draw();
}

function keep(message) {
  if (!message) {
    state.messages = [];
  } else {
    const at = state.messages.findIndex(({ id, conversation }) => id === message.id && conversation === message.conversation);
    if (at < 0) state.messages.push(message);
    else state.messages[at] = message;
    if (message.channel && !state.channels.some(({ id }) => id === message.channel)) return readAll();
  }
  draw();
}

function notice(sentence) {
  byId("notice").hidden = !sentence;
  byId("notice").textContent = sentence ?? "";
}

const place = () => decodeURIComponent(location.hash.slice(1)) || (phone.matches ? "" : (state.channels[0]?.id ?? ""));
const nameOf = (id) => (id.startsWith("a:") ? "Bellhop" : (state.channels.find((channel) => channel.id === id)?.name ?? id));

function draw() {
  const id = place();
  document.body.dataset.pane = id ? "messages" : "channels";
  byId("team").textContent = state.team?.name ?? "Sandbox";
  const entry = (to, name, hash) => el("li", {}, el("a", { href: `#${to}`, "aria-current": to === id ? "page" : null }, hash, el("span", { class: "channel" }, name)));
  byId("channels").replaceChildren(...state.channels.map((channel) => entry(channel.id, channel.name, el("span", { class: "hash", "aria-hidden": "true" }, "#"))));
  const bell = () => el("img", { class: "hash", src: "/sandbox/assets/bell.svg", alt: "" });
  byId("direct").replaceChildren(...(workspace.me ? [entry(workspace.me.conversation, "Bellhop", bell())] : []));
  picker.draw();
  byId("say").hidden = !id;
  if (!id) return;
  byId("channel-name").textContent = nameOf(id);
  const isChat = id.startsWith("a:");
  byId("channel-about").textContent = isChat ? "only you and Bellhop" : (state.channels.find((channel) => channel.id === id)?.channel_id ?? "");
  byId("json").href = `/sandbox/teams/messages?channel=${encodeURIComponent(id)}`;
  document.title = `${nameOf(id)} – Teams – Bellhop sandbox`;
  say.draw(isChat ? "Bellhop" : `${nameOf(id)} (mention @aws)`);
  drawPosts(id, isChat);
}

function drawPosts(id, isChat) {
  const scroll = byId("scroll");
  const stuck = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
  const here = state.messages.filter((message) => (isChat ? message.conversation === id : message.channel === id));
  const posts = here.filter((message) => !message.reply_to).map((root) => post(root, here, isChat));
  const empty = el("p", { class: "empty" }, isChat ? "Say “help”." : "Nothing has rung here yet. Say “@aws help”, or configure this channel and send a notification.");
  const list = posts.length > 0 ? posts : [empty];
  const parent = byId("posts");
  parent.classList.toggle("chat", isChat);
  list.forEach((row, index) => {
    if (parent.children[index] !== row) parent.insertBefore(row, parent.children[index] ?? null);
  });
  while (parent.children.length > list.length) parent.lastElementChild.remove();
  if (stuck) scroll.scrollTop = scroll.scrollHeight;
}

/** What did not change keeps its element. */
function post(root, all, isChat) {
  const replies = all.filter((message) => message.reply_to === root.id);
  const mark = [root, ...replies];
  const key = `${root.conversation}/${root.id}`;
  const old = drawn.get(key);
  if (old && old.mark.length === mark.length && old.mark.every((message, index) => message === mark[index])) return old.element;
  const below = el("div", { class: "thread-replies", hidden: replies.length === 0 }, replies.map((message) => article(message)));
  const element = el("section", { class: "post" }, article(root), below, isChat ? null : answerBox(root));
  drawn.set(key, { mark, element });
  return element;
}

function article(message) {
  const key = `message ${message.conversation}/${message.id}`;
  const old = drawn.get(key);
  if (old?.mark === message) return old.element;
  const author = mentions.get(message.user);
  const date = new Date(Number(message.id));
  const avatar = author ? initial(author) : el("img", { class: "avatar", src: "/sandbox/assets/bell.svg", alt: "", width: 36, height: 36 });
  const time = el("time", { datetime: date.toISOString(), title: wholeOf(date) }, clockOf(date));
  const name = el("strong", { class: "name" }, author?.real_name ?? "Bellhop");
  const toast = el("p", { class: "toast", role: "status" });
  const press = async (index, inputs) => {
    const { error, heard, url } = await act("press", { conversation: message.conversation, id: message.id, index, inputs });
    if (url) return globalThis.open(url, "_blank", "noopener,noreferrer");
    const failed = heard && heard.status !== 200 ? `Bellhop did not take it (${heard.status ?? heard.reason}).` : null;
    toast.textContent = error ? `Nothing was pressed: ${error}.` : (failed ?? (typeof heard?.body?.value === "string" ? heard.body.value : ""));
  };
  const cards = message.attachments.map((attachment) => card(attachment.content, press));
  const edited = message.is_edited ? el("span", { class: "edited" }, "Edited") : null;
  const said = message.text ? el("div", { class: "said" }, mentioned(message.text)) : null;
  const body = el("div", { class: "body" }, el("div", { class: "head" }, name, time, edited), said, cards, toast);
  const element = el("article", { class: "message leads", "data-id": message.id }, el("div", { class: "gutter" }, avatar), body);
  drawn.set(key, { mark: message, element });
  return element;
}

const mentioned = (text) => text.split(/(@(?:aws|bellhop)\b)/i).map((part, index) => (index % 2 === 1 ? el("span", { class: "at" }, part) : part));

function answerBox(root) {
  const field = el("input", { class: "input", type: "text", placeholder: "Reply — @aws …", "aria-label": "Reply", autocomplete: "off", maxlength: 12000 });
  const form = el("form", { class: "answer" }, field, el("button", { class: "button", type: "submit" }, "Reply"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    await act("say", { channel: root.channel, thread_ts: root.id, text });
  });
  return form;
}

function connection(name) {
  byId("connection").dataset.state = name;
  byId("connection").textContent = CONNECTION[name];
}

function listen() {
  const source = new EventSource("/sandbox/live");
  source.addEventListener("ready", () => readAll().then(() => connection("live"), () => connection("lost")));
  source.addEventListener("resync", () => readAll().catch(() => connection("lost")));
  source.addEventListener("teams", (event) => keep(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    connection("lost");
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
  });
}

addEventListener("hashchange", draw);
byId("back").addEventListener("click", () => (location.hash = ""));
byId("clear").addEventListener("click", () => fetch("/sandbox/teams/messages", { method: "DELETE" }));

load().then((missing) => {
  if (missing) notice(`Cards are shown as JSON: ${missing}.`);
  // `?still` reads once, for a screenshot tool that waits until the network is quiet.
  if (new URLSearchParams(location.search).has("still")) readAll().then(() => connection("still"));
  else listen();
});
