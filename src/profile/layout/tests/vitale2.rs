//! What is public about the Vitale 2, on a card made by the built-in layout [CARDPEEK-VITALE2 tags].

use std::collections::BTreeSet;

use hex_literal::hex;
use jiff::civil::date;

use super::{content, layout, source, vitale2_text, without_places};
use crate::profile::{
    self, Options,
    diagnostic::Source,
    map::{Element, FileMap, Origin, UNUSED},
    tree::{Data, Node},
};

const OPTIONS: Options = Options { today: date(2026, 1, 15), seed: 1 };

/// A card file with as many children as asked for, whose names have so many letters.
fn family(children: usize, letters: usize) -> Source {
    let mut text = String::from(
        "layout = \"vitale2\"\n[assure]\nnir = \"2 86 19 75 999 002\"\nnom = \"MARTIN\"\nprenom = \"CAMILLE\"\n\
         naissance = \"1986-19-12\"\n",
    );
    for child in 0..children {
        let name = "ABCDEFGHIJKLMNOPQRSTUVWXYZA".get(..letters).expect("a short name");
        let rest = format!("naissance = \"2019-19-0{}\"\nqualite = \"6\"\n", child + 1);
        text += &format!("[[beneficiaire]]\nnom = \"{name}\"\nprenom = \"{name}\"\n{rest}");
    }
    Source { name: "famille.toml".into(), text }
}

fn card(source: Source) -> profile::Profile {
    profile::parse(source, None, &OPTIONS).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

/// The bytes of a file, by its name.
fn file(profile: &profile::Profile, name: &str) -> Vec<u8> {
    let index = profile.map().files.iter().position(|file| file.name == name).expect("a file of the layout");
    let applications = profile.image().files.len() - profile.map().files.len();
    content(profile.image(), applications + index)
}

#[test]
fn the_directory_of_files_is_read_as_cardpeek_reads_it() {
    // E0 { A0 { 82 { ref, 2 bytes, AID } }, 80 { name of 8, ref, FID } } [CARDPEEK-VITALE2 create_card_map]
    let profile = card(family(0, 5));
    let pointers = file(&profile, "POINTERS");
    let map = profile.map().file("POINTERS").expect("POINTERS");
    let [root] = &map.elements[..] else { panic!("one template E0") };
    let (applications, files) = root.children.split_first().expect("A0");
    let bytes = |element: &Element| pointers[element.value_range()].to_vec();
    let known: Vec<Vec<u8>> = applications.children.iter().map(|one| bytes(one)[..2].to_vec()).collect();
    let aids: Vec<Vec<u8>> = applications.children.iter().map(|one| bytes(one)[4..].to_vec()).collect();
    assert!(aids.contains(&hex!("D250000002564954414C45").to_vec()));
    assert!(aids.contains(&hex!("E828BD080FD2500000044164E86C65").to_vec()));
    assert_eq!(
        known.iter().collect::<BTreeSet<_>>().len(),
        known.len(),
        "each application is there once: {known:02X?}"
    );
    assert!(applications.children.iter().chain(files).all(|entry| entry.origin == Origin::Inferred));
    // Those of the IAS component are found through EF.DIR and the ODF, cardpeek adds three itself, what the card itself
    // asks is for no program, and who has forms signed knows where the certificate of that key is.
    let is_found_without = |file: &&FileMap| {
        let others = ["ATR", "SN", "DIR", "PAN", "POINTERS", "REVOQUES", "CERTFSE"];
        matches!(&*file.application, "cia" | "adele") || others.contains(&&*file.name)
    };
    let map: Vec<_> = profile.map().files.iter().filter(|file| !is_found_without(file)).collect();
    assert_eq!(files.len(), map.len(), "every other file has a pointer");
    for (pointer, file) in files.iter().zip(map) {
        let bytes = bytes(pointer);
        assert_eq!(bytes.len(), 12);
        assert_eq!(bytes[..8], *format!("{:8}", file.name).as_bytes());
        assert!(known.contains(&bytes[8..10].to_vec()), "{} points to no application", file.name);
        assert_eq!(bytes[10..], file.fid.0.to_be_bytes());
    }
}

#[test]
fn the_directory_of_applications_is_what_opensc_expects() {
    // [RUN-OPENSC files]
    let cia = hex!(
        "61 32 4F 0F E828BD080FD2500000044164E86C65 50 0F 4543432047656E6572696320504B49"
        "73 0E 4F 0C D2500000044164E86C650101"
    );
    assert!(file(&card(family(0, 5)), "DIR").starts_with(&cia));
}

#[test]
fn names_and_nirs_are_templates_in_one_order_and_zeros() {
    // [CARDPEEK-VITALE2 tags]
    let profile = card(family(1, 3));
    let names = file(&profile, "IDENTITE");
    let expected = [
        &hex!("65 1F 80 06")[..],
        b"MARTIN",
        &hex!("81 07"),
        b"CAMILLE",
        &hex!("82 08"),
        b"19861912",
        &hex!("90 02"),
        b"FR",
        &hex!("65 18 80 03"),
        b"ABC",
        &hex!("81 03"),
        b"ABC",
        &hex!("82 08"),
        b"20191901",
        &hex!("90 02"),
        b"FR",
    ];
    let expected = expected.concat();
    assert_eq!(names[..expected.len()], expected);
    assert!(names[expected.len()..].iter().all(|&byte| byte == 0));
    let nirs = file(&profile, "NIR");
    assert_eq!(nirs[..21], [&hex!("65 11 93 0F")[..], b"286197599900277", &hex!("65 00")].concat());
}

#[test]
fn what_the_law_reserves_is_closed_and_the_photo_is_sealed() {
    let profile = card(family(0, 5));
    for file in &profile.map().files {
        let expected = match file.name.as_str() {
            "COUVERT" | "EXONER" | "COPIES" => "role:professional",
            "PHOTO" => "never",
            "RESERVE" => "role:issuer+sm",
            _ => "always",
        };
        assert_eq!(file.readable, expected, "{}", file.name);
    }
}

#[test]
fn a_family_of_six_fits_or_it_is_said_who_does_not() {
    assert_eq!(card(family(5, 8)).data().at("beneficiaire").map(|list| list.list().len()), Some(6));
    let mistakes = profile::parse(family(5, 20), None, &OPTIONS).expect_err("long names do not fit");
    let text = mistakes.to_string();
    for part in
        ["file \"IDENTITE\" has 256 bytes, but its data need 333", "famille.toml:22:1", "beneficiaire 5 no longer fits"]
    {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn a_text_that_the_chip_cannot_hold_points_at_itself() {
    let mut source = family(0, 5);
    source.text = source.text.replace("CAMILLE", "CŒLIA");
    let text = profile::parse(source, None, &OPTIONS).expect_err("Latin-1 has no such letter").to_string();
    for part in ["famille.toml:5:10", "\"prenom\" holds 'Œ'", "write OE"] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn all_files_fit_the_chip_however_much_they_hold() {
    let files = layout(vitale2_text()).files;
    let sizes = files.iter().map(|file| match file.structure {
        super::super::model::Structure::Transparent { size } => size.unwrap_or(512),
        super::super::model::Structure::Records { length, count, .. } => usize::from(length) * usize::from(count),
    });
    assert!(sizes.sum::<usize>() < 32_768);
}

#[test]
fn a_card_that_does_not_fit_its_chip_says_what_is_large() {
    let text = vitale2_text().replace("chip_bytes = 32768", "chip_bytes = 8192");
    let card = source("carte.toml", "layout = \"petit.toml\"");
    let mut data = card_data(family(0, 5));
    data.span = 0..0;
    let text = layout(&text).encode(&card, &data, None).expect_err("too small a chip").to_string();
    for part in ["carte.toml:1:", "but its chip has 8192", "PHOTO (4224), COMPLEM (2560), "] {
        assert!(text.contains(part), "{part} is missing in\n{text}");
    }
}

#[test]
fn behind_what_is_built_a_file_may_have_room() {
    let grown = |text: String, fid: &str| text.replacen(fid, &format!("{fid}\nsize = 2048"), 1);
    let text = ["fid = \"5031\"", "fid = \"7005\"", "fid = \"B001\""].into_iter().fold(vitale2_text().into(), grown);
    let layout = layout(&text);
    let data = card_data(family(0, 5));
    let (image, map) = layout.encode(&source("carte.toml", ""), &data, None).unwrap_or_else(|error| panic!("{error}"));
    for name in ["ODF", "CDF", "CERT1"] {
        let index = map.files.iter().position(|file| file.name == name).expect("a file of the layout");
        let bytes = content(&image, image.files.len() - map.files.len() + index);
        let [built, unused] = &map.files[index].elements[..] else { panic!("what is built, and room in {name}") };
        let objects = built.children.last().map(|object| object.range.end);
        assert_eq!((objects, unused.range.end), (Some(unused.range.start), 2048), "{name}");
        assert_eq!(unused.name, UNUSED);
        let decoded = layout.decode(name, &bytes).expect("a file of the layout");
        assert_eq!(without_places(decoded.elements), without_places(map.files[index].elements.clone()));
    }
}

fn card_data(source: Source) -> Node {
    card(source).data().clone()
}

#[test]
fn nothing_invented_is_passed_off_as_known() {
    let profile = card(family(1, 5));
    let map = profile.map();
    let public = ["nom_usage", "prenom", "naissance", "pays", "nir", "carte.debut_validite"];
    let mut seen = Vec::new();
    for file in &map.files {
        walk(&file.elements, &mut |element| {
            if element.origin == Origin::Public && element.personal {
                assert!(public.contains(&element.name.as_str()), "{} in {}", element.name, file.name);
                seen.push(element.name.clone());
            }
            assert!(!element.source.is_empty(), "{} in {} names no source", element.name, file.name);
        });
    }
    assert!(public.iter().all(|name| seen.iter().any(|seen| seen == name)), "{seen:?}");
    let shares = map.shares();
    assert!(shares.public > 0 && shares.inferred > 0 && shares.invented > shares.public);
    assert_eq!(
        shares.public + shares.inferred + shares.invented + shares.unused,
        map.files.iter().map(|file| file.size).sum::<usize>()
    );
}

fn walk(elements: &[Element], see: &mut impl FnMut(&Element)) {
    for element in elements {
        see(element);
        walk(&element.children, see);
    }
}

#[test]
fn decoding_a_card_gives_its_data_and_its_map_back() {
    let profile = card(family(2, 5));
    for map in &profile.map().files {
        let bytes = file(&profile, &map.name);
        let decoded = profile.layout().decode(&map.name, &bytes).expect("a file of the layout");
        let written = super::of_content(without_places(map.elements.clone()), &bytes);
        assert_eq!(decoded.elements, written, "{}", map.name);
        super::assert_gapless(&map.elements, 0, map.size);
    }
    let identity = profile.layout().decode("IDENTITE", &file(&profile, "IDENTITE")).expect("IDENTITE").data;
    let first = identity.at("beneficiaire").and_then(|list| list.list().first()).expect("a beneficiary");
    assert_eq!(first.at("prenom").map(|node| &node.data), Some(&Data::Text("CAMILLE".into())));
}
