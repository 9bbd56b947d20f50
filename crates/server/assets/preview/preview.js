// The page: each platform's message in its own panel. Slack's is drawn by the sandbox's files, as in the sandbox.

import { chimeMessage } from "./chime.js";
import { el } from "./dom.js";
import { rows } from "./messages.js";
import { mrkdwn } from "./mrkdwn.js";
import { teamsMessage } from "./teams.js";

const PLATFORMS = {
  slack: { title: "Slack", push: (message) => mrkdwn(message.text ?? ""), draw: slackMessage },
  teams: { title: "Microsoft Teams", push: (message) => message.summary, draw: teamsMessage },
  chime: { title: "Amazon Chime", push: () => null, draw: chimeMessage },
};

const data = JSON.parse(document.getElementById("data").textContent);
const panels = data.messages.map(({ platform, message }) => panel(PLATFORMS[platform], message));
const page = document.getElementById("preview");
page.dataset.count = String(panels.length);
page.append(...panels);

function panel({ title, push, draw }, message) {
  const heading = el("h2", { class: "platform" }, title);
  const said = push(message);
  const pushed = said ? el("div", { class: "push", title: "What a phone shows" }, said) : null;
  return el("section", { class: "panel" }, heading, pushed, el("div", { class: `stage ${title.split(" ").at(-1).toLowerCase()}` }, draw(message)));
}

/** As the sandbox keeps a message; the time is the notification's own. */
function slackMessage(message) {
  const whole = { ts: `${data.sent ?? 0}.000000`, blocks: [], attachments: [], ...message };
  const drawn = rows([whole], { shown: new Map(), replies: () => [], threadLink: () => "", inThread: true });
  if (data.sent === null) drawn.forEach((row) => row.querySelectorAll(".head time").forEach((time) => time.remove()));
  return drawn;
}
