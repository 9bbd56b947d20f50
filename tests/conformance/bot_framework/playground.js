// Somebody in Microsoft's playground, by a browser: mentions the bot in a channel, reads its cards, presses their buttons, and reads what
// the bot says to them alone. Writes what was seen as JSON. Arguments: the playground's URL, the channel, a folder for pictures, which of
// the walks below, and what it takes besides.
const { walk } = require("../browser.js");

const [url, channel, folder, what, besides] = process.argv.slice(2);

const open = (page) => page.getByRole("treeitem", { name: new RegExp(channel) }).click();
const openChat = (page) => page.getByRole("treeitem", { name: /Personal Chat/ }).click();
const lastCard = (page) => page.locator(".ac-adaptiveCard").last();
const press = (page, label) => page.getByRole("button", { name: label, exact: true }).first().click();

/** A card with these words in it, once it is there. */
async function reads(page, words) {
  const card = page.locator(".ac-adaptiveCard").filter({ hasText: words }).first();
  return card.innerText();
}

async function mention(page, words) {
  await page.goto(url);
  await open(page);
  await page.getByRole("textbox").first().click();
  await page.keyboard.type("@");
  await page.getByRole("menuitem", { name: /aws/ }).click();
  await page.keyboard.type(` ${words}`);
  await page.getByRole("button", { name: "Post" }).click();
}

const walks = {
  async help(page, picture) {
    await mention(page, "help");
    await page.getByText("What I can do here").first().waitFor();
    await page.getByRole("button", { name: "Switch role" }).waitFor();
    await picture("answered");
    const text = await page.locator("body").innerText();
    await press(page, "Switch role");
    await page.getByText("Bellhop is on it.").waitFor();
    await picture("pressed");
    // What is theirs alone is in their own conversation with the bot, and not in the channel.
    await openChat(page);
    await page.getByText("What I can do here").waitFor({ state: "detached" });
    await lastCard(page).waitFor();
    await picture("alone");
    return { text, alone: await lastCard(page).innerText() };
  },

  async command(page, picture) {
    await mention(page, "sns create-topic --name from-teams --region us-east-1");
    const shown = await reads(page, "Run this command?");
    await picture("confirm");
    await press(page, "Run command");
    const result = await reads(page, "Done: sns create-topic");
    await page.getByRole("button", { name: "Run command" }).waitFor({ state: "detached" });
    await picture("result");
    return { shown, result };
  },

  async form(page, picture) {
    await mention(page, "ssm put-parameter --name /teams/size --type String --region us-east-1");
    const needs = await reads(page, "needs more");
    await press(page, "Fill in parameters");
    await page.getByText("Bellhop is on it.").waitFor();
    await openChat(page);
    const form = page.locator(".ac-adaptiveCard").filter({ hasText: "What you leave empty" }).last();
    // The playground draws a card anew when the mouse enters it, without what was typed: the hand is there before it types.
    await form.locator("input").first().click();
    await page.keyboard.type("large");
    await picture("form");
    await form.getByRole("button", { name: "Continue" }).click();
    const closed = await reads(page, "Sent.");
    await picture("closed");
    await open(page);
    const shown = await reads(page, "large");
    await picture("filled-in");
    await press(page, "Run command");
    const result = await reads(page, "Done: ssm put-parameter");
    return { needs, closed, shown, result };
  },

  /** `besides` is who else there is: the playground has one person at its page, and tells its server at each press who they are. */
  async approval(page, picture) {
    let presser = null;
    await page.route("**/v1/invoke", (route) => {
      const body = route.request().postDataJSON();
      return route.continue({ postData: JSON.stringify(presser ? { ...body, from: { id: presser } } : body) });
    });
    await mention(page, "dynamodb delete-table --table-name orders --region us-east-1");
    const shown = await reads(page, "Run this command?");
    await press(page, "Ask for approval");
    await reads(page, "waits for approval");
    await picture("approval");
    await press(page, "Approve");
    await openChat(page);
    const refused = await reads(page, "yourself");
    await picture("not-ones-own");
    await open(page);
    presser = besides;
    await press(page, "Approve");
    const approved = await reads(page, "Approved by");
    const result = await reads(page, "Done: dynamodb delete-table");
    await picture("approved");
    return { shown, refused, approved, result };
  },

  async alias(page, picture) {
    await mention(page, "alias create topics sns list-topics --region us-east-1");
    const made = await reads(page, "is an alias");
    await mention(page, "run topics");
    const ran = await reads(page, /topics? in us-east-1/);
    await picture("alias");
    return { made, ran };
  },

  /** `besides` is where the alarm is rung once somebody watches: the playground shows what comes while it is open. */
  async alarm(page, picture) {
    await page.goto(url);
    await open(page);
    await page.getByRole("textbox").first().waitFor();
    await fetch(besides, { method: "POST" });
    const rang = await reads(page, "checkout-errors");
    await picture("rang");
    await press(page, "Set it back");
    const shown = await reads(page, "Run this command");
    await picture("action");
    await press(page, "Run command");
    const result = await reads(page, "Done: cloudwatch set-alarm-state");
    await picture("set-back");
    return { rang, shown, result };
  },
};

walk(folder, { width: 1280, height: 900 }, walks[what]);
