//! What is encoded decodes to the same data and the same spans: for all that card files can say, and for each coding.

use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use virtuale_engine::image::FileKind;

use super::{
    Layout, assert_gapless, content, layout, of_content, source, vitale1_text, vitale2_text, with_content,
    without_places,
};
use crate::profile::{
    schema::{Fields, Key, Kind, Presence},
    tree::{CardDate, Data, Node, Table},
};

/// Draws data that the keys of card files allow.
struct Draw(ChaCha8Rng);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.0.next_u32()).expect("32 bits fit") % end.max(1)
    }

    fn one_of(&mut self, characters: &str) -> char {
        let index = self.below(characters.chars().count());
        characters.chars().nth(index).expect("a character")
    }

    fn text(&mut self, min: usize, max: usize, of: &str) -> Data {
        let length = min + self.below(max - min + 1);
        Data::Text((0..length).map(|_| self.one_of(of)).collect())
    }

    fn date(&mut self, time: bool, any_month: bool) -> Data {
        let small = |value: usize| u8::try_from(value).expect("a small number");
        let (hour, minute) = if time { (self.below(24), self.below(60)) } else { (0, 0) };
        let year = u16::try_from(1970 + self.below(130)).expect("a year");
        let (months, days) = if any_month { (99, 99) } else { (12, 28) };
        let (month, day) = (1 + self.below(months), 1 + self.below(days));
        Data::Date(CardDate { year, month: small(month), day: small(day), hour: small(hour), minute: small(minute) })
    }

    fn table(&mut self, fields: &Fields, one_of: &[String]) -> Data {
        let mut table = Table::new();
        let one = one_of.get(self.below(one_of.len()));
        for key in &fields.0 {
            if one_of.contains(&key.name) {
                if one == Some(&key.name) {
                    table.insert(key.name.clone(), Node::unwritten(self.value(key)));
                }
                continue;
            }
            let optional = key.presence == Presence::Optional;
            if matches!(key.kind, Kind::Short { .. } | Kind::Atr { .. }) || optional && self.below(2) == 0 {
                continue;
            }
            let excluded = key.excludes.as_ref().is_some_and(|other| table.contains_key(other));
            if !excluded {
                table.insert(key.name.clone(), Node::unwritten(self.value(key)));
            }
        }
        Data::Table(table)
    }

    fn value(&mut self, key: &Key) -> Data {
        const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        const DIGITS: &str = "0123456789";
        match &key.kind {
            // Short enough for six beneficiaries in the 256 bytes of IDENTITE.
            Kind::Text { max } => self.text(1, (*max).min(10), "AÉZ ü'-éÿ"),
            Kind::Digits { min, max } => self.text(*min, *max, DIGITS),
            Kind::Code { min, max, of } => self.text(*min, *max, if of.is_empty() { LETTERS } else { of }),
            Kind::Nir => self.text(15, 15, DIGITS),
            Kind::Date { time, any_month } => self.date(*time, *any_month),
            Kind::Number { min, max } => Data::Number(min + self.0.next_u64() % (max - min + 1)),
            Kind::Decimal { max } => Data::Number(self.0.next_u64() % (max.saturating_mul(100) + 1)),
            Kind::Flag => Data::Flag(self.below(2) == 0),
            Kind::Enumeration(choices) => Data::Text(choices[self.below(choices.len())].value.clone()),
            Kind::Bytes { min, max } => {
                let length = min + self.below(max - min + 1);
                Data::Bytes((0..length).map(|_| u8::try_from(self.below(256)).expect("a byte")).collect())
            }
            Kind::Table(rules) => self.table(&rules.fields, &rules.one_of),
            Kind::List { of, max } => {
                let count = self.below(max + 1);
                Data::List((0..count).map(|_| Node::unwritten(self.table(&of.fields, &of.one_of))).collect())
            }
            Kind::Atr { .. } | Kind::Short { .. } => Data::Flag(false),
        }
    }
}

/// Data without empty tables and lists, which a chip does not tell from absent ones.
fn without_nothing(node: &Node) -> Option<Node> {
    let data = match &node.data {
        Data::Table(table) => {
            let kept = table.iter().filter_map(|(key, node)| Some((key.clone(), without_nothing(node)?)));
            Data::Table(kept.collect::<Table>())
        }
        Data::List(members) => {
            let member = |member| without_nothing(member).unwrap_or(Node::unwritten(Data::Table(Table::new())));
            Data::List(members.iter().map(member).collect())
        }
        other => other.clone(),
    };
    let empty = match &data {
        Data::Table(table) => table.is_empty(),
        Data::List(members) => members.is_empty(),
        _ => false,
    };
    (!empty).then(|| Node::unwritten(data))
}

/// Adds what one file says to what others have said.
fn merge(into: &mut Node, from: Node) {
    match (&mut into.data, from.data) {
        (Data::Table(into), Data::Table(from)) => {
            for (key, node) in from {
                match into.get_mut(&key) {
                    Some(known) => merge(known, node),
                    None => drop(into.insert(key, node)),
                }
            }
        }
        (Data::List(into), Data::List(from)) => {
            for (index, node) in from.into_iter().enumerate() {
                match into.get_mut(index) {
                    Some(known) => merge(known, node),
                    None => into.push(node),
                }
            }
        }
        (into, from) => assert_eq!(*into, from, "two files contradict each other"),
    }
}

/// Encodes data and decodes every file; the spans must be the same, and the data are returned.
fn there_and_back(layout: &Layout, data: &Node) -> Node {
    let (image, map) =
        layout.encode(&source("card.toml", ""), data, None).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut found = Node::unwritten(Data::Table(Table::new()));
    for (index, file) in map.files.into_iter().enumerate() {
        let bytes = content(&image, layout.applications.len() + index);
        let decoded = layout.decode(&file.name, &bytes).expect("a file of the layout");
        assert_gapless(&decoded.elements, 0, bytes.len());
        let written = of_content(without_places(file.elements), &bytes);
        assert_eq!(decoded.elements, written, "{}", file.name);
        merge(&mut found, decoded.data);
    }
    found
}

/// Takes the times of day off all dates.
fn without_times(node: &mut Node) {
    match &mut node.data {
        Data::Date(date) => (date.hour, date.minute) = (0, 0),
        Data::List(members) => members.iter_mut().for_each(without_times),
        Data::Table(table) => table.values_mut().for_each(without_times),
        _ => {}
    }
}

/// Whether all that one tree says is in the other; else the path where it is not.
fn is_part_of(part: &Node, whole: &Node, path: &str) -> Result<(), String> {
    match (&part.data, &whole.data) {
        (Data::Table(part), Data::Table(whole)) => part.iter().try_for_each(|(key, part)| {
            let path = format!("{path}.{key}");
            is_part_of(part, whole.get(key).ok_or_else(|| path.clone())?, &path)
        }),
        (Data::List(part), Data::List(whole)) if part.len() == whole.len() => {
            let mut pairs = part.iter().zip(whole).enumerate();
            pairs.try_for_each(|(index, (part, whole))| is_part_of(part, whole, &format!("{path}[{index}]")))
        }
        (part, whole) if part == whole => Ok(()),
        (part, whole) => Err(format!("{path}: {part:?} is not {whole:?}")),
    }
}

fn table(node: &mut Node) -> &mut Table {
    if let Data::Table(table) = &mut node.data { table } else { panic!("no table") }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn all_that_card_files_say_comes_back_from_a_cps_3(seed in any::<u64>()) {
        let layout = layout(virtuale_applets::layouts::CPS3);
        let schema = layout.schema().expect("a sound layout");
        let mut data = Node::unwritten(Draw(ChaCha8Rng::seed_from_u64(seed)).table(&schema.root, &[]));
        data.span = 0..0;
        // What every card of its type has, whatever was drawn.
        if let Some(holder) = table(&mut data).get_mut("titulaire") {
            for (key, text) in [("nom", "A"), ("prenom", "B"), ("profession", "10")] {
                table(holder).entry(key.into()).or_insert_with(|| Node::unwritten(Data::Text(text.into())));
            }
        }
        let mut expected = data.clone();
        // Codes are in no file, nor is what the chip does.
        table(&mut expected).retain(|key, _| !["layout", "code"].contains(&key.as_str()));
        table(&mut expected).entry("carte".into()).and_modify(|card| drop(table(card).remove("puce")));
        prop_assert_eq!(without_nothing(&there_and_back(&layout, &data)), without_nothing(&expected));
    }

    #[test]
    fn all_that_card_files_say_comes_back_from_a_vitale_2(seed in any::<u64>()) {
        let layout = layout(vitale2_text());
        let schema = layout.schema().expect("a sound layout");
        let mut data = Node::unwritten(Draw(ChaCha8Rng::seed_from_u64(seed)).table(&schema.root, &[]));
        // No two choices of the same key, and no key files.
        if let Some(Node { data: Data::Table(ias), .. }) = table(&mut data).get_mut("ias") {
            ias.remove("cle");
        }
        let mut expected = data.clone();
        if let Data::Table(root) = &mut expected.data {
            root.remove("layout");
            // What only the issuer knows is not on the card.
            root.retain(|key, _| !layout.family().beside().contains(&key.as_str()));
            // Codes and keys are in no file.
            root.remove("ias");
            if let Some(Node { data: Data::Table(card), .. }) = root.get_mut("carte") {
                card.remove("composant");
            }
            if let Some(Node { data: Data::List(members), .. }) = root.get_mut("beneficiaire") {
                members.iter_mut().for_each(use_the_name);
            }
        }
        data.span = 0..0;
        prop_assert_eq!(without_nothing(&there_and_back(&layout, &data)), without_nothing(&expected));
    }

    #[test]
    fn all_that_a_vitale_1_holds_comes_back_from_its_words(seed in any::<u64>()) {
        let layout = layout(vitale1_text());
        let schema = layout.schema().expect("a sound layout");
        let mut data = Node::unwritten(Draw(ChaCha8Rng::seed_from_u64(seed)).table(&schema.root, &[]));
        without_times(&mut data);
        if let Data::Table(root) = &mut data.data
            && let Some(Node { data: Data::List(members), .. }) = root.get_mut("beneficiaire")
        {
            members.truncate(7);
        }
        let ends = data.at("carte.fin_validite").is_some();
        if let Data::Table(root) = &mut data.data
            && let Some(Node { data: Data::Table(card), .. }) = root.get_mut("carte")
            && !ends
        {
            // Only of the third generation every card says when it ends.
            card.insert("generation".into(), Node::unwritten(Data::Text("v1".into())));
        }
        let back = there_and_back(&layout, &data);
        for key in ["carte.numero_serie", "carte.generation", "carte.fin_validite", "assure.nir", "assure.caisse"] {
            prop_assert_eq!(back.at(key).map(|node| &node.data), data.at(key).map(|node| &node.data), "{}", key);
        }
        let people = |node: &Node| node.at("beneficiaire").map_or(0, |list| list.list().len());
        prop_assert_eq!(people(&back), people(&data));
        if let Err(other) = is_part_of(&back, &data, "") {
            prop_assert!(false, "{other}");
        }
    }

    #[test]
    fn each_coding_gives_back_what_it_was_given(
        name in "[A-Z][a-zé ]{0,8}[a-zé]",
        digits in "[0-9]{1,7}",
        code in "[0-9]{4}",
        number in 0_u64..0xFFFF,
        flag in any::<bool>(),
        blob in proptest::collection::vec(any::<u8>(), 0..40),
        list in proptest::collection::vec("[A-Z]{3}", 0..5),
        (year, month, day) in (1_u16..10_000, 1_u8..100, 1_u8..100),
        present in any::<[bool; 8]>(),
    ) {
        let layout = layout(&with_content(CODINGS));
        let text = |text: &str| Data::Text(text.into());
        let date = Data::Date(CardDate { year, month, day, hour: 0, minute: 0 });
        let members = list.iter().map(|member| Node::unwritten(text(member))).collect();
        let keys = [
            ("nom", text(&name)), ("chiffres", text(&digits)), ("code", text(&code)), ("nombre", Data::Number(number)),
            ("drapeau", Data::Flag(flag)), ("octets", Data::Bytes(blob)), ("date", date.clone()), ("jour", date),
        ];
        let kept = keys.into_iter().zip(present).filter(|(_, present)| *present);
        let mut table: Table = kept.map(|((key, data), _)| (key.to_owned(), Node::unwritten(data))).collect();
        table.insert("liste".into(), Node::unwritten(Data::List(members)));
        let data = Node::unwritten(Data::Table(table));
        let back = there_and_back(&layout, &data);
        prop_assert_eq!(without_nothing(&back), without_nothing(&data));
    }

    #[test]
    fn records_come_back(list in proptest::collection::vec("[A-Z]{1,6}", 0..4)) {
        for structure in ["linear-fixed", "linear-variable", "cyclic"] {
            let layout = layout(&with_content(&format!(
                "structure = \"{structure}\"\nrecords = 4\nrecord_length = 12\nrecord = [{{ tag = \"A0\", each = \"liste\", \
                 of = [{{ tag = \"80\", from = \"nom\", coding = \"ascii\" }}] }}]"
            )));
            let member = |name: &String| {
                let table = Table::from([("nom".to_owned(), Node::unwritten(Data::Text(name.clone())))]);
                Node::unwritten(Data::Table(table))
            };
            let list = Node::unwritten(Data::List(list.iter().map(member).collect()));
            let data = Node::unwritten(Data::Table(Table::from([("liste".to_owned(), list)])));
            let card = source("card.toml", "");
            let (image, map) = layout.encode(&card, &data, None).unwrap_or_else(|mistakes| panic!("{mistakes}"));
            assert_gapless(&map.files[0].elements, 0, 48);
            let FileKind::Records { content, .. } = &image.files[1].kind else { panic!("a file of records") };
            let records: Vec<&[u8]> = content.iter().map(Vec::as_slice).collect();
            let decoded = layout.decode_records("F", &records).expect("file F");
            if structure != "linear-variable" {
                prop_assert_eq!(&layout.decode("F", &content.concat()), &Some(decoded.clone()));
            }
            prop_assert_eq!(without_nothing(&decoded.data), without_nothing(&data));
        }
    }
}

/// A file in which each coding has a place, tagged or not.
const CODINGS: &str = r#"
size = 256
fill = "FF"
content = [{ of = [
  { from = "nom", coding = "latin1", len = 10, optional = true },
  { from = "chiffres", coding = "bcd", len = 4, optional = true },
  { from = "code", coding = "digits", len = 4, optional = true },
  { from = "nombre", coding = "number", len = 2, optional = true },
  { from = "date", coding = "date12", optional = true },
  { fill = "55", len = 3 },
  { tag = "80", from = "jour", coding = "date8-bcd", optional = true },
  { tag = "81", from = "drapeau", coding = "flag", on = "4F", off = "4E", optional = true },
  { tag = "9F70", from = "octets", coding = "blob", optional = true },
  { tag = "A0", of = [{ each = "liste", of = [{ from = ".", coding = "ascii", len = 3 }] }] },
]}]"#;

/// A card without a usual name carries the name in its place.
fn use_the_name(beneficiary: &mut Node) {
    if let Data::Table(table) = &mut beneficiary.data
        && let Some(name) = table.get("nom").cloned()
    {
        table.entry("nom_usage".into()).or_insert(name);
    }
}

#[test]
fn a_computed_name_that_does_not_fit_is_a_mistake_of_the_layout() {
    let text = with_content("content = [{ from = \"@mf.label\", len = 1 }]")
        .replace("[app.mf]", "[app.mf]\nlabel = \"MF_VITALE\"");
    let mistakes = layout(&text).encode(&source("card.toml", ""), &Node::unwritten(Data::Table(Table::new())), None);
    let mistakes = mistakes.expect_err("a label of 9 characters").to_string();
    for part in ["layout.toml:", "\"MF_VITALE\" has 9 characters, but its place on this chip has 1"] {
        assert!(mistakes.contains(part), "{part} is missing in\n{mistakes}");
    }
}
