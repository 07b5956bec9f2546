// What is asked of the program: JSON, and the events as they happen. The token stays in this tab.

import { toast } from "./dom.js";
import { currentLanguage, spoken, t } from "./text.js";

const KEY = "virtuale-token";

/** Takes the token out of the address, so that it stands in no later one; gives whether there is one. */
export function enter() {
  const address = new URL(location.href);
  const given = address.searchParams.get("token");
  if (given) {
    sessionStorage.setItem(KEY, given);
    address.searchParams.delete("token");
    history.replaceState(null, "", address);
  }
  return sessionStorage.getItem(KEY) !== null;
}

function headers(more) {
  return { authorization: `Bearer ${sessionStorage.getItem(KEY)}`, "accept-language": currentLanguage(), ...more };
}

/** Why something was not done. */
export class Refused extends Error {
  constructor(status, problem) {
    super(spoken(problem?.message ?? `${status}`));
    this.status = status;
    this.hint = problem?.hint && spoken(problem.hint);
  }
}

async function ask(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: headers(options.headers), cache: "no-store" });
  if (answer.ok) return answer;
  throw new Refused(answer.status, await answer.json().catch(() => undefined));
}

export const get = async (path) => (await ask(path)).json();
export const text = async (path) => (await ask(path)).text();
export const post = async (path, body = {}) =>
  (await ask(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) })).json();

/**
 * Hears what happens until the program goes, and comes back where it was when the connection breaks. `heard` gets each
 * event; `state` is told "live", "broken" or "gone".
 */
export async function listen(heard, state) {
  let last = 0;
  let tries = 0;
  for (;;) {
    const sight = new Sight();
    try {
      const answer = await ask("/api/events", { headers: last ? { "last-event-id": String(last) } : {}, signal: sight.signal });
      state("live");
      tries = 0;
      for await (const event of events(answer.body)) {
        if (event.id) last = Number(event.id);
        if (event.data) heard(event.event, JSON.parse(event.data));
      }
    } catch (error) {
      if (error instanceof Refused && error.status === 401) return state("refused");
    }
    if (await sight.lost()) continue;
    tries += 1;
    state(tries > 3 ? "gone" : "broken");
    await new Promise((resolve) => setTimeout(resolve, Math.min(500 * 2 ** tries, 10_000)));
  }
}

/** How long nobody sees the page before it lets go of its connection: a browser has few of them for one address. */
const UNSEEN = 60_000;

/** Whether anybody sees the page. */
class Sight {
  constructor() {
    this.cut = new AbortController();
    this.signal = this.cut.signal;
    this.watch = () => {
      clearTimeout(this.due);
      if (document.hidden) this.due = setTimeout(() => this.cut.abort(), UNSEEN);
    };
    document.addEventListener("visibilitychange", this.watch);
    this.watch();
  }

  /** Whether nobody did for long; then it is waited for somebody. */
  async lost() {
    document.removeEventListener("visibilitychange", this.watch);
    clearTimeout(this.due);
    if (!this.signal.aborted) return false;
    while (document.hidden) await new Promise((resolve) => document.addEventListener("visibilitychange", resolve, { once: true }));
    return true;
  }
}

/** Asks for something to be done in a slot, and shows why it was refused; gives whether it was done. */
export async function does(slot, what, body) {
  try {
    await post(`/api/slots/${slot.slot}/${what}`, body);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** Shows why something was not done. */
export function complain(error) {
  if (error instanceof Refused) toast(error.message, error.hint, true);
  else toast(t("unreached"), t("unreached.hint"), true);
}

/** The events of a stream, as far as the program makes use of them. */
async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const pieces = (rest + value).split("\n\n");
    rest = pieces.pop();
    for (const piece of pieces) {
      const event = { event: "message", data: "" };
      for (const line of piece.split("\n")) {
        const at = line.indexOf(": ");
        if (at > 0) event[line.slice(0, at)] = line.slice(at + 2);
      }
      yield event;
    }
  }
}
