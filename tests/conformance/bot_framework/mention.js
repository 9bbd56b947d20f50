// Somebody in Microsoft's playground, by a browser: mentions the bot in a channel, reads its card, presses a button of it, and reads what
// the bot says to them alone; or has a command run, or makes an alias and runs it. Writes what was seen as JSON. Arguments: the
// playground's URL, the channel, a folder for pictures, and `help`, `command` or `alias`.
const { chromium } = require("playwright-core");

const [url, channel, folder, what] = process.argv.slice(2);

async function mention(page, words) {
  await page.goto(url);
  await page.getByRole("treeitem", { name: new RegExp(channel) }).click();
  await page.getByRole("textbox").first().click();
  await page.keyboard.type("@");
  await page.getByRole("menuitem", { name: /aws/ }).click();
  await page.keyboard.type(` ${words}`);
  await page.getByRole("button", { name: "Post" }).click();
}

async function help(page) {
  await mention(page, "help");
  await page.getByText("What I can do here").first().waitFor();
  const button = page.getByRole("button", { name: "Switch role" });
  await button.waitFor();
  await page.screenshot({ path: `${folder}/answered.png` });
  const text = await page.locator("body").innerText();
  await button.click();
  await page.getByText("Bellhop is on it.").waitFor();
  await page.screenshot({ path: `${folder}/pressed.png` });
  // What is theirs alone is in their own conversation with the bot, and not in the channel.
  await page.getByRole("treeitem", { name: /Personal Chat/ }).click();
  await page.getByText("What I can do here").waitFor({ state: "detached" });
  await page.locator(".ac-adaptiveCard").last().waitFor();
  await page.screenshot({ path: `${folder}/alone.png` });
  return { text, alone: await page.locator(".ac-adaptiveCard").last().innerText() };
}

async function command(page) {
  await mention(page, "sns create-topic --name from-teams --region us-east-1");
  const run = page.getByRole("button", { name: "Run command" });
  await run.waitFor();
  const shown = await page.locator(".ac-adaptiveCard").last().innerText();
  await page.screenshot({ path: `${folder}/confirm.png` });
  await run.click();
  await page.getByText("Done: sns create-topic").first().waitFor();
  await run.waitFor({ state: "detached" });
  await page.screenshot({ path: `${folder}/result.png` });
  return { shown, cards: await page.locator(".ac-adaptiveCard").allInnerTexts() };
}

async function alias(page) {
  await mention(page, "alias create topics sns list-topics --region us-east-1");
  await page.getByText("is an alias").first().waitFor();
  const made = await page.locator(".ac-adaptiveCard").last().innerText();
  await mention(page, "run topics");
  await page.getByText(/topics? in us-east-1/).first().waitFor();
  await page.screenshot({ path: `${folder}/alias.png` });
  return { made, ran: await page.locator(".ac-adaptiveCard").last().innerText() };
}

(async () => {
  const browser = await chromium.launch({ executablePath: process.env.BELLHOP_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  page.setDefaultTimeout(15000);
  try {
    process.stdout.write(JSON.stringify(await { help, command, alias }[what](page)));
  } catch (error) {
    await page.screenshot({ path: `${folder}/failed.png` });
    throw error;
  } finally {
    await browser.close();
  }
})().catch((error) => {
  process.stderr.write(String(error));
  process.exit(1);
});
