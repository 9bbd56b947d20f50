// What the page knows of the workspace: read once, then kept up to date by the live stream. It draws nothing.

const MESSAGES_MAX = 1000; // as many as the server keeps in a channel
const RETRY_MS = 5000;
const READ_KEY = "bellhop-sandbox-read";

/** `changed()` is called after every change; `connection(state)` with "live", "still" or "lost". */
export function openWorkspace({ changed, connection }) {
  const channels = new Map(); // id -> { id, name, is_private, messages: oldest first }
  const read = loadRead();
  let team = { id: "", name: "Sandbox" };

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
    const [list, all] = await Promise.all(["channels", "messages"].map((name) => fetch(`/sandbox/${name}`).then((answer) => answer.json())));
    team = list.team;
    channels.clear();
    list.channels.forEach(channel);
    all.messages.forEach(keep);
    changed();
  }

  /** Listens for changes. The stream does not replay the past: what was missed before it was ready is read then. */
  function listen() {
    const source = new EventSource("/sandbox/live");
    const on = (name, act) => source.addEventListener(name, (event) => act(JSON.parse(event.data)));
    on("ready", () => readAll().then(() => connection("live"), () => connection("lost")));
    on("resync", () => readAll().catch(() => connection("lost")));
    on("channel", (summary) => (channel(summary), changed()));
    on("message", (message) => (keep(message), changed()));
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

  // `/sandbox?still` reads once and does not listen: for a screenshot tool that waits until the network is quiet.
  if (new URLSearchParams(location.search).has("still")) readAll().then(() => connection("still"), () => connection("lost"));
  else listen();

  return {
    get team() {
      return team;
    },
    channels: () => [...channels.values()].sort((a, b) => a.name.localeCompare(b.name)),
    channel: (id) => channels.get(id),
    /** Messages of the channel itself: replies belong to their threads unless they were sent to both. */
    main: (id) => (channels.get(id)?.messages ?? []).filter((message) => !message.thread_ts || message.reply_broadcast),
    thread: (id, ts) => (channels.get(id)?.messages ?? []).filter((message) => message.ts === ts || message.thread_ts === ts),
    /** Every thread's replies, by the ts of its first message. */
    replies(id) {
      const byThread = new Map();
      for (const message of channels.get(id)?.messages ?? []) {
        if (message.thread_ts) byThread.set(message.thread_ts, [...(byThread.get(message.thread_ts) ?? []), message]);
      }
      return byThread;
    },
    unread: (id) => (channels.get(id)?.messages ?? []).filter((message) => message.ts > (read[id] ?? "")).length,
    markRead(id) {
      const last = channels.get(id)?.messages.at(-1)?.ts;
      if (!last || read[id] >= last) return;
      read[id] = last;
      saveRead(read);
    },
    clear: (id) => fetch(`/sandbox/messages?channel=${encodeURIComponent(id)}`, { method: "DELETE" }),
  };
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
