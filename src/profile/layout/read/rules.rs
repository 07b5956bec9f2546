//! Sources, roles and access rules, compiled to compact form [ISO-7816-4 9.3.3] [OPENSC-IASECC acl].

use std::{collections::BTreeMap, sync::Arc};

use virtuale_engine::image::{CompactRule, Condition, Transactions};

use super::super::{
    super::map::Origin,
    fields::{Fields, Placed, Report},
    model::{Access, Known, Rule},
};

/// What a layout gives names to. A table with mistakes in it has given its name all the same, so that whoever uses the
/// name makes no mistake by it.
#[derive(Debug, Default)]
pub(in super::super) struct Names {
    pub(super) sources: BTreeMap<String, Arc<Known>>,
    roles: BTreeMap<String, Option<Role>>,
    pub(super) rules: BTreeMap<String, Arc<Rule>>,
    pub(in super::super) applications: Vec<String>,
    pub(super) files: Vec<String>,
    /// Private keys, which files may belong to.
    pub(super) keys: Vec<String>,
    /// The applets that cards of the family may have, beside those of every card.
    pub(super) applets: Vec<&'static str>,
}

/// How a role is proven, and in which security environment.
#[derive(Clone, Copy, Debug)]
struct Role {
    condition: u8,
    environment: u8,
}

/// The operations and their bits in an access mode byte: on files [ISO-7816-4 9.3.3] [OPENSC-IASECC acl],
/// on PINs and keys [OPENSC-IASECC sdo], where `proxy` is this project's.
const OPERATIONS: [(&str, u8); 19] = [
    ("delete", 0x40),
    ("terminate", 0x20),
    ("activate", 0x10),
    ("deactivate", 0x08),
    ("write", 0x04),
    ("update", 0x02),
    ("create", 0x02),
    ("read", 0x01),
    ("change", 0x40),
    ("sign", 0x40),
    ("certify", 0x40),
    ("verify", 0x20),
    ("external", 0x20),
    ("internal", 0x20),
    ("reset", 0x10),
    ("decipher", 0x10),
    ("mutual", 0x08),
    ("generate", 0x08),
    ("proxy", 0x04),
];

/// How many bytes a transaction may write where a layout does not say it.
const ROOM: usize = 16_384;

/// The most that a layout may give it: what a chip has at most is a little more.
const MOST_ROOM: usize = 65_535;

/// What sources say of how well something is known.
const ORIGINS: [(&str, Origin); 3] =
    [("public", Origin::Public), ("inferred", Origin::Inferred), ("invented", Origin::Invented)];

/// What a rule is for: which operations make sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in super::super) enum Governed {
    /// A file or application.
    File,
    /// A PIN of the holder.
    Pin,
    /// Two symmetric keys.
    KeySet,
    /// A private key.
    PrivateKey,
    /// A public key.
    PublicKey,
}

impl Governed {
    /// What messages call it, and its operations.
    fn operations(self) -> (&'static str, &'static [&'static str]) {
        match self {
            Self::File => {
                ("files", &["delete", "terminate", "activate", "deactivate", "write", "update", "create", "read"])
            }
            Self::Pin => ("PINs", &["change", "verify", "reset", "update", "read"]),
            Self::KeySet => ("key sets", &["external", "mutual", "update", "read"]),
            Self::PrivateKey => {
                ("private keys", &["sign", "internal", "decipher", "generate", "proxy", "update", "read"])
            }
            Self::PublicKey => ("public keys", &["certify", "external", "generate", "update", "read"]),
        }
    }
}

/// Reads `[source]`, `[role]` and `[rule]`.
pub(super) fn read(top: &Fields<'_>) -> Names {
    let mut names = Names::default();
    for (name, fields) in top.tables("source", "key of a source") {
        names.sources.insert(name.value.to_owned(), source(&fields).map_or_else(Known::stand_in, Arc::new));
        fields.finish();
    }
    for (name, fields) in top.tables("role", "key of a role") {
        names.roles.insert(name.value.to_owned(), role(&fields));
        names.source(&fields, None);
        fields.finish();
    }
    for (name, fields) in top.tables("rule", "key of a rule") {
        let rule = rule(&fields, &names.roles);
        names.source(&fields, None);
        names.rules.insert(name.value.to_owned(), Arc::new(rule));
        fields.finish();
    }
    names
}

fn source(fields: &Fields<'_>) -> Option<Known> {
    let at = fields.text("at").map_or("", |at| at.value);
    let origin = fields.text("origin");
    if origin.is_none() && !fields.has("origin") {
        fields.missing("origin");
    }
    let origin = origin?;
    let Some(&(_, origin)) = ORIGINS.iter().find(|(name, _)| *name == origin.value) else {
        fields.report.unknown("origin", &origin, ORIGINS.map(|(name, _)| name));
        return None;
    };
    if origin != Origin::Invented && at.is_empty() {
        fields.mistake("\"at\" is missing", "what is not invented says where it is known from");
        return None;
    }
    Some(Known { origin, at: at.into() })
}

fn role(fields: &Fields<'_>) -> Option<Role> {
    let environment = fields.number("se", 1..15);
    let by = fields.text("by");
    if !fields.has("se") {
        fields.missing("se");
    }
    let condition = match by {
        None => Condition::EXTERNAL,
        Some(by) if by.value == "external" => Condition::EXTERNAL,
        Some(by) if by.value == "user" => Condition::USER,
        Some(by) => {
            fields.report.unknown("kind of proof", &by, ["external", "user"]);
            return None;
        }
    };
    Some(Role { condition, environment: u8::try_from(environment?.value).ok()? })
}

fn rule(fields: &Fields<'_>, roles: &BTreeMap<String, Option<Role>>) -> Rule {
    let mut rule = Rule { compact: CompactRule::default(), read: "never".to_owned(), operations: Vec::new() };
    let mut given = BTreeMap::new();
    for (operation, bit) in OPERATIONS {
        let Some(text) = fields.text(operation) else { continue };
        rule.operations.push(operation);
        if let Some(condition) = condition(fields.report, &text, roles) {
            given.insert(bit, condition);
        }
        if operation == "read" {
            rule.read = text.value.to_owned();
        }
    }
    let named = given.keys().fold(0, |mode, bit| mode | bit);
    let mode = fields.byte("mode").map_or(named, |mode| mode.value);
    if mode & named != named {
        fields.mistake("an operation is not in \"mode\"", "mode has one bit for each operation that the rule is about");
    }
    rule.compact.access_mode = mode;
    let bits = (0..7).rev().map(|shift| 1_u8 << shift).filter(|bit| mode & bit != 0);
    rule.compact.conditions = bits.map(|bit| given.get(&bit).copied().unwrap_or(Condition::NEVER)).collect();
    rule
}

/// A condition byte from `always`, `never`, or what is needed together: `role:issuer+sm`, or `sm:issuer` for secure
/// messaging alone.
fn condition(report: &Report, text: &Placed<&str>, roles: &BTreeMap<String, Option<Role>>) -> Option<Condition> {
    match text.value {
        "always" => return Some(Condition::ALWAYS),
        "never" => return Some(Condition::NEVER),
        _ => {}
    }
    let mistake = |message: &str, hint: &str| {
        report.mistake(text.span.clone(), message, hint);
        None
    };
    let (mut byte, mut environments, mut terms) = (0, Vec::new(), 0);
    for term in text.value.split('+').map(str::trim) {
        terms += 1;
        if term == "sm" {
            byte |= Condition::SECURE_MESSAGING;
            continue;
        }
        let messaging = term.strip_prefix("sm:");
        let Some(name) = messaging.or_else(|| term.strip_prefix("role:")) else {
            return mistake(
                &format!("\"{term}\" is not a condition"),
                "write \"always\", \"never\", or \"role:NAME\" and \"sm\" joined by +, or \"sm:NAME\"",
            );
        };
        let Some(role) = roles.get(name) else {
            let name = Placed { value: name, span: text.span.clone() };
            report.unknown("role", &name, roles.keys().map(String::as_str));
            return None;
        };
        let role = (*role)?;
        byte |= if messaging.is_some() { Condition::SECURE_MESSAGING } else { role.condition };
        environments.push(role.environment);
    }
    let Some(&environment) = environments.first() else {
        return mistake("secure messaging needs a role whose keys it uses", "write \"role:NAME+sm\" or \"sm:NAME\"");
    };
    if environments.iter().any(|other| *other != environment) {
        return mistake("these roles have different security environments", "a condition byte has room for one");
    }
    Some(Condition(byte | environment | if terms > 1 { Condition::ALL } else { 0 }))
}

impl Names {
    /// The source that the key `source` names, or `inherited` if there is no such key. After a mistake it is a
    /// stand-in, which what is inside can inherit.
    pub(in super::super) fn source(&self, fields: &Fields<'_>, inherited: Option<&Arc<Known>>) -> Arc<Known> {
        let found = match fields.text("source") {
            Some(name) => self.named_source(fields.report, &name),
            None => inherited.cloned(),
        };
        if found.is_none() && !fields.has("source") {
            fields.mistake("\"source\" is missing", "everything says where it is known from");
        }
        found.unwrap_or_else(Known::stand_in)
    }

    fn named_source(&self, report: &Report, name: &Placed<&str>) -> Option<Arc<Known>> {
        let found = self.sources.get(name.value).cloned();
        if found.is_none() {
            report.unknown("source", name, self.sources.keys().map(String::as_str));
        }
        found
    }

    /// Who may change the card in transactions while an application is current: the keys `transaction` and
    /// `transaction_room`.
    pub(super) fn transactions(&self, fields: &Fields<'_>) -> Option<Transactions> {
        let room = fields.number("transaction_room", 1..MOST_ROOM + 1);
        let Some(text) = fields.text("transaction") else {
            if let Some(room) = room.filter(|_| !fields.has("transaction")) {
                let hint = "\"transaction\" says who may begin one";
                fields.report.mistake(room.span, "there is room for transactions that nobody may begin", hint);
            }
            return None;
        };
        let begin = condition(fields.report, &text, &self.roles)?;
        if begin.0 & Condition::SECURE_MESSAGING == 0 || begin == Condition::NEVER {
            let message = "a transaction belongs to a session of secure messaging";
            fields.report.mistake(text.span, message, "write \"role:NAME+sm\" or \"sm:NAME\"");
            return None;
        }
        Some(Transactions { begin, room: room.map_or(ROOM, |room| room.value) })
    }

    /// The rules that the keys `rule` and `contactless` of a file name.
    pub(super) fn access(&self, fields: &Fields<'_>) -> Access {
        let contact = self.rule(fields, "rule", Governed::File).unwrap_or_default();
        if !fields.has("rule") {
            fields.missing("rule");
        }
        Access { contact, contactless: self.rule(fields, "contactless", Governed::File) }
    }

    /// The rule that a key names, which must be about such things.
    pub(in super::super) fn rule(
        &self,
        fields: &Fields<'_>,
        key: &'static str,
        governed: Governed,
    ) -> Option<Arc<Rule>> {
        let name = fields.text(key)?;
        let Some(rule) = self.rules.get(name.value) else {
            fields.report.unknown("rule", &name, self.rules.keys().map(String::as_str));
            return None;
        };
        let (what, operations) = governed.operations();
        if let Some(foreign) = rule.operations.iter().find(|operation| !operations.contains(operation)) {
            let message = format!("rule \"{}\" says who may {foreign}, which {what} cannot do", name.value);
            fields.report.mistake(name.span, message, &format!("operations of {what}: {}", operations.join(", ")));
            return None;
        }
        Some(Arc::clone(rule))
    }
}
