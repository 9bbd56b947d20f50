// What the page knows of the workspace: read once, then kept up to date by the live stream; and what its person does there. It draws
// nothing.

import { people as mentions } from "./mrkdwn.js";

const MESSAGES_MAX = 1000; // as many as the server keeps in a channel
const RETRY_MS = 5000;
const READ_KEY = "bellhop-sandbox-read";
const ME_KEY = "bellhop-sandbox-me";

/** Who sits at the page; others' ephemeral messages and direct conversations are not theirs to see. */
const isSeenBy = (message, me) => !message.ephemeral_to || message.ephemeral_to === me;

/** `changed()` is called after every change; `connection(state)` with "live", "still" or "lost". */
export function openWorkspace({ changed, connection, viewChanged }) {
  const channels = new Map(); // id -> { id, name, is_private, messages: oldest first }
  const read = loadRead();
  let team = { id: "", name: "Sandbox" };
  let me = loadMe();
  const people = new Map();
  const views = new Map(); // person -> the view that they have open

  const channel = (summary) => {
    if (!channels.has(summary.id)) channels.set(summary.id, { ...summary, messages: [] });
    return channels.get(summary.id);
  };

  function keep(message) {
    const { messages } = channel({ id: message.channel, name: message.channel.toLowerCase(), is_private: false });
    const at = messages.findLastIndex((other) => other.ts <= message.ts);
    if (messages[at]?.ts === message.ts) messages[at] = message;
    else messages.splice(at + 1, 0, message);
    if (messages.length > MESSAGES_MAX) messages.shift();
  }

  async function readAll() {
    const [list, all, who, open] = await Promise.all(["channels", "messages", "people", "views"].map((name) => fetch(`/sandbox/${name}`).then((answer) => answer.json())));
    team = list.team;
    people.clear();
    who.people.forEach((person) => people.set(person.id, person));
    if (!people.has(me)) me = who.people[0].id;
    views.clear();
    open.views.forEach(({ user, view }) => views.set(user, view));
    channels.clear();
    list.channels.forEach(channel);
    all.messages.forEach(keep);
    mentions.set(who.bot.id, who.bot);
    people.forEach((person, id) => mentions.set(id, person));
    changed();
    viewChanged(views.get(me), {});
  }

  /** Listens for changes. The stream does not replay the past: what was missed before it was ready is read then. */
  function listen() {
    const source = new EventSource("/sandbox/live");
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("ready", () => readAll().then(() => connection("live"), () => connection("lost")));
    on("resync", () => readAll().catch(() => connection("lost")));
    on("channel", (summary) => (channel(summary), changed()));
    on("message", (message) => (keep(message), changed()));
    on("deleted", ({ channel: id, ts }) => {
      const known = channels.get(id);
      if (known) known.messages = known.messages.filter((message) => message.ts !== ts);
      changed();
    });
    on("view", ({ user, view, errors }) => {
      if (view) views.set(user, view);
      else views.delete(user);
      if (user === me) viewChanged(view, errors ?? {});
    });
    on("cleared", ({ channel: id }) => {
      for (const each of channels.values()) if (!id || each.id === id) each.messages = [];
      changed();
    });
    source.addEventListener("error", () => {
      connection("lost");
      // The browser comes back by itself, except after a refusal (too many pages are open).
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, RETRY_MS);
    });
  }

  const seen = (id) => (channels.get(id)?.messages ?? []).filter((message) => isSeenBy(message, me));

  // `/sandbox?still` reads once and does not listen: for a screenshot tool that waits until the network is quiet.
  if (new URLSearchParams(location.search).has("still")) readAll().then(() => connection("still"), () => connection("lost"));
  else listen();

  return {
    get team() {
      return team;
    },
    get me() {
      return people.get(me);
    },
    people: () => [...people.values()],
    be(id) {
      me = id;
      saveMe(id);
      changed();
      viewChanged(views.get(me), {});
    },
    /** Channels, not the direct conversations. */
    channels: () => [...channels.values()].filter(({ id }) => !id.startsWith("D")).sort((a, b) => a.name.localeCompare(b.name)),
    seen: (id) => seen(id),
    act: (path, body) => act(path, { user: me, ...body }),
    channel: (id) => channels.get(id),
    /** Messages of the channel itself: replies belong to their threads unless they were sent to both. */
    main: (id) => seen(id).filter((message) => !message.thread_ts || message.reply_broadcast),
    thread: (id, ts) => seen(id).filter((message) => message.ts === ts || message.thread_ts === ts),
    /** Every thread's replies, by the ts of its first message. */
    replies(id) {
      const byThread = new Map();
      for (const message of seen(id)) {
        if (message.thread_ts) byThread.set(message.thread_ts, [...(byThread.get(message.thread_ts) ?? []), message]);
      }
      return byThread;
    },
    unread: (id) => seen(id).filter((message) => message.ts > (read[id] ?? "")).length,
    markRead(id) {
      const last = channels.get(id)?.messages.at(-1)?.ts;
      if (!last || read[id] >= last) return;
      read[id] = last;
      saveRead(read);
    },
    clear: (id) => fetch(`/sandbox/messages?channel=${encodeURIComponent(id)}`, { method: "DELETE" }),
  };
}

/** What somebody does: the answer, with a sentence in `error` where it could not be done. */
async function act(path, body) {
  try {
    const answer = await fetch(`/sandbox/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
    return await answer.json();
  } catch {
    return { error: "the sandbox cannot be reached: is `bellhop dev` still running?" };
  }
}

function loadMe() {
  try {
    return localStorage.getItem(ME_KEY);
  } catch {
    return null;
  }
}

function saveMe(id) {
  try {
    localStorage.setItem(ME_KEY, id);
  } catch {
    /* see below */
  }
}

// Private windows may refuse to store: then everything is unread after a reload.
function loadRead() {
  try {
    return JSON.parse(localStorage.getItem(READ_KEY)) ?? {};
  } catch {
    return {};
  }
}

function saveRead(read) {
  try {
    localStorage.setItem(READ_KEY, JSON.stringify(read));
  } catch {
    /* see above */
  }
}
