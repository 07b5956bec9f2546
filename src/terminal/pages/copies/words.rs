//! Every sentence about copies, once per language.

use super::super::Lang;
use crate::terminal::{
    amount::Cents,
    copies::{Accident, Nature, Stage},
};

/// The sentences of one language.
pub(super) struct CopyWords {
    pub(super) title: &'static str,
    /// Why there are none.
    pub(super) objection: &'static str,
    pub(super) empty: &'static str,
    pub(super) no_file: &'static str,
    pub(super) vitale_1: &'static str,
    pub(super) closed: &'static str,
    pub(super) stay_closed: &'static str,
    /// When they may be used.
    pub(super) term: &'static str,
    pub(super) usage: fn(Stage, from: &str, until: &str) -> String,
    pub(super) amount: fn(Cents) -> String,
    pub(super) third_party: fn(Cents) -> String,
    pub(super) coefficient: fn(hundredths: u16) -> String,
    pub(super) between: &'static str,
    pub(super) on: fn(day: &str) -> String,
    /// What care is for that is not for an illness.
    /// The day is that of the nature, if it has one.
    pub(super) nature: fn(&Nature, day: &str) -> Option<String>,
    /// A patient who is not on the card, by day and rank of birth.
    pub(super) born: fn(day: &str, rank: u8) -> String,
}

/// The sentences of a language.
pub(super) fn of(lang: Lang) -> &'static CopyWords {
    match lang {
        Lang::En => &EN,
        Lang::Fr => &FR,
    }
}

const EN: CopyWords = CopyWords {
    title: "Copies of care forms",
    objection: "None: the insured objects to copies on the card (R.161-33-1, 2° d).",
    empty: "None yet.",
    no_file: "None: the card has no place for them that the layout knows.",
    vitale_1: "None: until the end of 1999 cards could do without (decree 98-275, article 3), and no place on a Vitale 1 \
               for them is public.",
    closed: "They open to a professional's card (CPS) beside this one (R.161-33-2).",
    stay_closed: "The card keeps them to itself",
    term: "A copy stands in for a lost form from 15 to 90 days after it was made (R.161-47, III).",
    usage: |stage, from, until| match stage {
        Stage::ToCome => "the form is of a later day".into(),
        Stage::TooEarly => format!("may be used from {from} on"),
        Stage::Usable => format!("may be used until {until}"),
        Stage::TooLate => format!("could be used until {until}"),
    },
    amount: |cents| format!("{cents} €"),
    third_party: |cents| format!("third party {cents} €"),
    coefficient: |hundredths| format!(" × {}", coefficient(hundredths, '.')),
    between: "; ",
    on: |day| format!(" on {day}"),
    nature: |nature, day| match nature {
        Nature::Illness => None,
        Nature::Maternity(_) => Some(format!("maternity {day}")),
        Nature::Accident(Accident::Numbered(number)) => Some(format!("accident at work {}", number.as_str())),
        Nature::Accident(Accident::Of(_)) => Some(format!("accident at work of {day}")),
    },
    born: |day, rank| format!("born on {day}, rank {rank}, not on the card"),
};

const FR: CopyWords = CopyWords {
    title: "Copies des feuilles de soins",
    objection: "Aucune : l'assuré s'oppose aux copies sur la carte (R.161-33-1, 2° d).",
    empty: "Aucune pour l'instant.",
    no_file: "Aucune : la carte n'a pas de place pour elles que la structure connaisse.",
    vitale_1: "Aucune : jusqu'à fin 1999 une carte pouvait s'en passer (décret 98-275, article 3), et aucune zone d'une \
               Vitale 1 pour elles n'est publique.",
    closed: "Elles s'ouvrent avec une carte de professionnel (CPS) à côté de celle-ci (R.161-33-2).",
    stay_closed: "La carte les garde pour elle",
    term: "Une copie remplace une feuille perdue de 15 à 90 jours après son élaboration (R.161-47, III).",
    usage: |stage, from, until| match stage {
        Stage::ToCome => "la feuille est d'un jour à venir".into(),
        Stage::TooEarly => format!("utilisable à partir du {from}"),
        Stage::Usable => format!("utilisable jusqu'au {until}"),
        Stage::TooLate => format!("délai passé le {until}"),
    },
    amount: |cents| format!("{} €", cents.to_string().replace('.', ",")),
    third_party: |cents| format!("tiers payant {} €", cents.to_string().replace('.', ",")),
    coefficient: |hundredths| format!(" × {}", coefficient(hundredths, ',')),
    between: " ; ",
    on: |day| format!(" le {day}"),
    nature: |nature, day| match nature {
        Nature::Illness => None,
        Nature::Maternity(_) => Some(format!("maternité {day}")),
        Nature::Accident(Accident::Numbered(number)) => Some(format!("accident du travail {}", number.as_str())),
        Nature::Accident(Accident::Of(_)) => Some(format!("accident du travail du {day}")),
    },
    born: |day, rank| format!("né le {day}, rang {rank}, absent de la carte"),
};

/// Hundredths as people write them: `1.5`.
fn coefficient(hundredths: u16, point: char) -> String {
    let (whole, part) = (hundredths / 100, hundredths % 100);
    let text = format!("{whole}{point}{part:02}");
    text.trim_end_matches('0').trim_end_matches(point).to_owned()
}
