//! Form files: what a professional wants to have signed, as a person writes it.
//!
//! The text is TOML and is read like a card file, with the same suggestions and arrows; `keys.toml` declares the keys.
//! The rule that this file upholds: a [`FormFile`] contradicts itself in nothing that can be seen without a card, and
//! every mistake found so, or later against the cards, points at its place.

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;

use super::{
    content::{ActSecrets, InsuredId, Nature, Patient, Prescriber},
    mode::Mode,
};
use crate::{
    profile::{
        card_file,
        diagnostic::{Diagnostic, Diagnostics, Mistakes, Source},
        said::{Bilingual, said},
        schema::Schema,
        tree::{CardDate, Data, Node, Span},
    },
    terminal::amount::{Cents, Rate},
};

/// The longest form file, in bytes: far more than twenty acts take.
pub const LONGEST: usize = 65_536;

/// The code of an act with a co-payment.
const NO_EXONERATION: &str = "0";

/// A form file that was read.
#[derive(Clone, Debug)]
pub struct FormFile {
    /// How the form is made.
    pub mode: Mode,
    /// Its day.
    pub date: CardDate,
    /// Its order number.
    pub number: u32,
    /// The lot that it goes out with.
    pub lot: Option<u16>,
    /// The insured, where the file says it.
    pub insured: Option<InsuredId>,
    /// Who was cared for, where the file says it.
    pub patient: Option<Patient>,
    /// The billing number of the professional, where the file says it.
    pub billing: Option<String>,
    /// Who prescribed.
    pub prescriber: Option<Prescriber>,
    /// What the insurance pays for.
    pub nature: Nature,
    /// The acts; at least one.
    pub acts: Vec<WrittenAct>,
    /// Whether the patient does not advance the share of the basic regime.
    pub basic_is_paid: bool,
    /// Whether the form is for the complementary insurer too.
    pub complementary_is_paid: bool,
    /// What others pay, where the file says it.
    pub third_party: Option<Cents>,
    /// What all acts cost, where the file says it.
    pub total: Option<Cents>,
    source: Arc<Source>,
    tree: Node,
}

/// An act, as a form file has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct WrittenAct {
    /// Its day.
    pub date: CardDate,
    /// The code of the service.
    pub code: String,
    /// The quotation, in hundredths.
    pub quotation: u64,
    /// The number of the tooth.
    pub tooth: Option<String>,
    /// What is asked for it.
    pub amount: Cents,
    /// How much of that is beyond the tariff; no more than all.
    pub overrun: Cents,
    /// How much of the tariff is for the way; no more than all.
    pub travel: Cents,
    /// Why there is no co-payment.
    pub exoneration: String,
    /// The rate of the basic regime.
    pub rate: Rate,
    /// The share of the complementary insurer; no more than the basic regime leaves.
    pub complementary: Cents,
    /// When the prior agreement was asked for.
    pub agreement: Option<CardDate>,
    /// The number of the imaging device.
    pub device: Option<String>,
    /// What is enciphered.
    pub secrets: ActSecrets,
}

/// The keys of form files.
///
/// # Panics
///
/// Never: a test reads them.
#[must_use]
pub fn schema() -> &'static Schema {
    static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
        let source = Source { name: "keys of form files (built in)".into(), text: include_str!("keys.toml").into() };
        Schema::read(&Arc::new(source)).expect("a test reads the keys of form files")
    });
    &SCHEMA
}

impl FormFile {
    /// Reads a form file. Relative dates count from `today`, and no day of the form is after it.
    ///
    /// # Errors
    ///
    /// All mistakes, in the order of the text.
    pub fn read(source: Source, today: Date) -> Result<Self, Diagnostics> {
        let source = Arc::new(source);
        let tree = card_file::read(&source, schema(), today)?;
        let mut check = Check { mistakes: Mistakes::of(&source), tree: &tree };
        let form = check.form(&source, today.into());
        check.mistakes.or(form)
    }

    /// A mistake at the place of a key; at the top of the file where the key was not written. `path` has dots, and the
    /// number of a list's member, from 0: `acte.0.date`.
    pub(super) fn mistake(&self, path: &str, message: Bilingual, hint: Bilingual) -> Diagnostic {
        Diagnostic::new(&self.source, place(&self.tree, path), message).hint(hint)
    }

    /// The text.
    #[must_use]
    pub fn source(&self) -> &Source {
        &self.source
    }
}

/// A form file that is being checked.
struct Check<'a> {
    mistakes: Mistakes,
    tree: &'a Node,
}

impl Check<'_> {
    fn form(&mut self, source: &Arc<Source>, today: CardDate) -> FormFile {
        let tree = self.tree;
        let mode = text(tree, "mode").and_then(|key| Mode::of_key(&key)).unwrap_or(Mode::Secured);
        let date = date(tree, "date").unwrap_or(today);
        self.not_after("date", date, today, || said!(en: "today", fr: "aujourd'hui"));
        let written = tree.at("acte").map(Node::list).unwrap_or_default();
        let acts: Vec<_> = written.iter().enumerate().map(|(index, node)| self.act(index, node, date)).collect();
        if acts.is_empty() && tree.at("acte").is_some() {
            let message = said!(en: "a form has at least one act", fr: "une feuille a au moins un acte");
            self.wrong("acte", message, said!(en: "write [[acte]]", fr: "écrire [[acte]]"));
        }
        let form = FormFile {
            mode,
            date,
            number: number(tree, "numero").and_then(|number| u32::try_from(number).ok()).unwrap_or_default(),
            lot: number(tree, "lot").and_then(|number| u16::try_from(number).ok()),
            insured: tree.at("assure").map(insured),
            patient: tree.at("beneficiaire").map(patient),
            billing: text(tree, "executant.numero_facturation"),
            prescriber: self.prescriber(date),
            nature: self.nature(date),
            basic_is_paid: flag(tree, "tiers_payant.regime_obligatoire"),
            complementary_is_paid: flag(tree, "tiers_payant.complementaire"),
            third_party: number(tree, "tiers_payant.montant").map(Cents),
            total: number(tree, "total").map(Cents),
            acts,
            source: Arc::clone(source),
            tree: tree.clone(),
        };
        self.who(&form);
        self.sums(&form);
        form
    }

    /// Without a card the file says what the card would have said.
    fn who(&mut self, form: &FormFile) {
        let mode = form.mode.key();
        if form.mode.vitale() != super::mode::Part::Now && form.insured.is_none() {
            let message = said!(
                en: "without a Vitale nobody says whose rights pay",
                fr: "sans Vitale, rien ne dit de qui sont les droits",
            );
            let hint = said!(
                en: "write [assure] with nir, code_regime, caisse and centre, or a mode other than {mode}",
                fr: "écrire [assure] avec nir, code_regime, caisse et centre, ou un autre mode que {mode}",
            );
            self.wrong("mode", message, hint);
        }
        if !form.mode.has_professional() && form.billing.is_none() {
            let message = said!(
                en: "without a professional's card nobody says who cared",
                fr: "sans carte de professionnel, rien ne dit qui a soigné",
            );
            let hint = said!(
                en: "write [executant] with numero_facturation",
                fr: "écrire [executant] avec numero_facturation",
            );
            self.wrong("mode", message, hint);
        }
    }

    /// What the file says of sums that follow from the acts.
    fn sums(&mut self, form: &FormFile) {
        let total = form.acts.iter().map(|act| act.amount).sum();
        let basic: Cents = form.acts.iter().map(WrittenAct::basic).sum();
        let complementary: Cents = form.acts.iter().map(|act| act.complementary).sum();
        let paid = |share, is_paid| if is_paid { share } else { Cents::ZERO };
        let third_party = paid(basic, form.basic_is_paid) + paid(complementary, form.complementary_is_paid);
        for (path, given, right) in
            [("total", form.total, total), ("tiers_payant.montant", form.third_party, third_party)]
        {
            if let Some(given) = given.filter(|given| *given != right) {
                let message = said!(
                    en: "this says {given}, and the acts give {right}",
                    fr: "ceci indique {given}, et les actes donnent {right}",
                );
                let hint = said!(
                    en: "write {right}, correct an act, or leave it out: it is then computed",
                    fr: "écrire {right}, corriger un acte, ou omettre la clé : le montant est alors calculé",
                );
                self.wrong(path, message, hint);
            }
        }
        if !form.complementary_is_paid {
            return;
        }
        if complementary == Cents::ZERO {
            let message = said!(
                en: "no act has a share of the complementary insurer",
                fr: "aucun acte n'a de part complémentaire",
            );
            let hint = said!(
                en: "write part_complementaire in an act, or leave this out",
                fr: "écrire part_complementaire dans un acte, ou omettre cette clé",
            );
            self.wrong("tiers_payant.complementaire", message, hint);
        }
    }

    fn prescriber(&mut self, form: CardDate) -> Option<Prescriber> {
        let billing = text(self.tree, "prescripteur.numero_facturation")?;
        let date = date(self.tree, "prescripteur.date")?;
        self.not_after("prescripteur.date", date, form, day_of_form);
        Some(Prescriber { billing, date })
    }

    /// What the insurance pays for, which takes a day or a number for all but illness.
    fn nature(&mut self, form: CardDate) -> Nature {
        let kind = text(self.tree, "nature").unwrap_or_default();
        for (wanted, path) in [("maternite", "maternite"), ("at", "accident")] {
            let (is_there, is_wanted) = (self.tree.at(path).is_some(), kind == wanted);
            if is_there == is_wanted {
                continue;
            }
            if is_there {
                let message = said!(
                    en: "this is not for a form of this nature: it has \"{kind}\"",
                    fr: "ceci ne va pas avec cette nature d'assurance : « {kind} »",
                );
                let hint = said!(
                    en: "write nature = \"{wanted}\", or leave this out",
                    fr: "écrire nature = \"{wanted}\", ou omettre ceci",
                );
                self.wrong(path, message, hint);
            } else {
                let how = if wanted == "at" { "[accident]" } else { "maternite" };
                let message = said!(
                    en: "such a form says more: {how} is missing",
                    fr: "une telle feuille en dit plus : il manque {how}",
                );
                let hint = if wanted == "at" {
                    said!(
                        en: "write [accident] with its numero, or its date where it has none yet",
                        fr: "écrire [accident] avec son numero, ou sa date s'il n'en a pas encore",
                    )
                } else {
                    said!(en: "write maternite = and its day", fr: "écrire maternite = et sa date")
                };
                self.wrong("nature", message, hint);
            }
        }
        let accident = date(self.tree, "accident.date");
        if let Some(day) = accident {
            self.not_after("accident.date", day, form, day_of_form);
        }
        match (kind.as_str(), date(self.tree, "maternite"), text(self.tree, "accident.numero"), accident) {
            ("maternite", Some(day), _, _) => Nature::Maternity(day),
            ("at", _, Some(number), _) => Nature::AccidentNumber(number),
            ("at", _, None, Some(day)) => Nature::AccidentDate(day),
            _ => Nature::Illness,
        }
    }

    fn act(&mut self, index: usize, node: &Node, form: CardDate) -> WrittenAct {
        let path = |key: &str| format!("acte.{index}.{key}");
        let amount = |key| Cents(number(node, key).unwrap_or_default());
        let date = date(node, "date").unwrap_or(form);
        self.not_after(&path("date"), date, form, day_of_form);
        let exoneration = text(node, "exoneration").unwrap_or_else(|| NO_EXONERATION.into());
        let rate = self.rate(index, node, &exoneration);
        let mut act = WrittenAct {
            date,
            code: text(node, "code").unwrap_or_default(),
            quotation: number(node, "coefficient").unwrap_or_default(),
            tooth: text(node, "dent"),
            amount: amount("montant"),
            overrun: amount("depassement"),
            travel: amount("deplacement"),
            exoneration,
            rate,
            complementary: amount("part_complementaire"),
            agreement: self::date(node, "accord_prealable"),
            device: text(node, "appareil"),
            secrets: ActSecrets {
                ccam: text(node, "ccam"),
                lpp: text(node, "lpp"),
                cip: text(node, "cip"),
                justification: text(node, "justificatif"),
            },
        };
        let (amount, tariff) = (act.amount, act.tariff());
        let left = amount.without(act.basic()).unwrap_or_default();
        for (key, part, most) in [
            ("depassement", act.overrun, amount),
            ("deplacement", act.travel, tariff),
            ("part_complementaire", act.complementary, left),
        ] {
            if part > most {
                let message = said!(
                    en: "this is {part}, and there is {most} for it",
                    fr: "ceci fait {part}, et il y a {most} pour cela",
                );
                let hint = said!(
                    en: "montant has everything in it: overrun, way, and the shares of both insurers",
                    fr: "montant comprend tout : dépassement, déplacement, et les parts des deux organismes",
                );
                self.wrong(&path(key), message, hint);
            }
        }
        if act.quotation == 0 {
            let message = said!(en: "a coefficient is 0.01 at least", fr: "un coefficient est au moins de 0.01");
            let hint = said!(en: "leave it out: it is then 1", fr: "l'omettre : il est alors de 1");
            self.wrong(&path("coefficient"), message, hint);
        }
        if let Some(cip) = act.secrets.cip.as_ref().filter(|cip| !matches!(cip.len(), 7 | 13)) {
            let length = cip.len();
            let message = said!(
                en: "a CIP has 7 or 13 digits; this has {length}",
                fr: "un CIP a 7 ou 13 chiffres ; celui-ci en a {length}",
            );
            self.wrong(&path("cip"), message, said!(en: "look at the box", fr: "regarder la boîte"));
        }
        if act.exoneration == NO_EXONERATION && act.secrets.justification.is_some() {
            let message = said!(
                en: "there is no exoneration to prove",
                fr: "il n'y a aucune exonération à justifier",
            );
            let hint = said!(
                en: "write exoneration, or leave this out",
                fr: "écrire exoneration, ou omettre ceci",
            );
            self.wrong(&path("justificatif"), message, hint);
        }
        if let Some(agreement) = act.agreement {
            self.not_after(&path("accord_prealable"), agreement, form, day_of_form);
        }
        act.overrun = act.overrun.min(amount);
        act
    }

    /// The rate of an act. It is public where there is no co-payment: all of it. Else the author says it.
    fn rate(&mut self, index: usize, node: &Node, exoneration: &str) -> Rate {
        let path = format!("acte.{index}.taux");
        let given = number(node, "taux").and_then(|rate| u8::try_from(rate).ok()).map(Rate);
        match (given, exoneration) {
            (Some(rate), NO_EXONERATION) => rate,
            (None, NO_EXONERATION) => {
                let message = said!(
                    en: "nobody says which share of this act the basic regime pays",
                    fr: "rien ne dit quelle part de cet acte paie le régime obligatoire",
                );
                let hint = said!(
                    en: "write taux, in per cent, such as taux = 70; with an exoneration it is 100 by itself",
                    fr: "écrire taux, en pour cent, par exemple taux = 70 ; avec une exonération c'est 100 d'office",
                );
                self.mistakes.add(Diagnostic::new(self.mistakes.source(), node.span.clone(), message).hint(hint));
                Rate::default()
            }
            (Some(rate), _) if rate != Rate::WHOLE => {
                let message = said!(
                    en: "with an exoneration there is no co-payment: the rate is 100",
                    fr: "avec une exonération il n'y a pas de ticket modérateur : le taux est 100",
                );
                let hint = said!(
                    en: "leave taux out, or exoneration",
                    fr: "omettre taux, ou exoneration",
                );
                self.wrong(&path, message, hint);
                rate
            }
            _ => Rate::WHOLE,
        }
    }

    /// Notes if a day comes after another.
    fn not_after(&mut self, path: &str, day: CardDate, last: CardDate, what: impl Fn() -> Bilingual) {
        if day <= last {
            return;
        }
        let what = what();
        let message = said!(
            with what;
            en: "{day} is after {what}, {last}",
            fr: "le {day} vient après {what}, le {last}",
        );
        self.wrong(path, message, said!(en: "write {last}, or a day before it", fr: "écrire {last}, ou un jour avant"));
    }

    fn wrong(&mut self, path: &str, message: Bilingual, hint: Bilingual) {
        let place = place(self.tree, path);
        self.mistakes.add(Diagnostic::new(self.mistakes.source(), place, message).hint(hint));
    }
}

impl WrittenAct {
    /// The tariff: what the basic regime pays its rate of.
    #[must_use]
    pub fn tariff(&self) -> Cents {
        self.amount.without(self.overrun).unwrap_or_default()
    }

    /// The share of the basic regime.
    #[must_use]
    pub fn basic(&self) -> Cents {
        self.tariff().at(self.rate)
    }
}

fn day_of_form() -> Bilingual {
    said!(en: "the day of the form", fr: "le jour de la feuille")
}

fn insured(node: &Node) -> InsuredId {
    let part = |key| text(node, key).unwrap_or_default();
    InsuredId { nir: part("nir"), regime: part("code_regime"), body: part("caisse"), centre: part("centre") }
}

fn patient(node: &Node) -> Patient {
    match (text(node, "nir"), date(node, "naissance")) {
        (None, Some(date)) => {
            Patient::Born { date, rang_gemellaire: text(node, "rang_gemellaire").unwrap_or_else(|| "1".into()) }
        }
        (nir, _) => Patient::Nir(nir.unwrap_or_default()),
    }
}

/// Where a key stands: the nearest table that was written, where it was not.
fn place(tree: &Node, path: &str) -> Span {
    let mut span = 0..0;
    let mut node = tree;
    for name in path.split('.') {
        let inner = match (&node.data, name.parse::<usize>()) {
            (Data::List(members), Ok(index)) => members.get(index),
            _ => node.at(name),
        };
        let Some(inner) = inner else { break };
        if !inner.span.is_empty() {
            span = inner.span.clone();
        }
        node = inner;
    }
    span
}

fn text(node: &Node, path: &str) -> Option<String> {
    node.at(path)?.text().map(str::to_owned)
}

fn date(node: &Node, path: &str) -> Option<CardDate> {
    node.at(path)?.date()
}

fn number(node: &Node, path: &str) -> Option<u64> {
    match node.at(path)?.data {
        Data::Number(number) => Some(number),
        _ => None,
    }
}

fn flag(node: &Node, path: &str) -> bool {
    node.at(path).is_some_and(|node| matches!(node.data, Data::Flag(true)))
}
