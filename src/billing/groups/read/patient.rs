//! The card file of a patient's card, from groups 101 to 111.

use super::{
    Draft,
    decode::{Decoded, decode, from_base, latin1},
    error::{ReadError, ReadErrorKind},
    loss::{Loss, LossKind},
    periods, put,
};
use crate::{
    billing::groups::{
        table::{self, GroupSpec},
        zone::{Placed, Zone},
    },
    profile::{
        dates::calendar,
        layout::Layout,
        said::said,
        schema::{Kind, Schema},
        tree::{CardDate, Data, Node, Table},
    },
};

/// How many years a card is valid, as long as nothing else is said: what stands in front of an end that the zone
/// gives.
const YEARS: i16 = 5;

/// The number of an accident that is none, and the body of it.
const NO_ACCIDENT: (&str, &str) = ("0", "000000000");

/// Reads the groups of the first card of a zone.
pub(super) fn draft(zone: &Zone, schema: &Schema, layout: &Layout) -> Result<Draft, ReadError> {
    let mut reader = Reader { schema, layout, losses: Vec::new() };
    let (mut root, mut people) = (nothing(), Vec::<Person<'_>>::new());
    let mut cards = 0;
    for placed in zone.placed() {
        let number = placed.group.number;
        let Some(spec) = table::group(number) else {
            reader.lose(&placed, LossKind::UnknownGroup);
            continue;
        };
        cards += usize::from(number == 101);
        if spec.about != table::About::Patient || cards != 1 {
            reader.lose(&placed, LossKind::OtherCard);
            continue;
        }
        match (number, people.last_mut()) {
            (101, _) => {
                check_test(&placed)?;
                root = reader.decode(&placed, spec).needed(&mut reader.losses)?;
            }
            (102, _) => {
                let service = reader.part(&placed, spec);
                let is_backwards = service.as_ref().is_some_and(periods::is_backwards);
                if is_backwards {
                    reader.lose(&placed, LossKind::Backwards);
                }
                let service = service.filter(|_| !is_backwards).unwrap_or_else(no_service);
                put(&mut root, spec.base, service.data);
            }
            (103, _) => reader.accidents(&placed, spec, &mut root),
            (104, _) => people.push(Person { placed, groups: Vec::new() }),
            (_, Some(person)) => person.groups.push((placed, spec)),
            (_, None) => {}
        }
    }
    let nir = root.at("assure.nir").and_then(Node::text).unwrap_or_default().to_owned();
    let most = reader.most("beneficiaire");
    let mut members = Vec::new();
    for (index, person) in people.iter().enumerate() {
        if index >= most {
            reader.lose(&person.placed, LossKind::TooMany(most));
            person.groups.iter().for_each(|(placed, _)| reader.lose(placed, LossKind::TooMany(most)));
            continue;
        }
        members.push(reader.person(person, (index == 0).then_some(&nir))?);
    }
    put(&mut root, "beneficiaire", Data::List(members));
    if let Some(start) = start(&root) {
        put(&mut root, "carte.debut_validite", Data::Date(start));
    }
    Ok(Draft { data: root, losses: reader.losses, added: Vec::new() })
}

/// The groups of a person.
struct Person<'z> {
    /// Group 104.
    placed: Placed<'z>,
    /// Those behind it.
    groups: Vec<(Placed<'z>, &'static GroupSpec)>,
}

struct Reader<'s> {
    schema: &'s Schema,
    layout: &'s Layout,
    losses: Vec<Loss>,
}

impl Reader<'_> {
    fn lose(&mut self, placed: &Placed<'_>, kind: LossKind) {
        self.losses.push(Loss::of_group(placed, kind));
    }

    fn decode(&self, placed: &Placed<'_>, spec: &GroupSpec) -> Decoded {
        let mut decoded = decode(placed, spec, self.schema, |field| from_base(spec, field));
        self.forget_times(&mut decoded.node, spec.base);
        decoded
    }

    /// What a group says that a card may be without.
    fn part(&mut self, placed: &Placed<'_>, spec: &GroupSpec) -> Option<Node> {
        let decoded = self.decode(placed, spec);
        decoded.perhaps(placed, &mut self.losses)
    }

    /// Takes the times of day off the dates of which the card keeps the day only. That the card's own zone has none
    /// is told with all else that it has otherwise.
    fn forget_times(&self, node: &mut Node, path: &str) {
        match &mut node.data {
            Data::Date(date) if !self.layout.keeps_time(path) => (date.hour, date.minute) = (0, 0),
            Data::Table(table) => {
                for (key, node) in table {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    self.forget_times(node, &path);
                }
            }
            _ => {}
        }
    }

    /// The most members of a list.
    fn most(&self, list: &str) -> usize {
        match self.schema.key(list).map(|key| &key.kind) {
            Some(Kind::List { max, .. }) => *max,
            _ => 0,
        }
    }

    /// The three places of group 103. Those at the end that hold none are no entries of the card file.
    fn accidents(&mut self, placed: &Placed<'_>, spec: &GroupSpec, root: &mut Node) {
        let mut entries = Vec::new();
        for number in 1..=3 {
            let place = format!("accident_travail[{number}].");
            let decoded = decode(placed, spec, self.schema, |field| {
                from_base(spec, field)?.strip_prefix(&place).map(str::to_owned)
            });
            let Some(node) = decoded.perhaps(placed, &mut self.losses) else { return };
            entries.push(node);
        }
        let is_none = |node: &Node| {
            let text = |key| node.at(key).and_then(Node::text);
            (text("identifiant"), text("organisme"), text("code")) == (Some(NO_ACCIDENT.0), Some(NO_ACCIDENT.1), None)
        };
        while entries.last().is_some_and(is_none) {
            entries.pop();
        }
        put(root, "assure.accident_travail", Data::List(entries));
    }

    /// A person, with the NIR of group 101 if it is the insured.
    fn person(&mut self, person: &Person<'_>, insured: Option<&String>) -> Result<Node, ReadError> {
        let placed = &person.placed;
        let spec = table::group(104).ok_or(ReadErrorKind::NoCard.nowhere())?;
        let mut node = self.decode(placed, spec).needed(&mut self.losses)?;
        if let Data::Table(table) = &mut node.data {
            name(table);
            match insured {
                Some(nir) => self.insured(placed, table, nir),
                None if table.get("qualite").and_then(Node::text) == Some("0") => {
                    let field = placed.fields().nth(13).map_or(placed.place, |(place, _)| place);
                    let why = said!(
                        en: "only the first person, the insured, is 0",
                        fr: "seule la première personne, l'assuré, vaut 0",
                    );
                    return Err(ReadErrorKind::Value(why).at(field));
                }
                None => {}
            }
        }
        self.service(placed, &mut node);
        self.lists(person, &mut node);
        self.covers(person, &mut node);
        Ok(node)
    }

    /// What is different of the insured: the quality, and the NIR, which is certified if it is that of the card.
    fn insured(&mut self, placed: &Placed<'_>, table: &mut Table, nir: &str) {
        let own = table.remove("nir");
        if let Some((place, bytes)) = placed.fields().nth(8)
            && own.as_ref().and_then(Node::text).is_some_and(|own| own != nir)
        {
            self.losses.push(Loss { place, value: latin1(bytes), kind: LossKind::OtherNir });
        }
        if own.as_ref().and_then(Node::text) != Some(nir) {
            table.remove("date_certification");
        }
        table.insert("nir".into(), Node::unwritten(Data::Text(nir.to_owned())));
        table.insert("qualite".into(), Node::unwritten(Data::Text("0".into())));
    }

    /// The service of the compulsory insurance: its days are lost if they run backwards.
    fn service(&mut self, placed: &Placed<'_>, node: &mut Node) {
        let Some(service) = node.at("service_amo").filter(|service| periods::is_backwards(service)) else { return };
        let mut table = service.table().cloned().unwrap_or_default();
        table.retain(|key, _| !["debut", "fin"].contains(&key.as_str()));
        put(node, "service_amo", Data::Table(table));
        let days = placed.fields().filter(|(place, _)| matches!(place.field, Some(16 | 17)));
        self.losses.extend(days.map(|(place, bytes)| Loss { place, value: latin1(bytes), kind: LossKind::Backwards }));
    }

    /// Groups 105 and 106.
    fn lists(&mut self, person: &Person<'_>, node: &mut Node) {
        for (number, key) in [(105, "droits"), (106, "couverture")] {
            let most = self.most(&format!("beneficiaire.{key}"));
            let (mut members, mut known) = (Vec::new(), Vec::new());
            for (placed, spec) in person.groups.iter().filter(|(_, spec)| spec.number == number) {
                if members.len() == most {
                    self.lose(placed, LossKind::TooMany(most));
                    continue;
                }
                let Some(member) = self.part(placed, spec) else { continue };
                match periods::join(&mut known, &member, placed.place.occurrence) {
                    Some(kind) => self.lose(placed, kind),
                    None => members.push(member),
                }
            }
            put(node, key, Data::List(members));
        }
    }

    /// Groups 107 and 108, or 109 and 111: the first of each.
    fn covers(&mut self, person: &Person<'_>, node: &mut Node) {
        let (mut is_dated, mut has_text) = (false, false);
        for (placed, spec) in &person.groups {
            let number = spec.number;
            if !matches!(number, 107 | 108 | 109 | 111) {
                continue;
            }
            let key = if number < 109 { "mutuelle" } else { "amc" };
            if number == 108 && is_dated || number == 111 && has_text {
                self.lose(placed, LossKind::SecondPeriod);
                continue;
            }
            let is_lost = matches!(number, 108 | 111) && node.at(key).is_none();
            let part = if is_lost { None } else { self.part(placed, spec) };
            let Some(part) = part else {
                if is_lost {
                    self.lose(placed, LossKind::Gone);
                }
                continue;
            };
            if periods::is_backwards(&part) {
                self.lose(placed, LossKind::Backwards);
                continue;
            }
            is_dated |= number == 108;
            has_text |= number == 111;
            let mut table = node.at(key).and_then(Node::table).cloned().unwrap_or_default();
            table.extend(part.table().cloned().unwrap_or_default());
            put(node, key, Data::Table(table));
        }
    }
}

/// Holds that a card is a test card.
fn check_test(placed: &Placed<'_>) -> Result<(), ReadError> {
    match placed.fields().next() {
        Some((_, b"T")) => Ok(()),
        Some((place, bytes)) => Err(ReadErrorKind::NoTest(latin1(bytes)).at(place)),
        None => Err(ReadErrorKind::NoTest(String::new()).at(placed.place)),
    }
}

/// The names of card files: that of birth always, the usual one if it is another.
fn name(table: &mut Table) {
    match (table.remove("nom_usage"), table.remove("nom")) {
        (Some(usual), Some(birth)) if usual.text() != birth.text() => {
            table.insert("nom_usage".into(), usual);
            table.insert("nom".into(), birth);
        }
        (usual, birth) => {
            table.extend(birth.or(usual).map(|name| ("nom".to_owned(), name)));
        }
    }
}

/// The first day of validity in front of an end that the zone gives: no zone says it, and it must not be behind the
/// end.
fn start(root: &Node) -> Option<CardDate> {
    let end = calendar(root.at("carte.fin_validite")?.date()?)?;
    // There is no year 0: such a card is valid on its last day only.
    let Some(years) = end.year().checked_sub(YEARS).filter(|year| *year > 0) else { return Some(end.into()) };
    let first = jiff::civil::Date::new(years, end.month(), 1).ok()?;
    let day = end.day().min(first.days_in_month());
    jiff::civil::Date::new(years, end.month(), day).ok().map(CardDate::from)
}

/// What stands for a group 102 that was lost: the family has no service.
fn no_service() -> Node {
    let mut service = nothing();
    put(&mut service, "code", Data::Text("00".into()));
    service
}

fn nothing() -> Node {
    Node::unwritten(Data::Table(Table::new()))
}
