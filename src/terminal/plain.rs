//! Reads a card of any family as its layout says: each file of an application with a name is selected, read and
//! decoded.

use jiff::civil::Date;

use super::{
    exchange::{Dialogue, Exchange, ExchangeError},
    files::{ClosedFile, FileWalk, Found, OpenFile},
    guides::CardReading,
    pages::{self, Format, Lang, Page},
    remark::Remark,
    told::Told,
    transport::{Transport, TransportError},
};
use crate::profile::{
    layout::Layout,
    map::Shares,
    schema::Doc,
    tree::{CardDate, Node},
};

/// All that a terminal knows of a card after reading it by its layout alone.
#[derive(Clone, Debug, PartialEq)]
pub struct PlainReading {
    /// The day on which it was read.
    pub today: CardDate,
    /// The answer to reset.
    pub atr: Vec<u8>,
    /// What the cards of the family are.
    pub title: Doc,
    /// The name of the family.
    pub family: &'static str,
    /// The name of the layout.
    pub layout: String,
    /// What the card says, under the keys of card files.
    pub data: Node,
    /// The files that were read, in the order of the layout.
    pub files: Vec<OpenFile>,
    /// The files that stayed closed.
    pub closed: Vec<ClosedFile>,
    /// The keys, with dots, of which a file says something else than the files before it.
    pub contradictions: Vec<String>,
    /// What the card did as it was read that no card in order does.
    pub failures: Vec<Remark>,
    /// Whether reading ended early, since the card did not come to an end or takes no command that goes on.
    pub cut_short: bool,
    /// How many of the bytes that were read are public, inferred, invented.
    pub shares: Shares,
    /// Everything that went over the transport, in order.
    pub exchanges: Vec<Exchange>,
}

/// Reads a card without any other card: what stays closed to that is listed as closed.
///
/// # Errors
///
/// [`TransportError`] if the transport fails. Whatever a card answers gives a reading.
pub fn read(transport: &mut dyn Transport, layout: &Layout, today: Date) -> Result<PlainReading, TransportError> {
    let atr = transport.atr().to_vec();
    let mut walk = FileWalk::new(Dialogue::new(transport), layout, ToString::to_string).of_card(&atr);
    let read = walk.of_layout().into_iter().try_for_each(|pointer| walk.file(pointer));
    let cut_short = match read {
        Ok(()) => false,
        Err(ExchangeError::Transport(error)) => return Err(error),
        Err(ExchangeError::Endless | ExchangeError::Unsendable(_)) => true,
    };
    let Found { data, files, closed, contradictions, failures } = walk.found;
    let shares = Shares::of(files.iter().flat_map(|file| &file.elements));
    Ok(PlainReading {
        today: today.into(),
        atr,
        title: layout.family().title(),
        family: layout.family().name(),
        layout: layout.name().to_owned(),
        data,
        files,
        closed,
        contradictions,
        failures,
        cut_short,
        shares,
        exchanges: walk.dialogue.into_log(),
    })
}

impl CardReading for PlainReading {
    fn page(&self, place: &str, format: Format) -> Page {
        pages::plain(self, place, format)
    }

    fn exchanges(&self) -> &[Exchange] {
        &self.exchanges
    }

    fn told(&self) -> Told<'_> {
        Told { is_cut_short: self.cut_short, ..Told::alone(&self.data, self.today) }
    }

    fn is_broken(&self) -> bool {
        self.cut_short || !self.failures.is_empty()
    }

    fn json(&self, source: &str, lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string(&pages::PlainReport::of(self, source, lang))
    }
}
