// A person opens the page, sees a program's dialogue appear, pulls a card, puts it back, types a PIN, and keeps the
// dialogue.

const { spawn } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const { assert, press, virtuale, visit } = require("./common.js");

/** The NIR, by the short identifier of its file. */
const READ = "00 B0 82 00 40";

/** Starts a program that uses PC/SC; gives it and what it says at its end. */
function program(name, ...words) {
  const child = spawn(name, words, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (data) => { said += data; });
  child.stderr.on("data", (data) => { said += data; });
  const ended = new Promise((resolve) => child.on("close", (code) => resolve({ code, said })));
  return { child, ended };
}

visit(async (page) => {
  assert.ok(!page.url().includes("token"), "the token stands in no later address");
  assert.equal(await page.title(), "Virtuale");

  // pcsc_scan looks at the readers; opensc-tool talks to the card.
  const scan = program("pcsc_scan", "-n");
  await page.locator(".row.note", { hasText: "pcsc_scan" }).first().waitFor();
  const tool = await program("opensc-tool", "-r", "0", "-s", "00 A4 04 00 0B D2 50 00 00 02 56 49 54 41 4C 45", "-s", READ).ended;
  assert.equal(tool.code, 0, tool.said);
  const search = page.getByRole("searchbox", { name: "Search the dialogue" });
  await search.fill("VITALE");
  await page.locator(".row .name", { hasText: "SELECT application VITALE" }).first().waitFor();
  await page.locator(".row.group", { hasText: "opensc-tool" }).first().waitFor();

  // A command in full, with the elements of the file.
  await search.fill("NIR");
  await press(page.locator(".row.done:visible .name", { hasText: "READ BINARY" }).first());
  await page.locator(".detail h3", { hasText: "READ BINARY" }).waitFor();
  await page.locator(".detail .parts td", { hasText: "public" }).or(page.locator(".detail .parts td", { hasText: "invented" })).first().waitFor();
  await page.keyboard.press("Escape");
  await search.fill("");

  // All of an answer is sought, not only its beginning: the program looks into it.
  await search.fill("READ BINARY");
  await press(page.locator(".row.done:visible .name", { hasText: "READ BINARY" }).last());
  const dump = await page.locator(".detail .dump").last().innerText();
  const bytes = dump.split("\n").flatMap((line) => line.slice(4).match(/(?<= )[\dA-F]{2}(?= )/g));
  await page.keyboard.press("Escape");
  await search.fill(bytes.slice(26, 34).join(" "));
  await page.locator(".row.done:visible .name", { hasText: "READ BINARY" }).last().waitFor();
  await search.fill("");

  // After a search the list is where it was: at the newest.
  await search.fill("nothing is called so");
  await page.locator(".empty:visible").waitFor();
  await search.fill("");
  await page.waitForFunction(() => {
    const scroll = document.querySelector(".scroll");
    return scroll.scrollHeight > scroll.clientHeight && scroll.scrollTop + scroll.clientHeight > scroll.scrollHeight - 30;
  });

  // The card is pulled and put back; pcsc_scan and the program see it. Who does it by keys stays where he is.
  await page.getByRole("button", { name: "Remove, Slot 0" }).press("Enter");
  await page.locator(".slot").first().getByText("No card.").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.key), "reinsert-0");
  assert.equal(JSON.parse(virtuale("slots", "--json")).slots[0].card, null);
  await page.getByRole("button", { name: "Put back, Slot 0" }).click();
  await page.locator(".slot .face").first().waitFor();
  assert.equal(JSON.parse(virtuale("slots", "--json")).slots[0].card, "vitale2-martin");

  // The same by the mouse: a card that is dropped beside the slots is out, one of the list that is dropped on a slot is in.
  await page.locator(".slot [draggable=true]").first().dragTo(page.locator(".scroll"));
  await page.locator(".slot").first().getByText("No card.").waitFor();
  await page.getByRole("button", { name: "Insert…, Slot 0" }).click();
  await page.getByRole("button", { name: /vitale2-minimal/ }).hover();
  await page.mouse.down();
  const place = await page.locator(".slot").first().boundingBox();
  for (const off of [40, 60, 80]) await page.mouse.move(place.x + off, place.y + off, { steps: 3 });
  await page.mouse.up();
  await page.locator(".slot-name strong", { hasText: "vitale2-minimal" }).waitFor();

  // Another one comes, by keys alone.
  await page.keyboard.press("i");
  await page.getByRole("searchbox", { name: "Find a card" }).fill("durand");
  await page.getByRole("button", { name: /vitale2-durand/ }).press("Enter");
  await page.locator(".slot-name strong", { hasText: "vitale2-durand" }).waitFor();
  await page.getByRole("button", { name: "Insert…, Slot 0" }).click();
  await page.getByRole("searchbox", { name: "Find a card" }).fill("martin");
  await page.getByRole("button", { name: /vitale2-martin/ }).click();
  await page.locator(".slot-name strong", { hasText: "vitale2-martin" }).waitFor();

  // The reader asks for a PIN, and a person types it.
  const verify = program("/usr/bin/python3", path.join(__dirname, "verify.py"));
  await page.locator(".prompt", { hasText: "The reader asks for the PIN" }).waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: "Type the PIN, Slot 0" }).click();
  for (const digit of "1234") await page.getByRole("button", { name: digit, exact: true }).click();
  await page.getByRole("button", { name: "Enter", exact: true }).click();
  const verified = await verify.ended;
  assert.ok(verified.said.includes("answer: 9000"), verified.said);
  await search.fill("VERIFY");
  await press(page.locator(".row.done:visible .name", { hasText: "VERIFY" }).last());
  await page.locator(".detail .secret-note").waitFor();
  assert.ok(!(await page.locator(".detail").innerText()).includes("31 32 33"), "the PIN is hidden");
  await page.getByRole("button", { name: "Show the secret" }).click();
  await page.locator(".detail .dump", { hasText: "31 32 33" }).waitFor();
  await page.keyboard.press("Escape");

  // A fault strikes the next command, and is told.
  await page.getByRole("button", { name: "Faults…, Slot 0" }).click();
  await page.getByRole("button", { name: /Another status word/ }).click();
  await page.locator(".faults li", { hasText: "sw=6F00 times=1" }).waitFor();
  await page.locator("dialog[open] .dialog-head button").click();
  await program("opensc-tool", "-r", "0", "-s", "00 84 00 00 08").ended;
  await search.fill("6F00");
  await page.locator(".row .struck", { hasText: "sw=6F00" }).first().waitFor();
  await search.fill("");

  // What is kept has no PIN unless it is asked for.
  const kept = async (button, secrets) => {
    await page.getByRole("button", { name: "Export…" }).click();
    if (secrets) await page.getByLabel("With PINs, codes and keys").check();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: button }).click()]);
    return fs.readFileSync(await download.path(), "utf8");
  };
  const trace = await kept("Trace (.apdu)", false);
  assert.ok(trace.startsWith("virtuale-trace 1\n") && trace.includes(READ), trace.slice(0, 300));
  assert.ok(!trace.includes("31 32 33 34"), "no PIN in the trace");
  fs.writeFileSync("open.apdu", trace);
  virtuale("convert", "open.apdu", "--to", "json");
  const whole = await kept("Trace (.apdu)", true);
  assert.ok(whole.includes("31 32 33 34"), "the PIN, as was asked");
  // It replays, its fault included; and the script runs.
  fs.writeFileSync("kept.apdu", whole);
  assert.match(virtuale("replay", "kept.apdu"), /1 fault repeated, no finding/);
  const script = await kept("scriptor script", false);
  assert.ok(script.includes(READ) && !script.includes("31 32 33 34"), script);
  fs.writeFileSync("kept.scriptor", script);
  const run = await program("scriptor", "kept.scriptor").ended;
  assert.ok(run.code === 0 && run.said.includes(`> ${READ}`), run.said);

  // A reader that is unplugged is told apart from one without a card, and comes back with it.
  virtuale("fault", "0", "unplug=4s");
  await program("opensc-tool", "-r", "0", "-s", "00 84 00 00 08").ended;
  await page.locator(".slot .vacant", { hasText: "The reader is unplugged" }).waitFor();
  assert.ok(await page.getByRole("button", { name: "Put back, Slot 0" }).isHidden());
  await page.locator(".slot .face").first().waitFor();

  // The card from inside: what changed since it came in, the tries of its PIN, what was proved.
  await page.keyboard.press("2");
  await page.locator(".meter", { hasText: "3 of 3 tries left" }).first().waitFor();

  scan.child.kill("SIGINT");
  const forced = setTimeout(() => scan.child.kill("SIGKILL"), 5000);
  await scan.ended;
  clearTimeout(forced);
  console.log("all was well");
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
