// A card whose names are markup and control characters, and long answers: all of it is text.

const { assert, visit } = require("./common.js");

visit(async (page) => {
  let ran = false;
  await page.exposeFunction("hacked", () => { ran = true; });
  await page.getByRole("button", { name: "Insert…, Slot 0" }).click();
  await page.locator("dialog .shelf", { hasText: "<img src=x onerror=hacked()>" }).waitFor();
  await page.getByRole("button", { name: /hostile/ }).click();
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.locator(".slot-name strong", { hasText: "hostile" }).waitFor();
  await page.locator(".face text", { hasText: "<SCRIPT>" }).or(page.locator(".face text", { hasText: "<B>" })).first().waitFor();
  await page.keyboard.press("2");
  await page.locator(".tree-item", { hasText: "IDENTITE" }).first().click();
  await page.locator(".hexgrid").waitFor();
  const text = await page.locator("body").innerText();
  assert.ok(!/[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202E\u200B]/.test(text), "nothing hides");
  assert.equal(await page.locator("img, script:not([src]), b b").count(), 0);
  assert.equal(ran, false);
  console.log("all was well");
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
