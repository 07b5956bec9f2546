//! What a host shall be.

use std::{
    fmt, io,
    path::PathBuf,
    sync::{Arc, Mutex, Once, OnceLock, Weak},
};

use jiff::civil::Date;
use virtuale_engine::{Card, Interface, platform::Sink};

use super::{
    Callers, End, Host, HostError,
    commons::Commons,
    control,
    desk::{Desk, Stop, Teller},
    drivers::{Way, Wishes},
    folder::Folder,
    galss,
    making::{Content, Made, MakeSink, Making, Shelf},
    model::Model,
    real::{self, Sought, Tie},
    recording::{self, Recording, Run},
    running::{HostName, running},
    socket::claim,
};
use crate::{
    layer::{Layer, Layers},
    profile::{Provision, dates, families::Families},
    reader::{
        self, Device, Keys, Label, Readers, SlotName, SlotSpec,
        galss::{Resource, ResourceName},
        pad::Pad,
        pcsclite::{Guests, Server, ServerOptions, wire::READER_SLOTS},
        vpcd,
    },
    shown,
    trace::MOST_SLOTS,
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
    stop: Stop,
    galss: Option<Vec<(ResourceName, usize)>>,
    drivers: Wishes,
    allowed: (Vec<u32>, Vec<u32>),
    on_refusal: Option<Box<dyn Fn(u32) + Send + Sync>>,
}

/// A host whose cards are made: it only has to be opened.
pub(crate) struct Prepared {
    builder: Builder,
    readers: Arc<Readers>,
    making: Making,
    run: Run,
    cards: Vec<Option<Made>>,
    /// The real readers that slots follow.
    ties: Ties,
    /// What slots were called in GALSS; nothing if they are called after their cards.
    resources: Vec<Resource>,
}

type Ties = Vec<Option<Arc<Tie>>>;

/// The name of a slot.
enum GivenName {
    /// As programs see it.
    Whole(String),
    /// As somebody wrote it who need not know of numbers.
    Reader(String),
}

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
            stop: Stop::Refuse("these readers live as long as the program that started them".into()),
            galss: None,
            drivers: Wishes::default(),
            allowed: (Vec::new(), Vec::new()),
            on_refusal: None,
        }
    }

    /// What the readers are called, by which other shells mean them (`virtuale slots --name`); the number of the
    /// process if nothing is said. [`HostName`] says what a name may be. A second host of the same user cannot have it.
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

    /// Calls this with the number of each user who is turned away, once.
    #[must_use]
    pub fn on_refusal(mut self, call: impl Fn(u32) + Send + Sync + 'static) -> Self {
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

    /// Makes the cards, in readers of this process alone: no program finds them, nothing is recorded, and nobody is
    /// told of events. Who has the readers opens a [`Session`](crate::reader::Session) on them.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are not about sockets and recordings.
    pub fn in_process(self) -> Result<Arc<Readers>, HostError> {
        let Prepared { readers, making, cards, .. } = self.prepare()?;
        for (slot, made) in cards.into_iter().enumerate() {
            let Some(made) = made else { continue };
            let label = Label::new(made.origin.clone());
            readers.insert(slot, making.dress(slot, made, None), Some(label))?;
        }
        Ok(readers)
    }

    /// Makes the cards, and nothing that would have to be removed: card files may be pipes, and what they wait for may
    /// be ended by any signal.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are not about sockets and recordings.
    pub(crate) fn prepare(mut self) -> Result<Prepared, HostError> {
        match &self.model {
            Some(model) if self.slots.len() > model.slots.len() => {
                return Err(HostError::NoPlaceInModel { cards: self.slots.len(), slots: model.slots.len() });
            }
            Some(model) => self.slots.resize_with(model.slots.len(), || None),
            None if self.slots.is_empty() => self.slots = vec![None, None],
            None => {}
        }
        let contents = std::mem::take(&mut self.slots);
        let (contents, ties) = self.tied(contents)?;
        let readers = self.readers(contents.len())?;
        let resources = galss::named(self.galss.as_deref().unwrap_or_default(), contents.len())?;
        let is_made = |(content, tie): (&Option<Content>, &Option<_>)| {
            content.as_ref().map_or(tie.is_some(), Content::is_made_elsewhere)
        };
        let all_are_made = contents.iter().zip(&ties).all(is_made);
        let making = Making {
            today: self.today.unwrap_or_else(dates::today),
            seed: self.seed,
            families: self.families.clone(),
            bus: Arc::default(),
            layers: std::mem::take(&mut self.layers),
            sink: self.sink.take(),
        };
        let mut shelf = Shelf::default();
        let make = |(slot, content): (usize, Option<Content>)| {
            content.map(|content| making.make(content, slot, &mut shelf)).transpose()
        };
        let cards = contents.into_iter().enumerate().map(make).collect::<Result<Vec<_>, _>>()?;
        let run = Run { today: making.today, seed: Some(making.seed).filter(|_| !all_are_made) };
        Ok(Prepared { builder: self, readers, making, run, cards, ties, resources })
    }

    /// Looks for the real readers that were named: what is in them, and what binds slots to them. A slot whose reader
    /// has an antenna has one.
    fn tied(&mut self, contents: Vec<Option<Content>>) -> Result<(Vec<Option<Content>>, Ties), HostError> {
        let (mut found, mut ties) = (Vec::new(), Ties::new());
        for (slot, content) in contents.into_iter().enumerate() {
            let Some(real) = content.as_ref().and_then(Content::real) else {
                found.push(content);
                ties.push(None);
                continue;
            };
            let holder = ties.iter().position(|tie| tie.as_ref().is_some_and(|tie| tie.is_to(&real)));
            if let Some(slot) = holder {
                return Err(HostError::RealInSlot { reader: real.label(), slot });
            }
            let Sought { tie, card, in_field } = real::seek(real, None)?;
            if in_field && !self.contactless.contains(&slot) {
                self.contactless.push(slot);
            }
            self.remark.get_or_insert_with(|| real::REMARK.into());
            found.push(card);
            ties.push(Some(tie));
        }
        Ok((found, ties))
    }

    fn folder(&self) -> Result<Folder, HostError> {
        let name = self.name.as_deref().map(HostName::new).transpose()?;
        let taken = || HostError::NameTaken(self.name.clone().unwrap_or_default());
        // The folder itself says so only of readers whose folder would lie in the same place.
        if name.as_ref().is_some_and(|name| running().iter().any(|running| running.name == name.as_str())) {
            return Err(taken());
        }
        Folder::create(name.as_ref()).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => taken(),
            _ => unmade("a private folder", error),
        })
    }

    fn readers(&self, slots: usize) -> Result<Arc<Readers>, HostError> {
        let most = self.reader_slots.min(MOST_SLOTS);
        let number = u8::try_from(slots).ok().filter(|_| slots <= most);
        let number = number.ok_or(HostError::TooManySlots { slots, most })?;
        if self.slot_names.len() > slots {
            return Err(HostError::TooManyNames { names: self.slot_names.len(), slots });
        }
        if let Some(&slot) = self.contactless.iter().find(|&&slot| slot >= slots) {
            return Err(HostError::NoPlaceForAntenna { slot, slots });
        }
        let model = self.model.as_ref();
        let of_model = |slot: u8| model.and_then(|model| model.slots.get(usize::from(slot)));
        let kind = |slot| match self.contactless.contains(&usize::from(slot)) {
            true => Interface::Contactless,
            false => of_model(slot).map_or(Interface::Contact, |slot| slot.kind),
        };
        let device = Arc::new(self.device()?);
        let spec = |slot| {
            let spec = SlotSpec::numbered(&self.reader, slot, kind(slot))?;
            let name = of_model(slot).map_or(Ok(spec.name), |slot| SlotName::new(&slot.name))?;
            Ok::<_, HostError>(SlotSpec { name, kind: spec.kind, device: Arc::clone(&device) })
        };
        let mut specs = (0..number).map(spec).collect::<Result<Vec<_>, _>>()?;
        let whole = self.slot_names.iter().filter_map(|name| match name {
            GivenName::Whole(name) => Some(name.as_str()),
            GivenName::Reader(_) => None,
        });
        let others = specs.iter().skip(self.slot_names.len()).map(|spec| spec.name.clone());
        let mut taken = whole.map(SlotName::new).chain(others.map(Ok)).collect::<Result<Vec<_>, _>>()?;
        for (spec, name) in specs.iter_mut().zip(&self.slot_names) {
            spec.name = match name {
                GivenName::Whole(name) => SlotName::new(name)?,
                GivenName::Reader(name) => SlotName::completed(name, &taken)?,
            };
            taken.push(spec.name.clone());
        }
        let readers = Readers::new(specs)?;
        if !self.typed.is_empty() {
            (0..slots).try_for_each(|slot| readers.type_keys(slot, self.typed.clone(), true))?;
        }
        Ok(readers)
    }

    /// What the reader is.
    fn device(&self) -> Result<Device, HostError> {
        match &self.model {
            Some(model) if !self.typed.is_empty() && model.device.pad.is_none() => Err(HostError::ModelWithoutPad),
            Some(model) => Ok(model.device.clone()),
            None => Ok(Device { pad: (!self.typed.is_empty()).then(Pad::house), ..Device::default() }),
        }
    }

    fn recording(&self, cards: &[Option<Made>], run: Run) -> Result<Option<Recording>, HostError> {
        match &self.record {
            None => Ok(None),
            Some(Record::File(path)) => {
                // Before the file is there.
                cards.iter().flatten().try_for_each(|made| recording::seen(path, &made.origin).map(drop))?;
                Recording::to_file(path, cards.len() > 1, self.remark.as_deref(), run).map(Some)
            }
            Some(Record::Folder(path)) => Recording::to_folder(path, run).map(Some),
        }
    }
}

impl Prepared {
    /// As [`Builder::on_stop`].
    #[cfg(feature = "cli")]
    pub(crate) fn on_stop(self, call: impl Fn() + Send + Sync + 'static) -> Self {
        Self { builder: self.builder.on_stop(call), ..self }
    }

    /// Opens the readers to programs, which waits for nobody.
    ///
    /// # Errors
    ///
    /// Those of [`Builder::start`] that are about sockets and recordings.
    pub(crate) fn open(self) -> Result<Host, HostError> {
        let Self { mut builder, readers, making, run, cards, ties, resources } = self;
        let folder = builder.folder()?;
        let (users, groups) = builder.allowed.clone();
        let guests = Guests::new(users, groups);
        let guests = Arc::new(match builder.on_refusal.take() {
            Some(call) => guests.on_refusal(call),
            None => guests,
        });
        let commons = (builder.socket.is_none() && !guests.is_none()).then(|| Commons::create(&folder.name(), &guests));
        let commons = commons.transpose().map_err(|error| unmade("a folder that others can reach", error))?;
        let socket = match (&builder.socket, &commons) {
            (Some(place), _) => claim(place, &folder)?,
            (None, Some(commons)) => claim(&commons.socket(), &folder)?,
            (None, None) => folder.socket(),
        };
        // Last of all that may fail for a mistake of the caller: who makes it gets no file.
        let recording = builder.recording(&cards, run)?;
        let desk = Arc::new_cyclic(|me| Desk {
            me: Weak::clone(me),
            readers: Arc::clone(&readers),
            moves: cards.iter().map(|_| Mutex::default()).collect(),
            teller: Arc::new(Teller::new(Arc::clone(&making.bus), cards.len())),
            observed: Once::new(),
            making,
            name: folder.name(),
            socket: socket.clone(),
            stop: builder.stop,
            guests: Arc::clone(&guests),
            recording,
            closed: OnceLock::new(),
            drivers: OnceLock::new(),
        });
        let desk = End(desk);
        for (slot, (card, tie)) in cards.into_iter().zip(ties).enumerate() {
            card.map_or(Ok(()), |card| desk.insert_first(slot, card, tie.clone()))?;
            tie.map_or(Ok(()), |tie| desk.follow(slot, tie))?;
        }
        let galss = builder.galss.map(|names| {
            let resources = match names.as_slice() {
                [] => galss::by_cards(&readers.states(), &desk.making.families),
                _ => resources,
            };
            reader::galss::Server::start(&readers, &folder.galss_socket(), resources)
        });
        let galss = galss.transpose().map_err(|error| unmade("the socket of GALSS", error))?;
        let options = ServerOptions { reader_slots: builder.reader_slots };
        let drivers = Arc::new(builder.drivers.start(&readers)?);
        let _ = desk.drivers.set(Arc::downgrade(&drivers));
        let server = Server::start_for(guests, readers, &socket, options);
        let server = server.map_err(|error| unmade(&shown::path(&socket), error))?;
        let control = control::Server::start(&control::beside(&socket), Arc::clone(&desk.0));
        let control = control.map_err(|error| unmade("the control socket", error))?;
        let calls = Callers(control.calls());
        Ok(Host { control, drivers, galss, server, commons, folder, desk, calls })
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

fn unmade(what: &str, error: io::Error) -> HostError {
    HostError::Unmade { what: what.to_owned(), error }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use virtuale_engine::{Card, Fault, Interface};

    use super::Builder;
    use crate::{
        host::HostError,
        layer::{Layer, Layered},
        toy::Toy,
    };

    /// Writes down on which interfaces a card was powered up.
    struct Witness(Arc<Mutex<Vec<Interface>>>);

    impl Layer for Witness {
        fn power_up(&mut self, card: &mut dyn Card, interface: Interface) -> Result<(), Fault> {
            self.0.lock().expect("no thread panics").push(interface);
            card.power_up(interface)
        }
    }

    fn witness() -> (Box<dyn Card>, Arc<Mutex<Vec<Interface>>>) {
        let seen = Arc::<Mutex<Vec<_>>>::default();
        (Box::new(Layered::new(Witness(Arc::clone(&seen)), Toy::new(|_, _| Err(Fault::Mute)))), seen)
    }

    #[test]
    fn a_slot_has_its_own_name_and_interface() {
        let ((near, on_contacts), (far, in_a_field)) = (witness(), witness());
        let two = Builder::new().card_made("near", near).card_made("far", far);
        let host = two.slot_name("Contacts 0").contactless(1).start().expect("it starts");
        let names: Vec<_> = host.slots().into_iter().map(|slot| (slot.reader, slot.card)).collect();
        let named = |reader: &str, card: &str| (reader.to_owned(), Some(card.to_owned()));
        assert_eq!(names, [named("Contacts 0", "near"), named("Virtuale Contactless 00 01", "far")]);
        for (slot, seen, kind) in [(0, on_contacts, Interface::Contact), (1, in_a_field, Interface::Contactless)] {
            assert!(matches!(host.reinsert(slot), Err(HostError::Slot(_))), "it is in");
            host.remove(slot).expect("a card");
            assert_eq!(host.slots()[slot].card, None);
            host.reinsert(slot).expect("the same card");
            assert_eq!(*seen.lock().expect("no thread panics"), [kind; 2]);
        }
        let names: Vec<_> = host.slots().into_iter().filter_map(|slot| slot.card).collect();
        assert_eq!(names, ["near", "far"], "what is known of a card comes back with it");
    }

    #[test]
    fn what_no_slot_has_is_refused() {
        let beyond = Builder::new().contactless(2).start().map(drop);
        assert!(matches!(beyond, Err(HostError::NoPlaceForAntenna { slot: 2, slots: 2 })), "{beyond:?}");
        let names = Builder::new().empty_slot().slot_name("A").slot_name("B").start().map(drop);
        assert!(matches!(names, Err(HostError::TooManyNames { names: 2, slots: 1 })), "{names:?}");
    }
}
