//! IAS: identification, authentication and signature (the IAS ECC of the Vitale 2's Adèle application).
//!
//! Codes, keys and environments are data of the image, and the engine carries the commands out. This applet says that
//! they exist, and that any command may come under secure messaging; a DF without it answers `6D00` and `6882`, and
//! `6882` is what a card says that has no keys to know anybody by.

use virtuale_engine::{
    Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::Class,
    commands,
    ins::Ins,
    instruction::Instruction,
};

/// Its name in layouts.
pub const NAME: &str = "ias";

/// The applet of DFs with PINs and keys.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ias;

impl Applet for Ias {
    fn read_class(&self, cla: u8) -> Option<Class> {
        commands::read_class_protected(cla)
    }

    fn takes_protected(&self) -> bool {
        true
    }

    fn instruction(&self, _: u8, ins: Ins) -> Option<&'static Instruction> {
        commands::instruction_with_keys(ins)
    }

    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        commands::check_chaining_with_keys(ins)
    }

    fn pass_over(&mut self, part: Option<Ins>, context: &mut Context<'_>) {
        commands::pass_over_protected(part, context);
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        commands::process_protected(command, context, response, commands::process_with_keys)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, vec, vec::Vec};

    use hex_literal::hex;
    use virtuale_engine::{
        Atr, Card, Chip, ChipImage, Fid, Interface, Protocol, Response,
        crypto::{CipherKey, RustCrypto},
        image::{
            CompactRule, Condition, Directory, FileImage, FileIndex, FileKind, Habits, KeySet, LifeCycle, ObjectKind,
            Pin, Secret, SecurityDomain, SecurityObject, Tries,
        },
        platform::{Clock, Day, Forgetful, Platform, Random},
    };

    use crate::by_name;

    struct Fixed;

    impl Clock for Fixed {
        fn today(&self) -> Day {
            Day { year: 2026, month: 1, day: 15 }
        }
    }

    impl Random for Fixed {
        fn fill(&mut self, bytes: &mut [u8]) {
            bytes.fill(0x42);
        }

        fn position(&self) -> u64 {
            0
        }

        fn seek(&mut self, _: u64) {}
    }

    /// A DF with the PIN 1234 and a key set, both numbered 1.
    fn directory(fid: u16, parents: Vec<FileIndex>, applet: Option<&str>) -> FileImage {
        let rule = CompactRule { access_mode: 0x20, conditions: vec![Condition::ALWAYS] };
        let pin = SecurityObject {
            number: 1,
            name: "PIN".into(),
            rule,
            contactless: None,
            tries: Some(Tries { most: 3, left: 3 }),
            uses: None,
            non_repudiation: false,
            kind: ObjectKind::Pin(Pin { value: Secret(b"1234".to_vec()), shortest: 4, longest: 8, digits: false }),
        };
        let keys = KeySet { mac: CipherKey::Aes128([1; 16]), encryption: CipherKey::Aes128([2; 16]) };
        let key_set = SecurityObject { name: "keys".into(), kind: ObjectKind::KeySet(keys), ..pin.clone() };
        let security = SecurityDomain { objects: vec![pin, key_set], ..SecurityDomain::default() };
        FileImage {
            fid: Fid(fid),
            parents,
            kind: FileKind::Directory(Directory { applet: applet.map(Into::into), security, ..Directory::default() }),
            life_cycle: LifeCycle::Activated,
            contact: CompactRule::default(),
            contactless: None,
            control: Vec::new(),
        }
    }

    fn card() -> Chip {
        let image = ChipImage {
            atr: Atr::parse(&hex!("3B 80 80 01 01")).expect("a good ATR"),
            contactless_atr: None,
            capacity: 1_000,
            habits: Habits::default(),
            classes: Vec::new(),
            files: vec![directory(0x3F00, Vec::new(), None), directory(0x0DF1, vec![FileIndex::MF], Some(super::NAME))],
        };
        let platform = Platform {
            clock: Box::new(Fixed),
            random: Box::new(Fixed),
            sink: Box::new(Forgetful),
            crypto: Box::new(RustCrypto),
        };
        let mut chip = Chip::new(&image, &by_name, platform).expect("a good image");
        chip.power_up(Interface::Contact).expect("an ATR");
        chip.select_protocol(Protocol::T1).expect("offered");
        chip
    }

    #[test]
    fn commands_on_codes_exist_where_the_applet_is() {
        let mut card = card();
        let mut response = Response::new();
        let mut status = |command: &[u8]| {
            card.transmit(command, &mut response).expect("power");
            response.status().expect("a status word").0
        };
        assert_eq!(status(&hex!("00 20 00 81")), 0x6D00);
        assert_eq!(status(&hex!("0C B0 00 00 00")), 0x6882);
        assert_eq!(status(&hex!("10 2A 90 80 01 00")), 0x6D00);
        assert_eq!(status(&hex!("00 A4 00 0C 02 0DF1")), 0x9000);
        assert_eq!(status(&hex!("00 20 00 81")), 0x63C3);
        assert_eq!(status(&hex!("00 20 00 81 04 31323334")), 0x9000);
        assert_eq!(status(&hex!("0C B0 00 00 00")), 0x6A88);
        assert_eq!(status(&hex!("10 2A 90 80 01 00")), 0x9000);
        assert_eq!(status(&hex!("00 99 00 00")), 0x6D00);
        // What does not come to the applet ends a challenge all the same: a proof of a wrong length, then one without
        // challenge.
        assert_eq!(status(&hex!("00 22 81 A4 03 83 01 81")), 0x9000);
        for (between, proof) in [(&hex!("00 C0 00 00 00")[..], 0x6700), (&hex!("00 C0"), 0x6985)] {
            assert_eq!(status(&hex!("00 84 00 00 08")), 0x9000);
            status(between);
            assert_eq!(status(&hex!("00 82 00 00 01 00")), proof);
        }
    }
}
