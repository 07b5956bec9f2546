//! Commands under secure messaging [ISO-7816-4 10] [REG-2016-799 CSM_188].
//!
//! A protected command is opened, carried out as if it had come plain, and its answer sealed, with whatever status word
//! it has. A command that cannot be opened is answered in clear, and it ends the session, as does any plain command but
//! GET RESPONSE, which fetches what a sealed answer left. So do a plain part of a command and a command that is refused
//! before it comes here ([`pass_over_protected`]).

use crate::{
    Response, StatusWord,
    apdu::{Apdu, Le},
    applet::{Outcome, Stop},
    chip::{
        Context,
        dialogue::{Messaging, Parts},
        proofs::{Partner, Role},
    },
    class::{Class, SecureMessaging},
    commands::{check_chaining_with_keys, forget_challenge},
    ins::Ins,
    sm::PlainCommand,
    vault::DomainId,
    wiped::Wiped,
};

/// The bit of a class byte that says: more parts follow.
const CHAINED: u8 = 0x10;

/// The most bytes that a command of several parts may have.
const LONGEST: usize = 65_535;

/// What carries out a command that is not protected any more.
type Process = fn(&Apdu<'_>, &mut Context<'_>, &mut Response) -> Outcome;

/// Reads a class byte for an applet that leaves protected commands to [`process_protected`]: parts of a protected
/// command are protected one by one, so it is not for the chip to join them.
#[must_use]
pub fn read_class_protected(cla: u8) -> Option<Class> {
    let class = Class::interindustry(cla)?;
    let is_protected = class.secure_messaging != SecureMessaging::None;
    Some(Class { chained: class.chained && !is_protected, ..class })
}

/// Ends what a command ends that an applet with [`process_protected`] does not get: the session, since the command came
/// plain or is answered in clear, and the challenge unless the command is a part of its own answer.
pub fn pass_over_protected(part: Option<Ins>, context: &mut Context<'_>) {
    if part != Some(Ins::EXTERNAL_AUTHENTICATE) {
        forget_challenge(context);
    }
    end_session(context);
}

/// Carries out a command that may be protected; `process` gets it as if it were not.
///
/// # Errors
///
/// [`Stop`](crate::applet::Stop) says why the command ended early.
pub fn process_protected(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
    process: Process,
) -> Outcome {
    match context.class().secure_messaging {
        SecureMessaging::None => {
            if command.ins() != Ins::GET_RESPONSE {
                end_session(context);
            }
            process(command, context, response)
        }
        SecureMessaging::HeaderAuthenticated => open_and_seal(command, context, response, process),
        SecureMessaging::Proprietary | SecureMessaging::HeaderNotAuthenticated => {
            pass_over_protected(None, context);
            Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED.into())
        }
    }
}

fn end_session(context: &mut Context<'_>) {
    if let Some(messaging) = context.take_messaging() {
        end(messaging.partner, context);
    }
}

/// Forgets what the partner of a session proved when it began, and undoes the transaction that it has not ended.
fn end(partner: Partner, context: &mut Context<'_>) {
    context.core.abandon_transaction(context.number());
    if let Some(dialogue) = context.dialogue_if_any() {
        dialogue.parts = None;
    }
    match partner {
        Partner::KeySet(id) => context.set_proved(id, false),
        Partner::Role(role) => {
            let proved = context.dialogue_if_any().map(|dialogue| &mut dialogue.role);
            if let Some(proved) = proved.filter(|proved: &&mut Option<Role>| proved.as_ref() == Some(&role)) {
                *proved = None;
            }
            context.judge();
        }
    }
}

fn open_and_seal(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response, process: Process) -> Outcome {
    let Some(mut messaging) = context.take_messaging() else {
        forget_challenge(context);
        // Without session keys [REG-2016-799 TCS_47].
        return Err(StatusWord::REFERENCE_NOT_FOUND.into());
    };
    let header = [command.cla(), command.ins().0, command.p1(), command.p2()];
    let opened = messaging.session.open_command(&*context.core.platform.crypto, header, command.data());
    let plain = match opened {
        Ok(plain) => plain,
        Err(error) => {
            forget_challenge(context);
            end(messaging.partner, context);
            return Err(StatusWord::from(error).into());
        }
    };
    let applet = context.core.applet_on(context.number());
    let status = match run(command, plain, &messaging.partner, context, response, process) {
        Ok(status) => status,
        Err(Stop::Refused(status)) => {
            response.clear();
            status
        }
        Err(Stop::PowerLost) => return Err(Stop::PowerLost),
    };
    let sealed =
        messaging.session.seal_response(&*context.core.platform.crypto, command.ins().0, response.as_bytes(), status);
    response.clear();
    match sealed {
        Ok(sealed) => response.extend(&sealed),
        Err(error) => {
            end(messaging.partner, context);
            return Err(StatusWord::from(error).into());
        }
    }
    keep(messaging, applet, context);
    Ok(status)
}

/// Keeps a session, unless the command began another one, blocked the partner's keys, left the application that the
/// partner belongs to, or left the applet, since another one may not know when a session ends.
fn keep(messaging: Messaging, applet: usize, context: &mut Context<'_>) {
    let home = messaging.partner.domain();
    let is_known = home == DomainId::GLOBAL || home == context.domain();
    let is_blocked = matches!(messaging.partner, Partner::KeySet(id) if context.tries_left(id) == 0);
    let stays = is_known && !is_blocked && applet == context.core.applet_on(context.number());
    match context.dialogue_if_any().and_then(|dialogue| dialogue.messaging.as_ref()) {
        Some(other) if other.partner != messaging.partner => end(messaging.partner, context),
        Some(_) => context.core.abandon_transaction(context.number()),
        None if stays => context.dialogue().messaging = Some(messaging),
        None => end(messaging.partner, context),
    }
}

/// Carries out an opened command, or keeps it if it is a part that others follow.
fn run(
    command: &Apdu<'_>,
    plain: PlainCommand,
    partner: &Partner,
    context: &mut Context<'_>,
    response: &mut Response,
    process: Process,
) -> Outcome {
    let is_part = command.cla() & CHAINED != 0;
    if is_part && command.ins() != Ins::EXTERNAL_AUTHENTICATE {
        forget_challenge(context);
    }
    let parts = join(command, &plain.data, context).inspect_err(|_| forget_challenge(context))?;
    if is_part {
        check_chaining_with_keys(command.ins())?;
        context.dialogue().parts = Some(parts);
        return Ok(StatusWord::SUCCESS);
    }
    let whole = command.unprotected(&parts.data, plain.expected.map(Le::of));
    let outcome = {
        let mut inside = context.unprotected(partner);
        inside.judge();
        process(&whole, &mut inside, response)
    };
    context.judge();
    outcome
}

/// The data of a command, after that of the parts that came before it.
fn join(command: &Apdu<'_>, data: &[u8], context: &mut Context<'_>) -> Result<Parts, StatusWord> {
    let header = [command.ins().0, command.p1(), command.p2()];
    let begun = context.dialogue().parts.take().filter(|parts| parts.header == header);
    let mut parts = begun.unwrap_or_else(|| Parts { header, data: Wiped::default() });
    if parts.data.len() + data.len() > LONGEST {
        return Err(StatusWord::WRONG_LENGTH);
    }
    parts.data.extend(data);
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use crate::{
        Card, Protocol,
        image::FileKind,
        platform::Forgetful,
        testing::{
            Tester, VITALE, bytes,
            keys::{SELECT, VERIFY, card, card_of, keyed_image},
            name_applet,
            terminal::{Keys, Terminal, aes_128, aes_256, fetch, request, triple_des},
            text, transparent,
        },
    };

    /// PUT DATA of PIN 1, which its rule keeps for who proved key set 1.
    const PUT: (&str, &str) = ("00 DB 3F FF 0F 70 0D BF8101 09 7F41 06 82 04 37373737", "6982");

    fn suites() -> [(Keys, u8); 3] {
        [(triple_des(), 0x81), (aes_128(), 0x82), (aes_256(), 0x83)]
    }

    fn begun(protocol: Protocol, (keys, reference): (Keys, u8)) -> (Tester, Terminal) {
        let mut card = card(protocol);
        let terminal = Terminal::authenticate(&mut card, &keys, reference, 0x8C);
        (card, terminal)
    }

    #[test]
    fn any_command_may_be_protected() {
        for suite in suites() {
            let (mut card, mut terminal) = begun(Protocol::T1, suite);
            let mut send = |header: &str, data: &str, expected| terminal.send(&mut card, header, data, expected);
            assert_eq!(send("0C 20 00 81", "", None), "63C3");
            assert_eq!(send("0C 20 00 81", "31323334", None), "9000");
            assert_eq!(send("0C B0 82 00", "", Some(2)), "00019000");
            assert_eq!(send("0C B0 82 26", "", Some(256)), "26279000");
            assert_eq!(send("0C B0 82 26", "", Some(9)), "26276282");
            assert_eq!(send("0C B0 82 28", "", Some(9)), "6B00");
            assert_eq!(send("0C B1 00 02", "5400", Some(4)), "530200019000");
            let parameters = "7017BF810213A0119A010A9B010A80020008A1058C032100009000";
            assert_eq!(send("0C CB 3F FF", "4D 08 70 06 BF 81 02 02 A0 80", Some(256)), parameters);
            assert_eq!(send("0C A4 00 0C", "0010", None), "9000");
            assert_eq!(send("0C 99 00 00", "", None), "6D00");
        }
    }

    #[test]
    fn rules_ask_for_secure_messaging_with_the_right_partner() {
        // 0066 is updated under secure messaging with SE 3, which is key set 1.
        const UPDATE: (&str, &str) = ("00 D6 82 00 01 EE", "6982");
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        assert_eq!(terminal.send(&mut card, "0C D6 82 00", "EE", None), "9000");
        card.plays(&[UPDATE, VERIFY, ("00 B0 82 00 01", "EE 9000")]);
        let (mut card, mut terminal) = begun(Protocol::T1, (aes_128(), 0x82));
        assert_eq!(terminal.send(&mut card, "0C D6 82 00", "EE", None), "6982");
    }

    #[test]
    fn what_is_sealed_waits_in_clear() {
        // On T=0 every sealed answer does, on T=1 a long one; GET RESPONSE comes plain and ends nothing.
        for protocol in [Protocol::T0, Protocol::T1] {
            let (mut card, mut terminal) = begun(protocol, (triple_des(), 0x81));
            let mut send = |header: &str, data: &str, expected| terminal.send(&mut card, header, data, expected);
            assert_eq!(send("0C 20 00 81", "31323334", None), "9000");
            assert_eq!(send("0C 22 41 A4", "840183800102", None), "9000");
            assert_eq!(send("0C 88 00 00", &"30".repeat(51), Some(256)).len(), 2 * 258);
            assert_eq!(send("0C 20 00 81", "", None), "9000");
        }
    }

    #[test]
    fn the_longest_file_is_read_at_once() {
        let mut image = keyed_image();
        image.capacity = 0x20000;
        image.files[8].kind = transparent(65_535, 2);
        for suite in suites() {
            let mut card = card_of(image.clone(), Protocol::T1, Forgetful);
            let mut terminal = Terminal::authenticate(&mut card, &suite.0, suite.1, 0x8C);
            assert_eq!(terminal.send(&mut card, "0C 20 00 81", "31323334", None), "9000");
            // What is sealed fits an extended answer up to 65503 bytes, and has three bytes of length from 65520 on.
            for length in [65_503, 65_519, 65_520, 65_536] {
                let short = terminal.seal("0C B0 82 00", "", Some(length));
                let field = &short[5..short.len() - 1];
                let extended = [&short[..4], &[0, 0, short[4]], field, &[0, 0]].concat();
                let sealed = fetch(&mut card, &extended);
                let response = bytes(&terminal.open(&sealed));
                let right: Vec<u8> = (0..=255).cycle().take(length.min(65_535)).chain([0x90, 0x00]).collect();
                assert!(response == right, "{length}: {} bytes", response.len());
            }
        }
    }

    #[test]
    fn parts_are_protected_one_by_one() {
        for suite in suites() {
            let (mut card, mut terminal) = begun(Protocol::T1, suite);
            let mut send = |header: &str, data: &str| terminal.send(&mut card, header, data, None);
            assert_eq!(send("0C 22 41 B6", "840181800142"), "9000");
            assert_eq!(send("1C 2A 90 80", "6162"), "9000");
            assert_eq!(send("0C 2A 90 80", "63"), "9000");
            assert_eq!(send("1C 2A 90 80", "6162"), "9000");
            assert_eq!(
                send("0C 2A 90 A0", "90 20 5B5CE62002D50BA606ABDAB58B63A280784192811FADD298A81CC93019AE76A7"),
                "9000"
            );
            assert_eq!(send("1C 20 00 81", "31323334"), "6884");
            assert_eq!(send("1C B0 00 00", "00"), "6884");
        }
    }

    #[test]
    fn what_cannot_be_opened_ends_the_session() {
        let (_, terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        let sealed = Terminal { session: terminal.session.clone() }.seal("0C B0 9E 00", "", Some(2));
        let mut wrong = sealed.clone();
        let last = wrong.len() - 2;
        wrong[last] ^= 1;
        let cases = [(wrong, "6988"), (bytes("0C B0 9E 00 03 97 01 02 00"), "6987"), (bytes("0C B0 9E 00"), "6987")];
        for (command, status) in cases {
            let (mut card, _) = begun(Protocol::T1, (triple_des(), 0x81));
            card.plays(&[(&text(&command), status), (&text(&sealed), "6A88")]);
        }
    }

    #[test]
    fn a_plain_command_ends_the_session_and_its_proofs() {
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        let sealed = terminal.seal("0C B0 9E 00", "", Some(2));
        card.plays(&[("00 20 00 81", "63C3"), (&text(&sealed), "6A88"), PUT]);
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        assert_eq!(terminal.send(&mut card, "0C DB 3F FF", &PUT.0[15..], None), "9000");
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        let sealed = terminal.seal("0C B0 9E 00", "", Some(2));
        card.chip.reset().expect("an ATR");
        card.chip.select_protocol(Protocol::T1).expect("offered");
        card.plays(&[SELECT, (&text(&sealed), "6A88")]);
    }

    #[test]
    fn what_does_not_come_to_the_applet_ends_the_session_too() {
        let ending = [
            ("10 DB 3F FF 02 7000", "9000"),
            ("10 82 00 00 01 00", "9000"),
            ("10 20 00 81 02 3132", "6884"),
            ("00 B0 9E 00 01 02 03", "6700"),
            ("0C B0 9E", "6700"),
            ("", "6700"),
            ("E0 B0 9E 00 01", "6E00"),
        ];
        for exchange in ending {
            let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
            let sealed = terminal.seal("0C DB 3F FF", "7000", None);
            card.plays(&[exchange, (&text(&sealed), "6A88"), PUT]);
        }
        // GET RESPONSE ends nothing, nor does what comes on another channel.
        for exchange in
            [("00 C0 00 00 01", "6985"), ("01 B0 9E 00 01", "6881"), ("43 B0 9E 00 01", "6881"), ("01", "6700")]
        {
            let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
            card.plays(&[exchange]);
            assert_eq!(terminal.send(&mut card, "0C B0 9E 00", "", Some(2)), "00019000");
        }
    }

    #[test]
    fn plain_parts_are_no_parts_of_a_protected_command() {
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        let last = terminal.seal("0C DB 3F FF", "7000", None);
        card.plays(&[("10 DB 3F FF 02 7000", "9000"), (&text(&last), "6A88")]);
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        assert_eq!(terminal.send(&mut card, "1C DB 3F FF", "70 0D BF8101 09 7F41 06", None), "9000");
        card.plays(&[("00 DB 3F FF 06 82 04 37373737", "6A80")]);
    }

    #[test]
    fn a_session_stays_with_its_applet() {
        let mut image = keyed_image();
        let FileKind::Directory(master) = &mut image.files[0].kind else { panic!("a DF") };
        master.applet = None;
        name_applet(&mut image, VITALE, "keys");
        let mut card = card_of(image, Protocol::T1, Forgetful);
        let mut terminal = Terminal::authenticate(&mut card, &aes_128(), 0x01, 0x8C);
        assert_eq!(terminal.send(&mut card, "0C A4 00 0C", "3F00", None), "9000");
        let sealed = terminal.seal("0C 20 00 81", "", None);
        card.plays(&[SELECT, (&text(&sealed), "6A88")]);
    }

    #[test]
    fn another_session_takes_the_place_of_the_last_one() {
        const PUT: &str = "70 0D BF8101 09 7F41 06 82 04 37373737";
        let (mut card, mut first) = begun(Protocol::T1, (triple_des(), 0x81));
        let mut protected = |header: &str, data: &str, expected| first.send(&mut card, header, data, expected);
        assert_eq!(protected("0C 22 C1 A4", "80010C830182", None), "9000");
        let challenge = bytes(&protected("0C 84 00 00", "", Some(8)))[..8].to_vec();
        let request = request(&aes_128(), &challenge);
        let response = protected("0C 82 00 00", &text(&request), Some(256));
        let mut second = Terminal::begin(&aes_128(), &challenge, &bytes(&response), 0x0C);
        // Key set 1, which alone may change the PIN, went with the first session.
        assert_eq!(second.send(&mut card, "0C DB 3F FF", PUT, None), "6982");
    }

    #[test]
    fn a_replayed_command_is_wrong() {
        let (mut card, mut terminal) = begun(Protocol::T1, (aes_128(), 0x82));
        let command = terminal.seal("0C B0 9E 00", "", Some(2));
        let response = card.send(&text(&command));
        assert_eq!(terminal.open(&response), "00019000");
        card.plays(&[(&text(&command), "6988")]);
    }

    #[test]
    fn a_session_with_a_global_partner_goes_along() {
        let (mut card, mut terminal) = begun(Protocol::T1, (aes_128(), 0x01));
        let vitamin = "564954414D494E";
        assert_eq!(terminal.send(&mut card, "0C A4 04 0C", vitamin, None), "9000");
        assert_eq!(terminal.send(&mut card, "0C A4 00 0C", "3F00", None), "9000");
        assert_eq!(terminal.send(&mut card, "0C 20 00 81", "", None), "63C3");
        let (mut card, mut terminal) = begun(Protocol::T1, (aes_128(), 0x82));
        assert_eq!(terminal.send(&mut card, "0C A4 00 0C", "3F00", None), "9000");
        let command = terminal.seal("0C 20 00 81", "", None);
        card.plays(&[(&text(&command), "6A88")]);
    }

    #[test]
    fn a_session_ends_with_keys_that_are_blocked_in_it() {
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        assert_eq!(terminal.send(&mut card, "0C 22 81 A4", "80011C 830181", None), "9000");
        for left in ["63C2", "63C1", "63C0"] {
            assert!(terminal.send(&mut card, "0C 84 00 00", "", Some(8)).ends_with("9000"));
            assert_eq!(terminal.send(&mut card, "0C 82 00 00", &"00".repeat(24), None), left);
        }
        let read = terminal.seal("0C B0 9E 05", "", Some(2));
        card.plays(&[(&text(&read), "6A88"), PUT]);
    }

    #[test]
    fn each_channel_has_its_own_session() {
        let (mut card, mut terminal) = begun(Protocol::T1, (aes_128(), 0x82));
        card.plays(&[("01 B0 82 00 01", "6881")]);
        assert_eq!(terminal.send(&mut card, "0C 70 00 01", "", None), "9000");
        card.plays(&[("01 A4 04 0C 0B D250000002564954414C45", "9000")]);
        let command = terminal.session.clone();
        card.plays(&[(&text(&Terminal { session: command }.seal("0D B0 9E 00", "", Some(2))), "6A88")]);
        assert_eq!(terminal.send(&mut card, "0C B0 9E 00", "", Some(2)), "00019000");
    }

    #[test]
    fn other_ways_of_protection_are_not_known() {
        card(Protocol::T1).plays(&[("04 B0 9E 00 01", "6882"), ("08 B0 9E 00 01", "6882"), ("0C B0 9E 00 01", "6A88")]);
        let (mut card, mut terminal) = begun(Protocol::T1, (triple_des(), 0x81));
        let sealed = terminal.seal("0C B0 9E 00", "", Some(2));
        card.plays(&[("08 B0 9E 00 01", "6882"), (&text(&sealed), "6A88")]);
    }

    proptest! {
        #[test]
        fn any_bytes_under_secure_messaging_are_refused(
            field in proptest::collection::vec(any::<u8>(), 1..80),
            ins in any::<u8>(),
            chained: bool,
        ) {
            let (mut card, _) = begun(Protocol::T1, (triple_des(), 0x81));
            let cla = if chained { 0x1C } else { 0x0C };
            let length = u8::try_from(field.len()).unwrap();
            let command: Vec<u8> = [&[cla, ins, 0, 0, length], &field[..]].concat();
            let response = card.send(&text(&command));
            prop_assert!(response == "6987" || response == "6988", "{response}");
        }
    }
}
