// Somebody at the sandbox's Teams page, by a browser: types commands, reads cards, presses their buttons, fills in a form in their own
// chat, lets a colleague approve, makes an alias and runs it, presses a button of an alarm. Writes what was read as JSON. Arguments: the
// server's URL, the channel, a folder for pictures.
const { walk } = require("../browser.js");

const [url, channel, folder] = process.argv.slice(2);

async function drive(page, picture) {
  const seen = {};
  const is = (person) => page.locator(`label.me[title="${person}"]`).click();
  const posts = page.locator("#posts section.post");

  /** Types it into what is open; answers the post, with what is answered to it. */
  async function say(text) {
    const box = page.locator("#say textarea");
    await box.click();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    return posts.filter({ hasText: text.replace("@aws ", "") }).last();
  }
  const press = (post, label) => post.getByRole("button", { name: label, exact: true }).last().click();
  const reads = async (post, text) => {
    const card = post.locator(".card").filter({ hasText: text }).last();
    return card.innerText();
  };

  await page.goto(`${url}/sandbox/teams#${encodeURIComponent(channel)}`);
  await is("U0ANNA");

  seen.read = await reads(await say("@aws sns list-topics --region us-east-1"), "topics in");
  await picture("1-read");

  const topic = await say("@aws sns create-topic --name by-hand --region us-east-1");
  seen.shown = await reads(topic, "Run this command?");
  await picture("2-confirm");
  await press(topic, "Run command");
  seen.result = await reads(topic, ":by-hand");
  await picture("3-result");

  const parameter = await say("@aws ssm put-parameter --name /walk/by-hand --type String --region us-east-1");
  await press(parameter, "Fill in parameters");
  // A form is theirs alone, and stands in their own chat.
  await page.locator("#direct a").click();
  const form = posts.filter({ hasText: "PutParameter" }).last();
  await form.getByLabel(/^value/).fill("42");
  await form.getByLabel(/^description/).fill("typed by hand");
  await picture("4-form");
  await press(form, "Continue");
  seen.sent = await reads(page.locator("#posts"), "Sent");
  await picture("5-sent");
  await page.locator("#channels a").filter({ hasText: "ops" }).click();
  await reads(parameter, "typed by hand");
  await press(parameter, "Run command");
  await reads(parameter, "Version");
  await picture("6-filled-in");

  const table = await say("@aws dynamodb delete-table --table-name carts --region us-east-1");
  await press(table, "Ask for approval");
  await reads(table, "waits for approval");
  await picture("7-approval");
  await press(table, "Approve");
  await page.locator("#direct a").click();
  seen.refused = await reads(page.locator("#posts"), "yourself");
  await picture("8-not-ones-own");
  await page.locator("#channels a").filter({ hasText: "ops" }).click();
  await is("U0BEN");
  await press(table, "Approve");
  await reads(table, "Approved by");
  await reads(table, "Done: dynamodb delete-table");
  await picture("9-approved");

  await is("U0ANNA");
  await reads(await say("@aws alias create topics sns list-topics --region us-east-1"), "is an alias");
  seen.alias = await reads(await say("@aws run topics"), "topics in");
  await picture("10-alias");

  const alarm = posts.filter({ hasText: "checkout-errors" }).last();
  await press(alarm, "Set it back");
  seen.action = await reads(alarm, "Run this command");
  await picture("11-action");
  await press(alarm, "Run command");
  await reads(alarm, "Done: cloudwatch set-alarm-state");
  await picture("12-alarm");
  return seen;
}

walk(folder, { width: 1280, height: 1100 }, drive);
