//! Layouts with PINs and keys, and card files that choose them.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, LazyLock},
};

use hex_literal::hex;
use jiff::civil::date;
use virtuale_engine::{
    Card, Interface, Response, StatusWord,
    image::{ChipImage, FileKind, ObjectKind, PrivateKey, SecurityDomain},
};

use crate::profile::{
    Options,
    authority::{CvAuthority, rsa_public},
    diagnostic::Source,
    layout::Layout,
    parse,
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 0 };

const CARD: &str = "layout = 'vitale2'\n[assure]\nnir = '1 90 19 99 999 005'\nnom = 'PETIT'\nprenom = 'ALIX'\n\
     naissance = '1990-19-14'\n";

fn card(text: &str, base: Option<&Path>) -> Result<ChipImage, String> {
    let source = Source { name: "carte.toml".into(), text: format!("{CARD}{text}") };
    parse(source, base, &OPTIONS).map(|profile| profile.image().clone()).map_err(|mistakes| mistakes.to_string())
}

const NAMES: [&str; 4] = ["authentification", "signature", "dechiffrement", "signature_p256"];

const SELECT_ADELE: &[u8] = &hex!("00 A4 04 0C 0C D2500000044164E86C650101");
const VERIFY: &[u8] = &hex!("00 20 00 81 08 3937353331383634");

/// The domain of the application with this identifier.
fn domain(image: &ChipImage, fid: u16) -> &SecurityDomain {
    let mut domains = image.files.iter().filter(|file| file.fid.0 == fid).filter_map(|file| match &file.kind {
        FileKind::Directory(directory) => Some(&directory.security),
        _ => None,
    });
    domains.next().expect("the application")
}

fn private_keys(image: &ChipImage) -> Vec<(u8, String)> {
    let keys = domain(image, 0x0DF1).objects.iter().filter_map(|object| match &object.kind {
        ObjectKind::PrivateKey(key) => Some((object.number, format!("{key:?}"))),
        _ => None,
    });
    keys.collect()
}

fn has_file(image: &ChipImage, fid: u16) -> bool {
    image.files.iter().any(|file| file.fid.0 == fid)
}

#[test]
fn a_card_has_the_usual_keys_and_codes() {
    let image = card("", None).expect("a card");
    let kinds: Vec<_> = private_keys(&image).into_iter().map(|(number, _)| number).collect();
    assert_eq!(kinds, [1, 2, 3, 4]);
    let pins = domain(&image, 0x0DF1).objects.iter().filter(|object| matches!(object.kind, ObjectKind::Pin(_)));
    let pins: Vec<_> = pins.map(|object| (object.number, object.tries.expect("tries").most)).collect();
    assert_eq!(pins, [(1, 3), (2, 10)]);
    assert_eq!(domain(&image, 0x5015).shared_with, Some(virtuale_engine::image::FileIndex(3)));
    assert_eq!(domain(&image, 0x3F00).environments.len(), 3);
    assert_eq!(domain(&image, 0x3F00).serial_number, Some([0x00, 0x18, 0x00, 0x10, 0x00, 0x00, 0x01, 0xFF]));
}

#[test]
fn two_cards_have_different_keys_and_a_seed_makes_them_the_same() {
    let [one, other] = ["10000001", "10000002"].map(|serial| {
        let image = card(&format!("[carte]\nnumero_serie = '{serial}'\n"), None).expect("a card");
        certificate(&image, 0xB001)
    });
    assert_ne!(one, other);
    let [one, other] = ["10000001", "10000002"].map(|serial| {
        let text =
            format!("[carte]\nnumero_serie = '{serial}'\n[[ias.cle]]\nemploi = 'authentification'\ngraine = 5\n");
        certificate(&card(&text, None).expect("a card"), 0xB001)
    });
    assert_eq!(one, other);
}

/// The moduli of the RSA keys of the application ADELE: of each its own and those of its spare keys.
fn moduli(image: &ChipImage) -> Vec<Vec<Vec<u8>>> {
    let keys = domain(image, 0x0DF1).objects.iter().filter_map(|object| match &object.kind {
        ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, spare }) => {
            Some([numbers].into_iter().chain(spare).map(|numbers| rsa_public(numbers).n).collect())
        }
        _ => None,
    });
    keys.collect()
}

/// How many keys there are, if there is none twice and none that somebody has who proves a role to cards.
fn all_different(moduli: &[Vec<Vec<u8>>]) -> usize {
    static OF_HIERARCHIES: LazyLock<BTreeSet<Vec<u8>>> = LazyLock::new(|| {
        let people = (0..8).flat_map(|seed| {
            let all = CvAuthority::from_seed(seed).expect("an authority");
            [all.root, all.authority.keys, all.professional.keys].map(|keys| rsa_public(&keys.rsa).n)
        });
        people.collect()
    });
    assert_eq!(OF_HIERARCHIES.len(), 24);
    let found: BTreeSet<_> = moduli.iter().flatten().cloned().collect();
    assert_eq!(found.len(), moduli.iter().flatten().count(), "a key is there twice");
    assert!(found.is_disjoint(&OF_HIERARCHIES), "the key of somebody else");
    found.len()
}

#[test]
fn no_card_has_a_key_twice_or_that_of_somebody_else() {
    let mut first = BTreeSet::new();
    for digit in 0..8 {
        for sort in ["rsa2048", "rsa3072", "rsa4096"] {
            let all = NAMES.map(|name| format!("[[ias.cle]]\nemploi = '{name}'\ntype = '{sort}'\n")).concat();
            let image = card(&format!("[carte]\nnumero_serie = '1000000{digit}'\n{all}"), None).expect("a card");
            let moduli = moduli(&image);
            assert_eq!(all_different(&moduli), 4 * 3, "{digit} {sort}");
            first.insert(moduli[0][0].clone());
        }
    }
    assert_eq!(first.len(), 3 * 8, "the serial numbers do not begin everywhere in the pool");
}

#[test]
fn a_seed_takes_no_key_that_the_card_has_already() {
    let chosen = |name, seed| format!("[[ias.cle]]\nemploi = '{name}'\ngraine = {seed}\n");
    let of = |text: &str| moduli(&card(text, None).expect("a card"));
    for seed in 0..8 {
        let late = of(&chosen("dechiffrement", seed));
        let twice = of(&[chosen("dechiffrement", seed), chosen("signature", seed + 8)].concat());
        assert_eq!([all_different(&late), all_different(&twice)], [9, 9], "{seed}");
        // Of two that are alike the first of the layout gets its key, and what is chosen comes before what is not.
        assert_eq!(late[2], twice[1], "{seed}");
    }
}

#[test]
fn a_card_with_too_many_rsa_keys_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let with = |more: std::ops::Range<u8>, text: &str| {
        let key = |number| {
            format!(
                "\n[key.autre_{number}]\nin = \"adele\"\nnumber = {number}\ntitle = \"PRK\"\nlabel = \"OTHER {number}\"\n\
                 id = \"{number}\"\nusage = \"signature\"\ntype = \"rsa2048\"\npin = \"holder\"\nrule = \"signing\"\n\
                 public_rule = \"public_half\"\nsource = \"ours\"\n"
            )
        };
        // Room for so many keys, which is not what is asked here.
        let roomy = virtuale_applets::layouts::VITALE2.replace("chip_bytes = 32768", "chip_bytes = 49152");
        let layout = format!("{roomy}{}", more.map(key).collect::<String>());
        std::fs::write(folder.path().join("plus.toml"), layout).expect("a layout");
        let text = format!("{}{text}", CARD.replace("vitale2", "plus.toml"));
        let source = Source { name: "carte.toml".into(), text };
        let profile = parse(source, Some(folder.path()), &OPTIONS).map_err(|mistakes| mistakes.to_string())?;
        Ok::<_, String>(all_different(&moduli(profile.image())))
    };
    // One of them is the card's own, in its root.
    assert_eq!(with(10..14, ""), Ok(7 * 3));
    let refused = with(10..15, "").expect_err("nine keys");
    for part in ["no RSA key is left for \"autre_14\"", "a card has 8 of one length"] {
        assert!(refused.contains(part), "{part} is missing in\n{refused}");
    }
    for fewer in ["aucune", "rsa4096"] {
        let text = format!("[[ias.cle]]\nemploi = 'signature'\ntype = '{fewer}'\n");
        assert_eq!(with(10..15, &text), Ok(if fewer == "aucune" { 7 } else { 8 } * 3), "{fewer}");
    }
}

/// What a card answers, with all that it has to be asked for.
fn response_of(card: &mut impl Card, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let (mut response, mut data) = (Response::new(), Vec::new());
    card.transmit(command, &mut response).expect("a card that answers");
    while let [0x61, length] = response.status().expect("a status word").0.to_be_bytes() {
        data.extend_from_slice(response.data());
        response.clear();
        card.transmit(&[0x00, 0xC0, 0x00, 0x00, length], &mut response).expect("a card that answers");
    }
    data.extend_from_slice(response.data());
    (data, response.status().expect("a status word"))
}

#[test]
fn a_key_can_be_generated_twice_and_is_unlike_all_others() {
    for sort in ["rsa2048", "rsa3072", "rsa4096"] {
        let all = NAMES.map(|name| format!("[[ias.cle]]\nemploi = '{name}'\ntype = '{sort}'\n")).concat();
        let source = Source { name: "carte.toml".into(), text: format!("{CARD}[ias]\ncode = '97531864'\n{all}") };
        let profile = parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        let at_first = moduli(profile.image());
        let mut card = profile.card();
        card.power_up(Interface::Contact).expect("an ATR");
        for command in [SELECT_ADELE, VERIFY] {
            assert_eq!(response_of(&mut card, command).1, StatusWord::SUCCESS);
        }
        let mut generated = BTreeSet::new();
        for number in 1..=4 {
            let generate = [0x00, 0x47, 0x00, 0x00, 0x05, 0x70, 0x03, 0xBF, 0x90, number];
            for _ in 0..2 {
                let (public, status) = response_of(&mut card, &generate);
                assert_eq!(status, StatusWord::SUCCESS, "{sort} {number}");
                let is_in = |key: &&Vec<Vec<u8>>| public.windows(key[0].len()).any(|part| part == key[0]);
                assert_eq!(at_first.iter().filter(is_in).count(), 0, "{sort} {number}: a key that the card had");
                generated.insert(public);
            }
            assert_eq!(response_of(&mut card, &generate).1, StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        assert_eq!(generated.len(), 4 * 2, "{sort}");
    }
}

fn certificate(image: &ChipImage, fid: u16) -> Vec<u8> {
    let file = image.files.iter().find(|file| file.fid.0 == fid).expect("the file");
    match &file.kind {
        FileKind::Transparent { content, size, .. } if content.length() == *size => content.bytes().to_vec(),
        other => panic!("no certificate: {other:?}"),
    }
}

#[test]
fn a_card_file_chooses_types_and_leaves_keys_out() {
    let text = "[[ias.cle]]\nemploi = 'signature'\ntype = 'rsa3072'\n\
        [[ias.cle]]\nemploi = 'dechiffrement'\ntype = 'aucune'\n[[ias.cle]]\nemploi = 'authentification'\ntype = 'p256'\n";
    let image = card(text, None).expect("a card");
    let keys = private_keys(&image);
    assert_eq!(keys.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [1, 2, 4]);
    assert!(keys[0].1.contains("P256"), "{keys:?}");
    assert!(keys[1].1.contains("RsaNumbers(3072 bits)"), "{keys:?}");
    assert!(has_file(&image, 0xB002) && !has_file(&image, 0xB003) && !has_file(&image, 0xA003));
}

#[test]
fn a_card_without_any_key_has_empty_directories() {
    let none = |key| format!("[[ias.cle]]\nemploi = '{key}'\ntype = 'aucune'\n");
    let source = Source { name: "carte.toml".into(), text: format!("{CARD}{}", NAMES.map(none).concat()) };
    let profile = parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"));
    for name in ["PRKDF", "PUKDF", "CDF"] {
        let file = profile.map().file(name).expect("a file");
        let decoded = profile.layout().decode(name, &[0]).expect("a file");
        assert_eq!((file.size, &file.elements), (1, &decoded.elements));
        assert_eq!(file.elements[0].name, crate::profile::map::UNUSED);
    }
}

#[test]
fn an_empty_code_or_key_is_named_where_it_stands() {
    for key in ["code", "cle_mac"] {
        let error = card(&format!("[ias]\n{key} = \"\"\n"), None).expect_err("nothing is no PIN");
        for part in [format!("\"ias.{key}\" is empty"), "carte.toml:8:".into(), "takes away a default".into()] {
            assert!(error.contains(&part), "{part} is missing in\n{error}");
        }
    }
    let text = CARD.replace("[assure]", "[assure]\ncaisse = ''");
    let source = Source { name: "carte.toml".into(), text };
    let error = parse(source, None, &OPTIONS).map(|_| ()).expect_err("this chip has a place for it").to_string();
    assert!(error.contains("caisse\" is empty") && error.contains("carte.toml:3:10"), "{error}");
}

#[test]
fn what_chooses_a_key_does_not_stand_beside_none() {
    for (key, value) in [("graine", "3"), ("fichier", "'key.pem'")] {
        let text = format!("[[ias.cle]]\nemploi = 'signature'\ntype = 'aucune'\n{key} = {value}\n");
        let error = card(&text, None).expect_err("one of the two is a mistake");
        for part in [format!("\"{key}\" chooses a key"), "carte.toml:10:".into(), "\"type\" = \"aucune\"".into()] {
            assert!(error.contains(&part), "{part} is missing in\n{error}");
        }
        assert_eq!(error.matches("error:").count(), 1, "{error}");
    }
}

#[test]
fn a_key_can_come_from_a_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/keys");
    let chosen = |file: &str| format!("[[ias.cle]]\nemploi = 'signature'\nfichier = '{file}'\n");
    let image = card(&chosen("TEST-issuing.key.pem"), Some(&folder)).expect("a card");
    let right = crate::profile::authority::Issuer::usual().key.0;
    let found = domain(&image, 0x0DF1).objects.iter().any(|object| {
        object.number == 2 && matches!(&object.kind, ObjectKind::PrivateKey(PrivateKey::P256(key)) if key.0 == right)
    });
    assert!(found);
    for (file, reason) in [
        ("nowhere.pem", "paths of key files count from the folder of the card file"),
        ("TEST-root.crt.pem", "it holds a certificate, not a private key"),
        ("TEST-README.txt", "it is not in PEM"),
        ("TEST-issuing.key.pem'\ntype = 'rsa2048", "has a key of type p256, not rsa2048"),
        ("TEST-issuing.key.pem'\ngraine = 3 #", "graine"),
    ] {
        let mistakes = card(&chosen(file), Some(&folder)).expect_err(file);
        assert!(mistakes.contains(reason) && mistakes.contains("carte.toml:"), "{mistakes}");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (length, bytes, reason) in [
        (65_536, b"-", "it is not in PEM"),
        (65_537, b"-", "cannot read the key file"),
        (65_537, b"-", "it has more than 65536 bytes"),
        (1, &[0xE9], "it is not in PEM"),
    ] {
        std::fs::write(folder.path().join("own.pem"), bytes.repeat(length)).expect("a file");
        let mistakes = card(&chosen("own.pem"), Some(folder.path())).expect_err(reason);
        assert!(mistakes.contains(reason), "{mistakes}");
    }
    let mistakes = card(&chosen("a.pem"), None).expect_err("no folder");
    assert!(mistakes.contains("this card file is none"), "{mistakes}");
}

#[test]
fn no_code_and_no_key_is_in_what_is_printed_for_developers() {
    let text = "[ias]\ncode = '97531864'\ncode_deblocage = '86420975'\ncle_mac = 'A1B2C3D4E5F60718293A4B5C6D7E8F90'\n";
    let source = Source { name: "carte.toml".into(), text: format!("{CARD}{text}") };
    let profile = parse(source, None, &OPTIONS).expect("a card");
    let image = profile.image().clone();
    let mut card = profile.card();
    card.power_up(Interface::Contact).expect("an ATR");
    let mut response = Response::new();
    for command in [SELECT_ADELE, VERIFY] {
        response.clear();
        card.transmit(command, &mut response).expect("a card that answers");
        assert_eq!(response.status(), Some(StatusWord::SUCCESS));
    }
    let printed = format!("{image:?}{profile:?}{card:?}{:?}", domain(&image, 0x3F00));
    let key = domain(&image, 0x0DF1).objects.iter().find_map(|object| match &object.kind {
        ObjectKind::PrivateKey(PrivateKey::Rsa { numbers, .. }) => Some(numbers.primes[0].clone()),
        _ => None,
    });
    let key = key.expect("a key");
    for secret in [&b"97531864"[..], b"86420975", &[0xA1, 0xB2, 0xC3, 0xD4], &key[..8]] {
        let decimal = format!("{secret:?}");
        let decimal = decimal.trim_matches(['[', ']']);
        assert!(!printed.contains(decimal), "{decimal}");
        assert!(!printed.to_uppercase().contains(&hex::encode_upper(secret)), "{secret:02X?}");
    }
}

fn mistakes(change: impl Fn(&str) -> String) -> String {
    let text = change(virtuale_applets::layouts::VITALE2);
    let layout = Layout::parse(&Arc::new(Source { name: "vitale2.toml".into(), text }));
    match layout.and_then(|layout| layout.schema().cloned()) {
        Ok(_) => panic!("the layout is sound"),
        Err(mistakes) => mistakes.to_string(),
    }
}

#[test]
fn mistakes_of_a_layout_are_named() {
    for (from, to, message) in [
        ("pin = \"holder\"", "pin = \"holdr\"", "unknown PIN \"holdr\""),
        ("cipher = \"3des\"", "cipher = \"des\"", "unknown cipher \"des\""),
        ("rule = \"pin\"", "rule = \"signing\"", "says who may sign, which PINs cannot do"),
        ("type = \"rsa2048\"\npin", "type = \"rsa1024\"\npin", "unknown type \"rsa1024\""),
        ("names = \"unblocker\"", "names = \"nobody\"", "unknown PIN or key \"nobody\""),
        ("crt = \"B4\"", "crt = \"B5\"", "tag of a control reference template"),
        ("number = 2\ntitle = \"PUK\"", "number = 1\ntitle = \"PUK\"", "the number of \"unblocker\" is taken"),
        ("built_by = \"cdf\"", "built_by = \"cfd\"", "unknown builder \"cfd\""),
        ("from = \"ias.code\"", "from = \"carte.debut_validite\"", "must be digits or a code"),
        ("list = \"ias.cle\"", "list = \"ias\"", "must be a list"),
    ] {
        let text = mistakes(|layout| layout.replacen(from, to, 1));
        assert!(text.contains(message), "{message} is missing in\n{text}");
    }
}
