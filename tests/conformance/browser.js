// Runs a walk in Chromium: a page, its patience, a picture of where it failed; what the walk saw is written as JSON.
const { chromium } = require("playwright-core");

/** `folder` takes the pictures, `drive(page, picture)` does the walk. */
exports.walk = async (folder, viewport, drive) => {
  const browser = await chromium.launch({ executablePath: process.env.BELLHOP_CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
  const page = await browser.newPage({ viewport });
  page.setDefaultTimeout(15000);
  /** Once what was drawn is on the screen. */
  const picture = async (name) => {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
  };
  try {
    process.stdout.write(JSON.stringify(await drive(page, picture)));
  } catch (error) {
    process.stderr.write(String(error));
    process.exitCode = 1;
    await page.screenshot({ path: `${folder}/failed.png` });
  } finally {
    await browser.close();
  }
};
