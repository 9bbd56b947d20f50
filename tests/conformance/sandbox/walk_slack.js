// Somebody at the sandbox's page, by a browser: types commands, opens threads, presses buttons, fills in a form, lets a colleague approve,
// makes an alias and runs it, presses a button of an alarm.
// Writes what was read as JSON. Arguments: the server's URL, the channel, a folder for pictures.
const { walk } = require("../browser.js");

const [url, channel, folder] = process.argv.slice(2);

async function drive(page, picture) {
  const seen = {};
  const thread = page.locator("#replies");
  const is = (person) => page.locator(`label.me[title="${person}"]`).click();

  /** Types it into the channel, and opens the thread that it gets. */
  async function say(text) {
    const box = page.locator("#say textarea");
    await box.click();
    await page.keyboard.type(text);
    await page.keyboard.press("Enter");
    const said = page.locator("#messages article").filter({ hasText: text.replace("@aws ", "") }).last();
    await said.locator("a.replies").click();
    await thread.locator("article").nth(1).waitFor();
  }
  const press = (label) => thread.getByRole("button", { name: label, exact: true }).last().click();
  const reads = async (text) => {
    const message = thread.locator("article").filter({ hasText: text }).last();
    await message.waitFor();
    await message.scrollIntoViewIfNeeded();
    return message.innerText();
  };

  await page.goto(`${url}/sandbox#${channel}`);
  await is("U0ANNA");

  await say("@aws sns list-topics --region us-east-1");
  seen.read = await reads("topics in");
  await picture("1-read");

  await say("@aws sns create-topic --name by-hand --region us-east-1");
  seen.shown = await reads("Run this command?");
  await picture("2-confirm");
  await press("Run command");
  seen.result = await reads(":by-hand");
  await picture("3-result");

  await say("@aws ssm put-parameter --name /walk/by-hand --type String --region us-east-1");
  await picture("4-missing");
  await press("Fill in parameters");
  const form = page.locator("dialog#view");
  await form.getByLabel(/^value/).fill("42");
  await form.getByLabel(/^description/).fill("typed by hand");
  await picture("5-form");
  await form.getByRole("button", { name: "Continue" }).click();
  await reads("typed by hand");
  await press("Run command");
  await reads("Version");
  await picture("6-filled-in");

  await say("@aws dynamodb delete-table --table-name carts --region us-east-1");
  await press("Ask for approval");
  await reads("waits for approval");
  await picture("7-approval");
  await press("Approve");
  seen.refused = await reads("yourself");
  await picture("8-not-ones-own");
  await is("U0BEN");
  await press("Approve");
  await reads("Approved by");
  await reads("Done: dynamodb delete-table");
  await picture("9-approved");

  await is("U0ANNA");
  await say("@aws alias create topics sns list-topics --region us-east-1");
  await reads("is an alias");
  await say("@aws run topics");
  seen.alias = await reads("topics in");
  await picture("10-alias");

  await page.locator("#close-thread").click();
  const alarm = page.locator("#messages article").filter({ hasText: "checkout-errors" }).last();
  await alarm.getByRole("button", { name: "Set it back" }).click();
  await alarm.locator("a.replies").click();
  seen.action = await reads("Run this command");
  await picture("11-action");
  await press("Run command");
  await reads("Done: cloudwatch set-alarm-state");
  await picture("12-alarm");
  return seen;
}

walk(folder, { width: 1280, height: 1100 }, drive);
