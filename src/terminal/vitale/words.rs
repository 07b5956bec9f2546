//! Reads a Vitale 1: fetches where its memory ends, then reads each zone by its address [STACK-17608930 commands].
//!
//! Which zones there are, and what stands in them, the layout says: of what the card itself says about its zones, too
//! little is public.

use jiff::civil::Date;
use virtuale_engine::{Fid, StatusWord};

use super::{ClosedFile, Lock, Model, OpenFile, Pointer, ReadError, Reading, Remark};
use crate::{
    profile::{
        families::vitale::{WORD_CLASS, WordMemory, Zone, word_instruction},
        layout::Layout,
    },
    terminal::{
        exchange::{Command, Dialogue, ExchangeError, Unsendable},
        files::merge::merge,
        transport::Transport,
    },
};

/// The most bytes that are read at once: whole words, no more than a length byte can say.
const STEP: usize = 252;

/// How many bytes instruction C0 fetches after a reset.
const IDENTITY: usize = 8;

/// Reads a word memory.
pub(super) fn read(
    transport: &mut dyn Transport,
    layout: &Layout,
    memory: &WordMemory<'_>,
    today: Date,
) -> Result<Reading, ReadError> {
    let atr = transport.atr().to_vec();
    let model = Model::of(&atr);
    let dialogue = Dialogue::new(transport).with_waiting(layout.habits_of(WORD_CLASS).waiting);
    let mut walk = Walk { dialogue, layout, reading: Reading::empty(atr, model, today) };
    let identity = walk.dialogue.send(&fetch_words(IDENTITY));
    let read = match identity {
        Ok(identity) if !identity.status.is_processed() => {
            return Err(ReadError::NotWordMemory { model, status: identity.status });
        }
        Ok(identity) => {
            let end = identity.data.get(memory.end_at..).and_then(<[u8]>::first_chunk).copied().map(u16::from_be_bytes);
            if end != Some(memory.end) {
                walk.reading.remarks.push(Remark::OtherMemory { end });
            }
            memory.zones.iter().try_for_each(|zone| walk.zone(zone))
        }
        Err(error) => Err(error),
    };
    match read {
        Ok(()) => {}
        Err(ExchangeError::Transport(error)) => return Err(error.into()),
        Err(ExchangeError::Unsendable(why)) => return Err(why.into()),
        Err(ExchangeError::Endless) => walk.reading.remarks.push(Remark::CutShort),
    }
    let mut reading = walk.reading.with_copies(layout);
    reading.exchanges = walk.dialogue.into_log();
    reading.conclude(Model::Vitale1);
    Ok(reading)
}

/// Words of a zone, so many bytes from the byte `start` on. The address counts nibbles.
fn read_words(zone: &Zone<'_>, start: usize, length: usize) -> Result<Command, Unsendable> {
    let nibbles = start.checked_mul(2).and_then(|start| usize::from(zone.address).checked_add(start));
    let address = nibbles.and_then(|address| u16::try_from(address).ok()).ok_or(Unsendable::Place(start))?;
    let [high, low] = address.to_be_bytes();
    let name = if start == 0 { format!("READ {}", zone.name) } else { format!("READ {}+{start}", zone.name) };
    Ok(Command::new(&name, [WORD_CLASS, word_instruction::READ.0, high, low], &[], Some(length)))
}

/// What the instruction before left, or after a reset where the memory of a Vitale 1 ends.
fn fetch_words(length: usize) -> Command {
    Command::new("FETCH", [WORD_CLASS, word_instruction::FETCH.0, 0x00, 0x00], &[], Some(length))
}

/// A card that is being read.
struct Walk<'a> {
    dialogue: Dialogue<'a>,
    layout: &'a Layout,
    reading: Reading,
}

impl Walk<'_> {
    /// Reads a zone and keeps what it says, or that it is closed. A zone that is refused halfway is kept as far as it
    /// was read.
    fn zone(&mut self, zone: &Zone<'_>) -> Result<(), ExchangeError> {
        let pointer = Pointer { name: zone.name.to_owned(), application: None, fid: Fid(zone.address) };
        let mut content = Vec::new();
        for start in (0..zone.size).step_by(STEP) {
            let length = STEP.min(zone.size - start);
            let part = self.dialogue.send(&read_words(zone, start, length)?)?;
            if !part.status.is_processed() && start == 0 {
                let lock = if zone.readable == "never" { Lock::Never } else { Lock::Unknown };
                if zone.readable == "always" || part.status != StatusWord::SECURITY_NOT_SATISFIED {
                    self.reading.remarks.push(Remark::file_refused(zone.name, part.status));
                }
                self.reading.closed.push(ClosedFile { pointer, status: part.status, lock, condition: None });
                return Ok(());
            }
            content.extend_from_slice(part.data.get(..length).unwrap_or(&part.data));
            if part.data.len() < length {
                break;
            }
        }
        if content.len() < zone.size {
            let (file, length, size) = (zone.name.to_owned(), content.len(), zone.size);
            self.reading.remarks.push(Remark::FileNotWhole { file, length, size });
        }
        let decoded = self.layout.decode(zone.name, &content);
        let (data, elements) = decoded.map(|decoded| (decoded.data, decoded.elements)).unzip();
        for key in data.map(|data| merge(&mut self.reading.data, data)).unwrap_or_default() {
            self.reading.remarks.push(Remark::FilesDisagree { key });
        }
        self.reading.files.push(OpenFile { pointer, content, elements: elements.unwrap_or_default() });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use hex_literal::hex;
    use jiff::civil::{Date, date};
    use proptest::{collection::vec, prelude::*};
    use virtuale_engine::{Card, Protocol, StatusWord};

    use super::{
        super::{Ability, Lock, Model, ReadError, Reading, Remark, Verdict, Volet, read, view},
        Unsendable, Zone, fetch_words, read_words,
    };
    use crate::{
        profile::{Options, Profile, load},
        terminal::{
            exchange::Capabilities,
            toy::{ToyCard, ToyFile, parrot},
            transport::in_process::in_process,
        },
    };

    const TODAY: Date = date(2026, 1, 15);

    fn fixture(name: &str) -> Profile {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("applets/cards/{name}.toml"));
        load(&path, &Options { today: TODAY, seed: 1 }).unwrap_or_else(|error| panic!("{error}"))
    }

    fn reading_of(card: impl Card + 'static) -> Result<Reading, ReadError> {
        let mut transport = in_process(Box::new(card)).expect("the card has power");
        read(&mut transport, fixture("vitale1-petit").layout(), TODAY)
    }

    #[test]
    fn words_have_addresses_as_far_as_16_bits_go() {
        let zone = |address| Zone { name: "MAPPING", address, size: 0, readable: "always" };
        let command = read_words(&zone(0x20F0), 4, 0x18).expect("it has an address");
        let apdu = command.apdus(Protocol::T0, Capabilities::default()).expect("a short command");
        assert_eq!((command.name(), &apdu[..]), ("READ MAPPING+4", &[hex!("BCB020F818").to_vec()][..]));
        let fetch = fetch_words(8).apdus(Protocol::T0, Capabilities::default()).expect("a short command");
        assert_eq!(fetch, [hex!("BCC0000008")]);
        assert!(read_words(&zone(0xFFF0), 7, 255).is_ok());
        assert_eq!(read_words(&zone(0xFFF0), 8, 1), Err(Unsendable::Place(8)));
        assert_eq!(read_words(&zone(0), usize::MAX, 1), Err(Unsendable::Place(usize::MAX)));
    }

    /// What a Vitale 1 has no place for.
    fn as_vitale_1_says_it(mut volet: Volet) -> Volet {
        for person in &mut volet.beneficiaries {
            (person.country, person.treating_doctor, person.organ_donation) = (None, None, None);
        }
        volet
    }

    #[test]
    fn what_is_read_is_what_the_card_file_says() {
        for name in ["petit", "famille-leroy", "v1bis", "igea440", "clone", "iso"] {
            let profile = fixture(&format!("vitale1-{name}"));
            let reading = reading_of(profile.card()).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(reading.volet, as_vitale_1_says_it(view::volet(profile.data())), "{name}");
            assert_eq!((reading.model, &reading.remarks[..]), (Model::Vitale1, &[Remark::TestCard][..]), "{name}");
            let closed: Vec<(&str, Lock)> =
                reading.closed.iter().map(|file| (file.pointer.name.as_str(), file.lock)).collect();
            let expected = [("SECRET", Lock::Never), ("ACCES", Lock::Never), ("CONFID", Lock::Unknown)];
            assert_eq!(closed, expected, "{name}");
        }
    }

    #[test]
    fn the_family_is_read_word_by_word() {
        let reading = reading_of(fixture("vitale1-famille-leroy").card()).expect("a Vitale 1");
        assert_eq!(reading.volet.beneficiaries.len(), 6);
        assert_eq!(reading.name_of(3), "STÉPHANE LEROY");
        assert_eq!(reading.volet.beneficiaries[4].rank.as_deref(), Some("2"));
        assert_eq!(reading.volet.card.validity.end, None);
        let first: Vec<&str> = reading.exchanges.iter().take(2).map(|exchange| exchange.name.as_str()).collect();
        assert_eq!(first, ["FETCH", "READ SECRET"]);
        let bytes: usize = reading.files.iter().map(|file| file.content.len()).sum();
        let shares = reading.shares;
        assert_eq!(shares.public + shares.inferred + shares.invented + shares.unused, bytes);
        assert!(reading.abilities().contains(&(Ability::SeeExoneration, Verdict::Yes)));
    }

    #[test]
    fn the_cover_of_all_is_read() {
        let reading = reading_of(fixture("vitale1-v1bis").card()).expect("a Vitale 1");
        assert!(reading.abilities().contains(&(Ability::ComplementaryPayment, Verdict::Yes)));
    }

    #[test]
    fn a_failing_component_is_read_until_it_fails() {
        let mut transport = in_process(Box::new(fixture("vitale1-igea440").card())).expect("the first session works");
        let layout = fixture("vitale1-petit").layout().clone();
        let sessions = (0..20).take_while(|_| {
            let is_read = read(&mut transport, &layout, TODAY).is_ok();
            is_read
                && crate::terminal::transport::Transport::reset(&mut transport, virtuale_engine::Reset::Cold).is_ok()
        });
        assert!((3..=13).contains(&sessions.count()));
    }

    #[test]
    fn another_card_is_told_apart() {
        let other = reading_of(ToyCard::default().with(b"OTHER", 0x0001, ToyFile::open(&[])));
        let Err(ReadError::NotWordMemory { model, status }) = other else { panic!("{other:?}") };
        assert_eq!((model, status), (Model::Vitale2, StatusWord::INSTRUCTION_NOT_SUPPORTED));
    }

    #[test]
    fn a_memory_that_ends_elsewhere_is_read_and_named() {
        let reading = reading_of(parrot(vec![hex!("0000020040000000 9000").to_vec()])).expect("it says yes");
        assert!(reading.remarks.contains(&Remark::OtherMemory { end: Some(0x4000) }), "{:?}", reading.remarks);
        let reading = reading_of(parrot(vec![hex!("9000").to_vec()])).expect("it says yes");
        assert!(reading.remarks.contains(&Remark::OtherMemory { end: None }), "{:?}", reading.remarks);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_answers_make_a_terminal_panic_or_hang(
            responses in vec((vec(any::<u8>(), 0..300), prop_oneof![3 => Just([0x90, 0x00]), 1 => any::<[u8; 2]>()]), 1..12),
        ) {
            let responses = responses.into_iter().map(|(data, status)| [&data[..], &status].concat()).collect();
            if let Ok(reading) = reading_of(parrot(responses)) {
                prop_assert!(reading.exchanges.len() <= 1_024);
                for file in &reading.files {
                    let explained: usize = file.elements.iter().map(|element| element.range.len()).sum();
                    prop_assert_eq!(explained, file.content.len());
                }
            }
        }
    }
}
