//! Cards to zones and back, by all ways there are: for any card, and for zones with other bytes.

use std::{cell::OnceCell, fmt::Write, sync::Arc};

use jiff::civil::date;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::{Drawn, Naming, Zone, card_file, of_professional, of_profile, of_vitale, write::tests::OPTIONS};
use crate::{
    profile::{
        Profile,
        diagnostic::Source,
        families::{Families, Family, cps::Cps},
        layout::Layout,
        parse,
    },
    terminal::{
        cps,
        exchange::Dialogue,
        holder::{Asked, Code, Holder},
        right::{Bearer, Beside, Manner},
        transport::in_process::in_process,
        vitale,
    },
};

/// Gives the code of the cards of the program.
struct Says;

impl Holder for Says {
    fn code(&mut self, asked: &Asked) -> Option<Code> {
        Code::new(b"1234", &asked.digits).ok().filter(|_| !asked.again)
    }
}

fn layout(name: &str) -> Layout {
    let families = Families::built_in();
    families.layout(&Arc::new(families.layout_source(name).expect("a layout"))).expect("a sound layout")
}

fn profile(text: &str) -> Profile {
    let source = Source { name: "card.toml".into(), text: text.into() };
    parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"))
}

/// Draws card files.
struct Draw {
    chance: ChaCha8Rng,
    /// Whether it is a Vitale 2, which keeps more.
    second: bool,
    text: String,
}

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.chance.next_u32()).expect("32 bits fit") % end
    }

    fn maybe(&mut self) -> bool {
        self.below(2) == 0
    }

    fn of(&mut self, characters: &str, least: usize, most: usize) -> String {
        let count = least + self.below(most - least + 1);
        let characters: Vec<char> = characters.chars().collect();
        (0..count).map(|_| characters[self.below(characters.len())]).collect()
    }

    fn digits(&mut self, least: usize, most: usize) -> String {
        self.of("0123456789", least, most)
    }

    fn code(&mut self, least: usize, most: usize) -> String {
        self.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", least, most)
    }

    /// A text whose ends are not blank.
    fn text(&mut self, most: usize) -> String {
        let inner = self.of("AÉZ ü'-éÿ\\", 0, most - 1);
        format!("{inner}{}", self.of("AÉZüéÿ", 1, 1))
    }

    /// A date in a year, with a time of day where the chip keeps one.
    fn date(&mut self, year: usize) -> String {
        let day = format!("{year}-{:02}-{:02}", 1 + self.below(12), 1 + self.below(28));
        if self.second && self.maybe() { format!("{day}T{:02}:{:02}", self.below(24), self.below(60)) } else { day }
    }

    fn nir(&mut self) -> String {
        let department = if self.below(4) == 0 { "2A".into() } else { self.digits(2, 2) };
        format!("{}{}{department}{}", self.of("12", 1, 1), self.digits(4, 4), self.digits(6, 6))
    }

    fn line(&mut self, key: &str, value: &str) {
        let value = value.replace('\\', "\\\\");
        let _ = writeln!(self.text, "{key} = \"{value}\"");
    }

    /// A line or, every other time, none.
    fn some(&mut self, key: &str, value: impl Fn(&mut Self) -> String) {
        if self.maybe() {
            let value = value(self);
            self.line(key, &value);
        }
    }

    /// A line, or that there is no value in place of a default.
    fn or_none(&mut self, key: &str, value: impl Fn(&mut Self) -> String) {
        let value = if self.maybe() { value(self) } else { String::new() };
        self.line(key, &value);
    }

    fn header(&mut self, header: &str) {
        let _ = writeln!(self.text, "\n{header}");
    }

    fn card(seed: u64, second: bool) -> String {
        let mut draw = Self { chance: ChaCha8Rng::seed_from_u64(seed), second, text: String::new() };
        draw.line("layout", if second { "vitale2" } else { "vitale1" });
        draw.header("[carte]");
        let serial = draw.digits(8, 9);
        draw.line("numero_serie", &serial);
        let kind = draw.code(1, 1);
        draw.line("type_porteur", &kind);
        let end = if draw.maybe() { draw.date(2030) } else { String::new() };
        draw.line("fin_validite", &end);
        draw.insured();
        for _ in 0..draw.below(4) {
            draw.header("[[beneficiaire]]");
            let quality = draw.of("123456789", 1, 1);
            draw.line("qualite", &quality);
            draw.some("nir", Self::nir);
            draw.person("beneficiaire");
        }
        draw.text
    }

    fn insured(&mut self) {
        self.header("[assure]");
        let (nir, regime, caisse, centre) = (self.nir(), self.digits(2, 2), self.digits(3, 3), self.digits(4, 4));
        let gestion = self.code(2, 2);
        let lines = [("nir", nir), ("code_regime", regime), ("caisse", caisse), ("centre", centre)];
        lines.iter().for_each(|(key, value)| self.line(key, value));
        self.line("code_gestion", &gestion);
        self.person("assure");
        self.header("[assure.service_amo_famille]");
        let code = format!("0{}", self.digits(1, 1));
        self.line("code", &code);
        self.some("debut", |draw| draw.date(2020));
        self.some("fin", |draw| draw.date(2021));
        if self.second {
            for _ in 0..self.below(4) {
                self.header("[[assure.accident_travail]]");
                let (body, number) = (self.digits(9, 9), self.digits(1, 9));
                self.line("organisme", &body);
                self.or_none("code", |draw| draw.digits(2, 2));
                self.line("identifiant", &number);
            }
        }
    }

    fn person(&mut self, path: &str) {
        let (name, first, rank) = (self.text(8), self.text(8), self.digits(1, 1));
        [("nom", name), ("prenom", first), ("rang_gemellaire", rank)]
            .iter()
            .for_each(|(key, value)| self.line(key, value));
        self.some("nom_usage", |draw| draw.text(8));
        let birth = format!("{}-{:02}-{:02}", 1930 + self.below(90), 13 + self.below(87), 1 + self.below(99));
        self.line("naissance", &birth);
        if self.second {
            self.some("date_certification", |draw| draw.date(2019));
        }
        let (rights, coverage) = (self.periods("droits", 3), self.coverage());
        self.text += &rights;
        self.text += &coverage;
        if self.second && self.maybe() {
            self.header(&format!("[{path}.adresse]"));
            for key in ["ligne_1", "ligne_2", "ligne_3", "ligne_4", "commune"] {
                self.some(key, |draw| draw.text(27));
            }
        }
        self.header(&format!("[{path}.service_amo]"));
        let code = self.digits(2, 2);
        self.line("code", &code);
        self.some("debut", |draw| draw.date(2020));
        self.some("fin", |draw| draw.date(2021));
        match self.below(3) {
            0 => self.mutual(path),
            1 if self.second => self.complementary(path),
            _ => {}
        }
    }

    /// Periods one after the other, the last perhaps open.
    fn periods(&mut self, key: &str, most: usize) -> String {
        let count = self.below(most + 1);
        let periods: Vec<String> = (0..count)
            .map(|index| {
                let start = self.date(2010 + 2 * index);
                let end = format!(", fin = \"{}\"", self.date(2011 + 2 * index));
                let end = if index + 1 == count && self.maybe() { String::new() } else { end };
                format!("{{ debut = \"{start}\"{end} }}")
            })
            .collect();
        format!("{key} = [{}]\n", periods.join(", "))
    }

    /// Coverage: perhaps one without days, and others with days.
    fn coverage(&mut self) -> String {
        let periods = self.periods("couverture", 6);
        let mut codes = periods.replace(" }", ", ald = \"A\", situation = \"S\" }");
        if self.maybe() {
            codes = codes.replacen('[', "[{ ald = \"A\", situation = \"S\" }, ", 1).replace(", ]", "]");
        }
        while codes.contains("\"A\"") {
            let (ald, situation) = (self.digits(1, 1), self.digits(4, 4));
            codes = codes.replacen("\"A\"", &format!("\"{ald}\""), 1).replacen("\"S\"", &format!("\"{situation}\""), 1);
        }
        codes
    }

    fn mutual(&mut self, path: &str) {
        self.header(&format!("[{path}.mutuelle]"));
        let (number, guarantees) = (self.digits(8, 8), self.of("ON", 8, 8));
        self.line("identifiant", &number);
        self.line("garanties", &guarantees);
        self.or_none("code_traitement", |draw| draw.digits(2, 2));
        self.or_none("sts", |draw| draw.code(1, 1));
        if self.second {
            self.some("type_services", |draw| draw.code(1, 1));
            self.some("services_associes", |draw| draw.code(1, 9));
        }
        self.some("debut", |draw| draw.date(2020));
        self.some("fin", |draw| draw.date(2021));
    }

    fn complementary(&mut self, path: &str) {
        self.header(&format!("[{path}.amc]"));
        let (number, treatment) = (self.digits(8, 10), self.digits(2, 2));
        self.line("numero_b2", &number);
        self.line("code_traitement", &treatment);
        self.some("numero_edi", |draw| draw.code(1, 19));
        self.some("numero_adherent", |draw| draw.code(1, 8));
        self.some("debut", |draw| draw.date(2020));
        self.some("fin", |draw| draw.date(2021));
        self.some("code_routage", |draw| ["NR", "IP", "OC", "SP", "MA"][draw.below(5)].into());
        self.some("hote", |draw| draw.code(3, 3));
        self.some("domaine", |draw| draw.text(12));
        self.some("sts", |draw| draw.code(1, 1));
        self.some("type_services", |draw| draw.code(1, 1));
        self.some("services_associes", |draw| draw.code(1, 9));
        self.some("complement", |draw| draw.text(60));
    }
}

/// The zone of what a terminal reads from a Vitale, with a professional's card beside it.
fn read(profile: &Profile) -> Zone {
    thread_local!(static PROFESSIONAL: OnceCell<Profile> = const { OnceCell::new() });
    let mut card = in_process(Box::new(profile.card())).expect("power");
    let mut other = PROFESSIONAL.with(|other| {
        let other = other.get_or_init(|| self::profile(virtuale_applets::cards::CPS_LEFEVRE));
        in_process(Box::new(other.card())).expect("power")
    });
    let (mut holder, bearer) = (Says, Bearer::default());
    let beside = Beside { dialogue: Ok(Dialogue::new(&mut other)), manner: Manner::Plain, holder: &mut holder, bearer };
    let reading =
        vitale::read_beside(&mut card, profile.layout(), date(2026, 1, 15), &mut [beside]).expect("a reading");
    of_vitale(&reading.data).unwrap_or_else(|error| panic!("{error}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_zone_becomes_the_card_that_it_was_made_of(seed in any::<u64>(), second in any::<bool>()) {
        let text = Draw::card(seed, second);
        let card = profile(&text);
        let zone = of_profile(&card).unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(super::findings(&zone), vec![]);
        let name = card.layout().name();
        let drawn = card_file(&zone, card.layout(), Naming { name, base: None }, &OPTIONS);
        let Drawn { text: again, losses, .. } = drawn.unwrap_or_else(|error| panic!("{error}\n{text}"));
        prop_assert_eq!(losses, vec![], "{}\n{}", text, again);
        let bytes = of_profile(&profile(&again)).map(|zone| zone.to_bytes());
        prop_assert_eq!(bytes.map(hex::encode), Ok(hex::encode(zone.to_bytes())), "{}\n{}", text, again);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_terminal_reads_the_zone_that_the_card_file_has(seed in any::<u64>(), second in any::<bool>()) {
        let text = Draw::card(seed, second);
        let card = profile(&text);
        let zone = of_profile(&card).expect("a zone");
        prop_assert_eq!(hex::encode(read(&card).to_bytes()), hex::encode(zone.to_bytes()), "{}", text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn other_bytes_make_no_panic_and_what_is_given_loads(
        seed in 0_u64..8,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        fields in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), "[ -~]{0,12}"), 0..4),
        second in any::<bool>(),
    ) {
        let mut zone = of_profile(&profile(&Draw::card(seed, second))).expect("a zone");
        for (group, field, value) in &fields {
            let group = &mut zone.groups[group.index(usize::MAX) % 3];
            if !group.fields.is_empty() {
                let field = field.index(group.fields.len());
                group.fields[field] = value.clone().into_bytes();
            }
        }
        let name = if second { "vitale2" } else { "vitale1" };
        let try_it = |zone: &Zone| {
            if let Ok(drawn) = card_file(zone, &layout(name), Naming { name, base: None }, &OPTIONS) {
                profile(&drawn.text);
            }
        };
        try_it(&zone);
        let mut bytes = zone.to_bytes();
        for (at, byte) in &changes {
            let at = at.index(bytes.len());
            bytes[at] = *byte;
        }
        if let Ok(zone) = Zone::parse(&bytes) {
            prop_assert_eq!(&zone.to_bytes(), &bytes);
            prop_assert!(super::findings(&zone).len() <= bytes.len());
            try_it(&zone);
        }
    }
}

#[test]
fn a_terminal_reads_the_zones_of_the_cards_of_the_program() {
    let mut read_cards = 0;
    for built_in in Families::built_in().iter().flat_map(Family::cards) {
        let card = profile(built_in.text);
        let Ok(zone) = of_profile(&card) else { continue };
        // One that gives no answer to reset is read by nobody.
        let Ok(mut transport) = in_process(Box::new(card.card())) else { continue };
        let found = if card.layout().family().name() == Cps.name() {
            let reading = cps::read(&mut transport, card.layout(), date(2026, 1, 15), &mut Says).expect("a reading");
            match of_professional(&reading.data) {
                Ok(zone) => zone,
                // The code of a blocked card opens nothing.
                Err(error) => {
                    assert_eq!(error.code(), Some(61444), "{}: {error}", built_in.name);
                    continue;
                }
            }
        } else {
            read(&card)
        };
        assert_eq!(hex::encode(found.to_bytes()), hex::encode(zone.to_bytes()), "{}", built_in.name);
        read_cards += 1;
    }
    assert!(read_cards > 15, "{read_cards}");
}

#[test]
fn professionals_zones_come_back_too() {
    let places = [
        ("finess", "0B0307377"),
        ("siren", "999000003"),
        ("siret", "99900000300007"),
        ("cabinet_rpps", "99900012347001"),
        ("cabinet_adeli", "0B607760201"),
    ];
    for (layout, holder) in [("cps3", "rpps = \"99900012347\""), ("cps4", "adeli = \"0B6077602\"")] {
        for (key, number) in places {
            let text = format!(
                "layout = \"{layout}\"\n[carte]\ntype = \"cps\"\n[titulaire]\nnom = \"É\"\nprenom = \"B\"\n{holder}\n\
                 profession = \"10\"\n[[facturation]]\nraison_sociale = \"A\"\n{key} = \"{number}\"\n\
                 numero_facturation = \"999100019\"\nspecialite = \"01\"\n[[facturation]]\nraison_sociale = \"ÿ\"\n\
                 {key} = \"{number}\"\nnumero_facturation = \"999100019\"\nspecialite = \"07\"\nmode = \"4\"\n\
                 statut = \"2\"\nsecteur = \"0501\"\nconvention = \"9\"\nzone_tarifaire = \"85\"\nzone_ik = \"09\"\n\
                 agrement_2 = \"03\"\nremplace = \"99900023450\"\nsigne_lots = false\n"
            );
            let card = profile(&text);
            let zone = of_profile(&card).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(super::findings(&zone), [], "{text}");
            let naming = Naming { name: layout, base: None };
            let drawn = card_file(&zone, card.layout(), naming, &OPTIONS).unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(drawn.losses, [], "{text}\n{}", drawn.text);
            assert_eq!(of_profile(&profile(&drawn.text)), Ok(zone.clone()), "{text}\n{}", drawn.text);
            let mut transport = in_process(Box::new(card.card())).expect("power");
            let reading = cps::read(&mut transport, card.layout(), date(2026, 1, 15), &mut Says).expect("a reading");
            assert_eq!(of_professional(&reading.data), Ok(zone), "{text}");
        }
    }
}
