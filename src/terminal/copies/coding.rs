//! From a copy to the keys of card files, which a layout codes, and back.

use std::num::NonZeroU16;

use super::{
    Accident, AccidentNumber, Act, ActCode, Acts, BillingNumber, Body, Copy, FormNumber, Nature, Patient, TooMuch,
};
use crate::{
    profile::{
        dates::{Date, calendar},
        layout::Layout,
        nir::Nir,
        tree::{CardDate, Data, Node, Table},
    },
    terminal::amount::Cents,
};

/// The list of card files that copies stand in.
pub(super) const LIST: &str = "copie";

/// Why a copy makes no record.
#[derive(Debug, thiserror::Error)]
pub enum NotCoded {
    /// Something in it has no place in any copy.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
    /// The layout has no file of records for copies.
    #[error("the layout has no place for copies of care forms")]
    NoPlace,
    /// The layout's place is too small for it, or codes it otherwise.
    #[error("the layout's place does not hold this copy")]
    Misfit,
}

impl Copy {
    /// The record that a layout makes of it.
    ///
    /// # Errors
    ///
    /// [`NotCoded`] says what has no place.
    pub fn record(&self, layout: &Layout) -> Result<Vec<u8>, NotCoded> {
        let file = layout.record_file_of(LIST).ok_or(NotCoded::NoPlace)?;
        own_record(layout, file, &self.node()?).ok_or(NotCoded::Misfit)
    }

    /// What a record says by a layout; `None` for one that was erased.
    ///
    /// # Errors
    ///
    /// [`NotCoded`] if it is no copy, or says more than a copy does: objects that are doubled, unknown, or in another
    /// order than the layout's.
    pub fn of_record(layout: &Layout, record: &[u8]) -> Result<Option<Self>, NotCoded> {
        let file = layout.record_file_of(LIST).ok_or(NotCoded::NoPlace)?;
        let decoded = layout.decode_records(file, &[record]).ok_or(NotCoded::NoPlace)?;
        match decoded.data.at(LIST).map(Node::list).unwrap_or_default() {
            [copy, ..] if own_record(layout, file, copy).is_some_and(|own| own == record) => Ok(Some(Self::of(copy)?)),
            [] if record.iter().all(|&byte| byte == 0) => Ok(None),
            _ => Err(NotCoded::Misfit),
        }
    }

    /// What stands under the keys of card files.
    pub(super) fn of(node: &Node) -> Result<Self, TooMuch> {
        let digits = |key| node.at(key).and_then(Node::text).unwrap_or_default();
        let number = digits("numero").parse().map_err(|_| TooMuch::Number)?;
        let acts = node.at("acte").map(Node::list).unwrap_or_default();
        let copy = Self {
            date: day(node.at("date")).ok_or(TooMuch::Day)?,
            number: FormNumber::new(number)?,
            patient: patient(node)?,
            body: Body::read(digits("organisme"))?,
            author: BillingNumber::read(digits("professionnel"))?,
            nature: nature(node)?,
            acts: Acts::new(acts.iter().map(act).collect::<Result<_, _>>()?)?,
            third_party: cents(node.at("tiers_payant"))?,
        };
        copy.check()?;
        if cents(node.at("total"))? == copy.total() { Ok(copy) } else { Err(TooMuch::Amount) }
    }

    /// What stands under the keys of card files, if it is all that the record says which it was read from: one of these
    /// in the content of the file.
    pub(super) fn of_file(layout: &Layout, file: &str, node: &Node, content: &[u8]) -> Result<Self, NotCoded> {
        let own = own_record(layout, file, node).filter(|own| !own.is_empty()).ok_or(NotCoded::Misfit)?;
        // A card may give records of any lengths.
        let is_there = content.windows(own.len()).any(|record| record == own);
        if is_there { Ok(Self::of(node)?) } else { Err(NotCoded::Misfit) }
    }

    fn check(&self) -> Result<(), TooMuch> {
        self.acts.iter().try_for_each(Act::check)?;
        if matches!(self.patient, Patient::Born { rank, .. } if !(1..=9).contains(&rank)) {
            return Err(TooMuch::Rank);
        }
        if self.third_party > self.total() { Err(TooMuch::ThirdParty) } else { Ok(()) }
    }

    fn node(&self) -> Result<Node, TooMuch> {
        self.check()?;
        let mut table = Table::new();
        let mut put = |key: &str, data| drop(table.insert(key.to_owned(), Node::unwritten(data)));
        put("date", date(self.date));
        put("numero", Data::Text(self.number.to_string()));
        match &self.patient {
            Patient::Nir(nir) => put("nir", Data::Text(nir.as_str().to_owned())),
            Patient::Born { date, rank } => {
                put("naissance", Data::Date(*date));
                put("rang_gemellaire", Data::Text(rank.to_string()));
            }
        }
        put("organisme", Data::Text(self.body.to_string()));
        put("professionnel", Data::Text(self.author.to_string()));
        match &self.nature {
            Nature::Illness => {}
            Nature::Maternity(day) => put("maternite", date(*day)),
            Nature::Accident(Accident::Numbered(number)) => {
                put("accident_numero", Data::Text(number.as_str().to_owned()));
            }
            Nature::Accident(Accident::Of(day)) => put("accident_date", date(*day)),
        }
        put("total", Data::Number(self.total().0));
        put("tiers_payant", Data::Number(self.third_party.0));
        put("acte", Data::List(self.acts.iter().map(act_node).collect()));
        Ok(Node::unwritten(Data::Table(table)))
    }
}

/// The record that a layout makes of what stands under the keys of card files.
fn own_record(layout: &Layout, file: &str, copy: &Node) -> Option<Vec<u8>> {
    let list = Node::unwritten(Data::List(vec![copy.clone()]));
    let data = Node::unwritten(Data::Table([(LIST.to_owned(), list)].into()));
    layout.encode_records(file, &data)?.into_iter().next()
}

fn act_node(act: &Act) -> Node {
    let mut table = Table::new();
    let mut put = |key: &str, data| drop(table.insert(key.to_owned(), Node::unwritten(data)));
    if let Some(day) = act.date {
        put("date", date(day));
    }
    put("code", Data::Text(act.code.as_str().to_owned()));
    put("coefficient", Data::Number(act.coefficient.get().into()));
    put("montant", Data::Number(act.amount.0));
    put("exoneration", Data::Text(act.exoneration.to_string()));
    Node::unwritten(Data::Table(table))
}

fn act(node: &Node) -> Result<Act, TooMuch> {
    let text = |key| node.at(key).and_then(Node::text).unwrap_or_default();
    let coefficient = number(node.at("coefficient")).and_then(|number| u16::try_from(number).ok());
    Ok(Act {
        date: day(node.at("date")),
        code: ActCode::read(text("code"))?,
        coefficient: coefficient.and_then(NonZeroU16::new).ok_or(TooMuch::Coefficient)?,
        amount: cents(node.at("montant"))?,
        exoneration: text("exoneration").parse().map_err(|_| TooMuch::Exoneration)?,
    })
}

fn patient(node: &Node) -> Result<Patient, TooMuch> {
    match (node.at("nir").and_then(Node::text), node.at("naissance").and_then(Node::date)) {
        (Some(nir), None) => Nir::read(nir).map(Patient::Nir).map_err(|_| TooMuch::Patient),
        (None, Some(date)) => {
            let rank = node.at("rang_gemellaire").map_or(Some(1), |rank| rank.text()?.parse().ok());
            Ok(Patient::Born { date, rank: rank.ok_or(TooMuch::Rank)? })
        }
        _ => Err(TooMuch::Patient),
    }
}

fn nature(node: &Node) -> Result<Nature, TooMuch> {
    let day_of = |written| day(Some(written)).ok_or(TooMuch::Day);
    match ["maternite", "accident_numero", "accident_date"].map(|key| node.at(key)) {
        [None, None, None] => Ok(Nature::Illness),
        [Some(day), None, None] => day_of(day).map(Nature::Maternity),
        [None, Some(number), None] => {
            let number = AccidentNumber::read(number.text().unwrap_or_default())?;
            Ok(Nature::Accident(Accident::Numbered(number)))
        }
        [None, None, Some(day)] => day_of(day).map(|day| Nature::Accident(Accident::Of(day))),
        _ => Err(TooMuch::Nature),
    }
}

fn date(day: Date) -> Data {
    Data::Date(CardDate::from(day))
}

fn day(node: Option<&Node>) -> Option<Date> {
    node.and_then(Node::date).and_then(calendar)
}

fn cents(node: Option<&Node>) -> Result<Cents, TooMuch> {
    number(node).map(Cents).ok_or(TooMuch::Amount)
}

fn number(node: Option<&Node>) -> Option<u64> {
    match node?.data {
        Data::Number(number) => Some(number),
        _ => None,
    }
}
