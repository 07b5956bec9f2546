// The dialogue as the page keeps it: one small record for each entry, equal texts once, the oldest gone when it is full.

/** As many as the program keeps. */
const MOST = 131_072;
/** How many go at once when there is no room. */
const SLICE = 8192;

const interned = new Map();

function intern(text) {
  if (text === undefined) return undefined;
  const known = interned.get(text);
  if (known !== undefined) return known;
  if (interned.size > 50_000) interned.clear();
  interned.set(text, text);
  return text;
}

/** A record: of a command, or of anything else that happened. */
function record(entry) {
  const program = entry.program ?? "";
  const faults = entry.faults ? entry.faults.join(", ") : "";
  const words = [entry.kind, entry.name, entry.name_fr, entry.file, entry.element, entry.element_fr, entry.status, entry.meaning ?? entry.said, entry.meaning_fr ?? entry.said_fr, program, faults];
  return {
    // What is sought in it: many entries say the same, so that it is there once, and is looked at once.
    words: intern(words.filter(Boolean).join("\n").toLowerCase()),
    seq: entry.seq,
    at: entry.at,
    kind: intern(entry.kind),
    slot: entry.slot ?? -1,
    stay: entry.stay ?? 0,
    session: entry.session ?? -1,
    process: entry.process ?? 0,
    program: intern(program),
    name: intern(entry.name ?? ""),
    nameFr: intern(entry.name_fr ?? ""),
    file: intern(entry.file ?? ""),
    element: intern(entry.element ?? ""),
    elementFr: intern(entry.element_fr ?? ""),
    command: entry.command ?? "",
    data: entry.data ?? "",
    sent: entry.sent ?? 0,
    got: entry.got ?? 0,
    status: intern(entry.status ?? ""),
    meaning: intern(entry.meaning ?? entry.said ?? ""),
    meaningFr: intern(entry.meaning_fr ?? entry.said_fr ?? ""),
    level: intern(entry.level ?? "note"),
    took: entry.took ?? 0,
    committed: entry.committed ?? 0,
    faults: intern(faults),
  };
}

export const store = {
  records: [],
  lost: 0,
  programs: new Set(),
};

/** Adds entries; gives how many old ones went for them. */
export function add(entries) {
  for (const entry of entries) {
    const one = record(entry);
    store.records.push(one);
    if (one.kind === "command") store.programs.add(one.program);
  }
  const over = store.records.length - MOST;
  if (over <= 0) return 0;
  const gone = Math.max(over, SLICE);
  store.records.splice(0, gone);
  return gone;
}

/** The group that a command is in: what one program says to one card in one stay. */
export const group = (one) => `${one.slot}/${one.stay}/${one.session}`;

/** A filter of what a person asks for; nothing asked fits all. `deep` has the entries that the program found it in. */
export function filter({ words, slot, program, levels }, deep) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const known = new Map();
  const says = (text) => {
    let is = known.get(text);
    if (is === undefined) known.set(text, (is = wanted.every((word) => text.includes(word))));
    return is;
  };
  return (one) => {
    if (levels.size && !levels.has(one.level)) return false;
    if (slot !== "" && one.slot !== Number(slot)) return false;
    if (program !== "" && (one.kind !== "command" || one.program !== program)) return false;
    return !wanted.length || says(one.words) || Boolean(deep?.has(one.seq));
  };
}
