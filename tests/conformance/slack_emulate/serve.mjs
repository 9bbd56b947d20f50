// Serves npm's `emulate` as a Slack that tells its events to a URL, signed by a secret. Called by test_slack_in.py with
// BELLHOP_NODE_MODULES naming the folder of the package; its port, the secret, the URL and a bot token are the arguments.
// `emulate` has no setting for the URL that events go to: what is registered here is what its own plugin is given.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [port, signingSecret, requestUrl, token] = process.argv.slice(2);
const dist = join(process.env.BELLHOP_NODE_MODULES, "emulate/dist");
const load = (file) => import(pathToFileURL(join(dist, file)));

// The bundle's files are named by their content.
const holdsSlack = (file) => /^dist-.*\.js$/.test(file) && /^ {2}slackPlugin$/m.test(readFileSync(join(dist, file), "utf8"));
const { slackPlugin } = await load(readdirSync(dist).find(holdsSlack));
const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, ...rest) => {
    webhooks.register({ url: requestUrl, events: ["*"], active: true, owner: "slack" });
    return register.call(slackPlugin, app, store, webhooks, ...rest);
};

const { createEmulator } = await load("api.js");
const seed = { slack: { signing_secret: signingSecret, tokens: [{ token, team_id: "T000000001" }] } };
const emulator = await createEmulator({ service: "slack", port: Number(port), seed });
console.log(`emulate ready ${emulator.url}`);
