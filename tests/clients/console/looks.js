// Every view, light and dark, wide and narrow: axe finds nothing, and with SNAPSHOTS=overwrite the pictures of the guide
// are made.

const { spawnSync } = require("node:child_process");
const path = require("node:path");
const { assert, look, press, visit } = require("./common.js");

const IMAGES = process.env.IMAGES;

async function picture(page, name) {
  if (!IMAGES) return;
  const size = page.viewportSize();
  await page.setViewportSize({ width: 1240, height: 700 });
  await page.screenshot({ path: path.join(IMAGES, `console-${name}.png`), scale: "css" });
  await page.setViewportSize(size);
}

async function views(page, what, themes) {
  const pictures = what === "wide";
  const theme = async (name) => {
    if ((await page.evaluate(() => document.documentElement.dataset.theme)) !== name) await page.keyboard.press("t");
  };
  for (const name of themes) {
    await theme(name);
    const said = `${what}, ${name}`;
    if (process.argv[3] === "dialogs") {
      await dialogs(page, said, pictures && name === "light");
      continue;
    }
    await page.keyboard.press("1");
    await press(page.locator(".row.done:visible .name", { hasText: "READ BINARY" }).last());
    await page.locator(".detail .parts").waitFor();
    await look(page, `a command, ${said}`);
    if (pictures && name === "light") await picture(page, "dialogue");
    await page.keyboard.press("Escape");
    await page.locator(".detail").waitFor({ state: "detached" });
    await look(page, `the dialogue, ${said}`);
    await page.keyboard.press("2");
    await page.locator(".tree-item").first().click();
    await page.locator(".meter").first().waitFor();
    await look(page, `counters, ${said}`);
    await page.locator(".tree-item", { hasText: "IDENTITE" }).first().click();
    await page.locator(".hexgrid").waitFor();
    await look(page, `a file, ${said}`);
    if (pictures && name === "dark") await picture(page, "card");
    await page.keyboard.press("3");
    await look(page, `the slots, ${said}`);
  }
}

async function dialogs(page, said, pictures) {
  for (const [key, dialog] of [["i", "insert"], ["c", "pad"], ["f", "faults"], ["e", "export"], ["?", "keys"]]) {
    await page.keyboard.press(key);
    await page.locator("dialog[open]").waitFor();
    await look(page, `${dialog}, ${said}`);
    if (pictures && dialog === "insert") await picture(page, "insert");
    await page.locator("dialog[open] .dialog-head button").click();
    await page.locator("dialog[open]").waitFor({ state: "detached" });
  }
}

const read = spawnSync("opensc-tool", ["-r", "0", ...["00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45", "00 B0 82 00 40", "00 A4 02 00 02 D0 12", "00 B0 00 00 10", "00 84 00 00 08"].flatMap((line) => ["-s", line])], { encoding: "utf8" });
assert.equal(read.status, 0, read.stderr);

/** In French, as the browser asks, with little motion. */
async function french(page) {
  assert.equal(await page.locator("html").getAttribute("lang"), "fr");
  await page.getByRole("button", { name: "Retirer, Emplacement 0" }).waitFor();
  // The words around the names of commands, what stands in files, and the cards of the program.
  await press(page.locator(".row:visible .name", { hasText: "READ BINARY du fichier 2, à l’octet 0" }).first());
  await page.locator(".detail h3", { hasText: "READ BINARY du fichier 2, à l’octet 0" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("2");
  await page.locator(".tree-item", { hasText: "IDENTITE" }).first().click();
  await page.locator(".parts td", { hasText: "inutilisé" }).first().waitFor();
  await page.locator(".parts td", { hasText: "Nom d’usage" }).first().waitFor();
  await page.keyboard.press("i");
  await page.getByRole("button", { name: /vitale2-durand Célibataire/ }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("1");
  // No text is missing in a language.
  const [english, french] = await page.evaluate(async () => (await import("/text.js")).keys());
  assert.deepEqual(english, french);
  await views(page, "in French", ["light"]);
}

const LOOKS = {
  light: () => visit((page) => views(page, "wide", ["light"])),
  dark: () => visit((page) => views(page, "wide", ["dark"])),
  narrow: () => visit((page) => views(page, "narrow", ["light"]), { viewport: { width: 420, height: 800 } }),
  french: () => visit(french, { locale: "fr-FR", reducedMotion: "reduce" }),
};

LOOKS[process.argv[2]]()
  .then(() => console.log("all was well"))
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
