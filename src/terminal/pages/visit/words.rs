//! What a visit says besides what the cards say.

use super::super::Lang;

/// The sentences of one language.
pub(super) struct VisitWords {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) cards: &'static str,
    pub(super) patient: fn(place: &str, person: &str) -> String,
    pub(super) professional: fn(place: &str, name: &str) -> String,
    pub(super) alone: &'static str,
    pub(super) proof: &'static str,
    pub(super) copy: &'static str,
    pub(super) appended: &'static str,
    pub(super) objected: &'static str,
    pub(super) not_appended: &'static str,
}

/// The sentences of a language.
pub(super) fn of(lang: Lang) -> &'static VisitWords {
    match lang {
        Lang::En => &EN,
        Lang::Fr => &FR,
    }
}

const EN: VisitWords = VisitWords {
    title: "A visit",
    about: "Two cards in two slots of a reader, and a terminal between them. All people are invented.",
    cards: "1. The cards",
    patient: |place, person| format!("{place}: the Vitale of {person}"),
    professional: |place, name| format!("{place}: the professional's card of {name}"),
    alone: "2. The Vitale alone",
    proof: "3. With the professional's card",
    copy: "4. The copy of the form",
    appended: "The card keeps a copy of the form: a consultation.",
    objected: "The card gets no copy of the form.",
    not_appended: "The card got no copy of the form: ",
};

const FR: VisitWords = VisitWords {
    title: "Une consultation",
    about: "Deux cartes dans les deux fentes d'un lecteur, et un terminal entre elles. Toutes les personnes sont fictives.",
    cards: "1. Les cartes",
    patient: |place, person| format!("{place} : la Vitale de {person}"),
    professional: |place, name| format!("{place} : la carte de professionnel de {name}"),
    alone: "2. La Vitale seule",
    proof: "3. Avec la carte de professionnel",
    copy: "4. La copie de la feuille",
    appended: "La carte garde une copie de la feuille : une consultation.",
    objected: "La carte ne reçoit pas de copie de la feuille.",
    not_appended: "La carte n'a pas reçu de copie de la feuille : ",
};
