//! One group from the keys in the table of fields.

use super::{WriteError, WriteErrorKind};
use crate::{
    billing::groups::{
        table::{Coding, FieldSpec, GroupSpec, NoDate},
        zone::Group,
    },
    profile::tree::{CardDate, Data, Node},
};

/// How many characters the key of a NIR has.
const NIR_KEY: usize = 2;

/// A group in the making.
pub(super) struct Writer<'d> {
    pub(super) spec: &'static GroupSpec,
    pub(super) occurrence: usize,
    /// The table that its base is: of a list, the member.
    pub(super) node: &'d Node,
    /// What its base is called in messages, with the numbers of members: `beneficiaire[2]`.
    pub(super) path: String,
}

impl Writer<'_> {
    /// The group. `special` gives the texts of the fields that its own rules make.
    pub(super) fn group(&self, special: impl Fn(&FieldSpec) -> Option<String>) -> Result<Group, WriteError> {
        let field = |(index, field): (usize, &FieldSpec)| {
            let text = match field.coding {
                Coding::Special => special(field).unwrap_or_default(),
                _ => self.text(index + 1, field)?,
            };
            self.bytes(index + 1, field, &text)
        };
        let fields: Result<_, _> = self.spec.fields.iter().enumerate().map(field).collect();
        Ok(Group { number: self.spec.number, fields: fields? })
    }

    /// What is wrong with a field.
    pub(super) fn wrong(&self, number: usize, kind: WriteErrorKind) -> WriteError {
        let key = self.spec.field(number).and_then(|field| self.key(field)).map(|key| match &*self.path {
            "" => key.to_owned(),
            path => format!("{path}.{key}"),
        });
        WriteError { kind, group: self.spec.number, occurrence: self.occurrence, field: Some(number), key }
    }

    /// A field's key from its base on.
    fn key(&self, field: &FieldSpec) -> Option<&'static str> {
        let key = field.key?;
        Some(key.strip_prefix(self.spec.base).map_or(key, |key| key.trim_start_matches('.')))
    }

    /// The value of a field's key; nothing for one that says nothing.
    fn value(&self, field: &FieldSpec) -> Option<&Node> {
        let node = at(self.node, self.key(field)?)?;
        node.text().is_none_or(|text| !text.is_empty()).then_some(node)
    }

    fn text(&self, number: usize, field: &FieldSpec) -> Result<String, WriteError> {
        let value = self.value(field);
        let text = || value.and_then(text_of);
        let no_value = |value: &str| self.wrong(number, WriteErrorKind::Value(value.into()));
        Ok(match field.coding {
            Coding::Text | Coding::Code | Coding::Digits => text().unwrap_or_default(),
            Coding::DigitsOr(other) => text().unwrap_or_else(|| other.into()),
            Coding::Date(none) => value.and_then(Node::date).map_or_else(|| self.no_date(none), digits),
            Coding::Nir => parts(&text().unwrap_or_default(), NIR_KEY).0,
            Coding::NirKey => text().map_or_else(|| "0".repeat(NIR_KEY), |nir| parts(&nir, NIR_KEY).1),
            Coding::Number => parts(&text().unwrap_or_default(), 1).0,
            Coding::NumberKey => text().map(|number| parts(&number, 1).1).unwrap_or_default(),
            Coding::ShortCode => match text() {
                Some(code) => code.strip_prefix('0').ok_or_else(|| no_value(&code))?.to_owned(),
                None => "0".into(),
            },
            Coding::Choice(choices) => match text() {
                Some(text) => {
                    let choice = choices.iter().find(|(value, _)| *value == text).ok_or_else(|| no_value(&text))?;
                    choice.1.to_owned()
                }
                None => String::new(),
            },
            Coding::Flag => match value.map(|node| &node.data) {
                Some(Data::Flag(flag)) => if *flag { "1" } else { "0" }.into(),
                _ => String::new(),
            },
            Coding::Reserved(written) => written.into(),
            Coding::Special => String::new(),
        })
    }

    /// How a field says that there is no date.
    fn no_date(&self, none: NoDate) -> String {
        let is_given = |field: &FieldSpec| {
            matches!(field.coding, Coding::Date(_)) && self.value(field).is_some_and(|node| node.date().is_some())
        };
        let is_empty = match none {
            NoDate::Zeros => false,
            NoDate::Empty => true,
            NoDate::Pair => !self.spec.fields.iter().any(is_given),
        };
        if is_empty { String::new() } else { "0".repeat(12) }
    }

    /// A text as the bytes of a field.
    fn bytes(&self, number: usize, field: &FieldSpec, text: &str) -> Result<Vec<u8>, WriteError> {
        let byte = |character: char| {
            u8::try_from(character).map_err(|_| self.wrong(number, WriteErrorKind::Character(character)))
        };
        let bytes: Vec<u8> = text.chars().map(byte).collect::<Result<_, _>>()?;
        if field.width.holds(bytes.len()) {
            return Ok(bytes);
        }
        let kind = if bytes.is_empty() { WriteErrorKind::Missing } else { WriteErrorKind::Width(bytes.len()) };
        Err(self.wrong(number, kind))
    }
}

/// The value at a path from a table: `adresse.ligne_1`, or with the number of a member `accident_travail[2].code`.
fn at<'d>(node: &'d Node, path: &str) -> Option<&'d Node> {
    path.split('.').try_fold(node, |node, step| match step.split_once('[') {
        None => node.at(step),
        Some((list, number)) => {
            let index = number.trim_end_matches(']').parse::<usize>().ok()?.checked_sub(1)?;
            node.at(list)?.list().get(index)
        }
    })
}

/// A value as text; a number is text too.
pub(super) fn text_of(node: &Node) -> Option<String> {
    match &node.data {
        Data::Text(text) => Some(text.clone()),
        Data::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A date as 12 digits.
fn digits(CardDate { year, month, day, hour, minute }: CardDate) -> String {
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}")
}

/// A text without its last characters, and these.
fn parts(text: &str, behind: usize) -> (String, String) {
    let characters: Vec<char> = text.chars().collect();
    let (front, back) = characters.split_at(characters.len().saturating_sub(behind));
    (front.iter().collect(), back.iter().collect())
}
