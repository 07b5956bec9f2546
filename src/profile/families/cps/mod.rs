//! The CPS, the cards of health professionals: the files and keys of an IAS card, with habits of its own.

mod certificate;
#[cfg(test)]
mod channel_tests;
mod contradictions;
#[cfg(test)]
mod fourth_tests;
#[cfg(test)]
mod map_tests;
mod notes;
mod status;
#[cfg(test)]
mod ter_tests;
#[cfg(test)]
mod tests;

use virtuale_applets::{cards, cps2ter, layouts};
use virtuale_engine::{StatusWord, ins::Ins};

use super::{BuiltIn, Contradiction, Face, Family, Note, OwnCommand, face::text};
use crate::profile::{authority::Bearer, map::CardMap, said::Bilingual, schema::Doc, tree::Node};

/// The family of the cards of health professionals.
#[derive(Clone, Copy, Debug)]
pub struct Cps;

/// The layout of the third generation.
const THIRD: &str = "cps3";

/// What the third generation answers over its contacts, and by its antenna: programs know it by every byte
/// [DOPS-CRYPTOLIB recognition] [PCSC-TOOLS-ATR CPS].
const THIRD_ATRS: [&[u8]; 2] = [
    &[0x3B, 0xAC, 0x00, 0x40, 0x2A, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x03, 0x10, 0x00, 0x90, 0x00],
    &[
        0x3B, 0x8F, 0x80, 0x01, 0x00, 0x31, 0xB8, 0x64, 0x04, 0xB0, 0xEC, 0xC1, 0x73, 0x94, 0x01, 0x80, 0x82, 0x90,
        0x00, 0x0E,
    ],
];

/// The layout of the fourth generation.
const FOURTH: &str = "cps4";

/// What the fourth generation answers over its contacts: the card, and two that were made before it, the last of which
/// speaks T=0 alone [DOPS-CRYPTOLIB recognition].
const FOURTH_ATRS: [&[u8]; 3] = [
    &[0x3B, 0x9B, 0x18, 0x80, 0x01, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x04, 0x01, 0x00, 0x00, 0x90, 0x44],
    &[0x3B, 0x9B, 0x18, 0x80, 0x01, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x04, 0x01, 0x00, 0x90, 0x44],
    &[0x3B, 0xDC, 0x18, 0xFF, 0x00, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x04, 0x01, 0x00, 0x90, 0x00],
];

impl Family for Cps {
    fn name(&self) -> &'static str {
        "cps"
    }

    fn title(&self) -> Doc {
        let (en, fr) = ("A virtual health professional's card", "Une carte de professionnel de santé virtuelle");
        Doc { en: en.into(), fr: fr.into() }
    }

    fn keys(&self) -> &'static str {
        layouts::CPS_KEYS
    }

    fn layouts(&self) -> &'static [BuiltIn] {
        &[BuiltIn { name: THIRD, text: layouts::CPS3 }, BuiltIn { name: FOURTH, text: layouts::CPS4 }]
    }

    fn cards(&self) -> &'static [BuiltIn] {
        &[
            BuiltIn { name: "cps-lefevre", text: cards::CPS_LEFEVRE },
            BuiltIn { name: "cps-moreau", text: cards::CPS_MOREAU },
            BuiltIn { name: "cps-diallo", text: cards::CPS_DIALLO },
            BuiltIn { name: "cpe-accueil", text: cards::CPE_ACCUEIL },
            BuiltIn { name: "cpe-anonyme", text: cards::CPE_ANONYME },
            BuiltIn { name: "cpa-caisse", text: cards::CPA_CAISSE },
            BuiltIn { name: "cps-bloquee", text: cards::CPS_BLOQUEE },
            BuiltIn { name: "cps-perimee", text: cards::CPS_PERIMEE },
            BuiltIn { name: "cps-revoquee", text: cards::CPS_REVOQUEE },
            BuiltIn { name: "cps-muette", text: cards::CPS_MUETTE },
            BuiltIn { name: "cps-inconnue", text: cards::CPS_INCONNUE },
            BuiltIn { name: "cps-changee", text: cards::CPS_CHANGEE },
            BuiltIn { name: "cps4-lefevre", text: cards::CPS4_LEFEVRE },
        ]
    }

    fn layout_of(&self, atr: &[u8]) -> Option<&'static str> {
        let known: [(&str, &[&[u8]]); 2] = [(THIRD, &THIRD_ATRS), (FOURTH, &FOURTH_ATRS)];
        known.into_iter().find(|(_, atrs)| atrs.contains(&atr)).map(|(layout, _)| layout)
    }

    fn command_name(&self, command: &[u8]) -> Option<Bilingual> {
        let english = cps2ter::command_name(command)?;
        let french = match *command {
            [_, ins, high, low, ..] if Ins(ins) == Ins::READ_BINARY => {
                format!("{} à l'octet {}", Ins::READ_BINARY, u16::from_be_bytes([high, low]))
            }
            // Its name, and digits.
            _ => english.clone(),
        };
        Some(Bilingual::new(english, french))
    }

    fn status_meaning(&self, class: u8, status: StatusWord) -> Option<Doc> {
        status::meaning(class, status)
    }

    fn follow(&self, _map: &CardMap, header: [u8; 4]) -> Option<OwnCommand> {
        let [cps2ter::CLASS, ins, high, low] = header else { return None };
        Some(match Ins(ins) {
            Ins::SELECT => OwnCommand::Selects,
            Ins::READ_BINARY => OwnCommand::ReadsCurrent { offset: u16::from_be_bytes([high, low]).into() },
            Ins::GET_RESPONSE => OwnCommand::Fetches,
            _ => OwnCommand::Other,
        })
    }

    fn bearer(&self, data: &Node) -> Option<Bearer> {
        certificate::bearer(data)
    }

    fn contradictions(&self, data: &Node) -> Vec<Contradiction> {
        contradictions::of(data)
    }

    fn notes(&self, data: &Node) -> Vec<Note> {
        notes::of(data)
    }

    fn face(&self, data: &Node) -> Face {
        face(data)
    }
}

/// What is printed on a card [CSS-R161 52]: the holder, or the place that a card without a name belongs to, the
/// identifier, the number of the card.
fn face(data: &Node) -> Face {
    let value = |path| data.at(path).and_then(text);
    let name = value("titulaire.prenom").zip(value("titulaire.nom")).map(|(first, name)| format!("{first} {name}"));
    let holder = name.or_else(|| value("titulaire.employeur.raison_sociale")).unwrap_or_default();
    let identifier = certificate::identifier(data).unwrap_or_default();
    let title = match value("carte.type").as_deref() {
        Some("cpf") => "carte de professionnel en formation",
        Some("cpe") => "carte de personnel d'établissement",
        Some("cpa") => "carte de personnel autorisé",
        _ => "carte de professionnel de santé",
    };
    let known = value("titulaire.rpps").map_or_else(|| format!("n° {identifier}"), |rpps| format!("RPPS {rpps}"));
    let number = format!("carte {}", value("carte.numero").unwrap_or_default());
    let lines = vec![title.to_owned(), String::new(), holder.clone(), known, number];
    Face { lines, people: vec![(holder, value("titulaire.rpps").unwrap_or(identifier))] }
}
