// What becomes of the page: a card that takes its time, a refusal in the language of the page, readers that stop, and
// others at their address.

const { spawn } = require("node:child_process");
const { assert, look, virtuale, visit } = require("./common.js");

/** Starts readers at an address of our choice, and waits until they say that they run; gives their process. */
function serve(name, address) {
  const child = spawn(process.env.VIRTUALE, ["serve", "--name", name, "--console", address, "--card", "vitale2-durand"], { stdio: ["ignore", "pipe", "pipe"] });
  return new Promise((resolve, reject) => {
    let said = "";
    child.stderr.on("data", (data) => {
      said += data;
      if (said.includes("token=")) resolve(child);
    });
    child.on("close", () => reject(new Error(`it ended: ${said}`)));
  });
}

visit(async (page) => {
  const address = new URL(page.url()).host;

  // A card that takes its time: the command is there before its answer.
  virtuale("fault", "0", "late=20s", "n=1");
  const tool = spawn("opensc-tool", ["-r", "0", "-s", "00 84 00 00 08"], { stdio: "ignore" });
  const ended = new Promise((resolve) => tool.on("close", resolve));
  await page.locator(".row.waiting .answer", { hasText: "sans réponse depuis" }).waitFor();
  await look(page, "a command without an answer");
  virtuale("remove", "0");
  virtuale("fault", "0", "--clear");
  await ended;
  await page.locator(".row .answer", { hasText: "la carte est partie avant de répondre" }).first().waitFor();
  await page.waitForFunction(() => ![...document.querySelectorAll(".row.waiting")].some((row) => !row.hidden));

  // What is refused is said in the language of the page.
  await page.getByRole("button", { name: "Pannes…, Emplacement 0" }).click();
  await page.getByRole("textbox", { name: "Une panne dans son langage" }).fill("danse");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").filter({ hasText: "« danse » n’est pas un mot des pannes" }).waitFor();
  await page.locator("dialog[open] .dialog-head button").click();

  // The readers stop: the page says so, and keeps what was said.
  const rows = await page.locator(".row:visible").count();
  virtuale("stop");
  await page.locator("#banner", { hasText: "Les lecteurs sont partis" }).waitFor({ timeout: 60_000 });
  assert.ok((await page.locator(".row:visible").count()) >= Math.min(rows, 5), "the dialogue stays");
  await look(page, "readers that are gone");

  // Others come at the same address. They are others, and need their own token.
  const others = await serve("others", address);
  try {
    await page.locator("#banner", { hasText: "virtuale console --url" }).waitFor({ timeout: 60_000 });
    // Who loads the page again is told so by a page, and not by JSON.
    await page.reload();
    await page.getByRole("heading", { name: "Cette page demande l'adresse" }).waitFor();
    assert.equal(await page.locator("code").innerText(), "virtuale console --url");
    await look(page, "an old address");
    const ours = new URL(virtuale("console", "--url", "--name", "others"));
    await page.goto(ours.href);
    await page.locator(".slot-name strong", { hasText: "vitale2-durand" }).waitFor();
    assert.ok(await page.locator("#banner").isHidden());
  } finally {
    others.removeAllListeners("close");
    others.kill("SIGTERM");
  }
  console.log("all was well");
}, { locale: "fr-FR", tolerates: /ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|401|409/ }).catch((error) => {
  console.error(error);
  process.exit(1);
});
