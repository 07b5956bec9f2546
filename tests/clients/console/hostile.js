// A card whose names are markup and control characters, and long answers: all of it is text.

const { spawnSync } = require("node:child_process");
const { assert, press, virtuale, visit } = require("./common.js");

/** Has a card answer GET CHALLENGE. */
const ASK = "from smartcard.System import readers; c = readers()[0].createConnection(); c.connect(); c.transmit([0, 132, 0, 0, 8])";

visit(async (page) => {
  let ran = false;
  await page.exposeFunction("hacked", () => { ran = true; });
  await page.getByRole("button", { name: "Insert…, Slot 0" }).click();
  await page.locator("dialog .shelf", { hasText: "<img src=x onerror=hacked()>" }).waitFor();
  await page.locator("dialog .shelf .mono", { hasText: "<i>x<\\u{202e}\\n>.toml" }).waitFor();
  await page.getByRole("button", { name: /hostile.toml/ }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.locator(".slot-name strong", { hasText: "hostile" }).waitFor();
  await page.locator(".face text", { hasText: "<SCRIPT>" }).or(page.locator(".face text", { hasText: "<B>" })).first().waitFor();
  await page.keyboard.press("2");
  await page.locator(".tree-item", { hasText: "IDENTITE" }).first().click();
  await page.locator(".hexgrid").waitFor();
  const text = await page.locator("body").innerText();
  assert.ok(!/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E\u200B]/.test(text), "nothing hides");

  // An answer of almost 64 KiB: it is there whole, and the page goes on.
  virtuale("insert", "0", "vitale2-t1");
  virtuale("fault", "0", "pad=65000", "ins=84", "n=1");
  const ended = spawnSync("/usr/bin/python3", ["-c", ASK], { encoding: "utf8" });
  assert.equal(ended.status, 0, ended.stderr);
  await page.keyboard.press("1");
  await press(page.locator(".row.done:visible .name", { hasText: "GET CHALLENGE" }).last());
  await page.getByRole("button", { name: "Show all 65,008 bytes" }).click();
  await page.locator(".detail .dump", { hasText: "FDE8  " }).waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".detail").waitFor({ state: "detached" });

  assert.equal(await page.locator("img, script:not([src]), b b").count(), 0);
  assert.equal(ran, false);
  console.log("all was well");
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
