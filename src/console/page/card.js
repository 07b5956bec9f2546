// The card in a slot from the inside: its files with bytes and elements, what changed, its counters, what was proved.

import { el, render, shown, toast } from "./dom.js";
import { get, Refused } from "./api.js";
import { abouts, currentLanguage, ofBoth, said, t } from "./text.js";

const LINE = 16;

/** In which order rules are told. */
const RULES = ["read", "update", "append", "activate", "deactivate", "delete"];

/** The rules of a file: first what somebody may. */
function rules(file) {
  const known = Object.entries(file.rules).sort(([a], [b]) => RULES.indexOf(a) - RULES.indexOf(b));
  return [...known.filter(([, rule]) => rule !== "never"), ...known.filter(([, rule]) => rule === "never")];
}

export class CardView {
  constructor(slots) {
    this.slots = slots;
    this.slot = 0;
    this.file = undefined;
    this.secrets = false;
    this.pane = el("section", { class: "pane card-view", hidden: true, "aria-labelledby": "card-title" });
  }

  async look(slot = this.slot) {
    if (slot !== this.slot) [this.file, this.secrets] = [undefined, false];
    this.slot = slot;
    try {
      this.card = await get(`/api/slots/${slot}/card${this.secrets ? "?secrets=show" : ""}`);
      this.why = undefined;
    } catch (error) {
      this.card = undefined;
      this.why = error instanceof Refused ? (error.status === 404 ? t("card.closed") : t("card.none")) : t("state.gone");
      if (error instanceof Refused && error.status === 503) this.why = error.message;
    }
    this.draw();
  }

  draw() {
    const slots = this.slots();
    // What is there stays as long as it is true: who is about to press something presses that.
    const now = JSON.stringify([this.card, this.why, this.slot, this.file, this.secrets, currentLanguage(), slots.map((slot) => slot.reader)]);
    if (now === this.drawn) return;
    this.drawn = now;
    const choose = el(
      "select",
      { "aria-label": t("card.choose"), "data-key": "card-slot", onchange: (event) => this.look(Number(event.target.value)) },
      slots.map((slot) => el("option", { value: slot.slot, selected: slot.slot === this.slot }, `${slot.slot} ${slot.reader}`)),
    );
    const card = this.card;
    const changed = card?.files.reduce((sum, file) => sum + file.changed.reduce((all, [from, to]) => all + to - from, 0), 0);
    const scrolled = [".tree", ".sheet"].map((part) => this.pane.querySelector(part)?.scrollTop ?? 0);
    render(
      this.pane,
      el("h2", { id: "card-title", class: "visually-hidden" }, t("card")),
      el(
        "div",
        { class: "card-bar" },
        choose,
        card && el("strong", {}, card.name),
        card && el("span", { class: "mono" }, `${card.interface} · ${card.protocol} · ${t(card.powered ? "card.power.on" : "card.power.off")}`),
        card?.transaction && el("span", { class: "badge" }, t("card.transaction")),
        card?.has_baseline && el("span", { class: changed ? "badge" : "badge calm" }, changed ? t("card.changed", changed) : t("card.unchanged")),
        el("button", { "data-key": "card-refresh", onclick: () => this.look() }, t("card.refresh")),
      ),
      card ? el("div", { class: "card-cols" }, this.tree(card), this.sheet(card)) : el("p", { class: "notice" }, this.why),
    );
    [".tree", ".sheet"].forEach((part, at) => {
      const box = this.pane.querySelector(part);
      if (box) box.scrollTop = scrolled[at];
    });
  }

  tree(card) {
    const item = (key, label, more, classes, open) =>
      el(
        "li",
        {},
        el("button", { class: `tree-item ${classes}`, "data-key": `file-${key}`, "aria-current": String(this.file === key || (this.file === undefined && key === "state")), onclick: open }, el("b", {}, label), el("small", {}, more)),
      );
    const folders = new Map();
    for (const [at, file] of card.files.entries()) {
      const folder = file.path.replace(/\/[^/]*$/, "").replace(/ by class .*$/, "") || file.path;
      if (!folders.has(folder)) folders.set(folder, []);
      folders.get(folder).push([at, file]);
    }
    const open = (key) => () => {
      this.file = key;
      this.secrets = false;
      this.look();
    };
    const names = new Map(card.directories.map((directory) => [directory.path, directory.names]));
    const letters = (name) => {
      const text = (name.match(/../g) ?? []).map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join("");
      return /[ -~]{4,}$/.exec(text)?.[0] ?? name;
    };
    return el(
      "nav",
      { class: "tree", "aria-label": t("card.files") },
      el("ul", {}, item("state", t("card.state"), "", "", open("state"))),
      [...folders].map(([folder, files]) => [
        el("p", { class: "tree-dir" }, [folder, ...(names.get(folder) ?? []).slice(0, 1).map(letters)].join("  ")),
        el(
          "ul",
          {},
          files.map(([at, file]) => {
            const marks = [
              file.changed.length > 0 && el("span", { class: "badge" }, t("changed")),
              file.created && el("span", { class: "badge" }, t("created")),
              !file.there && el("span", { class: "badge calm" }, t("gone")),
            ];
            return item(at, [file.name || file.fid, marks.filter(Boolean)].flat(), `${file.fid} · ${file.size}`, file.there ? "" : "gone", open(at));
          }),
        ),
      ]),
    );
  }

  sheet(card) {
    const file = card.files[this.file];
    return el("div", { class: "sheet", tabindex: "0", role: "region", "aria-label": file ? file.name || file.fid : t("card.state") }, file ? this.fileSheet(file) : this.state(card));
  }

  state(card) {
    const meter = (secret) => {
      const { tries, uses } = secret;
      const low = tries && tries.left < tries.most;
      return el(
        "li",
        { class: low ? "meter low" : "meter" },
        el("strong", {}, `${t(`secret.${secret.kind}`)} ${secret.reference}`),
        secret.name && el("span", {}, secret.name),
        el("span", { class: "mono" }, secret.directory),
        tries && el("span", { class: "tries" }, Array.from({ length: tries.most }, (_, at) => el("i", { class: at < tries.left ? "left" : "", "aria-hidden": "true" })), el("b", {}, tries.left ? t("tries", tries.left, tries.most) : t("blocked"))),
        uses && el("span", {}, t("uses", uses.left, uses.most)),
        secret.proved_on.length > 0 && el("span", { class: "proved" }, `✓ ${t("proved", secret.proved_on.join(", "))}`),
      );
    };
    const channel = (one) =>
      el(
        "li",
        {},
        el("strong", {}, t("channel", one.number)),
        ` ${t("at")} `,
        el("code", {}, one.directory),
        one.file && ` › ${one.file}`,
        one.record !== undefined && ` #${one.record}`,
        t("colon"),
        [...one.environments.map(said), one.messaging && t("messaging"), one.role && t("role", one.role)].filter(Boolean).join(", ") || t("nothing.proved"),
      );
    // PINs first: they are what people look for.
    const counted = card.secrets.filter((secret) => secret.tries || secret.uses).sort((a, b) => (b.kind === "pin") - (a.kind === "pin"));
    const others = card.secrets.filter((secret) => !secret.tries && !secret.uses);
    const key = (secret) =>
      el("tr", {}, el("td", {}, `${t(`secret.${secret.kind}`)}`), el("td", { class: "mono" }, secret.reference), el("td", {}, secret.name ?? ""), el("td", { class: "mono" }, secret.directory), el("td", { class: "proved" }, secret.proved_on.length > 0 && `✓ ${t("proved", secret.proved_on.join(", "))}`));
    const head = ["card.keys", "reference", "name", "directory"].map((name) => el("th", { scope: "col" }, t(name)));
    return [
      el("h3", {}, t("card.state")),
      card.channels.length > 0 && el("section", { class: "part" }, el("h4", {}, t("card.channels")), el("ul", { class: "channels" }, card.channels.map(channel))),
      counted.length > 0 && el("section", { class: "part" }, el("h4", {}, t("card.codes")), el("ul", { class: "meters" }, counted.map(meter))),
      others.length > 0 && el("table", { class: "parts" }, el("thead", {}, el("tr", {}, head, el("td", {}))), el("tbody", {}, others.map(key))),
    ].filter(Boolean);
  }

  fileSheet(file) {
    const fact = (name, value) => value && [el("dt", {}, name), el("dd", {}, value)];
    const origin = file.origin && el("span", { class: `origin ${file.origin}` }, t(`origin.${file.origin}`));
    this.grid = el("pre", { class: "hexgrid", tabindex: "0", "aria-label": t("bytes") });
    this.fill(file);
    return [
      el("h3", {}, file.name || file.fid, file.changed.length > 0 && el("span", { class: "badge" }, t("changed"))),
      el(
        "dl",
        { class: "facts" },
        fact(t("identifier"), [file.path, file.sfi !== undefined && `SFI ${file.sfi}`, file.records && t("records")].filter(Boolean).join(" · ")),
        fact(t("size"), t("n.bytes", file.size)),
        fact(t("life"), t(`life.${file.life_cycle}`)),
        fact(t("readable"), said(file.readable)),
        fact(t("origin"), origin && [origin, file.source && el("span", { lang: "en" }, ` ${file.source}`)]),
      ),
      el("ul", { class: "rules", "aria-label": t("rules") }, rules(file).map(([name, rule]) => el("li", { class: rule === "never" ? "never" : undefined }, el("b", {}, t(`rule.${name}`)), t("colon"), said(rule)))),
      (file.hidden || this.secrets) &&
        el(
          "p",
          { class: "secret-note" },
          t("file.hidden"),
          el("button", { "aria-pressed": String(this.secrets), "data-key": "file-secret", onclick: () => { this.secrets = !this.secrets; this.look(); } }, t(this.secrets ? "file.hide" : "file.show")),
        ),
      !file.hidden && file.size > 0 && this.grid,
      file.elements.length > 0 && this.elements(file),
    ].filter(Boolean);
  }

  /** Draws the bytes: what changed is marked, an element that somebody looks at is lit. Lines that repeat are left out. */
  fill(file, lit) {
    const bytes = file.bytes.match(/../g) ?? [];
    const isChanged = (at) => file.changed.some(([from, to]) => at >= from && at < to);
    const isLit = (at) => lit && at >= lit.start && at < lit.end;
    const kind = (at) => (isLit(at) ? "lit" : isChanged(at) ? "changed" : "");
    const pieces = [];
    let skipping = false;
    for (let line = 0; line < bytes.length; line += LINE) {
      const own = bytes.slice(line, line + LINE);
      const same = (other) => bytes.slice(other, other + LINE).join() === own.join();
      const plain = own.every((_, at) => kind(line + at) === "");
      if (plain && line > 0 && same(line - LINE) && same(line + LINE)) {
        if (!skipping) pieces.push(el("span", { class: "skip-line" }, "…\n"));
        skipping = true;
        continue;
      }
      skipping = false;
      pieces.push(el("span", { class: "place" }, `${line.toString(16).toUpperCase().padStart(4, "0")}  `));
      for (let at = 0; at < own.length; ) {
        const first = kind(line + at);
        let end = at;
        while (end < own.length && kind(line + end) === first) end += 1;
        const run = own.slice(at, end).join(" ");
        pieces.push(first === "lit" ? el("span", { class: "lit" }, run) : first === "changed" ? el("mark", {}, run) : run);
        pieces.push(" ");
        at = end;
      }
      pieces.push("   ".repeat(LINE - own.length), " ", own.map((pair) => {
        const code = Number.parseInt(pair, 16);
        return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : "·";
      }).join(""), "\n");
    }
    this.grid.replaceChildren(...pieces);
  }

  elements(file) {
    const rows = [];
    const about = abouts();
    const add = (element, depth) => {
      const name = el("td", {}, ofBoth(element.name, element.name_fr), about(element));
      name.style.paddingInlineStart = `${depth * 14}px`;
      rows.push(
        el(
          "tr",
          {
            class: element.changed ? "changed" : undefined,
            tabindex: rows.length ? "-1" : "0",
            "data-key": `element-${rows.length}`,
            onpointerenter: () => this.fill(file, element),
            onpointerleave: () => this.fill(file),
            onfocus: () => this.fill(file, element),
            onblur: () => this.fill(file),
          },
          el("td", { class: "at" }, `${element.start}..${element.end}`),
          name,
          el("td", {}, shown(ofBoth(element.value, element.value_fr))),
          el("td", {}, el("span", { class: `origin ${element.origin}`, title: element.source }, t(`origin.${element.origin}`))),
        ),
      );
      element.elements.forEach((child) => add(child, depth + 1));
    };
    file.elements.forEach((element) => add(element, 0));
    const head = ["bytes", "element", "value", "origin"].map((key) => el("th", { scope: "col" }, t(key)));
    return el("table", { class: "parts" }, el("thead", {}, el("tr", {}, head)), el("tbody", { onkeydown: walk }, rows));
  }
}

/** Goes from element to element by the arrows: one of them has the place among all that Tab reaches. */
function walk(event) {
  const to = event.target[{ ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key]];
  if (!to) return;
  event.preventDefault();
  event.target.tabIndex = -1;
  to.tabIndex = 0;
  to.focus();
}
