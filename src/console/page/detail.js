// One command in full: its bytes, what they are, and what the answer says.

import { el, render, shown, announce } from "./dom.js";
import { complain, get } from "./api.js";
import { abouts, number, ofBoth, t } from "./text.js";

/** Bytes on a line of a dump, as there is room. */
const WIDE = 16;
const NARROW = 8;
const ROOM = 560;
/** Bytes of an answer that are shown at first. */
const FIRST = 4096;

/** A dump of bytes that are written in pairs: where, the pairs, the letters. */
function dump(pairs, width, most = Infinity) {
  const bytes = pairs ? pairs.split(" ") : [];
  const lines = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += width) {
    const line = bytes.slice(at, at + width);
    const letters = line.map((pair) => {
      const code = Number.parseInt(pair, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
    });
    lines.push(`${at.toString(16).toUpperCase().padStart(4, "0")}  ${line.join(" ").padEnd(width * 3 - 1)}  ${letters.join("")}`);
  }
  return lines.join("\n");
}

/** The parts of a command by ISO 7816-4, as far as it has a form. */
function fields(pairs) {
  const bytes = pairs.split(" ");
  if (bytes.length < 4) return [];
  const named = ["CLA", "INS", "P1", "P2"].map((name, at) => [name, bytes[at]]);
  const rest = bytes.slice(4);
  const value = (from, length) => Number.parseInt(rest.slice(from, from + length).join(""), 16);
  if (rest.length === 1) named.push(["Le", rest[0]]);
  else if (rest.length > 1 && rest[0] !== "00") {
    const length = value(0, 1);
    named.push(["Lc", rest[0]]);
    if (rest.length === length + 2) named.push(["Le", rest.at(-1)]);
  } else if (rest.length === 3) named.push(["Le", rest.join(" ")]);
  else if (rest.length > 3) {
    named.push(["Lc", rest.slice(0, 3).join(" ")]);
    if (rest.length === value(1, 2) + 5) named.push(["Le", rest.slice(-2).join(" ")]);
  }
  return named;
}

export class Detail {
  constructor(close) {
    this.onclose = close;
    this.pane = el("aside", { class: "detail", "aria-label": t("detail"), tabindex: "0" });
    this.pane.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        event.stopPropagation();
        close();
      }
    });
  }

  /** Shows the command with a number; again, with its secrets or in another language, if it is the same. */
  async show(seq = this.seq, secrets = false) {
    this.seq = seq;
    try {
      const exchange = await get(`/api/dialogue/${seq}${secrets ? "?secrets=show" : ""}`);
      if (this.seq === seq) this.draw(exchange, secrets);
    } catch (error) {
      complain(error);
    }
  }

  draw(exchange, secrets) {
    this.pane.setAttribute("aria-label", t("detail"));
    const copy = (pairs, what) =>
      el(
        "button",
        {
          class: "plain",
          "aria-label": t("copy.what", what),
          onclick: () => navigator.clipboard.writeText(pairs).then(() => announce(t("copied"))),
        },
        t("copy"),
      );
    const fact = (name, value) => value && [el("dt", {}, name), el("dd", {}, value)];
    const length = exchange.got;
    const width = this.pane.clientWidth >= ROOM ? WIDE : NARROW;
    const answer = el("pre", { class: "dump", tabindex: "0", "aria-label": t("answer") }, dump(exchange.whole_data, width, FIRST));
    const more = length > FIRST && el("button", { onclick: () => { answer.textContent = dump(exchange.whole_data, width); more.remove(); } }, t("all.bytes", length));
    render(
      this.pane,
      el(
        "div",
        { class: "detail-head" },
        el("h3", {}, ofBoth(exchange.name, exchange.name_fr)),
        el("button", { class: "plain", "data-key": "close-detail", onclick: () => this.onclose() }, t("close")),
      ),
      el(
        "dl",
        { class: "facts" },
        fact(t("answer"), `${exchange.status ?? ""} ${ofBoth(exchange.meaning, exchange.meaning_fr)}`.trim()),
        fact(t("fact.file"), exchange.place ? `${exchange.file ?? ""} (${exchange.place})` : exchange.file),
        exchange.file_range && fact(t("bytes"), `${exchange.file_range[0]}..${exchange.file_range[1]}`),
        fact(t("fact.program"), [exchange.program, exchange.process && t("process", exchange.process), exchange.session !== undefined && t("session", exchange.session)].filter(Boolean).join(" · ")),
        fact(t("time"), `${number(exchange.at / 1e6, 6)} s`),
        fact(t("took"), `${number(exchange.took)} µs`),
        exchange.faults && fact(t("note.fault"), exchange.faults.map(shown).join(", ")),
        exchange.committed && fact(t("committed"), t("n.bytes", exchange.committed)),
      ),
      exchange.hidden &&
        el(
          "p",
          { class: "secret-note" },
          secrets ? t("secret.shown") : t("secret.hidden"),
          el("button", { "aria-pressed": String(secrets), "data-key": "secret", onclick: () => this.show(exchange.seq, !secrets) }, secrets ? t("secret.hide") : t("secret.show")),
        ),
      el(
        "section",
        {},
        el("div", { class: "block-head" }, el("h4", {}, `${t("command")} · ${t("n.bytes", exchange.sent)}`), el("div", {}, copy(exchange.whole_command, t("command")))),
        el("div", { class: "fields" }, fields(exchange.whole_command).map(([name, value]) => el("span", { class: "field" }, el("small", {}, name), value))),
        el("pre", { class: "dump", tabindex: "0", "aria-label": t("command") }, dump(exchange.whole_command, width)),
      ),
      el(
        "section",
        {},
        el("div", { class: "block-head" }, el("h4", {}, `${t("data")} · ${t("n.bytes", length)}`), el("div", {}, length > 0 && copy(exchange.whole_data, t("data")))),
        length > 0 && answer,
        more,
      ),
      exchange.parts.length > 0 && this.parts(exchange.parts),
    );
  }

  parts(parts) {
    const about = abouts();
    const row = (part) => {
      const name = el("td", {}, part.tag && el("code", {}, `${part.tag} `), ofBoth(part.name, part.name_fr), about(part));
      name.style.paddingInlineStart = `${part.depth * 14}px`;
      return el(
        "tr",
        {},
        el("td", { class: "at" }, part.start === undefined ? "" : `${part.start}..${part.end}`),
        name,
        el("td", {}, part.in_part ? t("in.part") : shown(ofBoth(part.value ?? "", part.value_fr))),
        el("td", {}, part.origin && el("span", { class: `origin ${part.origin}` }, t(`origin.${part.origin}`))),
      );
    };
    const head = ["bytes", "element", "value", "origin"].map((key) => el("th", { scope: "col" }, t(key)));
    return el(
      "section",
      {},
      el("div", { class: "block-head" }, el("h4", {}, t("elements"))),
      el("table", { class: "parts" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, parts.map(row))),
    );
  }
}
