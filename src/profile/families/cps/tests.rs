//! A card of the family under commands that no program should send: the status words are those of its kind, and it goes
//! on.

use std::{path::Path, sync::OnceLock};

use hex_literal::hex;
use jiff::civil::date;
use proptest::prelude::*;
use virtuale_engine::{Card, Interface, Protocol, Response, StatusWord};

use super::THIRD_ATRS;
use crate::profile::{Options, Profile, VirtualCard, families::Families};

pub(super) const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

const PIN: [u8; 9] = hex!("00 20 00 01 04 31323334");
/// The tries that are left of the PIN, as GET DATA tells them.
const TRIES: [u8; 15] = hex!("00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80");
const SHA256: [u8; 8] = hex!("00 22 41 AA 03 80 01 40");
const DECIPHER: [u8; 11] = hex!("00 22 41 B8 06 80 01 1A 84 01 82");

fn card() -> VirtualCard {
    static PROFILE: OnceLock<Profile> = OnceLock::new();
    let load =
        || Families::built_in().load(Path::new("cps-lefevre"), &OPTIONS).unwrap_or_else(|error| panic!("{error}"));
    let mut card = PROFILE.get_or_init(load).card();
    card.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(ask(&mut card, &hex!("00 A4 09 0C 04 3F00 0001")).1, StatusWord::SUCCESS);
    card
}

/// The same card, in the field of an antenna.
fn in_a_field() -> VirtualCard {
    let mut card = card();
    card.power_up(Interface::Contactless).expect("an antenna");
    card.select_protocol(Protocol::T1).expect("it offers T=1");
    card
}

/// The answer to a command, with all that waits for GET RESPONSE.
fn ask(card: &mut dyn Card, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let (mut data, mut command) = (Vec::new(), command.to_vec());
    loop {
        let mut response = Response::new();
        card.transmit(&command, &mut response).expect("power");
        let status = response.status().expect("a status word");
        data.extend_from_slice(response.data());
        match status.0.to_be_bytes() {
            [0x61, waiting] => command = vec![0x00, 0xC0, 0x00, 0x00, waiting],
            _ => return (data, status),
        }
    }
}

fn status(card: &mut dyn Card, command: &[u8]) -> StatusWord {
    ask(card, command).1
}

/// A command with data.
pub(super) fn with(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).expect("a short command");
    [&header[..], &[length], data].concat()
}

fn tries(card: &mut dyn Card) -> u8 {
    ask(card, &TRIES).0[13]
}

#[test]
fn the_card_is_known_by_its_answer_to_reset() {
    let card = card();
    // [DOPS-CRYPTOLIB recognition]
    assert_eq!(card.atr().as_bytes(), hex!("3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00"));
    assert_eq!(Families::built_in().layout_of(card.atr().as_bytes()), Some("cps3"));
    assert_eq!(Families::built_in().layout_of(&THIRD_ATRS[0][..16]), None);
    let mut other = THIRD_ATRS[0].to_vec();
    other[13] ^= 0x01;
    assert_eq!(Families::built_in().layout_of(&other), None);
    let card = in_a_field();
    let right = hex!("3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E");
    assert_eq!(card.atr().as_bytes(), right);
    assert_eq!(Families::built_in().layout_of(&right), Some("cps3"));
}

/// Commands of programs that were seen to use all that contacts have.
const BY_CONTACTS: [&str; 7] = [
    include_str!("../../../../fixtures/scenarios/cps3-authentication.apdu"),
    include_str!("../../../../fixtures/scenarios/cps3-codes.apdu"),
    include_str!("../../../../fixtures/scenarios/cps3-files.apdu"),
    include_str!("../../../../fixtures/scenarios/cps3-signature.apdu"),
    include_str!("../../../../fixtures/scenarios/cps3-ter.apdu"),
    include_str!("../../../../fixtures/traces/agency-cold.apdu"),
    include_str!("../../../../fixtures/traces/agency-work.apdu"),
];

/// The commands of a trace.
fn commands(trace: &str) -> Vec<Vec<u8>> {
    let mut commands: Vec<String> = Vec::new();
    let mut open = false;
    for line in trace.lines() {
        let line = line.split('#').next().unwrap_or_default();
        match (line.strip_prefix("> "), line.starts_with(' ')) {
            (Some(command), _) => commands.push(command.to_owned()),
            (None, true) if open => commands.last_mut().expect("it is open").push_str(line),
            _ => {}
        }
        open = line.starts_with("> ") || open && line.starts_with(' ');
    }
    let byte = |digits: &str| u8::from_str_radix(digits, 16).expect("a byte");
    commands.iter().map(|command| command.split_whitespace().map(byte).collect()).collect()
}

/// What the holder's code guards, his code itself, and what he signs or writes: closed over the antenna, whatever is
/// sent, as it comes over contacts and with an Le as it comes there.
#[test]
fn no_command_of_the_contacts_opens_what_the_antenna_closes() {
    let guarded = {
        let mut card = card();
        assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
        let select = [hex!("00 A4 09 0C 06 3F00 0001 D120"), hex!("00 A4 09 0C 06 3F00 0001 7001")];
        select.map(|select| {
            assert_eq!(status(&mut card, &select), StatusWord::SUCCESS);
            ask(&mut card, &hex!("00 B0 00 00 00")).0
        })
    };
    let (mut tried, mut codes) = (0, 0);
    for trace in BY_CONTACTS {
        let mut card = in_a_field();
        for command in commands(trace) {
            let with_le = [&command[..], &[0x00]].concat();
            for command in [&command, &with_le] {
                let (data, status) = ask(&mut card, command);
                let closed = match command[1] {
                    0x20 | 0x24 | 0x2C => {
                        codes += 1;
                        true
                    }
                    0x2A => command[2] != 0x90 && command[0] & 0x10 == 0,
                    0x88 | 0xD6 => true,
                    _ => false,
                };
                assert!(!closed || status != StatusWord::SUCCESS, "{command:02X?} gives {status}");
                assert!(!closed || status.0 >> 4 != 0x63C, "{command:02X?} takes a try");
                assert!(data.is_empty() || guarded.iter().all(|file| !file.starts_with(&data)), "{command:02X?}");
                tried += 1;
            }
        }
        card.power_up(Interface::Contact).expect("an ATR");
        assert_eq!(tries(&mut card), 3);
        assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
        assert_eq!(status(&mut card, &hex!("00 A4 09 0C 06 3F00 0001 D107")), StatusWord::SUCCESS);
        assert_eq!(ask(&mut card, &hex!("00 B0 00 00 00")), (vec![0; 256], StatusWord::SUCCESS));
    }
    assert!(tried > 400 && codes > 60, "{tried} commands, {codes} with codes");
}

#[test]
fn what_was_proved_over_contacts_is_not_proved_over_the_antenna() {
    let mut card = card();
    assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
    card.power_up(Interface::Contactless).expect("an antenna");
    assert_eq!(status(&mut card, &hex!("00 A4 09 0C 06 3F00 0001 D120")), StatusWord::SUCCESS);
    assert_eq!(status(&mut card, &hex!("00 B0 00 00 00")), StatusWord::SECURITY_NOT_SATISFIED);
}

#[test]
fn the_card_file_of_the_guide_is_one() {
    let guide = include_str!("../../../../docs/cps.md");
    let (_, rest) = guide.split_once("```toml\n").expect("a card file");
    let text = rest.split("```").next().expect("its end").to_owned();
    let source = crate::profile::diagnostic::Source { name: "docs/cps.md".into(), text };
    Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
}

#[test]
fn a_card_that_was_updated_says_when() {
    // [DOPS-CRYPTOLIB files]
    let text = "layout = \"cps3\"\n[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n\
        [carte.mise_a_jour]\ndebut = \"2025-03-01T09:30\"\nfin = \"2025-03-01T09:32\"\n";
    let source = crate::profile::diagnostic::Source { name: "c.toml".into(), text: text.into() };
    let profile = Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    assert_eq!(status(&mut card, &hex!("00 A4 09 0C 04 3F00 D010")), StatusWord::SUCCESS);
    let right = hex!("EC 12 81 07 20250301093000 82 07 20250301093200");
    assert_eq!(ask(&mut card, &hex!("00 B0 00 00 14")), (right.to_vec(), StatusWord::SUCCESS));
}

#[test]
fn a_member_of_a_list_has_a_file_and_no_other_has() {
    let text = |activities: usize| {
        let activity = "[[exercice]]\nraison_sociale = \"CABINET\"\nsiren = \"999000003\"\nsecteur = \"SA07\"\n";
        let holder = "[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
        format!("layout = \"cps3\"\n{holder}{}", activity.repeat(activities))
    };
    for activities in [0, 1, 2, 16] {
        let source = crate::profile::diagnostic::Source { name: "c.toml".into(), text: text(activities) };
        let profile =
            Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let mut card = profile.card();
        card.power_up(Interface::Contact).expect("an ATR");
        assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
        for number in 0..=16 {
            let select = [&hex!("00 A4 09 0C 06 3F00 0001 D1")[..], &[0x20 + number]].concat();
            let there = usize::from(number) < activities;
            let right = if there { StatusWord::SUCCESS } else { StatusWord::FILE_NOT_FOUND };
            assert_eq!(status(&mut card, &select), right, "{number} of {activities}");
        }
        assert_eq!(status(&mut card, &hex!("00 A4 09 0C 06 3F00 0001 7006")), StatusWord::SUCCESS);
        let listed = ask(&mut card, &hex!("00 B0 00 00 00")).0;
        let last = format!("CPS_ACTIVITY_{activities:02}_PS");
        let is_listed = listed.windows(last.len()).any(|part| part == last.as_bytes());
        assert!(is_listed == (1..3).contains(&activities) || activities == 16, "{activities}");
    }
    let source = crate::profile::diagnostic::Source { name: "c.toml".into(), text: text(17) };
    Families::built_in().parse(source, None, &OPTIONS).expect_err("one activity too many");
}

/// The mistakes of a card file: where each points, what it says and what to do.
fn mistakes(text: &str) -> String {
    let source = crate::profile::diagnostic::Source { name: "c.toml".into(), text: text.into() };
    Families::built_in().parse(source, None, &OPTIONS).err().map(|mistakes| mistakes.to_string()).unwrap_or_default()
}

fn one_mistake(text: &str, place: &str, message: &str) {
    let found = mistakes(text);
    assert_eq!(found.matches("error: ").count(), 1, "{text}\n{found}");
    assert!(found.contains(&format!("--> c.toml:{place}\n")) && found.contains(message), "{text}\n{found}");
}

#[test]
fn a_day_that_certificates_cannot_say_is_one_mistake_at_its_place() {
    let card = |days: &str| {
        let holder = "[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
        format!("layout = \"cps3\"\n{holder}[carte]\n{days}\n")
    };
    one_mistake(&card("emission = \"1969-12-31\""), "8:12", "no day before 1970");
    one_mistake(&card("emission = \"1950-01-01\"\nfin_validite = \"1960-01-01\""), "8:12", "no day before 1970");
    assert_eq!(mistakes(&card("emission = \"1970-01-01\"\nfin_validite = \"1973-01-01\"")), "");
    let far = card("emission = \"2049-01-01\"\nfin_validite = \"2052-01-01\"");
    assert_eq!(mistakes(&far), "", "certificates say years from 2050 on with four digits");
}

#[test]
fn a_card_does_not_contradict_itself_about_its_holder() {
    let staff = |holder: &str| format!("layout = \"cps3\"\n[carte]\ntype = \"cpe\"\n[titulaire]\n{holder}");
    let place = "[titulaire.employeur]\nfiness = \"0B0037750\"\nnumero_interne = \"1\"\nraison_sociale = \"LILAS\"\n";
    one_mistake(&staff(&format!("nom = \"A\"\n{place}")), "5:7", "write titulaire.prenom");
    one_mistake(&staff(&format!("prenom = \"A\"\n{place}")), "5:10", "write titulaire.nom");
    one_mistake(&staff("rpps = \"99900012347\"\n"), "5:8", "neither a name nor a place");
    assert_eq!(mistakes(&staff(place)), "");
    assert_eq!(mistakes(&staff(&format!("nom = \"A\"\nprenom = \"B\"\n{place}"))), "");
    assert_eq!(mistakes(&staff("nom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\n")), "");
    let student = |kind: &str| {
        let holder = "nom = \"A\"\nprenom = \"B\"\netudiant = \"99900000001\"\nprofession = \"10\"\n";
        format!("layout = \"cps3\"\n[carte]\ntype = \"{kind}\"\n[titulaire]\n{holder}")
    };
    assert_eq!(mistakes(&student("cpf")), "");
    for kind in ["cps", "cpa", "cpe"] {
        one_mistake(&student(kind), "7:12", "only a professional in training");
    }
}

#[test]
fn numbers_are_checked_with_those_in_them() {
    let card = |activity: &str| {
        let holder = "[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
        format!("layout = \"cps3\"\n{holder}[[exercice]]\nraison_sociale = \"X\"\nsecteur = \"SA07\"\n{activity}\n")
    };
    for right in ["cabinet_rpps = \"99900012347001\"", "cabinet_adeli = \"0B607760201\"", "finess = \"0B0307377\""] {
        assert_eq!(mistakes(&card(right)), "", "{right}");
    }
    one_mistake(&card("cabinet_rpps = \"99900012345001\""), "10:27", "write \"99900012347001\"");
    one_mistake(&card("cabinet_adeli = \"0B607760301\""), "10:26", "write \"0B607760201\"");
    one_mistake(&card("finess = \"0B03A7377\""), "10:15", "second place only");
    one_mistake(&card("siren = \"000000000\""), "10:10", "nobody's number");
    one_mistake(&card("siret = \"99900000400005\""), "10:18", "write \"99900000300007\"");
    one_mistake(&card("finess = \"0B0307377\"").replace("99900012347", "00000000000"), "5:9", "nobody's number");
}

#[test]
fn an_answer_to_reset_of_another_card_is_a_mistake_and_an_unknown_one_is_noted() {
    let card = |layout: &str, atr: &str| {
        let holder = "[titulaire]\nnom = \"A\"\nprenom = \"B\"\nrpps = \"99900012347\"\nprofession = \"10\"\n";
        format!("layout = \"{layout}\"\n{holder}[carte]\n{atr}\n")
    };
    let [third, antenna] = [
        "3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00",
        "3B 8F 80 01 00 31 B8 64 04 B0 EC C1 73 94 01 80 82 90 00 0E",
    ];
    let fourth = [
        "3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44",
        "3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44",
        "3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00",
    ];
    let vitale = "3B 75 13 00 00 44 09 EA 90 00";
    let atr = |atr: &str| format!("atr = \"{atr}\"");
    assert_eq!(mistakes(&card("cps3", &atr(third))), "");
    assert_eq!(mistakes(&card("cps3", &format!("atr_sans_contact = \"{antenna}\""))), "");
    fourth.iter().for_each(|own| assert_eq!(mistakes(&card("cps4", &atr(own))), "", "{own}"));
    one_mistake(&card("cps4", &atr(third)), "8:7", "the answer to reset of a card of layout cps3");
    one_mistake(&card("cps3", &atr(fourth[1])), "8:7", "the answer to reset of a card of layout cps4");
    one_mistake(&card("cps3", &atr(vitale)), "8:7", "the answer to reset of a card of layout vitale2");
    one_mistake(&card("cps3", &atr(antenna)), "8:7", "on its other interface");
    one_mistake(&card("cps3", &format!("atr_sans_contact = \"{third}\"")), "8:20", "on its other interface");
    for answer in [antenna, third] {
        let found = mistakes(&card("cps4", &format!("atr_sans_contact = \"{answer}\"")));
        assert!(found.contains("leave the key out: the cards of layout cps4 have no antenna"), "{found}");
    }
    let found = mistakes(&card("cps4", &atr(antenna)));
    for right in fourth {
        assert!(found.contains(&format!("\"{right}\"")), "{right} is not in the hint of\n{found}");
    }
    let [none] = notes(&card("cps4", "atr = \"3B 00\"")).try_into().expect("one note");
    assert_eq!(none, "8: no card is known that answers so, and programs will not know this one by it");
    for name in ["cps-inconnue", "cps-lefevre", "cps-diallo", "cps4-lefevre"] {
        let profile = Families::built_in().load(Path::new(name), &OPTIONS).expect("a card of the program");
        assert_eq!(profile.notes(), [], "{name}");
    }
}

/// The notes of a card file that is valid: line and message.
fn notes(text: &str) -> Vec<String> {
    let source = crate::profile::diagnostic::Source { name: "c.toml".into(), text: text.into() };
    let profile = Families::built_in().parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    profile.notes().iter().map(|note| format!("{}: {}", note.position().0, note.message)).collect()
}

#[test]
fn what_a_card_rarely_says_is_noted() {
    let text = virtuale_applets::cards::CPS_DIALLO;
    assert_eq!(notes(text), [""; 0]);
    let changed = text
        .replace("profession = \"60\"", "profession = \"99\"")
        .replace("secteur = \"SA08\"", "secteur = \"SA99\"")
        .replace("specialite = \"24\"", "specialite = \"00\"")
        .replace("mode = \"4\"", "mode = \"0\"\nsigne_fse = false");
    let place = |part: &str| changed.lines().position(|line| line.contains(part)).expect("a line") + 1;
    let right = [
        format!("{}: profession 99 is in no table that is known here, and pages say so", place("profession")),
        format!("{}: secteur SA99 is in no table that is known here, and pages say so", place("secteur")),
        format!(
            "{}: this situation signs lots and not the forms in them; write signe_lots = false as well",
            place("signe_fse")
        ),
        format!("{}: specialite 00 is in no table that is known here, and pages say so", place("specialite")),
        format!("{}: somebody who stands in for another bills as a locum: mode = \"4\"", place("remplace")),
    ];
    assert_eq!(notes(&changed), right);
    let (head, situations) = text.split_once("[[facturation]]").expect("a situation");
    let (_, activity) = head.split_once("[[exercice]]").expect("an activity");
    let twice = format!("{head}[[exercice]]{activity}[[facturation]]{situations}\n[[facturation]]{situations}");
    let said: Vec<_> = notes(&twice).iter().filter_map(|note| Some(note.split_once(": ")?.1.to_owned())).collect();
    assert_eq!(said, ["exercice 2 says the same as exercice 1", "facturation 2 says the same as facturation 1"]);
}

#[test]
fn nobody_stands_in_for_themselves() {
    let own = virtuale_applets::cards::CPS_DIALLO.replace("remplace = \"99900012347\"", "remplace = \"99900034564\"");
    let place = own.lines().position(|line| line.contains("remplace")).expect("a line") + 1;
    one_mistake(&own, &format!("{place}:12"), "nobody stands in for themselves");
}

#[test]
fn a_card_that_programs_do_not_know_has_other_answers_to_reset_on_both_interfaces() {
    let profile = Families::built_in().load(Path::new("cps-inconnue"), &OPTIONS).expect("a card of the program");
    let atrs = [Some(profile.image().atr), profile.image().contactless_atr];
    for atr in atrs {
        assert_eq!(Families::built_in().layout_of(atr.expect("an answer").as_bytes()), None);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_command_makes_it_say_what_its_library_misunderstands(
        headers in proptest::collection::vec(any::<[u8; 4]>(), 1..24),
        data in proptest::collection::vec(any::<u8>(), 0..12),
        interindustry: bool,
    ) {
        // [DOPS-CRYPTOLIB transport]
        let mut card = card();
        for mut header in headers {
            if interindustry {
                header[0] &= 0x13;
            }
            let mut response = Response::new();
            card.transmit(&with(header, &data), &mut response).expect("power");
            let status = response.status().expect("a status word");
            prop_assert!(status != StatusWord::CLASS_NOT_SUPPORTED && status != StatusWord::WRONG_P1_P2, "{header:02X?}");
        }
    }

    #[test]
    fn a_pin_of_a_wrong_length_costs_no_try(given in proptest::collection::vec(any::<u8>(), 1..40)) {
        prop_assume!(given != b"1234");
        let mut card = card();
        let right = if given.len() == 4 { StatusWord::tries_left(2) } else { StatusWord::WRONG_LENGTH };
        prop_assert_eq!(status(&mut card, &with([0x00, 0x20, 0x00, 0x01], &given)), right);
        prop_assert_eq!(tries(&mut card), if given.len() == 4 { 2 } else { 3 });
        prop_assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
    }

    #[test]
    fn a_state_is_taken_whole_with_whole_blocks_and_a_last_one(
        state in prop_oneof![Just(0), Just(0x1C_usize), Just(0x28), 0..64_usize],
        bits in prop_oneof![Just(512_u64), Just(0), Just(u64::MAX), any::<u64>(), (0..1_000_u64).prop_map(|blocks| 512 * blocks)],
        last in 0..80_usize,
    ) {
        let mut begun = vec![0x5A; state];
        if let Some(at) = state.checked_sub(8) {
            begun[at..].copy_from_slice(&bits.to_be_bytes());
        }
        let length = |bytes: usize| u8::try_from(bytes).expect("a short object");
        let objects = [&[0x90, length(state)][..], &begun, &[0x80, length(last)], &vec![0xA5; last]].concat();
        let fits = bits != 0 && bits % 512 == 0 && last <= 64 && bits.checked_add(8 * last as u64).is_some();
        let right = if state == 0 && last <= 64 || state == 0x28 && fits { StatusWord::SUCCESS } else { StatusWord::WRONG_DATA };
        let mut card = card();
        prop_assert_eq!(status(&mut card, &SHA256), StatusWord::SUCCESS);
        prop_assert_eq!(status(&mut card, &with([0x00, 0x2A, 0x90, 0xA0], &objects)), right);
    }

    #[test]
    fn a_cryptogram_that_is_none_is_refused_and_the_next_chain_is_whole(
        parts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..200), 1..4),
        breaks: bool,
    ) {
        let mut card = card();
        prop_assert_eq!(status(&mut card, &PIN), StatusWord::SUCCESS);
        prop_assert_eq!(status(&mut card, &DECIPHER), StatusWord::SUCCESS);
        let (last, first) = parts.split_last().expect("a part");
        for part in first {
            prop_assert_eq!(status(&mut card, &with([0x10, 0x2A, 0x80, 0x86], part)), StatusWord::SUCCESS);
        }
        if breaks {
            prop_assert_eq!(status(&mut card, &hex!("00 84 00 00 08")), StatusWord::SUCCESS);
        }
        prop_assert_eq!(status(&mut card, &with([0x00, 0x2A, 0x80, 0x86], last)), StatusWord::WRONG_DATA);
        // A block of ones is below each modulus, and no padding stands in it.
        let block = [0x01; 256];
        let first = [&[0x81][..], &block[..254]].concat();
        prop_assert_eq!(status(&mut card, &with([0x10, 0x2A, 0x80, 0x86], &first)), StatusWord::SUCCESS);
        prop_assert_eq!(status(&mut card, &with([0x00, 0x2A, 0x80, 0x86], &block[254..])), StatusWord::WRONG_DATA);
    }
}
