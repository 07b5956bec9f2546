// What the page says, in English and French.

import { el } from "./dom.js";

const EN = {
  skip: "Skip to the content",
  slots: "Readers", dialogue: "Dialogue", card: "Card", views: "Views", language: "Français", theme: "Theme",
  "theme.dark": "Dark", "theme.light": "Light", shortcuts: "Keys", close: "Close", copy: "Copy", copied: "Copied",
  "copy.what": (what) => `Copy: ${what}`,
  "state.live": "live", "state.broken": "connecting", "state.gone": "the readers are gone",
  "state.refused": "not let in", "host": (name, pid) => (name === String(pid) ? `process ${pid}` : `${name} · process ${pid}`),
  "banner.gone": "The readers are gone. What was said stays here; this page comes back when they do.",
  "banner.refused": "Other readers are at this address now: these were stopped or started anew. What was said stays here. Open the new address, which this says:",
  "banner.broken": "The connection broke. This page tries again.", "unreached": "The readers do not answer", "unreached.hint": "nothing was done",
  "slot": (slot) => `Slot ${slot}`, "vacant": "No card. Drop one here, or choose one.", "unplugged": "The reader is unplugged. It comes back by itself, with its card.", "unplugged.said": (reader) => `${reader} is unplugged`,
  "insert": "Insert…", "insert.title": (reader) => `A card for ${reader}`, "insert.find": "Find a card",
  "insert.builtin": (kind) => `Built-in cards: ${kind}`, "insert.folder": (path) => `Card files in ${path}`, "insert.more": "There are more files than are listed.",
  "insert.other": "Cards in other slots", "insert.none": "No card is called so.",
  "remove": "Remove", "reinsert": "Put back", "look": "Look inside", "pin": "PIN pad",
  "removed": (reader) => `${reader}: the card is out`, "inserted": (reader) => `${reader}: a card is in`,
  "mute": "It gives no answer to reset.", "drivers": (names) => `Shown by ${names}`,
  "asks.pin": (a, b) => `The reader asks for the PIN (${a} to ${b} digits)`,
  "asks.current": (a, b) => `The reader asks for the current PIN (${a} to ${b} digits)`,
  "asks.new": (a, b) => `The reader asks for the new PIN (${a} to ${b} digits)`,
  "asks.new_again": (a, b) => `The reader asks for the new PIN again (${a} to ${b} digits)`,
  "type.pin": "Type the PIN", "ahead": (n) => (n === 1 ? "One PIN is typed ahead." : `${n} PINs are typed ahead.`),
  "pad.title": (reader) => `PIN pad of ${reader}`, "pad.label": "PIN", "pad.enter": "Enter", "pad.clear": "Clear", "pad.cancel": "Cancel",
  "pad.ahead": "Wait until the reader asks", "pad.hint": "Digits and Enter of the keyboard do the same; Escape only closes this. The PIN goes to the card and never through the program.",
  "pad.typed": "The PIN is typed", "pad.cancelled": "Cancelled",
  "search": "Search the dialogue", "search.hint": "Search: name, file, 6982, D001…", "filter.slot": "Slot", "filter.slot.all": "All slots",
  "filter.program": "Program", "filter.program.all": "All programs", "filter.level": "Kinds of lines",
  "level.done": "Commands that the card has carried out", "level.warning": "Warnings of the card", "level.refused": "Commands that the card refused",
  "level.silent": "Commands without an answer", "level.note": "Other events",
  "level.done.short": "OK", "level.warning.short": "Warn", "level.refused.short": "Refused", "level.silent.short": "Silent", "level.note.short": "Events",
  "pause": "Pause", "paused": "The list stands still", "resumed": "The list goes on", "newest": "To the newest ↓", "export": "Export…",
  "time": "Time", "slot.short": "Slot", "command": "Command", "file": "File · element", "bytes": "Bytes", "lengths": "Sent → got", "answer": "Answer", "took": "Took",
  "count": (n, all) => (n === "1" ? `${n} command of ${all} entries` : `${n} commands of ${all} entries`), "lost": (n) => `${n} were lost`, "unseen": (n) => `${n} more while paused`,
  "empty": "Nothing was said to a card yet. Run a program that uses PC/SC:", "empty.filtered": "Nothing fits this filter.",
  "underway": (seconds) => (seconds < 2 ? "no answer yet" : `no answer for ${seconds} s`), "underway.pin": "waits for a person at the PIN pad", "searching": "searching…",
  "program": "a program", "driver": "the driver of another service", "process": (pid) => `process\u00A0${pid}`, "session": (n) => `session\u00A0${n}`,
  "in.slot": (slot, reader) => `slot ${slot} ${reader}`, "folded": (n) => `${n} commands folded`,
  "fact.program": "Program", "fact.file": "File",
  "note.inserted": "Card in", "note.removed": "Card out", "note.powered": "Power on", "note.reset": "Warm reset", "note.power_off": "Power off",
  "note.rested": "Power off, since nobody used the card", "note.protocol": "Protocol", "note.committed": "Bytes written", "note.fault": "Fault",
  "note.session_opened": "A program came", "note.session_closed": "A program went", "note.lost": "Events lost",
  "note.of": (what, more) => `${what}: ${more}`,
  "detail": "The command in full", "data": "Data of the answer", "elements": "What the answer says", "element": "Element", "value": "Value", "origin": "Origin",
  "origin.public": "public", "origin.inferred": "inferred", "origin.invented": "invented", "in.part": "in part",
  "colon": ": ", "committed": "Written", "n.bytes": (n) => (n === 1 ? "1 byte" : `${number(n)} bytes`), "all.bytes": (n) => `Show all ${number(n)} bytes`,
  "secret.hidden": "This command presents a PIN, a code or a key. It is hidden.", "secret.shown": "The PIN, code or key of this command is shown.",
  "secret.show": "Show the secret", "secret.hide": "Hide it",
  "export.title": "Keep the dialogue", "export.about": "What the page has of it. PINs, codes and keys are left out unless you ask for them; a command that has one is replayed only with it.",
  "export.slot": "Slot", "export.one": "A script is of one slot", "export.secrets": "With PINs, codes and keys", "export.apdu": "Trace (.apdu)", "export.scriptor": "scriptor script",
  "card.none": "There is no card in this slot.", "card.closed": "Nobody can look into this card: its chip is not one of ours.", "card.choose": "Slot",
  "card.files": "Files", "card.state": "Counters and state", "card.codes": "PINs and counters", "card.keys": "Keys without a counter", "card.channels": "Channels", "reference": "Reference", "directory": "Directory", "name": "Name", "card.refresh": "Look again", "card.power.on": "powered", "card.power.off": "no power",
  "card.transaction": "A transaction is open", "card.changed": (n) => (n === 1 ? "1 byte changed" : `${n} bytes changed`), "card.unchanged": "No file changed since it came in",
  "changed": "changed", "created": "created", "gone": "gone", "size": "Size", "life": "Life cycle", "identifier": "Identifier", "rules": "Access rules",
  "rule.read": "read", "rule.update": "update", "rule.append": "append", "rule.activate": "activate", "rule.deactivate": "deactivate", "rule.delete": "delete",
  "readable": "Reading, by the layout", "file.hidden": "Nobody reads this file from the card, so its bytes are hidden here.", "file.show": "Show its bytes", "file.hide": "Hide them",
  "secret.pin": "PIN", "secret.key_set": "Key set", "secret.private_key": "Private key", "secret.public_key": "Public key",
  "tries": (left, most) => `${left} of ${most} tries left`, "uses": (left, most) => `${left} of ${most} uses left`, "blocked": "blocked",
  "proved": (channels) => `proved on channel ${channels}`, "channel": (n) => `Channel ${n}`, "at": "at", "messaging": "secure messaging", "role": (role) => `role ${role}`, "nothing.proved": "nothing proved",
  "records": "records", "life.creation": "creation", "life.initialised": "initialised", "life.activated": "activated", "life.deactivated": "deactivated", "life.terminated": "terminated", "life.unknown": "unknown",
  "keys.title": "Keys", "keys.search": "search the dialogue", "keys.list": "go to the list", "keys.move": "move in the list", "keys.open": "open the command, fold the program", "keys.close": "close what is open",
  "keys.pause": "pause, go on", "keys.views": "dialogue, card, readers", "keys.insert": "insert a card into slot 0", "keys.pad": "PIN pad", "keys.export": "export", "keys.newest": "to the newest", "keys.theme": "light, dark", "keys.help": "these keys",
  "closed.title": "This page needs its address", "closed.about": "Open the address that the readers gave, with its token. This says it again:",
  "faults": "Faults…", "fault.title": (reader) => `Faults of ${reader}`, "fault.line": "A fault in its language", "fault.arm": "Arm a fault", "fault.clear": "Take all away",
  "fault.none": "No fault is armed.", "fault.struck": (n) => (n === 0 ? "waits" : n === 1 ? "struck once" : `struck ${n} times`), "fault.spent": "over", "fault.never": "over, never struck", "fault.own": "of the card file",
  "fault.about": "A fault strikes whatever card is in the slot, until it is taken away. docs/faults.md has the language.", "keys.faults": "faults of slot 0",
  "fault.silence": "Silence and time", "fault.answers": "Answers", "fault.power": "Power and hands", "fault.own.line": "In your own words",
  "fault.when": "Strikes", "fault.when.next": "the next time", "fault.when.third": "the third time", "fault.when.each": "each time", "fault.when.after": "each time behind the fifth", "fault.when.chance": "one time in four, by chance",
  "fault.kind.mute": "No answer", "fault.kind.sw": "Another status word", "fault.kind.61xx": "The answer in parts (61xx)", "fault.kind.6Cxx": "Another Le is asked for", "fault.kind.cut": "Data cut short",
  "fault.kind.pad": "Zeros behind the data", "fault.kind.flip": "One bit flipped", "fault.kind.atr": "Another answer to reset", "fault.kind.late": "A late answer", "fault.kind.wtx": "The card asks for time",
  "fault.kind.power=before": "Power lost before a commit", "fault.kind.power=during": "Power lost during a commit", "fault.kind.power=after": "Power lost after a commit",
  "fault.kind.pull": "Pulled, and back", "fault.kind.unplug": "Reader unplugged, and back", "fault.kind.reset": "Reset by another program", "fault.kind.cancel": "PIN pad cancelled",
  "face.virtual": "VIRTUAL CARD", "face.relayed": "REAL CARD, RELAYED", "kept": (name) => `Kept from run to run as ${name}`,
};

const FR = {
  skip: "Aller au contenu",
  slots: "Lecteurs", dialogue: "Dialogue", card: "Carte", views: "Vues", language: "English", theme: "Thème",
  "theme.dark": "Sombre", "theme.light": "Clair", shortcuts: "Touches", close: "Fermer", copy: "Copier", copied: "Copié",
  "copy.what": (what) => `Copier : ${what}`,
  "state.live": "en direct", "state.broken": "connexion", "state.gone": "les lecteurs sont partis",
  "state.refused": "accès refusé", "host": (name, pid) => (name === String(pid) ? `processus ${pid}` : `${name} · processus ${pid}`),
  "banner.gone": "Les lecteurs sont partis. Ce qui a été dit reste ici ; cette page revient avec eux.",
  "banner.refused": "D'autres lecteurs sont à cette adresse : ceux-ci ont été arrêtés, ou relancés. Ce qui a été dit reste ici. Ouvrez la nouvelle adresse, que ceci dit :",
  "banner.broken": "La connexion est rompue. Cette page essaie encore.", "unreached": "Les lecteurs ne répondent pas", "unreached.hint": "rien n'a été fait",
  "slot": (slot) => `Emplacement ${slot}`, "vacant": "Pas de carte. Déposez-en une ici, ou choisissez-en une.", "unplugged": "Le lecteur est débranché. Il revient de lui-même, avec sa carte.", "unplugged.said": (reader) => `${reader} est débranché`,
  "insert": "Insérer…", "insert.title": (reader) => `Une carte pour ${reader}`, "insert.find": "Chercher une carte",
  "insert.builtin": (kind) => `Cartes intégrées : ${kind}`, "insert.folder": (path) => `Fichiers de carte dans ${path}`, "insert.more": "Il y a plus de fichiers que la liste n'en montre.",
  "insert.other": "Cartes des autres emplacements", "insert.none": "Aucune carte ne porte ce nom.",
  "remove": "Retirer", "reinsert": "Remettre", "look": "Voir dedans", "pin": "Clavier",
  "removed": (reader) => `${reader} : la carte est retirée`, "inserted": (reader) => `${reader} : une carte est insérée`,
  "mute": "Elle ne répond pas à la remise à zéro.", "drivers": (names) => `Montrée par ${names}`,
  "asks.pin": (a, b) => `Le lecteur demande le code (${a} à ${b} chiffres)`,
  "asks.current": (a, b) => `Le lecteur demande le code actuel (${a} à ${b} chiffres)`,
  "asks.new": (a, b) => `Le lecteur demande le nouveau code (${a} à ${b} chiffres)`,
  "asks.new_again": (a, b) => `Le lecteur redemande le nouveau code (${a} à ${b} chiffres)`,
  "type.pin": "Taper le code", "ahead": (n) => (n === 1 ? "Un code est tapé d'avance." : `${n} codes sont tapés d'avance.`),
  "pad.title": (reader) => `Clavier de ${reader}`, "pad.label": "Code", "pad.enter": "Valider", "pad.clear": "Corriger", "pad.cancel": "Annuler",
  "pad.ahead": "Attendre que le lecteur le demande", "pad.hint": "Les chiffres et Entrée du clavier font de même ; Échap ferme seulement ceci. Le code va à la carte et ne passe jamais par le programme.",
  "pad.typed": "Le code est tapé", "pad.cancelled": "Annulé",
  "search": "Chercher dans le dialogue", "search.hint": "Chercher : nom, fichier, 6982, D001…", "filter.slot": "Emplacement", "filter.slot.all": "Tous les emplacements",
  "filter.program": "Programme", "filter.program.all": "Tous les programmes", "filter.level": "Sortes de lignes",
  "level.done": "Commandes exécutées par la carte", "level.warning": "Avertissements de la carte", "level.refused": "Commandes refusées par la carte",
  "level.silent": "Commandes sans réponse", "level.note": "Autres événements",
  "level.done.short": "OK", "level.warning.short": "Avert.", "level.refused.short": "Refus", "level.silent.short": "Muet", "level.note.short": "Évén.",
  "pause": "Pause", "paused": "La liste est arrêtée", "resumed": "La liste reprend", "newest": "Au plus récent ↓", "export": "Exporter…",
  "time": "Temps", "slot.short": "Empl.", "command": "Commande", "file": "Fichier · élément", "bytes": "Octets", "lengths": "Envoyé → reçu", "answer": "Réponse", "took": "Durée",
  "count": (n, all) => (n === "1" ? `${n} commande sur ${all} entrées` : `${n} commandes sur ${all} entrées`), "lost": (n) => `${n} perdues`, "unseen": (n) => `${n} de plus pendant la pause`,
  "empty": "Rien n'a encore été dit à une carte. Lancez un programme qui utilise PC/SC :", "empty.filtered": "Rien ne correspond à ce filtre.",
  "underway": (seconds) => (seconds < 2 ? "pas encore de réponse" : `sans réponse depuis ${seconds} s`), "underway.pin": "attend quelqu'un au clavier", "searching": "recherche…",
  "program": "un programme", "driver": "le pilote d'un autre service", "process": (pid) => `processus\u00A0${pid}`, "session": (n) => `session\u00A0${n}`,
  "in.slot": (slot, reader) => `emplacement ${slot} ${reader}`, "folded": (n) => `${n} commandes repliées`,
  "fact.program": "Programme", "fact.file": "Fichier",
  "note.inserted": "Carte insérée", "note.removed": "Carte retirée", "note.powered": "Mise sous tension", "note.reset": "Remise à zéro à chaud", "note.power_off": "Mise hors tension",
  "note.rested": "Hors tension, faute d'usage", "note.protocol": "Protocole", "note.committed": "Octets écrits", "note.fault": "Panne",
  "note.session_opened": "Un programme est arrivé", "note.session_closed": "Un programme est parti", "note.lost": "Événements perdus",
  "note.of": (what, more) => `${what} : ${more}`,
  "detail": "La commande en entier", "data": "Données de la réponse", "elements": "Ce que dit la réponse", "element": "Élément", "value": "Valeur", "origin": "Origine",
  "origin.public": "public", "origin.inferred": "déduit", "origin.invented": "inventé", "in.part": "en partie",
  "colon": " : ", "committed": "Écrit", "n.bytes": (n) => (n <= 1 ? `${n} octet` : `${number(n)} octets`), "all.bytes": (n) => `Montrer les ${number(n)} octets`,
  "secret.hidden": "Cette commande présente un code ou une clé. Il est caché.", "secret.shown": "Le code ou la clé de cette commande est montré.",
  "secret.show": "Montrer le secret", "secret.hide": "Le cacher",
  "export.title": "Garder le dialogue", "export.about": "Ce que la page en a. Les codes et les clés n'y sont pas, sauf si vous les demandez ; sans eux, une commande qui en présente ne se rejoue pas.",
  "export.slot": "Emplacement", "export.one": "Un script est d'un seul emplacement", "export.secrets": "Avec les codes et les clés", "export.apdu": "Trace (.apdu)", "export.scriptor": "Script scriptor",
  "card.none": "Il n'y a pas de carte dans cet emplacement.", "card.closed": "Personne ne peut voir dans cette carte : sa puce n'est pas des nôtres.", "card.choose": "Emplacement",
  "card.files": "Fichiers", "card.state": "Compteurs et état", "card.codes": "Codes et compteurs", "card.keys": "Clés sans compteur", "card.channels": "Canaux", "reference": "Référence", "directory": "Répertoire", "name": "Nom", "card.refresh": "Regarder encore", "card.power.on": "sous tension", "card.power.off": "hors tension",
  "card.transaction": "Une transaction est ouverte", "card.changed": (n) => (n === 1 ? "1 octet a changé" : `${n} octets ont changé`), "card.unchanged": "Aucun fichier n'a changé depuis l'insertion",
  "changed": "modifié", "created": "créé", "gone": "absent", "size": "Taille", "life": "Cycle de vie", "identifier": "Identifiant", "rules": "Règles d'accès",
  "rule.read": "lire", "rule.update": "modifier", "rule.append": "ajouter", "rule.activate": "activer", "rule.deactivate": "désactiver", "rule.delete": "supprimer",
  "readable": "Lecture, selon la structure", "file.hidden": "Personne ne lit ce fichier sur la carte : ses octets sont cachés ici.", "file.show": "Montrer ses octets", "file.hide": "Les cacher",
  "secret.pin": "Code", "secret.key_set": "Jeu de clés", "secret.private_key": "Clé privée", "secret.public_key": "Clé publique",
  "tries": (left, most) => (left < 2 ? `${left} essai restant sur ${most}` : `${left} essais restants sur ${most}`), "uses": (left, most) => (left < 2 ? `${left} usage restant sur ${most}` : `${left} usages restants sur ${most}`), "blocked": "bloqué",
  "proved": (channels) => `prouvé sur le canal ${channels}`, "channel": (n) => `Canal ${n}`, "at": "en", "messaging": "messagerie sécurisée", "role": (role) => `rôle ${role}`, "nothing.proved": "rien de prouvé",
  "records": "enregistrements", "life.creation": "création", "life.initialised": "initialisé", "life.activated": "activé", "life.deactivated": "désactivé", "life.terminated": "terminé", "life.unknown": "inconnu",
  "keys.title": "Touches", "keys.search": "chercher dans le dialogue", "keys.list": "aller à la liste", "keys.move": "se déplacer dans la liste", "keys.open": "ouvrir la commande, replier le programme", "keys.close": "fermer ce qui est ouvert",
  "keys.pause": "pause, reprise", "keys.views": "dialogue, carte, lecteurs", "keys.insert": "insérer une carte dans l'emplacement 0", "keys.pad": "clavier à code", "keys.export": "exporter", "keys.newest": "au plus récent", "keys.theme": "clair, sombre", "keys.help": "ces touches",
  "closed.title": "Cette page demande son adresse", "closed.about": "Ouvrez l'adresse que les lecteurs ont donnée, avec son jeton. Ceci la redit :",
  "faults": "Pannes…", "fault.title": (reader) => `Pannes de ${reader}`, "fault.line": "Une panne dans son langage", "fault.arm": "Armer une panne", "fault.clear": "Tout enlever",
  "fault.none": "Aucune panne n'est armée.", "fault.struck": (n) => (n === 0 ? "attend" : n === 1 ? "a frappé une fois" : `a frappé ${n} fois`), "fault.spent": "finie", "fault.never": "finie sans avoir frappé", "fault.own": "du fichier de carte",
  "fault.about": "Une panne frappe toute carte de l'emplacement, jusqu'à ce qu'on l'enlève. docs/faults.md a le langage.", "keys.faults": "pannes de l'emplacement 0",
  "fault.silence": "Silence et temps", "fault.answers": "Réponses", "fault.power": "Courant et mains", "fault.own.line": "Avec vos mots",
  "fault.when": "Frappe", "fault.when.next": "la prochaine fois", "fault.when.third": "la troisième fois", "fault.when.each": "à chaque fois", "fault.when.after": "à chaque fois après la cinquième", "fault.when.chance": "une fois sur quatre, au hasard",
  "fault.kind.mute": "Pas de réponse", "fault.kind.sw": "Un autre mot d'état", "fault.kind.61xx": "Réponse par morceaux (61xx)", "fault.kind.6Cxx": "Un autre Le est demandé", "fault.kind.cut": "Données coupées",
  "fault.kind.pad": "Des zéros après les données", "fault.kind.flip": "Un bit retourné", "fault.kind.atr": "Une autre réponse à la remise à zéro", "fault.kind.late": "Réponse en retard", "fault.kind.wtx": "La carte demande du temps",
  "fault.kind.power=before": "Courant perdu avant une écriture", "fault.kind.power=during": "Courant perdu pendant une écriture", "fault.kind.power=after": "Courant perdu après une écriture",
  "fault.kind.pull": "Carte retirée, puis remise", "fault.kind.unplug": "Lecteur débranché, puis rebranché", "fault.kind.reset": "Remise à zéro par un autre programme", "fault.kind.cancel": "Annulation au clavier",
  "face.virtual": "CARTE VIRTUELLE", "face.relayed": "CARTE RÉELLE, RELAYÉE", "kept": (name) => `Gardée d'une fois à l'autre : ${name}`,
};

let language = "en";

/** The language that somebody asked for: in the address, before, or by the browser. */
export function chooseLanguage(asked) {
  const said = asked ?? new URL(location.href).searchParams.get("lang") ?? localStorage.getItem("virtuale-lang") ?? navigator.language;
  language = said?.toLowerCase().startsWith("fr") ? "fr" : "en";
  if (asked) localStorage.setItem("virtuale-lang", language);
  document.documentElement.lang = language;
  return language;
}

export const currentLanguage = () => language;

/** A text of the page. */
export function t(key, ...values) {
  const known = (language === "fr" ? FR : EN)[key] ?? EN[key] ?? key;
  const text = typeof known === "function" ? known(...values) : known;
  return language === "fr" ? typeset(text) : text;
}

/** French with its own blanks and apostrophes, which keyboards do not have. */
const typeset = (text) =>
  text.replace(/(?<=\p{L})'(?=[\p{L}\d«])/gu, "’").replace(/ (?=[;?!])/g, "\u202F").replace(/ (?=:)/g, "\u00A0").replace(/« /g, "«\u00A0").replace(/ »/g, "\u00A0»");

/** Of what is said in both languages, that of the page. */
export const ofBoth = (english, french) => (language === "fr" && french ? typeset(french) : english);

/** Gives what says what the key of a card file means that an element is called by: once for all elements of a table. */
export function abouts() {
  const told = new Set();
  return ({ about, about_fr }) => {
    if (!about || told.has(about)) return undefined;
    told.add(about);
    return el("small", { class: "about" }, ofBoth(about, about_fr));
  };
}

/** A sentence of the program, which speaks the language of the page. */
export const spoken = (text) => (language === "fr" ? typeset(text) : text);

/** A rule or a proof, in the language of the page. */
export function said(words) {
  if (language !== "fr") return words;
  const parts = [[/secure messaging/g, "messagerie sécurisée"], [/external authentication/g, "authentification externe"], [/\bPIN\b/g, "code"], [/ and /g, " et "], [/ or /g, " ou "], [/^always$/, "toujours"], [/^never$/, "jamais"]];
  return typeset(parts.reduce((text, [english, french]) => text.replace(english, french), words));
}

const formats = new Map();

/** A number, with so many digits behind its sign of decimals. */
export function number(value, digits = 0) {
  const key = `${language}${digits}`;
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }));
  return formats.get(key).format(value);
}

/** The keys of all texts, for a check that no language lacks any. */
export const keys = () => [Object.keys(EN).sort(), Object.keys(FR).sort()];
