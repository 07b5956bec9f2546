//! The CPS, the cards of health professionals: the files and keys of an IAS card, with habits of its own.

#[cfg(test)]
mod tests;

use virtuale_applets::{cards, layouts};

use super::{BuiltIn, Face, Family, face::text};
use crate::profile::{schema::Doc, tree::Node};

/// The family of the cards of health professionals.
#[derive(Clone, Copy, Debug)]
pub struct Cps;

/// The layout of the third generation.
const THIRD: &str = "cps3";

/// What the answers to reset of the third generation begin with; the version follows [DOPS-CRYPTOLIB recognition]
/// [PCSC-TOOLS-ATR CPS].
const THIRD_ATR: [u8; 12] = [0x3B, 0xAC, 0x00, 0x40, 0x2A, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00];

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
        &[BuiltIn { name: THIRD, text: layouts::CPS3 }]
    }

    fn cards(&self) -> &'static [BuiltIn] {
        &[BuiltIn { name: "cps-lefevre", text: cards::CPS_LEFEVRE }]
    }

    fn layout_of(&self, atr: &[u8]) -> Option<&'static str> {
        atr.starts_with(&THIRD_ATR).then_some(THIRD)
    }

    fn face(&self, data: &Node) -> Face {
        face(data)
    }
}

/// What is printed on a card [CSS-R161 52]: the holder, the identifier, the number of the card.
fn face(data: &Node) -> Face {
    let value = |path| data.at(path).and_then(text).unwrap_or_default();
    let name = format!("{} {}", value("titulaire.prenom"), value("titulaire.nom"));
    let rpps = value("titulaire.rpps");
    let lines = vec![
        "carte de professionnel de santé".to_owned(),
        String::new(),
        name.clone(),
        format!("RPPS {rpps}"),
        format!("carte {}", value("carte.numero")),
    ];
    Face { lines, people: vec![(name, rpps)] }
}
