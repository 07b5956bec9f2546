// A browser on the page of running readers, for the scripts beside this one.

const { spawnSync } = require("node:child_process");
const assert = require("node:assert/strict");
const { chromium } = require("playwright-core");

const ARGUMENTS = [
  "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync",
];

/** Runs virtuale with these words; gives what it prints. */
function virtuale(...words) {
  const ended = spawnSync(process.env.VIRTUALE, words, { encoding: "utf8" });
  assert.equal(ended.status, 0, `virtuale ${words.join(" ")}: ${ended.stderr}`);
  return ended.stdout.trim();
}

/** The address of the page, with its token. */
const address = () => virtuale("console", "--url");

/**
 * Opens the page in a browser of its own, and demands at the end that nothing was wrong on it but for what `tolerates`
 * knows.
 */
async function visit(body, { tolerates, ...options } = {}) {
  // What the browser leaves in a runtime folder is none of the readers'.
  const env = { ...process.env, XDG_RUNTIME_DIR: process.env.HOME };
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGUMENTS, env });
  try {
    const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, locale: "en-GB", acceptDownloads: true, ...options });
    const page = await context.newPage();
    const wrong = [];
    page.on("pageerror", (error) => wrong.push(String(error)));
    page.on("console", (line) => line.type() === "error" && wrong.push(line.text()));
    await page.goto(address());
    await page.locator(".slot").first().waitFor({ state: "attached" });
    await body(page, context);
    assert.deepEqual(wrong.filter((line) => !tolerates?.test(line)), [], "nothing is wrong on the page");
  } finally {
    await browser.close();
  }
}

/** Demands that axe finds nothing in what is seen. */
async function look(page, what) {
  // Only some scripts need it.
  const { AxeBuilder } = require("@axe-core/playwright");
  const found = await new AxeBuilder({ page }).analyze();
  const said = found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => `${node.html} (${node.failureSummary})`).join("\n  ")}`);
  assert.deepEqual(said, [], what);
}

/** Clicks a row of the list, looking for it anew each time: rows serve for one command after the other. */
async function press(row) {
  for (let tries = 30; ; tries -= 1) {
    try {
      return await row.click({ timeout: 1000 });
    } catch (error) {
      if (tries === 0) throw error;
    }
  }
}

module.exports = { ARGUMENTS, address, assert, look, press, virtuale, visit };
