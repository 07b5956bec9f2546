//! The XML of the reading interface: `T_AsnDonneesVitale`, the people on a Vitale one by one [MEDINTUX-SSV xml].
//!
//! It exists in two shapes ([`Shape`]). An element that has nothing to say is left out. Without the rights
//! ([`rights`](super::rights)) only who somebody is comes out. A professional's card has no XML.

mod element;
mod sentences;

use std::io;

use self::element::Element;
use super::{
    codes::Code,
    view::{Names, View, people},
};
use crate::{
    profile::tree::CardDate,
    terminal::{period::Period, told::Told},
};

/// How many periods of rights there is room for.
const MOST_PERIODS: usize = 3;

/// The services of the basic regime that are free complementary cover [MEDINTUX-SSV codes].
const FREE_COVER: [&str; 2] = ["01", "10"];

/// One of the two shapes.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Shape {
    /// `ident/naissance/date`, and the insured's number in `ident/nir`.
    #[default]
    First,
    /// `ident/dateNaissance` [ABAK-XML shape], and the insured's number in `amo/nir`.
    Second,
}

/// What a Vitale told, as XML in ISO 8859-1, on one line. `code` says whether the rights come out: with
/// [`Code::DONE`] only.
///
/// # Errors
///
/// What writing gives; none comes of memory.
pub fn vitale(card: &Told<'_>, code: Code, shape: Shape) -> io::Result<Vec<u8>> {
    let insured = View::of(card.data);
    let writing = Writing { insured, today: card.today, has_rights: code == Code::DONE, shape };
    let people = people(card.data).enumerate().map(|(index, person)| Some(writing.person(person, index == 0)));
    Element::of("T_AsnDonneesVitale", [Some(Element::of("listeBenef", people))]).document()
}

/// A card that is being written.
#[derive(Clone, Copy)]
struct Writing<'a> {
    /// The whole card.
    insured: View<'a>,
    today: CardDate,
    has_rights: bool,
    shape: Shape,
}

impl Writing<'_> {
    fn person(self, person: View<'_>, is_insured: bool) -> Element {
        let identity = self.identity(person, is_insured);
        if !self.has_rights {
            let nir = Element::any_of("amo", [self.nir(Shape::Second)]);
            return Element::of("T_AsnBeneficiaire", [Some(identity), nir]);
        }
        let accidents = if is_insured { self.accidents() } else { None };
        let elements = [
            Some(identity),
            self.compulsory(person),
            self.free_cover(person),
            mutual(person),
            complementary(person),
            accidents,
        ];
        Element::of("T_AsnBeneficiaire", elements)
    }

    /// The insured's number, where this shape has it.
    fn nir(self, shape: Shape) -> Option<Element> {
        Element::given("nir", self.insured.text("assure.nir").filter(|_| self.shape == shape))
    }

    fn identity(self, person: View<'_>, is_insured: bool) -> Element {
        let text = |name, key| Element::given(name, person.text(key));
        let Names { usual, birth } = person.names();
        let lines = [
            ("ligne1", "adresse.ligne_1"),
            ("ligne2", "adresse.ligne_2"),
            ("ligne3", "adresse.ligne_3"),
            ("ligne4", "adresse.ligne_4"),
            ("ligne5", "adresse.commune"),
        ];
        Element::of(
            "ident",
            [
                Element::given("nomUsuel", usual),
                Element::given("nomPatronymique", birth),
                text("prenomUsuel", "prenom"),
                person.date("naissance").map(|born| self.birth(born)),
                text("rangDeNaissance", "rang_gemellaire"),
                self.nir(Shape::First),
                Element::given("nirCertifie", person.certified_nir(is_insured)),
                Element::given("dateCertification", person.date("date_certification").map(day)),
                Element::any_of("adresse", lines.map(|(name, key)| text(name, key))),
            ],
        )
    }

    /// The birth date. Where the card keeps zeros for the century it is six digits, the year first.
    fn birth(self, born: CardDate) -> Element {
        let CardDate { year, month, day: day_of_month, .. } = born;
        if year < 100 {
            let short = Element::text("dateEnCarte", format!("{year:02}{month:02}{day_of_month:02}"));
            return Element::of("naissance", [Some(short)]);
        }
        match self.shape {
            Shape::First => Element::of("naissance", [Some(Element::text("date", day(born)))]),
            Shape::Second => Element::text("dateNaissance", day(born)),
        }
    }

    fn compulsory(self, person: View<'_>) -> Option<Element> {
        let of_insured = |name, key| Element::given(name, self.insured.text(key));
        let rights = person.members("droits").map(|period| period.period("debut", "fin")).take(MOST_PERIODS);
        let rights = rights.filter(Period::is_given).map(|period| Some(days("element", period)));
        let doctor = person.flag("medecin_traitant").filter(|declared| *declared);
        Element::any_of(
            "amo",
            [
                self.nir(Shape::Second),
                Element::given("qualBenef", person.text("qualite")),
                of_insured("codeRegime", "assure.code_regime"),
                of_insured("caisse", "assure.caisse"),
                of_insured("centreGestion", "assure.centre"),
                of_insured("centreCarte", "assure.centre"),
                of_insured("codeGestion", "assure.code_gestion"),
                Element::any_of("listePeriodesDroits", rights),
                Element::given("libelleExo", sentences::exoneration(person, self.today)),
                doctor.map(|_| Element::text("medecinTraitant", "Oui")),
            ],
        )
    }

    /// Free complementary cover: the person's own, else the family's.
    fn free_cover(self, person: View<'_>) -> Option<Element> {
        let services = [person.table("service_amo"), self.insured.table("assure.service_amo_famille")];
        let (service, code) = services.into_iter().flatten().find_map(|service| {
            let code = service.text("code").filter(|code| FREE_COVER.contains(&code.as_str()))?;
            Some((service, code))
        })?;
        let period = sentences::period(service.period("debut", "fin"));
        let kind = Some(Element::text("typeCMU", sentences::service(&code)));
        Some(Element::of("cmu", [kind, Element::given("periode", period)]))
    }

    /// Accidents at work: the names of the elements inside are this project's.
    fn accidents(self) -> Option<Element> {
        let accidents = ["at1", "at2", "at3"].into_iter().zip(self.insured.members("assure.accident_travail"));
        let accidents = accidents.map(|(name, accident)| {
            let text = |name, key| Element::given(name, accident.text(key));
            Element::any_of(name, [text("organisme", "organisme"), text("identifiant", "identifiant")])
        });
        Element::any_of("listeat", accidents)
    }
}

fn mutual(person: View<'_>) -> Option<Element> {
    let mutual = person.table("mutuelle")?;
    Element::any_of("mutuelle", [Element::given("numIdent", mutual.text("identifiant"))])
}

fn complementary(person: View<'_>) -> Option<Element> {
    let amc = person.table("amc")?;
    let text = |name, key| Element::given(name, amc.text(key));
    let period = Some(amc.period("debut", "fin")).filter(Period::is_given);
    Element::any_of(
        "amc",
        [
            text("numComplB2", "numero_b2"),
            text("codeRoutageFlux", "code_routage"),
            period.map(|period| days("validiteDonnees", period)),
            text("numAdherent", "numero_adherent"),
            text("indicTraitement", "code_traitement"),
        ],
    )
}

/// A period, as far as it is given.
fn days(name: &'static str, Period { start, end }: Period) -> Element {
    Element::of(name, [Element::given("debut", start.map(day)), Element::given("fin", end.map(day))])
}

/// `15012026`.
fn day(date: CardDate) -> String {
    format!("{:02}{:02}{:04}", date.day, date.month, date.year)
}

#[cfg(test)]
mod tests;
