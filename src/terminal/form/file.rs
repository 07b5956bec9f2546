//! Form files: what a professional wants to have signed, as a person writes it.
//!
//! The text is TOML and is read like a card file, with the same suggestions and arrows; `keys.toml` declares the keys.
//! The rule that this file upholds: a [`FormFile`] contradicts itself in nothing that can be seen without a card, and
//! every mistake found so, or later against the cards, points at its place.

use std::sync::{Arc, LazyLock};

use jiff::civil::Date;

use super::{
    content::{Act, ActSecrets, InsuredId, Nature, Patient, Payment, Prescriber, Secrets},
    mode::Mode,
    rules::{self, Facts, NO_EXONERATION},
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
    /// What the insurance pays for.
    pub nature: Nature,
    /// The acts; at least one.
    pub acts: Vec<Act>,
    /// Who pays.
    pub payment: Payment,
    /// What is to be enciphered.
    pub secrets: Secrets,
    source: Arc<Source>,
    tree: Node,
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

    /// What it says of the form, which a card may say the rest of.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        Facts {
            date: self.date,
            number: self.number,
            lot: self.lot,
            insured: self.insured.as_ref(),
            patient: self.patient.as_ref(),
            billing: self.billing.as_deref(),
            nature: &self.nature,
            acts: &self.acts,
            payment: self.payment,
            secrets: Some(&self.secrets),
        }
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
        if date > today {
            let message =
                said!(en: "{date} is after today, {today}", fr: "le {date} vient après aujourd'hui, le {today}");
            let hint = said!(en: "write {today}, or a day before it", fr: "écrire {today}, ou un jour avant");
            self.wrong("date", message, hint);
        }
        let written = tree.at("acte").map(Node::list).unwrap_or_default();
        let acts: Vec<_> = written.iter().enumerate().map(|(index, node)| self.act(index, node, date)).collect();
        let secrets = written.iter().map(secrets).collect();
        let form = FormFile {
            mode,
            date,
            number: number(tree, "numero").and_then(|number| u32::try_from(number).ok()).unwrap_or_default(),
            lot: number(tree, "lot").and_then(|number| u16::try_from(number).ok()),
            insured: tree.at("assure").map(insured),
            patient: tree.at("beneficiaire").map(patient),
            billing: text(tree, "executant.numero_facturation"),
            nature: self.nature(),
            payment: payment(tree, &acts),
            acts,
            secrets: Secrets { prescriber: tree.at("prescripteur").and_then(prescriber), acts: secrets },
            source: Arc::clone(source),
            tree: tree.clone(),
        };
        self.who(&form);
        for breach in rules::breaches(&form.facts()) {
            self.wrong(&breach.place.path(), breach.rule.said(), breach.rule.hint());
        }
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

    /// What the insurance pays for, which takes a day or a number for all but illness.
    fn nature(&mut self) -> Nature {
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
        match (kind.as_str(), date(self.tree, "maternite"), text(self.tree, "accident.numero"), accident) {
            ("maternite", Some(day), _, _) => Nature::Maternity(day),
            ("at", _, Some(number), _) => Nature::AccidentNumber(number),
            ("at", _, None, Some(day)) => Nature::AccidentDate(day),
            _ => Nature::Illness,
        }
    }

    fn act(&mut self, index: usize, node: &Node, form: CardDate) -> Act {
        let cents = |key| Cents(number(node, key).unwrap_or_default());
        let exoneration = text(node, "exoneration").unwrap_or_else(|| NO_EXONERATION.into());
        let rate = self.rate(index, node, &exoneration);
        let act = Act {
            date: date(node, "date").unwrap_or(form),
            code: text(node, "code").unwrap_or_default(),
            quotation: number(node, "coefficient").unwrap_or_default(),
            tooth: text(node, "dent"),
            amount: cents("montant"),
            overrun: cents("depassement"),
            travel: cents("deplacement"),
            exoneration,
            rate,
            basic: Cents::ZERO,
            complementary: cents("part_complementaire"),
            agreement: date(node, "accord_prealable"),
            device: text(node, "appareil"),
        };
        Act { basic: act.tariff().unwrap_or_default().at(rate), ..act }
    }

    /// The rate of an act. It is public where there is no co-payment: all of it. Else the author says it.
    fn rate(&mut self, index: usize, node: &Node, exoneration: &str) -> Rate {
        let given = number(node, "taux").and_then(|rate| u8::try_from(rate).ok()).map(Rate);
        if given.is_none() && exoneration == NO_EXONERATION {
            let message = said!(
                en: "nobody says which share of this act the basic regime pays",
                fr: "rien ne dit quelle part de cet acte paie le régime obligatoire",
            );
            let hint = said!(
                en: "write taux, in per cent, such as taux = 70; with an exoneration it is 100 by itself",
                fr: "écrire taux, en pour cent, par exemple taux = 70 ; avec une exonération c'est 100 d'office",
            );
            self.wrong(&format!("acte.{index}"), message, hint);
        }
        given.unwrap_or(Rate::WHOLE)
    }

    fn wrong(&mut self, path: &str, message: Bilingual, hint: Bilingual) {
        let place = place(self.tree, path);
        self.mistakes.add(Diagnostic::new(self.mistakes.source(), place, message).hint(hint));
    }
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

fn prescriber(node: &Node) -> Option<Prescriber> {
    Some(Prescriber { billing: text(node, "numero_facturation")?, date: date(node, "date")? })
}

fn secrets(act: &Node) -> ActSecrets {
    ActSecrets {
        ccam: text(act, "ccam"),
        lpp: text(act, "lpp"),
        cip: text(act, "cip"),
        justification: text(act, "justificatif"),
    }
}

/// What follows from the acts, in whose place what the file says of it stands.
fn payment(tree: &Node, acts: &[Act]) -> Payment {
    let [basic, complementary] =
        ["regime_obligatoire", "complementaire"].map(|key| flag(tree, &format!("tiers_payant.{key}")));
    let right = Payment::of(acts, basic, complementary);
    Payment {
        total: number(tree, "total").map_or(right.total, Cents),
        third_party: number(tree, "tiers_payant.montant").map_or(right.third_party, Cents),
        ..right
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
