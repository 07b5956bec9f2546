//! Tables and lists of a card file, against the schema.

use std::collections::HashSet;

use jiff::civil::Date;

use super::{
    headless::{self, Headless},
    meant, periods, renamed, template,
};
use crate::profile::{
    card_mistake::{CardMistake, CardMistakes},
    said::{Bilingual, said},
    schema::{Fields, Key, Kind, Presence, Rules, Schema, scalar},
    tree::{Data, Node, Span, Table},
    written::{Entry, Value, Written},
};

/// Reads one card file.
#[derive(Debug)]
pub(super) struct Parser<'s> {
    pub(super) schema: &'s Schema,
    pub(super) today: Date,
    pub(super) mistakes: CardMistakes,
    /// The keys that somebody meant with an unknown one, each with the place of its table: they are not missing.
    pub(super) meant: HashSet<(usize, String)>,
    /// The tables with a date that is missing or cannot be read: what else is said of their periods would follow from
    /// that.
    pub(super) undated: HashSet<Span>,
}

/// Where a table stands.
#[derive(Clone, Debug)]
struct Heading {
    /// Its path, such as `assure.adresse`; empty at the top.
    path: String,
    /// Whether it is one of a list.
    listed: bool,
    /// Its header in the text.
    span: Span,
    /// Whether it is the first of a list whose first stands in a table of its own.
    rank: Rank,
}

/// Which of a list whose first stands in a table of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Rank {
    /// None: it is in no such list.
    None,
    /// The first.
    First,
    /// One after the first.
    Later,
}

impl Heading {
    /// The top of the file.
    fn top() -> Self {
        Self { path: String::new(), listed: false, span: 0..0, rank: Rank::None }
    }

    /// A table with a header.
    fn table(path: &str, span: &Span) -> Self {
        Self { path: path.into(), listed: false, span: span.clone(), rank: Rank::None }
    }

    /// Its header for people: `[assure.adresse]`.
    fn header(&self) -> String {
        header(&self.path, self.listed)
    }

    /// The path of a key in it.
    fn inner(&self, name: &str) -> String {
        if self.path.is_empty() { name.into() } else { format!("{}.{name}", self.path) }
    }
}

impl Parser<'_> {
    /// The whole file.
    pub(super) fn root(&mut self, document: &Written) -> Table {
        let schema = self.schema;
        let place = Heading::top();
        let meant = |entry: &Entry| self.meant_key(&[&schema.root], &entry.key);
        let (document, slips) = renamed::renamed(document, &self.mistakes.source().text, &schema.root.0, meant);
        for slip in &slips {
            let mistake = self.unknown(&[&schema.root], slip, &place);
            self.mistakes.add(mistake);
        }
        let (document, headless) = headless::headed(document, &self.mistakes.source().text, schema);
        for Headless { name, first } in headless {
            let message = said!(en: "the header of [{name}] is missing", fr: "il manque l'en-tête de [{name}]");
            let hint = said!(en: "write [{name}] on a line above it", fr: "écrire [{name}] sur une ligne au-dessus");
            let mistake = CardMistake::new(self.mistakes.source(), first.span, message).hint(hint);
            self.mistakes.add(mistake);
        }
        let document = &document;
        self.check_names(&[&schema.root], document, &place);
        let mut root = Table::new();
        for key in &schema.root.0 {
            if let Some(list) = first_of(key).and_then(|name| schema.root.key(name)) {
                self.split(key, list, document, &mut root);
            } else if schema.first_of(&key.name).is_none() {
                self.field(key, document.key(&key.name), &place, &mut root);
            }
        }
        root
    }

    /// A table that is also the first of a list: `assure`, whose keys are its own and those of a `beneficiaire`.
    fn split(&mut self, key: &Key, list: &Key, document: &Written, root: &mut Table) {
        let (Kind::Table(own), Kind::List { of, max }) = (&key.kind, &list.kind) else { return };
        let mut members = Vec::new();
        match document.key(&key.name) {
            Some(written) if is_table(written) => {
                let place = Heading { rank: Rank::First, ..Heading::table(&key.name, &written.span) };
                self.check_names(&[&own.fields, &of.fields], written, &place);
                let data = self.fields(own, written, &place);
                root.insert(key.name.clone(), Node { data: Data::Table(data), span: place.span.clone() });
                members.push(Node { data: Data::Table(self.fields(of, written, &place)), span: place.span });
            }
            Some(written) => self.wrong_shape(key, written, &key.name),
            None if self.meant.contains(&(0, key.name.clone())) => {}
            None if key.presence == Presence::Required => self.missing(key, &Heading::top()),
            None => {}
        }
        let mut span = 0..0;
        if let Some(written) = document.key(&list.name) {
            span = written.span.clone();
            let first = &key.name;
            let too_many = said!(
                en: "at most {max} fit, [{first}] included",
                fr: "il y a place pour {max} au plus, [{first}] compris",
            );
            members.extend(self.members(list, written, &list.name, (max.saturating_sub(1), too_many), Rank::Later));
        }
        root.insert(list.name.clone(), Node { data: Data::List(members), span });
    }

    /// What the rules say of a table.
    fn fields(&mut self, rules: &Rules, written: &Written, place: &Heading) -> Table {
        let mut table = Table::new();
        for key in &rules.fields.0 {
            self.short_form(key, &rules.fields, written, &mut table);
            self.exclusion(key, written);
        }
        for key in &rules.fields.0 {
            if !matches!(key.kind, Kind::Short { .. }) && !table.contains_key(&key.name) {
                self.field(key, written.key(&key.name), place, &mut table);
            }
        }
        if let Some(period) = &rules.period {
            periods::check_order(period, &table, &mut self.mistakes);
        }
        self.one_of(rules, written, place);
        table
    }

    /// Whether a table has one of the keys of which it needs one.
    fn one_of(&mut self, rules: &Rules, written: &Written, place: &Heading) {
        let is_meant = |name: &String| self.meant.contains(&(place.span.start, name.clone()));
        let entry = |name: &String| written.entries().iter().find(|entry| entry.key == *name);
        let mut found: Vec<_> = rules.one_of.iter().filter_map(entry).collect();
        found.sort_by_key(|entry| entry.span.start);
        match found[..] {
            [] if rules.one_of.is_empty() || rules.one_of.iter().any(is_meant) => {}
            [] => {
                let (names, header) = (alternatives(&rules.one_of), place.header());
                let message =
                    said!(with names; en: "one of {names} is missing", fr: "il manque l'une des clés {names}");
                let mistake = CardMistake::new(self.mistakes.source(), place.span.clone(), message);
                let key = rules.one_of.first().and_then(|name| rules.fields.key(name));
                let mistake =
                    mistake.label(said!(en: "{header} needs one of them", fr: "{header} a besoin de l'une d'elles"));
                self.mistakes.add(mistake.hint_if(key.map(example)));
            }
            [_] => {}
            [first, second, ..] => {
                let (names, header) = (alternatives(&rules.one_of), place.header());
                let mistake = self.beside(second, first);
                self.mistakes.add(mistake.hint(said!(
                    with names;
                    en: "{header} has one of {names}; leave one out",
                    fr: "{header} a l'une des clés {names} ; en enlever une",
                )));
            }
        }
    }

    /// The value of a key, written or not.
    fn field(&mut self, key: &Key, written: Option<&Written>, place: &Heading, table: &mut Table) {
        let node = match (written, &key.presence) {
            (Some(written), _) => self.written(key, written, place),
            (None, _) if place.rank == Rank::First && key.first.is_some() => {
                key.first.clone().map(|first| Node::unwritten(Data::Text(first)))
            }
            (None, Presence::Default(default)) => {
                self.value(key, &Written { value: default.clone(), span: 0..0 }, place)
            }
            (None, Presence::Required) => {
                if matches!(key.kind, Kind::Date { .. }) {
                    self.undated.insert(place.span.clone());
                }
                if !self.meant.contains(&(place.span.start, key.name.clone())) {
                    self.missing(key, place);
                }
                None
            }
            (None, Presence::Optional) => None,
        };
        if let Some(node) = node {
            table.insert(key.name.clone(), node);
        }
    }

    /// A value that was written, in its place.
    fn written(&mut self, key: &Key, written: &Written, place: &Heading) -> Option<Node> {
        let before = self.mistakes.count();
        let node = self.value(key, written, place);
        if node.is_none() && key.presence == Presence::Required && self.mistakes.count() == before {
            let mistake = CardMistake::new(self.mistakes.source(), written.span.clone(), empty());
            self.mistakes.add(mistake.hint(example(key)));
        }
        let first = key.first.as_deref().zip(node.as_ref().and_then(Node::text));
        let mistake = match (first, place.rank) {
            (Some((first, found)), Rank::First) if first != found => {
                let (header, name) = (place.header(), &key.name);
                said!(
                    en: "{header} always has \"{name}\" = \"{first}\"; leave it out",
                    fr: "{header} a toujours {name} = \"{first}\" ; l'omettre",
                )
            }
            (Some((first, found)), Rank::Later) if first == found => {
                let of = self.schema.root.0.iter().find(|key| first_of(key).is_some()).map_or("", |key| &key.name);
                let name = &key.name;
                said!(en: "only [{of}] has \"{name}\" = \"{first}\"", fr: "seule la table [{of}] a {name} = \"{first}\"")
            }
            _ => return node,
        };
        self.mistakes.add(CardMistake::new(self.mistakes.source(), written.span.clone(), mistake));
        node
    }

    /// A value, checked. `None` if there is none, or if it is wrong, which was then noted.
    fn value(&mut self, key: &Key, written: &Written, place: &Heading) -> Option<Node> {
        let path = place.inner(&key.name);
        let data = match &key.kind {
            Kind::Table(rules) if is_table(written) => {
                let place = Heading::table(&path, &written.span);
                self.check_names(&[&rules.fields], written, &place);
                Data::Table(self.fields(rules, written, &place))
            }
            Kind::List { of, max } if matches!(written.value, Value::List(_)) => {
                let too_many = said!(en: "at most {max} fit", fr: "il y a place pour {max} au plus");
                let members = self.members(key, written, &path, (*max, too_many), Rank::None);
                let is_undated = members.iter().any(|member| self.undated.contains(&member.span));
                if let Some(period) = of.period.as_ref().filter(|_| !of.overlap && !is_undated) {
                    periods::check_overlap(period, &members, &mut self.mistakes);
                }
                Data::List(members)
            }
            Kind::Table(_) | Kind::List { .. } => {
                self.wrong_shape(key, written, &path);
                return None;
            }
            kind => match scalar::read(kind, &written.value, self.today).and_then(|data| checked(key, data)) {
                Ok(data) => data?,
                Err(wrong) => {
                    let mistake = match written.span.is_empty() {
                        true => self.wrong_default(wrong, &path, place),
                        false => wrong.or_hint(|| example(key)).at(written, self.mistakes.source()),
                    };
                    self.mistakes.add(mistake);
                    if matches!(kind, Kind::Date { .. }) {
                        self.undated.insert(place.span.clone());
                    }
                    return None;
                }
            },
        };
        Some(Node { data, span: written.span.clone() })
    }

    /// A default that does not do on this day: a relative date may leave the calendar.
    fn wrong_default(&self, wrong: scalar::Wrong, path: &str, place: &Heading) -> CardMistake {
        let why = wrong.message();
        let message = said!(
            with why;
            en: "the default of \"{path}\" does not do: {why}",
            fr: "la valeur par défaut de « {path} » ne convient pas : {why}",
        );
        let mistake = CardMistake::new(self.mistakes.source(), place.span.clone(), message);
        mistake.hint(said!(
            en: "write the key, or take another day",
            fr: "écrire la clé, ou prendre un autre jour",
        ))
    }

    /// The tables of a list, as many as fit.
    fn members(&mut self, key: &Key, written: &Written, path: &str, most: (usize, Bilingual), rank: Rank) -> Vec<Node> {
        let (Kind::List { of, .. }, Value::List(members)) = (&key.kind, &written.value) else {
            self.wrong_shape(key, written, path);
            return Vec::new();
        };
        let (most, too_many) = most;
        if let Some(first_too_many) = members.get(most) {
            let message =
                said!(with too_many; en: "too many [[{path}]]: {too_many}", fr: "trop de [[{path}]] : {too_many}");
            let mistake = CardMistake::new(self.mistakes.source(), first_too_many.span.clone(), message);
            self.mistakes.add(mistake.label(said!(en: "one too many", fr: "une de trop")).hint(said!(
                en: "keep {most} of them: there is no more room",
                fr: "en garder {most} : il n'y a pas plus de place",
            )));
        }
        let mut nodes = Vec::new();
        for member in members.iter().take(most) {
            let place = Heading { listed: true, rank, ..Heading::table(path, &member.span) };
            if is_table(member) {
                self.check_names(&[&of.fields], member, &place);
                nodes.push(Node { data: Data::Table(self.fields(of, member, &place)), span: place.span });
            } else {
                self.wrong_shape(key, member, path);
            }
        }
        nodes
    }

    /// A short form, which becomes the keys that it stands for.
    fn short_form(&mut self, key: &Key, siblings: &Fields, written: &Written, table: &mut Table) {
        let (Kind::Short { of }, Some(short)) = (&key.kind, written.key(&key.name)) else { return };
        for name in of {
            if let Some(twice) = written.entries().iter().find(|entry| entry.key == *name) {
                let whole = &key.name;
                let message = said!(
                    en: "\"{name}\" is part of \"{whole}\" already",
                    fr: "« {name} » est déjà compris dans « {whole} »",
                );
                let mistake = CardMistake::new(self.mistakes.source(), twice.span.clone(), message);
                let mistake = mistake.related(short.span.clone(), said!(en: "given here", fr: "donné ici"));
                self.mistakes.add(mistake.hint(said!(en: "write one or the other", fr: "écrire l'un ou l'autre")));
            }
        }
        let parts: Vec<_> = of.iter().filter_map(|name| siblings.key(name)).map(|key| (key, width(key))).collect();
        let length = parts.iter().map(|(_, width)| width).sum();
        match scalar::read(&Kind::Digits { min: length, max: length }, &short.value, self.today) {
            Ok(Some(Data::Text(digits))) => {
                let mut rest = digits.as_str();
                for (part, width) in parts {
                    let (digits, after) = rest.split_at_checked(width).unwrap_or((rest, ""));
                    table.insert(part.name.clone(), Node { data: Data::Text(digits.into()), span: short.span.clone() });
                    rest = after;
                }
            }
            Ok(_) => {}
            Err(wrong) => {
                let mistake = wrong.at(short, self.mistakes.source());
                let parts: Vec<_> = parts.iter().map(|(key, width)| format!("{} ({width})", key.name)).collect();
                let (parts, sample) =
                    (Bilingual::new(parts.join(" and "), parts.join(" et ")), sample_digits(key, length));
                self.mistakes.add(mistake.hint(said!(
                    with parts;
                    en: "it joins {parts}: for instance \"{sample}\"",
                    fr: "cette clé réunit {parts} : par exemple \"{sample}\"",
                )));
            }
        }
    }

    /// Whether a key stands beside one that it excludes.
    fn exclusion(&mut self, key: &Key, written: &Written) {
        let entry = |name: &str| written.entries().iter().find(|entry| entry.key == name);
        let excluded = key.excludes.as_deref().and_then(entry);
        if let Some((this, excluded)) = entry(&key.name).zip(excluded) {
            let (this, excluded) =
                if this.span.start < excluded.span.start { (excluded, this) } else { (this, excluded) };
            let mistake = self.beside(this, excluded);
            self.mistakes.add(mistake.hint(said!(
                en: "a card has the one or the other; leave one out",
                fr: "une carte a l'un ou l'autre ; en enlever un",
            )));
        }
    }

    /// That a key stands beside one that it cannot stand beside.
    fn beside(&self, this: &Entry, other: &Entry) -> CardMistake {
        let (key, other_key) = (&this.key, &other.key);
        let message = said!(
            en: "\"{key}\" cannot stand beside \"{other_key}\"",
            fr: "« {key} » ne peut pas figurer à côté de « {other_key} »",
        );
        let mistake = CardMistake::new(self.mistakes.source(), this.span.clone(), message);
        let mistake = mistake.label(said!(en: "one of the two", fr: "l'un des deux"));
        mistake.related(other.span.clone(), said!(en: "the other", fr: "l'autre"))
    }

    /// Whether a table has keys of these fields only.
    fn check_names(&mut self, known: &[&Fields], written: &Written, place: &Heading) {
        for entry in written.entries() {
            if self.mistakes.is_full() {
                return;
            }
            if known.iter().all(|fields| fields.key(&entry.key).is_none()) {
                let meant = self.meant_key(known, &entry.key).map(|name| (place.span.start, name.to_owned()));
                self.meant.extend(meant);
                let mistake = self.unknown(known, entry, place);
                self.mistakes.add(mistake);
            }
        }
    }

    /// The key of these fields that was meant with another. One that belongs elsewhere is what it says.
    fn meant_key<'k>(&self, known: &[&'k Fields], written: &str) -> Option<&'k str> {
        let keys = || known.iter().flat_map(|fields| &fields.0);
        meant::by_letters(written, keys())
            .or_else(|| meant::by_words(written, keys()).filter(|_| self.elsewhere(written).is_none()))
    }

    fn unknown(&self, known: &[&Fields], entry: &Entry, place: &Heading) -> CardMistake {
        let (key, header) = (scalar::shown(&entry.key), place.header());
        let message = said!(en: "unknown key \"{key}\"", fr: "clé inconnue « {key} »");
        let label = match place.path.as_str() {
            "" if self.is_of_card() => said!(
                en: "not a key at the top of a card file",
                fr: "n'est pas une clé de tête d'un fichier de carte",
            ),
            "" => said!(en: "not a key at the top of this file", fr: "n'est pas une clé de tête de ce fichier"),
            _ => said!(en: "not a key of {header}", fr: "n'est pas une clé de {header}"),
        };
        let names = || known.iter().flat_map(|fields| &fields.0).map(|key| key.name.as_str());
        let near = self.meant_key(known, &entry.key);
        let near = near.map(|word| said!(en: "did you mean \"{word}\"?", fr: "est-ce « {word} » ?"));
        let hint = near.or_else(|| self.elsewhere(&entry.key)).or_else(|| {
            let names: Vec<_> = names().collect();
            let joined = names.join(", ");
            (names.len() < 12 || !self.is_of_card())
                .then(|| said!(en: "its keys are {joined}", fr: "ses clés sont {joined}"))
        });
        let all = || {
            said!(
                en: "virtuale card new shows all the keys there are",
                fr: "virtuale card new --lang fr montre toutes les clés qui existent",
            )
        };
        let mistake = CardMistake::new(self.mistakes.source(), entry.span.clone(), message).label(label);
        mistake.hint(hint.unwrap_or_else(all))
    }

    /// Whether the file makes a card; others that a terminal is given have keys of their own.
    fn is_of_card(&self) -> bool {
        self.schema.root.key("layout").is_some()
    }

    /// Where a key of this name belongs.
    fn elsewhere(&self, name: &str) -> Option<Bilingual> {
        let keys = self.schema.keys();
        let (path, _) = keys.iter().find(|(_, key)| key.name == name)?;
        let Some((parent, _)) = path.rsplit_once('.') else {
            return Some(said!(
                en: "\"{name}\" belongs at the top of the file, before the first table",
                fr: "« {name} » se place en tête du fichier, avant la première table",
            ));
        };
        let is_list = |path: &str| matches!(self.schema.key(path).map(|key| &key.kind), Some(Kind::List { .. }));
        let there = header(parent, is_list(parent));
        let (list, inner) = parent.split_once('.').unwrap_or((parent, ""));
        let Some(first) = self.schema.first_of(list) else {
            return Some(said!(en: "\"{name}\" belongs in {there}", fr: "« {name} » se place dans {there}"));
        };
        let first = match inner {
            "" => header(&first.name, false),
            inner => header(&format!("{}.{inner}", first.name), is_list(parent)),
        };
        Some(said!(
            en: "\"{name}\" belongs in {first} or {there}",
            fr: "« {name} » se place dans {first} ou {there}",
        ))
    }

    fn missing(&mut self, key: &Key, place: &Heading) {
        let (name, header, path) = (&key.name, place.header(), place.inner(&key.name));
        let message = said!(en: "\"{name}\" is missing", fr: "il manque « {name} »");
        let label = match place.path.as_str() {
            "" => Bilingual::default(),
            _ => said!(en: "{header} needs it", fr: "{header} en a besoin"),
        };
        let hint = match &key.kind {
            Kind::Table(_) => said!(en: "add a table [{path}]", fr: "ajouter une table [{path}]"),
            _ => example(key),
        };
        let mistake = CardMistake::new(self.mistakes.source(), place.span.clone(), message).label(label).hint(hint);
        self.mistakes.add(mistake);
    }

    /// A value where a table or a list should be, or the one where the other should be.
    fn wrong_shape(&mut self, key: &Key, written: &Written, path: &str) {
        let hint = match (&key.kind, &written.value) {
            (Kind::List { .. }, Value::Table(_)) => {
                said!(en: "there may be several: write [[{path}]]", fr: "il peut y en avoir plusieurs : écrire [[{path}]]")
            }
            (Kind::Table(_), Value::List(_)) => {
                said!(en: "there is one only: write [{path}]", fr: "il n'y en a qu'une : écrire [{path}]")
            }
            (Kind::List { .. }, _) => keys_below(&header(path, true)),
            _ => keys_below(&header(path, false)),
        };
        let message = scalar::expected(&key.kind, &written.value);
        self.mistakes.add(CardMistake::new(self.mistakes.source(), written.span.clone(), message).hint(hint));
    }
}

/// A value whose last digit is the one that it must be.
fn checked(key: &Key, data: Option<Data>) -> Result<Option<Data>, scalar::Wrong> {
    if let (Some(check), Some(Data::Text(number))) = (key.check, &data) {
        check.verify(number)?;
    }
    Ok(data)
}

/// Names of keys for people: `"rpps", "adeli"`.
fn alternatives(names: &[String]) -> Bilingual {
    let listed = |name: fn(&String) -> String| names.iter().map(name).collect::<Vec<_>>().join(", ");
    Bilingual::new(listed(|name| format!("\"{name}\"")), listed(|name| format!("« {name} »")))
}

/// That a value is there, and nothing in it.
fn empty() -> Bilingual {
    said!(en: "this must not be empty", fr: "cette valeur ne doit pas être vide")
}

/// The hint to write a table.
fn keys_below(header: &str) -> Bilingual {
    said!(en: "write {header} and its keys below", fr: "écrire {header}, et ses clés en dessous")
}

/// The list of which a key's table is the first.
fn first_of(key: &Key) -> Option<&str> {
    key.kind.rules()?.first_of.as_deref()
}

fn is_table(written: &Written) -> bool {
    matches!(written.value, Value::Table(_))
}

/// The header of a table for people, in double brackets if it is one of a list.
fn header(path: &str, listed: bool) -> String {
    if listed { format!("[[{path}]]") } else { format!("[{path}]") }
}

/// The width of a key of digits.
fn width(key: &Key) -> usize {
    match key.kind {
        Kind::Digits { max, .. } => max,
        _ => 0,
    }
}

/// An example of a short form.
fn sample_digits(key: &Key, length: usize) -> String {
    key.example.clone().unwrap_or_else(|| "0".repeat(length))
}

/// A hint that says what to write.
fn example(key: &Key) -> Bilingual {
    let name = &key.name;
    match (&key.example, &key.kind) {
        (Some(example), _) => {
            said!(en: "for instance {name} = \"{example}\"", fr: "par exemple {name} = \"{example}\"")
        }
        (None, Kind::List { .. }) => keys_below(&header(name, true)),
        (None, _) => {
            let (sample, doc) = (template::sample(key), Bilingual::new(key.doc.en.clone(), key.doc.fr.clone()));
            said!(
                with doc;
                en: "write {name} = {sample}, or what it is on your card: {doc}",
                fr: "écrire {name} = {sample}, ou ce qu'il en est sur votre carte : {doc}",
            )
        }
    }
}
