//! What one channel knows of what was proved on another.

use alloc::{format, string::String};

use proptest::prelude::*;

use crate::{
    Protocol,
    testing::{Tester, keys::card},
};

/// How often PIN 1 may be wrong.
const TRIES: u8 = 3;

/// What is done with PIN 1 on a channel.
#[derive(Clone, Copy, Debug)]
enum Act {
    Give,
    GiveWrong,
    TakeBack,
    Change,
    ChangeWrong,
    Unblock,
}

/// What must be so: how many tries are left, and on which channels the PIN is proved.
struct Model {
    left: u8,
    proved: [bool; 4],
}

impl Act {
    fn command(self, channel: usize) -> String {
        let command = match self {
            Self::Give => "20 00 81 04 31323334",
            Self::GiveWrong => "20 00 81 04 39393939",
            Self::TakeBack => "20 FF 81",
            Self::Change => "24 00 81 08 31323334 31323334",
            Self::ChangeWrong => "24 00 81 08 39393939 31323334",
            Self::Unblock => "2C 00 81 0C 3132333435363738 31323334",
        };
        format!("{channel:02X} {command}")
    }
}

impl Model {
    /// Follows an act and says what the card answers to it.
    fn follow(&mut self, act: Act, channel: usize) -> String {
        let blocked = self.left == 0;
        match act {
            Act::TakeBack => self.proved[channel] = false,
            Act::Unblock => *self = Self { left: TRIES, proved: [false; 4] },
            _ if blocked => return "6983".into(),
            Act::Give => {
                self.left = TRIES;
                self.proved[channel] = true;
            }
            Act::Change => {
                *self = Self { left: TRIES, proved: [false; 4] };
                self.proved[channel] = true;
            }
            Act::GiveWrong | Act::ChangeWrong => {
                self.left -= 1;
                self.proved[channel] = false;
                if self.left == 0 {
                    self.proved = [false; 4];
                }
                return format!("63C{}", self.left);
            }
        }
        "9000".into()
    }

    /// What VERIFY without data says on a channel.
    fn status(&self, channel: usize) -> String {
        match (self.proved[channel], self.left) {
            (true, _) => "9000".into(),
            (false, 0) => "6983".into(),
            (false, left) => format!("63C{left}"),
        }
    }
}

/// A card whose four channels have VITALE selected.
fn opened() -> Tester {
    let mut card = card(Protocol::T1);
    card.plays(&[("00 70 00 01", "9000"), ("00 70 00 02", "9000"), ("00 70 00 03", "9000")]);
    for channel in 1..4 {
        assert_eq!(card.send(&format!("0{channel} A4 04 0C 0B D250000002564954414C45")), "9000");
    }
    card
}

fn act() -> impl Strategy<Value = Act> {
    use Act::{Change, ChangeWrong, Give, GiveWrong, TakeBack, Unblock};
    prop_oneof![
        3 => Just(Give),
        5 => Just(GiveWrong),
        1 => Just(TakeBack),
        1 => Just(Change),
        2 => Just(ChangeWrong),
        2 => Just(Unblock),
    ]
}

proptest! {
    #[test]
    fn a_blocked_pin_is_proved_nowhere(acts in proptest::collection::vec((act(), 0..4_usize), 1..40)) {
        let mut card = opened();
        let mut model = Model { left: TRIES, proved: [false; 4] };
        for (act, channel) in acts {
            let right = model.follow(act, channel);
            prop_assert_eq!(card.send(&act.command(channel)), right, "{:?} on {}", act, channel);
            for other in 0..4 {
                prop_assert_eq!(card.send(&format!("{other:02X} 20 00 81")), model.status(other), "on {}", other);
                let read = card.send(&format!("{other:02X} B0 82 00 01"));
                prop_assert_eq!(read, if model.proved[other] { "009000" } else { "6982" }, "on {}", other);
            }
        }
    }
}
