//! What a host shall be.

mod opening;
mod preparing;
mod slots;

use std::{fmt, io, path::PathBuf, sync::Arc};

use jiff::civil::Date;
use virtuale_engine::{Card, platform::Sink};

pub(crate) use self::opening::Prepared;
use self::slots::GivenName;
use super::{
    Host, HostError,
    desk::Stop,
    drivers::{Way, Wishes},
    making::{Content, MakeSink},
    model::Model,
    real::Tie,
    state::{Resets, State},
};
use crate::{
    layer::{Layer, Layers, timing::Timetable},
    profile::{Provision, families::Families},
    reader::{
        Keys, SlotName,
        galss::ResourceName,
        pcsclite::{TurnedAway, wire::READER_SLOTS},
        vpcd,
    },
};

/// What a [`Host`] shall be: its slots and the cards in them, and what they depend on.
pub struct Builder {
    name: Option<String>,
    slots: Vec<Option<Content>>,
    reader: String,
    slot_names: Vec<GivenName>,
    model: Option<Model>,
    typed: Vec<Keys>,
    contactless: Vec<usize>,
    reader_slots: usize,
    seed: u64,
    families: Families,
    today: Option<Date>,
    socket: Option<PathBuf>,
    record: Option<Record>,
    remark: Option<String>,
    layers: Layers,
    sink: Option<Box<MakeSink>>,
    keeps_profiles: bool,
    state: Option<State>,
    resets: Resets,
    stop: Stop,
    galss: Option<Vec<(ResourceName, usize)>>,
    drivers: Wishes,
    allowed: (Vec<u32>, Vec<u32>),
    on_refusal: Option<Box<dyn Fn(TurnedAway) + Send + Sync>>,
}

/// The real reader that each slot follows.
type Ties = Vec<Option<Arc<Tie>>>;

/// Where is recorded.
enum Record {
    File(PathBuf),
    Folder(PathBuf),
}

impl Builder {
    pub(super) fn new() -> Self {
        Self {
            name: None,
            slots: Vec::new(),
            reader: SlotName::HOUSE.into(),
            slot_names: Vec::new(),
            model: None,
            typed: Vec::new(),
            contactless: Vec::new(),
            reader_slots: READER_SLOTS,
            seed: 0,
            families: Families::built_in(),
            today: None,
            socket: None,
            record: None,
            remark: None,
            layers: Layers::default(),
            sink: None,
            keeps_profiles: false,
            state: None,
            resets: Resets::none(),
            stop: Stop::Refuse("these readers live as long as the program that started them".into()),
            galss: None,
            drivers: Wishes::default(),
            allowed: (Vec::new(), Vec::new()),
            on_refusal: None,
        }
    }

    /// What the readers are called, by which other shells mean them (`virtuale slots --name`); the number of the
    /// process if nothing is said. [`HostName`](crate::host::HostName) says what a name may be. A second host of the
    /// same user cannot have it.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// One more slot, with the card of this card file, or of this name: `vitale2-martin` is one that is part of the
    /// program ([`Families::find_card`]).
    ///
    /// `reader:NAME` is the card in a real reader, of another PC/SC service: that of `PCSCLITE_CSOCK_NAME`, else the
    /// system's; `reader:NAME@/path` names its socket. The slot has the card while the reader has it, for itself.
    #[must_use]
    pub fn card(self, card: impl Into<PathBuf>) -> Self {
        self.slot(Content::Written(card.into()))
    }

    /// One more slot, with the card of this text of a card file; `name` is what people are told of it. The text may
    /// name built-in layouts only.
    #[must_use]
    pub fn card_text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.slot(Content::Text { name: name.into(), text: text.into() })
    }

    /// One more slot, with any card; `name` is what people are told of it. Where its commits go is its own affair:
    /// nobody is told of them ([`Builder::card_provided`] has a card whose commits are).
    #[must_use]
    pub fn card_made(self, name: impl Into<String>, card: Box<dyn Card>) -> Self {
        self.slot(Content::Made { name: name.into(), card })
    }

    /// One more slot, with the card that `make` makes of what a card there is provided with: the number of its slot,
    /// its cryptography, its sink. [`Profile::card_with`](crate::profile::Profile::card_with) takes that. `name` is
    /// what people are told of the card.
    #[must_use]
    pub fn card_provided(
        self,
        name: impl Into<String>,
        make: impl FnOnce(Provision) -> Box<dyn Card> + Send + 'static,
    ) -> Self {
        self.slot(Content::Provided { name: name.into(), make: Box::new(make) })
    }

    /// One more slot, without a card. A host for which no slot is asked has two empty ones.
    #[must_use]
    pub fn empty_slot(mut self) -> Self {
        self.slots.push(None);
        self
    }

    fn slot(mut self, content: Content) -> Self {
        self.slots.push(Some(content));
        self
    }

    /// The name of the reader; programs see it with two numbers behind it, as in `NAME 00 00`. It is `Virtuale` if
    /// nothing is said.
    #[must_use]
    pub fn reader(mut self, name: impl Into<String>) -> Self {
        self.reader = name.into();
        self
    }

    /// The whole name of a slot, in place of that of the reader with two numbers. Names go to slots 0, 1 and so on in
    /// the order in which they are given.
    #[must_use]
    pub fn slot_name(mut self, name: impl Into<String>) -> Self {
        self.slot_names.push(GivenName::Whole(name.into()));
        self
    }

    /// As [`Builder::slot_name`], for a name that people write: one that does not end in numbers gets those of
    /// pcsc-lite ([`SlotName::completed`]).
    #[must_use]
    pub fn slot_reader(mut self, name: impl Into<String>) -> Self {
        self.slot_names.push(GivenName::Reader(name.into()));
        self
    }

    /// What reader it is: what programs are told of it, its slots and their names. Cards go into its slots in the order
    /// in which they are given; slots without one are empty.
    #[must_use]
    pub fn model(mut self, model: Model) -> Self {
        self.model = Some(model);
        self
    }

    /// What a person types at the PIN pad of each slot, in this order, when it asks. Without a model of a reader with a
    /// pad, the house's own reader has one.
    #[must_use]
    pub fn typed(mut self, keys: impl IntoIterator<Item = Keys>) -> Self {
        self.typed.extend(keys);
        self
    }

    /// Gives a slot an antenna in place of contacts: it powers its cards up in its field, and answers itself what PC/SC
    /// has readers answer of such a card. The first slot is 0. Programs see `NAME Contactless 00 01`, unless the slot
    /// has a name of its own.
    #[must_use]
    pub fn contactless(mut self, slot: usize) -> Self {
        self.contactless.push(slot);
        self
    }

    /// How many readers the client library has room for, where a distribution changed that.
    #[must_use]
    pub fn reader_slots(mut self, number: usize) -> Self {
        self.reader_slots = number;
        self
    }

    /// Where the cards' random numbers start; 0 if nothing is said.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The families that the cards of card files may be of; those of the program if nothing is said.
    #[must_use]
    pub fn families(mut self, families: Families) -> Self {
        self.families = families;
        self
    }

    /// The day on which the cards are used, whenever they come in. It is that of the start if nothing is said, also
    /// for a card that comes in after midnight.
    #[must_use]
    pub fn today(mut self, day: Date) -> Self {
        self.today = Some(day);
        self
    }

    /// Where the PC/SC socket shall be; the control socket goes beside it. It is in a private folder if nothing is
    /// said.
    #[must_use]
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(path.into());
        self
    }

    /// Records all slots in this trace. An earlier trace at that path stays until the first command.
    #[must_use]
    pub fn record(mut self, file: impl Into<PathBuf>) -> Self {
        self.record = Some(Record::File(file.into()));
        self
    }

    /// Records each card that comes into a slot in a trace of its own in this folder.
    #[must_use]
    pub fn record_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.record = Some(Record::Folder(folder.into()));
        self
    }

    /// A comment at the head of the trace of [`Builder::record`].
    #[must_use]
    pub fn remark(mut self, text: impl Into<String>) -> Self {
        self.remark = Some(text.into());
        self
    }

    /// Puts a layer around each card that goes into a slot, which `make` is told: a fault, a latency. A later layer is
    /// outside of an earlier one; events and recordings are outside of all of them.
    #[must_use]
    pub fn layer<L: Layer + 'static>(mut self, make: impl Fn(usize) -> L + Send + Sync + 'static) -> Self {
        self.layers = self.layers.with(make);
        self
    }

    /// All the layers around each card, in place of those that were asked for before.
    #[must_use]
    pub fn layers(mut self, layers: Layers) -> Self {
        self.layers = layers;
        self
    }

    /// Lets the cards that the host makes take their time; those of real readers have a time of their own. Without it
    /// they answer as soon as they can. [`timing::find`](super::timing::find) has tables of times.
    #[must_use]
    pub fn timing(mut self, timetable: Timetable) -> Self {
        self.layers = self.layers.timed(timetable);
        self
    }

    /// Where the commits of each card go that the host makes, from a card file or its text, or that it provides for.
    /// `make` is told the slot and what people are told of the card, when the card is made. Without it commits are kept
    /// in the card alone, as long as that exists.
    ///
    /// Listeners are told of a commit once the sink has kept it. That `make` fails is a failure to make the card.
    #[must_use]
    pub fn sink<S: Sink + 'static>(
        mut self,
        make: impl Fn(usize, &str) -> io::Result<S> + Send + Sync + 'static,
    ) -> Self {
        self.sink = Some(Box::new(move |slot, card| Ok(Box::new(make(slot, card)?))));
        self
    }

    /// Keeps what a card was made of while it is in, its card file and its layout: who explains commands and bytes
    /// needs them ([`Remote::card`](crate::host::Remote::card)).
    #[must_use]
    pub fn keep_profiles(mut self) -> Self {
        self.keeps_profiles = true;
        self
    }

    /// Keeps the cards of card files in a folder from run to run, those too that come in later: a card goes on as it
    /// was left. Every commit is on the disk before the card answers; it takes the place of [`Builder::sink`] for them.
    /// Cards that the host does not make, by [`Builder::card_made`] and [`Builder::card_provided`], are not kept, nor
    /// are those in real readers.
    #[must_use]
    pub fn state(mut self, state: State) -> Self {
        self.state = Some(state);
        self
    }

    /// Which of the cards that come in at the start begin anew.
    #[must_use]
    pub fn state_resets(mut self, resets: Resets) -> Self {
        self.resets = resets;
        self
    }

    /// Serves programs that share readers through GALSS, too, on a socket of its own in the private folder. What they
    /// need besides the [environment](Host::environment) is a library; `virtuale exec --galss` has it.
    ///
    /// A slot is called `CPS` or `Vitale` after the card that is in it at the start; slots with another one or none
    /// have these names in turn, and further ones a number behind them. Without the feature `cli` no card is known, and
    /// all slots have their names in turn.
    #[must_use]
    pub fn galss(mut self) -> Self {
        self.galss.get_or_insert_default();
        self
    }

    /// The name of a slot in GALSS. With it, only slots that have been given one are served there; the first slot is 0.
    #[must_use]
    pub fn galss_name(mut self, name: ResourceName, slot: usize) -> Self {
        self.galss.get_or_insert_default().push((name, slot));
        self
    }

    /// Also shows the cards in the readers of vpcd, an existing driver: the card of slot 0 goes to this address, that
    /// of slot 1 to the port behind it, and so on ([`Vpcd::connect`](vpcd::Vpcd::connect)). Takes the place of an
    /// earlier wish of this kind.
    #[must_use]
    pub fn vpcd(mut self, address: vpcd::Address) -> Self {
        self.drivers.vpcd = Some((Way::Connect, address));
        self
    }

    /// The same where vpcd comes to its card: slot 0 awaits it at this address, slot 1 at the port behind it, and so on
    /// ([`Vpcd::listen`](vpcd::Vpcd::listen)). Whoever reaches such a port can use the card.
    #[must_use]
    pub fn vpcd_listen(mut self, address: vpcd::Address) -> Self {
        self.drivers.vpcd = Some((Way::Listen, address));
        self
    }

    /// Also shows the cards in the readers of the system's pcscd, which has our driver (`virtuale ifd install`) and
    /// looks for us at this socket. Every program of the machine then sees them.
    #[must_use]
    pub fn pcscd(mut self, socket: impl Into<PathBuf>) -> Self {
        self.drivers.pcscd = Some(socket.into());
        self
    }

    /// Tells whether drivers are there, from a thread of its own; `call` must return soon.
    #[must_use]
    pub fn on_driver(mut self, call: impl Fn(vpcd::Note) + Send + Sync + 'static) -> Self {
        self.drivers.tell = Some(Arc::new(call));
        self
    }

    /// Lets the programs of another user, by his number, use the readers, and nothing else of the host: the control
    /// socket, GALSS and the private folder stay this user's. The PC/SC socket is then in a folder of its own that
    /// others can go through, unless [`Builder::socket`] says where.
    #[must_use]
    pub fn allow_user(mut self, user: u32) -> Self {
        self.allowed.0.push(user);
        self
    }

    /// As [`Builder::allow_user`], for the members of a group, by its number.
    #[must_use]
    pub fn allow_group(mut self, group: u32) -> Self {
        self.allowed.1.push(group);
        self
    }

    /// Calls this with each user who is turned away, once for each reason.
    #[must_use]
    pub fn on_refusal(mut self, call: impl Fn(TurnedAway) + Send + Sync + 'static) -> Self {
        self.on_refusal = Some(Box::new(call));
        self
    }

    /// Lets `virtuale stop`, and whoever else asks over the control socket, stop the readers: this is called, and is
    /// expected to bring the end of the host about. Without it, they are told that the readers live as long as the
    /// program.
    #[must_use]
    pub fn on_stop(mut self, call: impl Fn() + Send + Sync + 'static) -> Self {
        self.stop = Stop::Call(Box::new(call));
        self
    }

    /// Says in words for people why `virtuale stop` is refused.
    #[must_use]
    pub fn refuse_stop(mut self, why: impl Into<String>) -> Self {
        self.stop = Stop::Refuse(why.into());
        self
    }

    /// Makes the cards and opens the readers to programs.
    ///
    /// # Errors
    ///
    /// What is wrong with a card file, a name or a number; that the sockets or the recording cannot be made.
    pub fn start(self) -> Result<Host, HostError> {
        self.prepare()?.open()
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("slots", &self.slots.len())
            .field("reader", &self.reader)
            .finish_non_exhaustive()
    }
}
