//! What a change file says of itself: which card it is for, and of which day it is.

use std::sync::Arc;

use jiff::civil::Date;

use super::Subject;
use crate::profile::{
    card_mistake::CardMistake,
    diagnostic::{Diagnostic, Diagnostics, Source},
    nearest::nearest,
    said::said,
    schema::Schema,
    tree::{CardDate, Node, Span},
    written::{Entry, Value, Written},
};

/// The key of the header.
pub(super) const HEADER: &str = "changement";

/// The key that says when a card was last updated, in its table.
pub(super) const LAST_UPDATE: (&str, &str) = ("carte", "mise_a_jour");

/// The key with the serial number of a card.
pub(super) const SERIAL_NUMBER: &str = "carte.numero_serie";

/// The declarations of the header.
const KEYS: &str = include_str!("keys.toml");

/// What a change file says of itself.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Header {
    /// The serial number of the card that it is for.
    pub serial_number: String,
    /// The day of the change, which becomes that of the card's last update.
    pub date: CardDate,
    /// Who asks for it.
    pub caisse: Option<String>,
    /// What kind of change it is: a value of `changement.nature`.
    pub nature: String,
    pub(super) serial_span: Span,
    date_span: Span,
}

/// The keys of the header, alone.
pub(super) fn schema() -> Result<Schema, Diagnostics> {
    Schema::read(&Arc::new(Source { name: "keys of change files (built in)".into(), text: KEYS.into() }))
}

/// The header of a change file, as a document of its own: with it what is most probably meant for it.
pub(super) fn alone(change: &Written) -> Written {
    let has_header = change.key(HEADER).is_some();
    let is_meant = |entry: &&Entry| entry.key == HEADER || (!has_header && nearest(&entry.key, [HEADER]).is_some());
    let own = change.entries().iter().filter(is_meant).cloned().collect();
    Written { value: Value::Table(own), span: change.span.clone() }
}

impl Header {
    /// Of what was read of it. `whole` is where it stands.
    ///
    /// # Errors
    ///
    /// What is left empty in it, and that it is of a day after today.
    pub(super) fn of(read: &Node, whole: (&Arc<Source>, &Written), today: Date) -> Result<Self, Diagnostics> {
        let (source, written) = whole;
        let at = |key: &str| read.at(HEADER).and_then(|header| header.at(key));
        let place = |key: &str| {
            let header = written.key(HEADER);
            let value = header.and_then(|header| header.key(key));
            value.or(header).map(|written| written.span.clone()).unwrap_or_default()
        };
        let empty = |key: &str| {
            let message = said!(en: "\"{key}\" says nothing here", fr: "« {key} » ne dit rien ici");
            let mistake = CardMistake::new(source, place(key), message);
            Diagnostic::from(mistake.hint(match key {
                "date" => said!(
                    en: "write the day of the change, such as date = \"2026-01-15\", or leave it out for today",
                    fr: "écrire le jour du changement, par exemple date = \"2026-01-15\", ou l'enlever pour aujourd'hui",
                ),
                _ => said!(en: "write it, or leave it out", fr: "l'écrire, ou l'enlever"),
            }))
        };
        let text = |key: &str| at(key).and_then(Node::text).map(str::to_owned);
        let date = at("date").and_then(Node::date);
        let (Some(serial_number), Some(date), Some(nature)) = (text("numero_serie"), date, text("nature")) else {
            let needed = ["numero_serie", "date", "nature"];
            return Err(Diagnostics(needed.into_iter().filter(|key| at(key).is_none()).map(empty).collect()));
        };
        if date > CardDate::from(today) {
            let message = said!(
                en: "this change is of {date}, and today is {today}",
                fr: "ce changement est du {date}, et nous sommes le {today}",
            );
            let hint = said!(
                en: "a card is updated on the day of a change or after it; --now says another day",
                fr: "une carte est mise à jour le jour du changement ou après ; --now indique un autre jour",
            );
            let mistake = CardMistake::new(source, place("date"), message).hint(hint);
            return Err(Diagnostics(vec![mistake.into()]));
        }
        let span = |key: &str| at(key).map(|node| node.span.clone()).unwrap_or_default();
        let (caisse, serial_span, date_span) = (text("caisse"), span("numero_serie"), span("date"));
        Ok(Self { serial_number, date, caisse, nature, serial_span, date_span })
    }

    /// Whether it is for this card, and not older than what the card has.
    pub(super) fn check_card(&self, card: &Subject<'_>, source: &Arc<Source>) -> Result<(), Diagnostics> {
        let Self { serial_number, serial_span, date, date_span, .. } = self;
        let refuse = |mistake: CardMistake| Err(Diagnostics(vec![mistake.into()]));
        let number = card.data.at(SERIAL_NUMBER).and_then(Node::text).unwrap_or_default();
        if number != serial_number {
            let message = said!(
                en: "this change is for card {serial_number}, and the card has the serial number {number}",
                fr: "ce changement est pour la carte {serial_number}, et la carte a le numéro de série {number}",
            );
            let mistake = CardMistake::new(source, serial_span.clone(), message);
            return refuse(mistake.hint(said!(
                en: "put in the card that it is for, or take the change for this one",
                fr: "insérer la carte concernée, ou prendre le changement de celle-ci",
            )));
        }
        let (table, key) = LAST_UPDATE;
        let last = card.data.at(&format!("{table}.{key}")).and_then(Node::date);
        if let Some(last) = last.filter(|last| last > date) {
            let message = said!(
                en: "this change is of {date}, and the card was updated on {last}",
                fr: "ce changement est du {date}, et la carte a été mise à jour le {last}",
            );
            let hint = said!(
                en: "an older change would take back what came after it; ask the caisse for one of today",
                fr: "un changement plus ancien annulerait ce qui l'a suivi ; en demander un du jour à la caisse",
            );
            let span = if date_span.is_empty() { serial_span } else { date_span };
            return refuse(CardMistake::new(source, span.clone(), message).hint(hint));
        }
        Ok(())
    }

    /// Whether it is for the card that the name of its file says.
    pub(super) fn check_name(&self, number: &str, source: &Arc<Source>) -> Result<(), Diagnostics> {
        let Self { serial_number, serial_span, .. } = self;
        if number == serial_number {
            return Ok(());
        }
        let message = said!(
            en: "this file is called as card {number}, and its change is for card {serial_number}",
            fr: "ce fichier porte le numéro de la carte {number}, et son changement est pour la carte {serial_number}",
        );
        let mistake = CardMistake::new(source, serial_span.clone(), message).hint(said!(
            en: "write the number of the card that it is for, and call it as that card",
            fr: "écrire le numéro de la carte concernée, et nommer le fichier comme elle",
        ));
        Err(Diagnostics(vec![mistake.into()]))
    }

    /// Puts the date of the change where a card says when it was last updated.
    pub(super) fn date(&self, change: &mut Written) {
        let (table, key) = LAST_UPDATE;
        let Value::Table(entries) = &mut change.value else { return };
        let span = self.date_span.clone();
        let value = Written { value: Value::Text(self.date.to_string().into()), span: span.clone() };
        let entry = Entry { key: key.into(), span: span.clone(), value };
        match entries.iter_mut().find(|entry| entry.key == table) {
            Some(Entry { value: Written { value: Value::Table(inner), .. }, .. }) => inner.push(entry),
            Some(_) => {}
            None => {
                let value = Written { value: Value::Table(vec![entry]), span: span.clone() };
                entries.push(Entry { key: table.into(), span, value });
            }
        }
    }
}

/// Takes out of a change what no change says: the day of the update beside that of the change, and what is beside a
/// card and not on it. Says of each why, and what to write.
pub(super) fn refused(change: &mut Written, source: &Arc<Source>, beside: &[&str]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let Value::Table(entries) = &mut change.value else { return wrong };
    let (table, key) = LAST_UPDATE;
    let card = entries.iter_mut().find(|entry| entry.key == table);
    if let Some(Entry { value: Written { value: Value::Table(inner), .. }, .. }) = card {
        for entry in inner.extract_if(.., |entry| entry.key == key) {
            let message = said!(
                en: "the day of the change is the day of the card's last update",
                fr: "le jour du changement est celui de la dernière mise à jour de la carte",
            );
            let hint = said!(
                en: "leave \"{key}\" out, and write the day as date in [{HEADER}]",
                fr: "enlever « {key} », et écrire le jour comme date dans [{HEADER}]",
            );
            wrong.push(CardMistake::new(source, entry.span, message).hint(hint).into());
        }
    }
    for entry in entries.extract_if(.., |entry| beside.iter().any(|name| entry.key == *name)) {
        let name = &entry.key;
        let message = said!(
            en: "\"{name}\" is what the issuer keeps of a card, and no chip has it",
            fr: "« {name} » est ce que l'émetteur garde d'une carte, et aucune puce ne l'a",
        );
        let hint = said!(
            en: "leave it out; write what the card says since then, such as fin_validite or etat in [{table}]",
            fr: "l'enlever ; écrire ce que la carte dit depuis, comme fin_validite ou etat dans [{table}]",
        );
        wrong.push(CardMistake::new(source, entry.span, message).hint(hint).into());
    }
    wrong
}
