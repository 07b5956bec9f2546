// Who is not let in: another page in the same browser, which knows where the page is and even has a visitor's cookie.

const http = require("node:http");
const { address, assert, virtuale, visit } = require("./common.js");

const cardIn = () => JSON.parse(virtuale("slots", "--json")).slots[0].card;

/** A page of somebody else on this machine; gives its address and the cookies that it was sent. */
function stranger() {
  const cookies = [];
  const server = http.createServer((request, answer) => {
    cookies.push(request.headers.cookie ?? "");
    answer.writeHead(200, { "content-type": "text/html" });
    answer.end("<!doctype html><title>stranger</title><form id=f method=post enctype=text/plain></form>");
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve({ server, cookies, at: `http://127.0.0.1:${server.address().port}/` })));
}

visit(async (page, context) => {
  const home = new URL(address());
  const token = home.searchParams.get("token");
  const own = home.origin;
  const { server, cookies, at } = await stranger();
  const other = await context.newPage();
  await other.goto(at);

  // Reading across origins gets nothing, and writing does nothing, with the cookie that the browser has.
  const tried = await other.evaluate(async (own) => {
    const outcomes = [];
    for (const [path, options] of [
      ["/api/slots", { credentials: "include" }],
      ["/api/slots/0/remove", { method: "POST", credentials: "include", body: "{}" }],
      ["/api/slots/0/remove", { method: "POST", mode: "no-cors", credentials: "include", headers: { "content-type": "text/plain" }, body: "{}" }],
      ["/api/slots/0/remove", { method: "POST", credentials: "include", headers: { "content-type": "application/json" }, body: "{}" }],
    ]) {
      outcomes.push(await fetch(own + path, options).then((answer) => `${answer.type} ${answer.status}`, () => "failed"));
    }
    return outcomes;
  }, own);
  assert.deepEqual(tried, ["failed", "failed", "failed", "failed"]);
  assert.equal(cardIn(), "vitale2-martin");

  // A form of its own.
  await other.evaluate((own) => {
    const form = document.getElementById("f");
    form.action = `${own}/api/slots/0/remove`;
    form.submit();
  }, own);
  await other.waitForURL(/remove/);
  assert.equal(cardIn(), "vitale2-martin");

  // A frame of the page, and the page opened from elsewhere without the token.
  await other.goto(at);
  await other.evaluate((own) => {
    const frame = document.createElement("iframe");
    frame.src = own;
    document.body.append(frame);
    return new Promise((resolve) => { frame.onload = resolve; setTimeout(resolve, 3000); });
  }, own);
  const frames = await Promise.all(other.frames().slice(1).map((frame) => frame.evaluate(() => document.title).catch(() => "closed")));
  assert.ok(frames.every((title) => title !== "Virtuale"), String(frames));

  // A browser sends a cookie of 127.0.0.1 to every port: what the stranger got opens nothing that matters.
  await other.goto(at);
  const sent = cookies.find((cookie) => cookie.includes("virtuale-"));
  if (sent) {
    const stolen = await fetch(`${own}/api/slots`, { headers: { cookie: sent } });
    assert.equal(stolen.status, 401);
    const pulled = await fetch(`${own}/api/slots/0/remove`, { method: "POST", headers: { cookie: sent, "content-type": "application/json" }, body: "{}" });
    assert.equal(pulled.status, 401);
    assert.ok(!sent.includes(token), "it is not the token");
  }
  for (const headers of [{}, { authorization: `Bearer ${"0".repeat(64)}` }]) {
    assert.equal((await fetch(`${own}/api/slots`, { headers })).status, 401);
    assert.equal((await fetch(`${own}/`, { headers })).status, 401);
  }
  // DNS rebinding: the right port under another name.
  const rebound = await new Promise((resolve, reject) => {
    const options = { host: home.hostname, port: home.port, path: "/api/slots", headers: { host: `rebound.example:${home.port}`, authorization: `Bearer ${token}` } };
    http.get(options, (answer) => resolve(answer.statusCode)).on("error", reject);
  });
  assert.equal(rebound, 421);
  assert.equal(cardIn(), "vitale2-martin");
  server.close();
  server.closeAllConnections();
  console.log("all was well");
}).catch((error) => {
  console.error(error);
  process.exit(1);
});
