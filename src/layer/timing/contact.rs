//! What bytes cost on the way over contacts: T=0 and T=1 [ISO-7816-3].

use std::time::Duration;

use virtuale_engine::{Atr, Protocol};

/// Clock cycles for each elementary time unit of a bit rate that nobody has agreed on, and of the answer to reset
/// [ISO-7816-3 8.1].
const DEFAULT: Speed = Speed { clocks: 372, bits: 1, guard: 0 };

/// The bit rates that TA1 offers, by its higher half: clock cycles (Fi) [ISO-7816-3 8.3]. The zeros are reserved.
const CLOCKS: [u32; 16] = [372, 372, 558, 744, 1116, 1488, 1860, 0, 0, 512, 768, 1024, 1536, 2048, 0, 0];

/// By its lower half: how many units those cycles are (Di) [ISO-7816-3 8.3]. The zeros are reserved.
const UNITS: [u32; 16] = [0, 1, 2, 4, 8, 16, 32, 64, 12, 20, 0, 0, 0, 0, 0, 0];

/// The elementary time units of a character: ten for its bits, and what is between two of them at least: two on T=0,
/// and one on T=1 where the card asks for no more than that [ISO-7816-3 7.2, 11.2].
const CHARACTER: u32 = 10;

/// Units between the last character one way and the first the other way: T=0, T=1 [ISO-7816-3 10.2, 11.2].
const TURN: [u32; 2] = [16, 22];

/// What is around the information of a block of T=1: three bytes before it, one behind it [ISO-7816-3 11.3].
const AROUND_BLOCK: usize = 4;

/// The longest information of a block to a card that says nothing of it [ISO-7816-3 11.4].
const USUAL_IFSC: usize = 32;

/// The longest information of a block to the reader, which says so after the reset.
const IFSD: usize = 254;

/// Clock cycles from the start of the clock until the reset contact lets go, and from there to the answer to reset: at
/// least 400 each; the latter at most 40,000 [ISO-7816-3 6.2].
const BEFORE_ATR: u32 = 400 + 400;

/// Contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// The clock of the reader, in cycles each second.
    pub clock: u32,
    /// Whether the reader agrees with the card on the rate that its answer to reset offers, as readers do; else all
    /// goes at the first rate, of 372 cycles for a unit.
    pub agrees: bool,
}

/// How fast characters go.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Speed {
    clocks: u32,
    bits: u32,
    /// The units that the card asks for between two characters to it, beyond the least (TC1); 255 is the least of all.
    guard: u32,
}

/// What an answer to reset says of the way.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Offer {
    speed: Speed,
    /// Whether it offers a rate that is to be agreed on.
    is_negotiable: bool,
    /// The longest information of a block to the card.
    ifsc: usize,
}

impl Contact {
    /// What a cold or warm reset costs: the answer to it, and what readers say right after it.
    pub(super) fn reset(&self, atr: &Atr) -> Duration {
        let offer = Offer::of(atr);
        let mut time = self.clocks_before_atr();
        time += self.characters(DEFAULT, 12, atr.as_bytes().len());
        if self.agrees && offer.is_negotiable && offer.speed != DEFAULT {
            // PPS: four bytes there, and the same back.
            time += self.characters(DEFAULT, 12, 8) + self.units(DEFAULT, 2 * TURN[0]);
        }
        if atr.first_protocol() == Protocol::T1 {
            // The reader says the longest block that it takes, and the card says so too.
            time += self.characters(self.speed(offer), 12, 2 * (AROUND_BLOCK + 1)) + self.units(DEFAULT, 2 * TURN[1]);
        }
        time
    }

    /// From the start of the clock to the answer to reset.
    pub(super) fn clocks_before_atr(&self) -> Duration {
        self.clocks(BEFORE_ATR.into())
    }

    /// What a command and its answer cost.
    pub(super) fn exchange(&self, atr: &Atr, protocol: Protocol, command: &[u8], answer: &[u8]) -> Duration {
        let offer = Offer::of(atr);
        let speed = self.speed(offer);
        match protocol {
            Protocol::T0 => self.by_characters(speed, command, answer.len()),
            Protocol::T1 => self.by_blocks(speed, offer.ifsc, command.len(), answer.len()),
        }
    }

    /// T=0: a header of five bytes; the procedure byte, if there are data one way or the other; the data; SW1 SW2.
    fn by_characters(&self, speed: Speed, command: &[u8], answer: usize) -> Duration {
        let data = match command {
            [_, _, _, _, lc, data @ ..] => data.len().min(usize::from(*lc)),
            _ => 0,
        };
        let procedure = usize::from(data > 0 || answer > 2);
        let to_card = CHARACTER + 2 + if speed.guard == 255 { 0 } else { speed.guard };
        let turns = if data > 0 { 3 } else { 1 };
        self.characters(speed, to_card, 5 + data)
            + self.characters(speed, CHARACTER + 2, procedure + answer)
            + self.units(speed, turns * TURN[0])
    }

    /// T=1: blocks of at most so much information, each but the last acknowledged by one without.
    fn by_blocks(&self, speed: Speed, ifsc: usize, command: usize, answer: usize) -> Duration {
        let blocks = |length: usize, longest: usize| length.div_ceil(longest.max(1)).max(1);
        let (sent, received) = (blocks(command, ifsc), blocks(answer, IFSD));
        let between = |guard| if guard == 255 { 1 } else { 2 + guard };
        let to_card = command + AROUND_BLOCK * (sent + received - 1);
        let from_card = answer + AROUND_BLOCK * (received + sent - 1);
        let turns = u32::try_from(2 * (sent + received - 1)).unwrap_or(u32::MAX);
        self.characters(speed, CHARACTER + between(speed.guard), to_card)
            + self.characters(speed, CHARACTER + if speed.guard == 255 { 1 } else { 2 }, from_card)
            + self.units(speed, turns.saturating_mul(TURN[1]))
    }

    /// The rate of what follows the reset.
    fn speed(&self, offer: Offer) -> Speed {
        if self.agrees || !offer.is_negotiable { offer.speed } else { Speed { guard: offer.speed.guard, ..DEFAULT } }
    }

    fn characters(&self, speed: Speed, units: u32, number: usize) -> Duration {
        let number = u32::try_from(number).unwrap_or(u32::MAX);
        self.units(speed, units.saturating_mul(number))
    }

    /// F / D cycles of the clock each.
    fn units(&self, speed: Speed, number: u32) -> Duration {
        self.clocks(u64::from(number) * u64::from(speed.clocks) / u64::from(speed.bits))
    }

    fn clocks(&self, number: u64) -> Duration {
        Duration::from_nanos(number.saturating_mul(1_000_000_000) / u64::from(self.clock.max(1)))
    }
}

impl Offer {
    /// What an answer to reset says, in its interface bytes.
    fn of(atr: &Atr) -> Self {
        let bytes = atr.as_bytes();
        let mut offer = Self { speed: DEFAULT, is_negotiable: true, ifsc: USUAL_IFSC };
        let mut format = bytes.get(1).copied().unwrap_or_default();
        let mut rest = bytes.get(2..).unwrap_or_default();
        let mut protocol = None;
        for group in 1.. {
            let mut next = |is_there: bool| {
                let (&byte, left) = rest.split_first().filter(|_| is_there)?;
                rest = left;
                Some(byte)
            };
            let [ta, _tb, tc, td] = [0x10, 0x20, 0x40, 0x80].map(|bit| next(format & bit != 0));
            match group {
                1 => {
                    if let Some(ta) = ta {
                        let (clocks, bits) = (CLOCKS[usize::from(ta >> 4)], UNITS[usize::from(ta & 0x0F)]);
                        if clocks != 0 && bits != 0 {
                            (offer.speed.clocks, offer.speed.bits) = (clocks, bits);
                        }
                    }
                    offer.speed.guard = tc.unwrap_or_default().into();
                }
                // TA2: the mode in which all goes at that rate at once.
                2 => offer.is_negotiable = ta.is_none(),
                _ if protocol == Some(1) => {
                    offer.ifsc = ta.map_or(offer.ifsc, usize::from);
                    break;
                }
                _ => {}
            }
            let Some(td) = td else { break };
            (protocol, format) = (Some(td & 0x0F), td);
        }
        offer
    }
}
