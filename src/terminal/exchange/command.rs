//! Commands of ISO 7816-4 that a terminal sends, each with the name that people give it.
//!
//! A command knows what it says, not how long its parts may be: [`Command::apdus`] puts it into as many APDUs as the
//! card takes, or refuses. Nothing of it is ever left out.

use virtuale_engine::{Aid, Fid, Protocol, class::Class, commands::INSTRUCTIONS, ins::Ins, sm};
use zeroize::Zeroize;

use super::Capabilities;

/// A command and its name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Command {
    name: String,
    header: [u8; 4],
    data: Vec<u8>,
    /// How many bytes of answer are asked for; none if none is.
    le: Option<usize>,
    /// Whether its data are nobody else's, such as a code.
    secret: bool,
}

/// Why a command cannot be sent to a card.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum Unsendable {
    /// It has more data than the card takes in one command or in a chain.
    #[error("the card takes no command with {length} bytes of data: it takes {most}")]
    Data {
        /// Its length.
        length: usize,
        /// The greatest length that would do.
        most: usize,
    },
    /// It asks for more of an answer than the card gives at once.
    #[error("the card gives no {length} bytes at once: it gives {most}")]
    Response {
        /// How many it asks for.
        length: usize,
        /// How many it could ask for.
        most: usize,
    },
    /// It is about a place that commands of its kind cannot name.
    #[error("there is no address for byte {0}")]
    Place(usize),
}

/// The most data of a short command, and of an extended one.
const SHORT: usize = 0xFF;
const EXTENDED: usize = 0xFFFF;

/// The most that an answer to a short command has, and to an extended one; asking for it asks for all there is.
const SHORT_RESPONSE: usize = 0x100;
const EXTENDED_ANSWER: usize = 0x1_0000;

/// How many bytes an extended command has besides its data.
const EXTENDED_FRAME: usize = 4 + 3 + 2;

/// The longest chain, in bytes of data: nothing that a card of a few dozen kilobytes keeps is longer.
const LONGEST_CHAIN: usize = EXTENDED;

/// The bit of an interindustry class byte that says that the command goes on [ISO-7816-4 5.4.1].
const CHAINED: u8 = 0x10;

/// The bits of a class byte that the first interindustry values do not have.
const FURTHER: u8 = 0xE0;

/// The offsets of READ BINARY have 15 bits.
const LAST_OFFSET: u16 = 0x7FFF;

impl Command {
    /// A command of any kind. `le` is how many bytes of answer it asks for, 256 for all there are; none if no answer is
    /// expected but a status word.
    #[must_use]
    pub fn new(name: &str, header: [u8; 4], data: &[u8], le: Option<usize>) -> Self {
        Self { name: name.to_owned(), header, data: data.to_vec(), le: le.filter(|&length| length > 0), secret: false }
    }

    /// SELECT by name, asking for the FCI. `name` is what people call the application: `VITALE`.
    #[must_use]
    pub fn select_application(name: &str, aid: &Aid) -> Self {
        let data = aid.as_bytes().to_vec();
        Self {
            name: format!("SELECT {name}"),
            header: [0x00, Ins::SELECT.0, 0x04, 0x00],
            data,
            le: Some(SHORT_RESPONSE),
            secret: false,
        }
    }

    /// SELECT an EF under the current DF. `name` is what people call the file: `POINTERS`.
    #[must_use]
    pub fn select_file(name: &str, fid: Fid) -> Self {
        let data = fid.0.to_be_bytes().to_vec();
        Self {
            name: format!("SELECT {name}"),
            header: [0x00, Ins::SELECT.0, 0x02, 0x00],
            data,
            le: Some(SHORT_RESPONSE),
            secret: false,
        }
    }

    /// READ BINARY of the current EF, up to 256 bytes from an offset.
    ///
    /// # Errors
    ///
    /// [`Unsendable::Place`] for an offset of more than 15 bits.
    pub fn read_binary(name: &str, offset: u16) -> Result<Self, Unsendable> {
        if offset > LAST_OFFSET {
            return Err(Unsendable::Place(offset.into()));
        }
        let [high, low] = offset.to_be_bytes();
        let name = if offset == 0 { format!("READ BINARY {name}") } else { format!("READ BINARY {name}+{offset}") };
        Ok(Self {
            name,
            header: [0x00, Ins::READ_BINARY.0, high, low],
            data: Vec::new(),
            le: Some(SHORT_RESPONSE),
            secret: false,
        })
    }

    /// READ RECORD of the current EF, by its number.
    #[must_use]
    pub fn read_record(name: &str, number: u8) -> Self {
        let header = [0x00, Ins::READ_RECORD.0, number, 0x04];
        Self {
            name: format!("READ RECORD {name} {number}"),
            header,
            data: Vec::new(),
            le: Some(SHORT_RESPONSE),
            secret: false,
        }
    }

    /// VERIFY of a code by its reference [ISO-7816-4 11.5.6]. The code is left out of the log.
    #[must_use]
    pub fn verify(name: &str, reference: u8, code: &[u8]) -> Self {
        let header = [0x00, Ins::VERIFY.0, 0x00, reference];
        Self { name: format!("VERIFY {name}"), header, data: code.to_vec(), le: None, secret: true }
    }

    /// GET RESPONSE, for the bytes that a status word announced to a command of a class. It is in clear, also where the
    /// command was protected.
    #[must_use]
    pub fn get_response(class: u8, announced: u8) -> Self {
        let class = if class & FURTHER == 0 { class & !sm::CLASS_BITS } else { class };
        let header = [class, Ins::GET_RESPONSE.0, 0x00, 0x00];
        Self { name: "GET RESPONSE".into(), header, data: Vec::new(), le: Some(of_short(announced)), secret: false }
    }

    /// The same command with the short Le that a card wants.
    #[must_use]
    pub fn with_le(mut self, le: u8) -> Self {
        self.le = Some(of_short(le));
        self
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// As much of one of its APDUs as a log may have: of a code only how long it is.
    #[must_use]
    pub fn logged<'b>(&self, apdu: &'b [u8]) -> &'b [u8] {
        if self.secret { apdu.get(..=self.header.len()).unwrap_or(apdu) } else { apdu }
    }

    /// The class byte.
    #[must_use]
    pub fn class(&self) -> u8 {
        self.header[0]
    }

    /// The APDUs to send, one after the other: one as long as the card takes it, else a chain [ISO-7816-4 5.3.3].
    /// T=0 knows no command with both data and Le: there the Le is left out [ISO-7816-3 12.2.5], and the card says that
    /// its answer waits. So it is without data, too, if the one length byte of the instruction counts data. T=0 knows
    /// no extended lengths either.
    ///
    /// # Errors
    ///
    /// [`Unsendable`] if the card takes neither.
    pub fn apdus(&self, protocol: Protocol, capabilities: Capabilities) -> Result<Vec<Vec<u8>>, Unsendable> {
        let extended = capabilities.extended && protocol == Protocol::T1;
        let (data, response) = (self.data.len(), self.le.unwrap_or_default());
        let most_response = if extended { EXTENDED_ANSWER } else { SHORT_RESPONSE };
        if response > most_response {
            return Err(Unsendable::Response { length: response, most: most_response });
        }
        let le = self.le.filter(|_| protocol == Protocol::T1 || (self.data.is_empty() && !self.sends_on_t0()));
        if data <= SHORT && response <= SHORT_RESPONSE {
            return Ok(vec![self.short(self.header, &self.data, le)]);
        }
        let frame = capabilities.longest_command.map_or(EXTENDED, |longest| longest.saturating_sub(EXTENDED_FRAME));
        let most_at_once = if extended { frame.min(EXTENDED) } else { SHORT };
        if extended && data <= most_at_once {
            return Ok(vec![self.extended(le)]);
        }
        // A class of the maker's own has no bit for it.
        let chains = capabilities.chaining && Class::interindustry(self.header[0]).is_some();
        let most = if chains { LONGEST_CHAIN } else { most_at_once };
        if data > most {
            return Err(Unsendable::Data { length: data, most });
        }
        if response > SHORT_RESPONSE {
            return Err(Unsendable::Response { length: response, most: SHORT_RESPONSE });
        }
        let parts = self.data.chunks(SHORT);
        let last = parts.len().saturating_sub(1);
        let [class, ins, p1, p2] = self.header;
        let part = |(index, part)| match index == last {
            true => self.short(self.header, part, le),
            false => self.short([class | CHAINED, ins, p1, p2], part, None),
        };
        Ok(parts.enumerate().map(part).collect())
    }

    /// Whether P3 of the instruction counts data on T=0, as far as that is known: of interindustry ones.
    fn sends_on_t0(&self) -> bool {
        let [class, ins, p1, p2] = self.header;
        let row = INSTRUCTIONS.find(Ins(ins)).filter(|_| Class::interindustry(class).is_some());
        row.is_some_and(|row| row.instruction.sends_on_t0(p1, p2))
    }

    /// A short command. Its lengths were seen to.
    fn short(&self, header: [u8; 4], data: &[u8], le: Option<usize>) -> Vec<u8> {
        let mut bytes = room_for(data);
        bytes.extend(header);
        if !data.is_empty() {
            bytes.push(low_byte(data.len()));
            bytes.extend_from_slice(data);
        }
        bytes.extend(le.map(low_byte));
        bytes
    }

    /// A command with lengths of two bytes. Those were seen to.
    fn extended(&self, le: Option<usize>) -> Vec<u8> {
        let mut bytes = room_for(&self.data);
        bytes.extend(self.header);
        bytes.push(0);
        if !self.data.is_empty() {
            bytes.extend(low_bytes(self.data.len()));
            bytes.extend_from_slice(&self.data);
        }
        bytes.extend(le.map(low_bytes).into_iter().flatten());
        bytes
    }
}

/// Room for a command with these data: what has to grow leaves a copy behind that nobody wipes.
fn room_for(data: &[u8]) -> Vec<u8> {
    Vec::with_capacity(EXTENDED_FRAME + data.len())
}

impl Drop for Command {
    /// Its data may be a code.
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

/// The length that a short Le stands for.
fn of_short(le: u8) -> usize {
    if le == 0 { SHORT_RESPONSE } else { le.into() }
}

/// The last byte of a length: 256 is written `00`.
fn low_byte(length: usize) -> u8 {
    let [.., low] = length.to_be_bytes();
    low
}

/// The last two bytes of a length: 65536 is written `0000`.
fn low_bytes(length: usize) -> [u8; 2] {
    let [.., high, low] = length.to_be_bytes();
    [high, low]
}

#[cfg(test)]
mod tests {
    use hex_literal::hex;
    use proptest::prelude::*;
    use virtuale_engine::{
        Aid, Fid, Protocol,
        apdu::{Apdu, Le},
        class::Class,
    };

    use super::{Capabilities, Command, EXTENDED, INSTRUCTIONS, Unsendable};

    const PLAIN: Capabilities = Capabilities { chaining: false, extended: false, longest_command: None };

    /// The one APDU of a command to a card that says nothing of itself.
    fn bytes(command: &Command, protocol: Protocol) -> Vec<u8> {
        let mut apdus = command.apdus(protocol, PLAIN).expect("a short command");
        assert_eq!(apdus.len(), 1);
        apdus.remove(0)
    }

    #[test]
    fn a_command_is_put_together_without_a_copy_that_nobody_wipes() {
        let extended = Capabilities { extended: true, ..PLAIN };
        for length in [0, 4, 255, 300] {
            let command = Command::new("UPDATE", [0, 0xD6, 0, 0], &vec![0x31; length], Some(256));
            for apdu in command.apdus(Protocol::T1, extended).expect("it fits") {
                assert_eq!(apdu.capacity(), super::room_for(&vec![0; length]).capacity(), "it did not grow: {length}");
            }
        }
    }

    #[test]
    fn commands_are_those_of_public_readers() {
        // [CARDVITALREAD-NODE sequence]
        let vitale = Aid::new(&hex!("D2 50 00 00 02 56 49 54 41 4C 45")).expect("11 bytes");
        let select = Command::select_application("VITALE", &vitale);
        assert_eq!(select.name(), "SELECT VITALE");
        assert_eq!(bytes(&select, Protocol::T0), hex!("00A404000B D250000002564954414C45"));
        assert_eq!(bytes(&select, Protocol::T1), hex!("00A404000B D250000002564954414C45 00"));
        assert_eq!(bytes(&Command::select_file("IDENTITE", Fid(0xD001)), Protocol::T0), hex!("00A4020002D001"));
        let read = Command::read_binary("POINTERS", 0x100).expect("it has an address");
        assert_eq!(bytes(&read, Protocol::T0), hex!("00B0010000"));
        assert_eq!(bytes(&Command::read_record("COPIES", 3), Protocol::T0), hex!("00B2030400"));
        assert_eq!(bytes(&Command::get_response(0x00, 0x1E), Protocol::T0), hex!("00C000001E"));
        assert_eq!(bytes(&Command::get_response(0x0D, 0x1E), Protocol::T0), hex!("01C000001E"), "in clear");
        assert_eq!(bytes(&read.with_le(0), Protocol::T0), hex!("00B0010000"));
    }

    #[test]
    fn an_instruction_that_sends_has_no_le_on_t0() {
        let generate = Command::new("GENERATE", [0x00, 0x46, 0x80, 0x00], &[], Some(64));
        assert_eq!(bytes(&generate, Protocol::T1), hex!("0046800040"));
        assert_eq!(bytes(&generate, Protocol::T0), hex!("00468000"), "40 would count data that never come");
    }

    #[test]
    fn what_has_no_address_is_refused() {
        assert!(Command::read_binary("F", 0x7FFF).is_ok());
        assert_eq!(Command::read_binary("F", 0x8000), Err(Unsendable::Place(0x8000)));
    }

    fn update(length: usize) -> Command {
        Command::new("UPDATE", [0x00, 0xD6, 0x00, 0x00], &vec![7; length], None)
    }

    #[test]
    fn long_data_is_sent_as_the_card_takes_it_or_refused() {
        let extended = Capabilities { extended: true, ..PLAIN };
        let chaining = Capabilities { chaining: true, ..PLAIN };
        let lengths = |command: &Command, protocol, capabilities| -> Result<Vec<usize>, Unsendable> {
            Ok(command.apdus(protocol, capabilities)?.iter().map(Vec::len).collect())
        };
        for capabilities in [PLAIN, extended, chaining] {
            assert_eq!(lengths(&update(255), Protocol::T1, capabilities), Ok(vec![260]), "short as long as it fits");
        }
        let refused = |length, most| Err(Unsendable::Data { length, most });
        assert_eq!(lengths(&update(256), Protocol::T1, PLAIN), refused(256, 255));
        assert_eq!(lengths(&update(256), Protocol::T1, extended), Ok(vec![263]));
        assert_eq!(lengths(&update(256), Protocol::T0, extended), refused(256, 255), "T=0 has no extended lengths");
        assert_eq!(lengths(&update(511), Protocol::T0, chaining), Ok(vec![260, 260, 6]));
        assert_eq!(lengths(&update(EXTENDED), Protocol::T1, extended), Ok(vec![EXTENDED + 7]));
        assert_eq!(lengths(&update(EXTENDED + 1), Protocol::T1, extended), refused(EXTENDED + 1, EXTENDED));
        assert_eq!(lengths(&update(EXTENDED + 1), Protocol::T0, chaining), refused(EXTENDED + 1, EXTENDED));
        let bounded = Capabilities { longest_command: Some(300), ..extended };
        assert_eq!(lengths(&update(291), Protocol::T1, bounded), Ok(vec![298]));
        assert_eq!(lengths(&update(292), Protocol::T1, bounded), refused(292, 291));
        let both = Capabilities { chaining: true, ..bounded };
        assert_eq!(lengths(&update(292), Protocol::T1, both), Ok(vec![260, 42]));
        let own = Command::new("WRITE", [0xBC, 0xD0, 0, 0], &[0; 256], None);
        assert_eq!(lengths(&own, Protocol::T0, chaining), refused(256, 255), "a class of its own has no chains");
    }

    #[test]
    fn long_answers_are_asked_for_where_the_card_gives_them() {
        let read = |le| Command::new("READ", [0x00, 0xB0, 0x00, 0x00], &[], Some(le));
        let extended = Capabilities { extended: true, ..PLAIN };
        assert_eq!(read(256).apdus(Protocol::T1, extended), Ok(vec![hex!("00B0000000").to_vec()]));
        assert_eq!(read(257).apdus(Protocol::T1, extended), Ok(vec![hex!("00B00000 000101").to_vec()]));
        assert_eq!(read(65_536).apdus(Protocol::T1, extended), Ok(vec![hex!("00B00000 000000").to_vec()]));
        let refused = |length, most| Err(Unsendable::Response { length, most });
        assert_eq!(read(65_537).apdus(Protocol::T1, extended), refused(65_537, 65_536));
        assert_eq!(read(257).apdus(Protocol::T0, extended), refused(257, 256));
        assert_eq!(read(257).apdus(Protocol::T1, PLAIN), refused(257, 256));
        assert_eq!(read(0).apdus(Protocol::T1, PLAIN), Ok(vec![hex!("00B00000").to_vec()]));
        let both = Capabilities { chaining: true, longest_command: Some(20), ..extended };
        let long = Command::new("COMPUTE", [0x00, 0x2A, 0, 0], &[0; 300], Some(300));
        assert_eq!(long.apdus(Protocol::T1, both), refused(300, 256), "a chain ends in a short command");
    }

    proptest! {
        #[test]
        fn what_is_sent_is_all_that_was_said(
            length in prop_oneof![0_usize..600, 65_000_usize..66_000],
            le in prop_oneof![0_usize..300, 65_000_usize..66_000],
            ins in prop_oneof![Just(0xB0_u8), Just(0xD6)],
            class in prop_oneof![Just(0x00_u8), Just(0x02), Just(0x0C), Just(0x41), Just(0xBC)],
            t1: bool, chaining: bool, extended: bool,
            longest_command in proptest::option::of(0_usize..70_000),
        ) {
            let protocol = if t1 { Protocol::T1 } else { Protocol::T0 };
            let data: Vec<u8> = (0..length).map(|at| u8::try_from(at % 251).expect("small")).collect();
            let command = Command::new("X", [class, ins, 0x01, 0x02], &data, Some(le));
            let Ok(apdus) = command.apdus(protocol, Capabilities { chaining, extended, longest_command }) else {
                prop_assert!(length > 255 || le > 256, "a short command can always be sent");
                return Ok(());
            };
            let row = |ins| {
                let row = INSTRUCTIONS.find(ins).filter(|_| Class::interindustry(class).is_some());
                row.map(|row| &row.instruction)
            };
            let views: Vec<Apdu<'_>> =
                apdus.iter().map(|apdu| Apdu::parse_with(apdu, protocol, row).expect("well formed")).collect();
            prop_assert_eq!(views.iter().flat_map(|view| view.data().to_vec()).collect::<Vec<_>>(), data);
            let (last, before) = views.split_last().expect("at least one");
            prop_assert!(before.iter().all(|part| part.le().is_none() && part.data().len() == 255));
            prop_assert!(before.iter().all(|part| Class::interindustry(part.cla()).is_some_and(|class| class.chained)));
            prop_assert_eq!(last.cla(), class);
            if t1 {
                prop_assert_eq!(last.le().map_or(0, Le::limit), le);
            }
        }
    }
}
