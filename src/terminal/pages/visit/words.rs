//! What a visit says besides what the cards say.

use super::{super::Lang, Moment};

/// The sentences of one language.
pub(super) struct VisitWords {
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) cards: &'static str,
    pub(super) patient: fn(place: &str, person: &str) -> String,
    pub(super) professional: fn(place: &str, name: &str) -> String,
    pub(super) alone: &'static str,
    pub(super) proof: &'static str,
    pub(super) form: &'static str,
    pub(super) made: &'static str,
    pub(super) not_made: fn(why: String) -> String,
    pub(super) verified: &'static str,
    pub(super) public_keys: &'static str,
    pub(super) nothing_to_verify: &'static str,
    pub(super) copy: &'static str,
    pub(super) appended: &'static str,
    pub(super) not_appended: fn(why: &str) -> String,
    pub(super) no_place: &'static str,
    pub(super) nothing_to_copy: &'static str,
    pub(super) change: &'static str,
    pub(super) station: &'static str,
    pub(super) not_updated: fn(why: String) -> String,
    pub(super) after: &'static str,
    pub(super) leaving: &'static str,
    pub(super) watched: fn(file: &str) -> String,
    pub(super) moment: fn(Moment) -> &'static str,
    pub(super) nothing_open: &'static str,
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
    form: "4. The care form",
    made: "A consultation. The cards say who was cared for, by whom, and who pays; then they sign it.",
    not_made: |why| format!("There is no form: {}.", why.trim_end_matches('.')),
    verified: "5. Anybody verifies it",
    public_keys: "With public keys alone, by the bytes of the form and its signatures.",
    nothing_to_verify: "There is nothing to verify.",
    copy: "6. The copy of the form",
    appended: "The Vitale keeps a copy of the form.",
    not_appended: |why| format!("The Vitale got no copy of the form: {}.", why.trim_end_matches('.')),
    no_place: "The Vitale got no copy of the form: it has no place for one.",
    nothing_to_copy: "The Vitale got no copy, since there is no form.",
    change: "7. The caisse's change",
    station: "An update station in the same reader proves the issuer's keys to the Vitale, and writes all of a change or \
              nothing.",
    not_updated: |why| format!("The Vitale stays as it is: {}.", why.trim_end_matches('.')),
    after: "8. The Vitale after it",
    leaving: "9. The cards go",
    watched: |file| {
        format!(
            "No card sees the other one: the terminal resets the Vitale when the professional's card goes. What the \
             Vitale answers to reading {file}:"
        )
    },
    moment: |moment| match moment {
        Moment::Proved => "the professional's card has proved its role",
        Moment::PatientBack => "the Vitale was taken out and put back",
        Moment::ProfessionalGone => "the professional's card was taken out, the Vitale reset",
    },
    nothing_open: "Nothing was open on the Vitale.",
};

const FR: VisitWords = VisitWords {
    title: "Une consultation",
    about: "Deux cartes dans les deux fentes d'un lecteur, et un terminal entre elles. Toutes les personnes sont fictives.",
    cards: "1. Les cartes",
    patient: |place, person| format!("{place} : la Vitale de {person}"),
    professional: |place, name| format!("{place} : la carte de professionnel de {name}"),
    alone: "2. La Vitale seule",
    proof: "3. Avec la carte de professionnel",
    form: "4. La feuille de soins",
    made: "Une consultation. Les cartes disent qui a été soigné, par qui, et qui paie ; puis elles signent.",
    not_made: |why| format!("Il n'y a pas de feuille : {}.", why.trim_end_matches('.')),
    verified: "5. Chacun peut la vérifier",
    public_keys: "Avec des clés publiques seules, d'après les octets de la feuille et ses signatures.",
    nothing_to_verify: "Il n'y a rien à vérifier.",
    copy: "6. La copie de la feuille",
    appended: "La Vitale garde une copie de la feuille.",
    not_appended: |why| format!("La Vitale n'a pas reçu de copie de la feuille : {}.", why.trim_end_matches('.')),
    no_place: "La Vitale n'a pas reçu de copie de la feuille : elle n'a pas de place pour cela.",
    nothing_to_copy: "La Vitale n'a pas reçu de copie, faute de feuille.",
    change: "7. Le changement de la caisse",
    station: "Une station de mise à jour, dans le même lecteur, prouve à la Vitale les clés de l'émetteur, et écrit tout \
              d'un changement ou rien.",
    not_updated: |why| format!("La Vitale reste telle quelle : {}.", why.trim_end_matches('.')),
    after: "8. La Vitale ensuite",
    leaving: "9. Les cartes repartent",
    watched: |file| {
        format!(
            "Aucune carte ne voit l'autre : le terminal réinitialise la Vitale quand la carte de professionnel s'en va. \
             Ce que la Vitale répond à la lecture de {file} :"
        )
    },
    moment: |moment| match moment {
        Moment::Proved => "la carte de professionnel a prouvé son rôle",
        Moment::PatientBack => "la Vitale retirée, puis remise",
        Moment::ProfessionalGone => "la carte de professionnel retirée, la Vitale réinitialisée",
    },
    nothing_open: "Rien n'était ouvert sur la Vitale.",
};
