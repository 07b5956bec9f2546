//! The values of one group, under the keys of the table of fields.

use super::{
    error::{ReadError, ReadErrorKind},
    loss::{Loss, LossKind, quoted},
    put,
};
use crate::{
    billing::groups::{
        findings::in_value,
        table::{Coding, FieldSpec, GroupSpec},
        zone::{Place, Placed},
    },
    profile::{
        said::{Bilingual, said},
        schema::{Key, Kind, Presence, Schema},
        tree::{Data, Node, Table},
    },
};

/// What a group says.
pub(super) struct Decoded {
    /// Its values, under its keys from the group's base on.
    pub(super) node: Node,
    /// What was lost of it.
    pub(super) losses: Vec<Loss>,
    /// The first field that must have a value and has none that a card can have.
    pub(super) wrong: Option<(Place, Bilingual)>,
}

impl Decoded {
    /// What the group says, where there is no card without it.
    pub(super) fn needed(self, losses: &mut Vec<Loss>) -> Result<Node, ReadError> {
        if let Some((place, why)) = self.wrong {
            return Err(ReadErrorKind::Value(why).at(place));
        }
        losses.extend(self.losses);
        Ok(self.node)
    }

    /// What the group says, where a card may be without it; nothing if it was lost.
    pub(super) fn perhaps(self, placed: &Placed<'_>, losses: &mut Vec<Loss>) -> Option<Node> {
        match self.wrong {
            None => {
                losses.extend(self.losses);
                Some(self.node)
            }
            Some((Place { field, .. }, why)) => {
                let kind = LossKind::Whole(field.unwrap_or_default(), why);
                losses.push(Loss::of_group(placed, kind));
                None
            }
        }
    }
}

/// Takes a group apart. `key` gives the path of a field's key, from the group's base on, or nothing for a field that
/// the group's own rules read.
pub(super) fn decode(
    placed: &Placed<'_>,
    spec: &GroupSpec,
    schema: &Schema,
    key: impl Fn(&FieldSpec) -> Option<String>,
) -> Decoded {
    let mut decoded = Decoded { node: Node::unwritten(Data::Table(Table::new())), losses: Vec::new(), wrong: None };
    let fields: Vec<(Place, &[u8])> = placed.fields().collect();
    for (index, &(place, bytes)) in fields.iter().enumerate() {
        let Some(field) = spec.field(index + 1) else { continue };
        // A number is read with its key, which is the next field.
        let rest = match field.coding {
            Coding::Nir | Coding::Number if !bytes.is_empty() => fields.get(index + 1).map_or(&[][..], |&(_, key)| key),
            Coding::NirKey | Coding::NumberKey => continue,
            _ => &[],
        };
        let (Some(path), Some(known)) = (key(field), field.key.and_then(|key| schema.key(&plain(key)))) else {
            continue;
        };
        match value(field, known, bytes, rest) {
            Ok(Some(data)) => put(&mut decoded.node, &path, data),
            Ok(None) if known.presence == Presence::Required && !field.width.empty => {
                decoded.is_wrong(place, nothing());
            }
            Ok(None) => {}
            Err(why) if is_needed(field, known) => decoded.is_wrong(place, why),
            Err(why) => {
                decoded.losses.push(Loss { place, value: latin1(bytes), kind: LossKind::NotTaken(why) });
            }
        }
    }
    decoded
}

/// Whether a card cannot be without the value of a field. A date may be none, unless its key must have one.
fn is_needed(field: &FieldSpec, key: &Key) -> bool {
    let may_be_none = matches!(field.coding, Coding::Date(_)) && key.presence != Presence::Required;
    !field.width.empty && !may_be_none
}

impl Decoded {
    fn is_wrong(&mut self, place: Place, why: Bilingual) {
        self.wrong.get_or_insert((place, why));
    }
}

fn nothing() -> Bilingual {
    said!(en: "it says nothing, and a card must", fr: "il est vide, et une carte ne peut l'être")
}

/// What the bytes of a field, and those of the key behind it, mean under a key of card files.
fn value(field: &FieldSpec, key: &Key, bytes: &[u8], rest: &[u8]) -> Result<Option<Data>, Bilingual> {
    if let Some(finding) = in_value(field, bytes) {
        return Err(finding.said());
    }
    let text = latin1(bytes) + &latin1(rest);
    if text.is_empty() {
        return Ok(None);
    }
    let text = match field.coding {
        Coding::ShortCode => format!("0{text}"),
        Coding::Choice(choices) => {
            let choice = choices.iter().find(|(_, written)| *written == text).ok_or_else(|| no_value(&text))?;
            choice.0.to_owned()
        }
        Coding::Flag => {
            return match &*text {
                "0" | "1" => Ok(Some(Data::Flag(text == "1"))),
                _ => Err(no_value(&text)),
            };
        }
        // A code may stand without the zeros in front of it.
        Coding::Digits => match key.kind {
            Kind::Digits { min, .. } => format!("{text:0>min$}"),
            _ => text,
        },
        _ => text,
    };
    let read = key.read(&text);
    match (&read, field.coding) {
        (Err(_), Coding::Nir) => key.read(&latin1(bytes)).or(read),
        // What the card has for it stands in no zone.
        (Err(_), Coding::ShortCode) => Err(no_value(&latin1(bytes))),
        (Err(_), Coding::Number) => with_its_key(key, &text, text.len().saturating_sub(1)).or(read),
        _ => read,
    }
}

/// That a value has no meaning here.
pub(super) fn no_value(text: &str) -> Bilingual {
    let text = quoted(text);
    said!(en: "{text} stands for nothing that is known", fr: "{text} ne représente rien de connu")
}

/// A number whose key is wrong with the one that is right, which stands at this byte. That the card has another is
/// told with all that its zone has otherwise.
pub(super) fn with_its_key(key: &Key, number: &str, at: usize) -> Result<Option<Data>, Bilingual> {
    let (Some(front), Some(behind)) = (number.get(..at), number.get(at + 1..)) else { return key.read(number) };
    let right = (0..=9).find_map(|digit| key.read(&format!("{front}{digit}{behind}")).ok());
    right.map_or_else(|| key.read(number), Ok)
}

/// Bytes as the characters that they are in ISO 8859-1.
pub(super) fn latin1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// A key without the number of a member of a list.
pub(super) fn plain(key: &str) -> String {
    key.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

/// The key of a field from the group's base on.
pub(super) fn from_base(spec: &GroupSpec, field: &FieldSpec) -> Option<String> {
    let key = field.key?;
    Some(key.strip_prefix(spec.base).map_or(key, |key| key.trim_start_matches('.')).to_owned())
}
