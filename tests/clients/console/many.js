// 100,000 commands: all of them are in the list, and scrolling through it stays smooth.

const { assert, visit } = require("./common.js");

const COMMANDS = 100_000;

visit(async (page) => {
  await page.waitForFunction((wanted) => Number(document.querySelector(".count").textContent.replace(/\D*([\d,]+).*/, "$1").replaceAll(",", "")) >= wanted, COMMANDS, { timeout: 80_000 });
  const measured = await page.evaluate(async () => {
    const scroll = document.querySelector(".scroll");
    const frames = [];
    let last = performance.now();
    const step = Math.ceil(scroll.scrollHeight / 240);
    scroll.scrollTop = 0;
    for (let at = 0; at < 240; at += 1) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      frames.push(now - last);
      last = now;
      scroll.scrollTop = at * step;
    }
    frames.sort((a, b) => a - b);
    const percentile = (part) => Math.round(frames[Math.min(frames.length - 1, Math.floor(frames.length * part))] * 10) / 10;
    const begun = performance.now();
    const search = document.querySelector("input[type=search]");
    search.value = "no such thing";
    search.dispatchEvent(new Event("input", { bubbles: true }));
    const searched = performance.now() - begun;
    return { p50: percentile(0.5), p95: percentile(0.95), p99: percentile(0.99), most: percentile(1), rows: document.querySelectorAll(".row").length, searched: Math.round(searched), heap: Math.round((performance.memory?.usedJSHeapSize ?? 0) / 1e6) };
  });
  console.log(`frames in ms: p50 ${measured.p50}, p95 ${measured.p95}, p99 ${measured.p99}, most ${measured.most}; rows in the document: ${measured.rows}; search: ${measured.searched} ms; heap: ${measured.heap} MB`);
  assert.ok(measured.rows < 200, "only what is seen is drawn");
  assert.ok(measured.p95 < 100, "scrolling is smooth, on a slow machine too");
  console.log("all was well");
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
