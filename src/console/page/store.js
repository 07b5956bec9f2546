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
  return {
    seq: entry.seq,
    at: entry.at,
    kind: intern(entry.kind),
    slot: entry.slot ?? -1,
    stay: entry.stay ?? 0,
    session: entry.session ?? -1,
    process: entry.process ?? 0,
    program: intern(program),
    name: intern(entry.name ?? ""),
    file: intern(entry.file ?? ""),
    element: intern(entry.element ?? ""),
    command: entry.command ?? "",
    data: entry.data ?? "",
    sent: entry.sent ?? 0,
    got: entry.got ?? 0,
    status: intern(entry.status ?? ""),
    meaning: intern(entry.meaning ?? entry.said ?? ""),
    level: intern(entry.level ?? "note"),
    took: entry.took ?? 0,
    committed: entry.committed ?? 0,
    faults: entry.faults ? intern(entry.faults.join(", ")) : "",
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

/** A filter of what a person asks for; nothing asked fits all. */
export function filter({ words, slot, program, levels }) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const digits = words.replace(/\s+/g, "").toUpperCase();
  const isHex = digits.length >= 4 && /^[0-9A-F]+$/.test(digits);
  return (one) => {
    if (levels.size && !levels.has(one.level)) return false;
    if (slot !== "" && one.slot !== Number(slot)) return false;
    if (program !== "" && (one.kind !== "command" || one.program !== program)) return false;
    if (!wanted.length) return true;
    const said = `${one.kind} ${one.name} ${one.file} ${one.element} ${one.status} ${one.meaning} ${one.program} ${one.faults}`.toLowerCase();
    if (wanted.every((word) => said.includes(word))) return true;
    return isHex && `${one.command}|${one.data}`.replaceAll(" ", "").includes(digits);
  };
}
