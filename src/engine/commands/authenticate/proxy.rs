//! Device authentication in the terminal's place: the card proves its key to another card and agrees with it on the
//! keys of a session, which it then keeps for the terminal ([`Access::Proxy`]). The terminal carries the tokens, as it
//! would between a card and itself, and never knows the keys.
//!
//! The tokens are those of [`device`](super::device), so that the other card sees nothing new. That a card has this
//! place at all is this project's choice, modelled on the trusted channel of German health cards
//! [NOT-FOUND authentication].

use super::token;
use crate::{
    Response, StatusWord,
    applet::Outcome,
    chip::{
        Context,
        dialogue::{HalfAuthenticated, Place, Proxy},
    },
    vault::{Access, ObjectId},
};

/// The first half: the other card's token is opened, for the challenge that this card gave.
pub(super) fn external(
    key: ObjectId,
    holder: &[u8],
    challenge: &[u8],
    data: &[u8],
    context: &mut Context<'_>,
) -> Outcome {
    context.allow(key, Access::Proxy)?;
    let (other, _) = token::other(holder, context)?;
    let challenge: [u8; token::PART] = challenge.try_into().map_err(|_| StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.count_use(key)?;
    let Some(secret) = token::open(key, &other, data, &challenge, context)? else {
        return Err(StatusWord::AUTHENTICATION_FAILED.into());
    };
    context.dialogue().half = Some(HalfAuthenticated { place: Place::Terminal, key, other, challenge, secret });
    Ok(StatusWord::SUCCESS)
}

/// The second half: this card's token for the other card's challenge and serial number. The session begins. Both keys
/// must be those of the first half.
pub(super) fn internal(
    key: ObjectId,
    holder: &[u8],
    half: &HalfAuthenticated,
    data: &[u8],
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    context.allow(key, Access::Proxy)?;
    let challenge = token::addressed(data, holder)?;
    let (other, _) = token::other(holder, context)?;
    if (key, &other) != (half.key, &half.other) {
        return Err(StatusWord::CONDITIONS_NOT_SATISFIED.into());
    }
    let (token, secret) = token::make(key, &other, data, context)?;
    let core = &*context.core;
    let length = core.vault.size(key);
    let challenges = [&challenge[..], &half.challenge];
    let session = token::agree(&*core.platform.crypto, [&secret, &half.secret], challenges, length)?;
    response.extend(&token);
    context.dialogue().proxy = Some(Proxy { session, key });
    Ok(StatusWord::SUCCESS)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use hex_literal::hex;
    use proptest::prelude::*;

    use crate::{
        Card, Protocol,
        image::{ObjectKind, PrivateKey},
        platform::Forgetful,
        testing::{
            Tester, VITALE, bytes,
            keys::{
                HOLDER, SELECT, SERIAL_NUMBER, VERIFY, card, card_of, certificate_for, certificate_of, domain,
                keyed_image, rsa_1024, secure, terminal_key,
            },
            rule,
            terminal::challenge,
            text,
        },
    };

    /// The reference of the patient's card.
    const PATIENT: [u8; 12] = hex!("00000000 0006921234567890");

    /// A card whose private key 1 may keep sessions for who proved PIN 1, and whose number is that of the certificate.
    fn professional() -> Tester {
        let mut image = keyed_image();
        let mut security = domain();
        let key = &mut security.objects[6];
        key.rule = rule(&hex!("7D 11 11 11 11 11 00"));
        key.kind = ObjectKind::PrivateKey(PrivateKey::Rsa { numbers: terminal_key(), spare: Vec::new() });
        security.serial_number = HOLDER.last_chunk().copied();
        secure(&mut image, VITALE, security);
        card_of(image, Protocol::T1, Forgetful)
    }

    /// Shows a certificate to a card and names it together with key 1.
    fn show(card: &mut Tester, certificate: &[u8], holder: &[u8]) {
        card.plays(&[
            VERIFY,
            ("00 22 81 B6 03 83 01 86", "9000"),
            (&format!("00 2A 00 AE {:02X} {}", certificate.len(), text(certificate)), "9000"),
            (&format!("00 22 C1 A4 11 83 0C {} 84 01 81", text(holder)), "9000"),
        ]);
    }

    /// Both cards, which know each other.
    fn acquainted() -> (Tester, Tester) {
        let (mut professional, mut patient) = (professional(), card(Protocol::T1));
        show(&mut patient, &certificate_of(&terminal_key()), &HOLDER);
        show(&mut professional, &certificate_for(&rsa_1024(), &PATIENT), &PATIENT);
        (professional, patient)
    }

    /// A token of a card, for a challenge and a serial number.
    fn token(card: &mut Tester, challenge: &[u8], number: &[u8]) -> String {
        let token = card.send(&format!("00 88 00 00 10 {} {} 00", text(challenge), text(number)));
        token.strip_suffix("9000").expect("a token").into()
    }

    fn external(token: &str) -> String {
        format!("00 82 00 00 80 {token}")
    }

    /// Both halves.
    fn agree(professional: &mut Tester, patient: &mut Tester) {
        let own = challenge(professional);
        let first = token(patient, &own, &HOLDER[4..]);
        professional.plays(&[(&external(&first), "9000")]);
        let theirs = challenge(patient);
        let second = token(professional, &theirs, &SERIAL_NUMBER);
        patient.plays(&[(&external(&second), "9000")]);
    }

    fn agreed() -> (Tester, Tester) {
        let (mut professional, mut patient) = acquainted();
        agree(&mut professional, &mut patient);
        (professional, patient)
    }

    /// What PSO gives for data.
    fn operation(card: &mut Tester, parameters: &str, data: &[u8]) -> String {
        card.send(&format!("00 2A {parameters} {:02X} {} 00", data.len(), text(data)))
    }

    fn done(answer: &str) -> Vec<u8> {
        bytes(answer.strip_suffix("9000").unwrap_or_else(|| panic!("refused: {answer}")))
    }

    /// A command as it goes to the patient's card.
    fn protect(professional: &mut Tester, header: [u8; 4], data: &[u8], expected: Option<u8>) -> String {
        let mut field = Vec::new();
        if !data.is_empty() {
            let (parameters, tag) = if header[1] & 1 == 1 { ("84 80", 0x85) } else { ("86 80", 0x87) };
            let cryptogram = done(&operation(professional, parameters, data));
            field.extend([tag, u8::try_from(cryptogram.len()).expect("short")]);
            field.extend(cryptogram);
        }
        field.extend(expected.iter().flat_map(|&length| [0x97, 0x01, length]));
        let mut authenticated = header.to_vec();
        if !field.is_empty() {
            authenticated.extend(hex!("80000000"));
            authenticated.extend_from_slice(&field);
        }
        let checksum = done(&operation(professional, "8E 80", &authenticated));
        field.extend([0x8E, 0x08]);
        field.extend(checksum);
        format!("{} {:02X} {} 00", text(&header), field.len(), text(&field))
    }

    /// What the answer says.
    fn reveal(professional: &mut Tester, answer: &str) -> String {
        let (field, status) = answer.split_at(answer.len() - 4);
        let (authenticated, checksum) = field.split_at(field.len() - 20);
        let verify = bytes(&format!("80 {:02X} {authenticated} {checksum}", authenticated.len() / 2));
        assert_eq!(operation(professional, "00 A2", &verify), "9000");
        let hidden = bytes(authenticated);
        let plain = match hidden.as_slice() {
            [0x87, length, cryptogram @ ..] => operation(professional, "80 86", &cryptogram[..usize::from(*length)]),
            [0x85, length, cryptogram @ ..] => operation(professional, "80 84", &cryptogram[..usize::from(*length)]),
            _ => "9000".into(),
        };
        text(&done(&plain)) + status
    }

    #[test]
    fn a_terminal_speaks_through_a_card_that_keeps_the_keys() {
        let (mut professional, mut patient) = agreed();
        let mut send = |header, data: &[u8], expected| {
            let command = protect(&mut professional, header, data, expected);
            reveal(&mut professional, &patient.send(&command))
        };
        assert_eq!(send(hex!("0CA4000C"), &hex!("0010"), None), "9000");
        assert_eq!(send(hex!("0CA4020C"), &hex!("0011"), None), "9000");
        // It is read by the role of the professional's certificate, under secure messaging.
        assert_eq!(send(hex!("0CB00000"), &[], Some(2)), "00019000");
        assert_eq!(send(hex!("0CB10000"), &hex!("5400"), Some(4)), "530200019000");
        assert_eq!(send(hex!("0C200081"), &[], None), "9000");
        assert_eq!(send(hex!("0C990000"), &[], None), "6D00");
        patient.plays(&[("00 B0 00 00 01", "6982")]);
    }

    /// ENCIPHER, COMPUTE and VERIFY CRYPTOGRAPHIC CHECKSUM, DECIPHER, each with good data.
    const OPERATIONS: [&str; 6] = [
        "00 2A 86 80 01 AA 00",
        "00 2A 84 80 01 AA 00",
        "00 2A 8E 80 04 0CB00000 00",
        "00 2A 00 A2 10 80 04 99029000 8E 08 0000000000000000",
        "00 2A 80 86 09 01 0000000000000000 00",
        "00 2A 80 84 08 0000000000000000 00",
    ];

    fn nothing_is_kept(professional: &mut Tester) {
        for command in OPERATIONS {
            assert_eq!(professional.send(command), "6985", "{command}");
        }
    }

    #[test]
    fn nothing_is_served_without_a_session() {
        nothing_is_kept(&mut professional());
        let (mut professional, mut patient) = acquainted();
        nothing_is_kept(&mut professional);
        let own = challenge(&mut professional);
        let first = token(&mut patient, &own, &HOLDER[4..]);
        professional.plays(&[(&external(&first), "9000")]);
        nothing_is_kept(&mut professional);
        // A card without such a key has none of these but DECIPHER, which is for its own.
        let unknown = OPERATIONS.map(|command| if command.contains("80 86") { "6985" } else { "6A86" });
        card(Protocol::T1).plays(&core::array::from_fn::<_, 6, _>(|at| (OPERATIONS[at], unknown[at])));
    }

    #[test]
    fn a_session_ends_with_what_it_rests_on() {
        let endings: [&[(&str, &str)]; 7] = [
            &[("00 20 00 81 04 30303030", "63C2")],
            &[("00 20 00 81 04 30303030", "63C2"), VERIFY],
            &[("00 2A 00 A2 10 80 04 99029000 8E 08 0000000000000000", "6300")],
            &[("00 2A 80 86 08 01 00000000000000 00", "6A80")],
            &[("00 82 00 00 01 00", "6985")],
            &[("00 88 00 00 01 00 00", "6700")],
            &[("00 A4 00 0C", "9000"), SELECT, VERIFY],
        ];
        for ending in endings {
            let (mut professional, _) = agreed();
            professional.plays(ending);
            nothing_is_kept(&mut professional);
        }
        let (mut professional, _) = agreed();
        professional.chip.reset().expect("an ATR");
        professional.chip.select_protocol(Protocol::T1).expect("offered");
        professional.plays(&[SELECT, VERIFY]);
        nothing_is_kept(&mut professional);
    }

    #[test]
    fn what_is_no_data_of_an_operation_ends_nothing() {
        let (mut professional, mut patient) = agreed();
        professional.plays(&[
            ("00 2A 00 A2 06 80 04 99029000", "6A80"),
            ("00 2A 00 A2 0C 8E 08 0000000000000000 80 00", "6A80"),
            ("00 2A 00 A2", "6700"),
            ("00 2A 8E 80 04 0CB00000", "6700"),
            ("00 2A 86 80 00", "6700"),
            ("00 20 00 81", "9000"),
        ]);
        let command = protect(&mut professional, hex!("0C200081"), &[], None);
        assert_eq!(reveal(&mut professional, &patient.send(&command)), "9000");
    }

    #[test]
    fn tokens_are_for_one_card_and_one_challenge() {
        // Replayed: the challenge is another, or it was used.
        let (mut professional, mut patient) = acquainted();
        let old = token(&mut patient, &[0x41; 8], &HOLDER[4..]);
        challenge(&mut professional);
        professional.plays(&[(&external(&old), "6300"), (&external(&old), "6985")]);
        // Of another card: its certificate is the patient's, its key is not.
        let (mut professional, mut patient) = acquainted();
        let own = challenge(&mut professional);
        let good = token(&mut patient, &own, &HOLDER[4..]);
        patient.plays(&[("00 22 41 A4 11 83 0C 000000000202020202020202 84 01 81", "9000")]);
        let (mut strange, _) = (card(Protocol::T1), ());
        show(&mut strange, &certificate_of(&rsa_1024()), &HOLDER);
        let other = token(&mut strange, &own, &HOLDER[4..]);
        professional.plays(&[(&external(&other), "6300")]);
        challenge(&mut professional);
        professional.plays(&[(&external(&good), "9000")]);
        // The second token names the card of the first.
        professional.plays(&[("00 88 00 00 10 4242424242424242 0303030303030303 00", "6A88")]);
    }

    #[test]
    fn a_key_keeps_sessions_by_its_rule() {
        // Nobody proved the code.
        let (mut professional, mut patient) = acquainted();
        let own = challenge(&mut professional);
        let first = token(&mut patient, &own, &HOLDER[4..]);
        professional.plays(&[("00 20 00 81 04 30303030", "63C2"), ("00 84 00 00 08", "4242424242424242 9000")]);
        professional.plays(&[(&external(&first), "6982"), VERIFY, ("00 84 00 00 08", "4242424242424242 9000")]);
        professional.plays(&[(&external(&first), "9000")]);
        // A key that is not meant for it.
        let mut plain = card(Protocol::T1);
        show(&mut plain, &certificate_for(&rsa_1024(), &PATIENT), &PATIENT);
        challenge(&mut plain);
        plain.plays(&[(&external(&first), "6985")]);
    }

    #[test]
    fn the_halves_have_the_same_keys() {
        for change in ["84 01 83", "83 0C 000000000303030303030303"] {
            let (mut professional, mut patient) = acquainted();
            let third = certificate_for(&terminal_key(), &hex!("00000000 0303030303030303"));
            let certify = format!("00 2A 00 AE {:02X} {}", third.len(), text(&third));
            let own = challenge(&mut professional);
            let first = token(&mut patient, &own, &HOLDER[4..]);
            professional.plays(&[(&external(&first), "9000"), (&certify, "9000")]);
            let kept = if change.starts_with("84") { format!("83 0C {}", text(&PATIENT)) } else { "84 01 81".into() };
            professional.plays(&[(&format!("00 22 41 A4 11 {kept} {change}"), "9000")]);
            let number = if change.starts_with("84") { text(&SERIAL_NUMBER) } else { "03".repeat(8) };
            professional.plays(&[(&format!("00 88 00 00 10 4242424242424242 {number} 00"), "6985")]);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Whatever is asked of it, a card in the terminal's place gives no answer without a session, and never breaks.
        #[test]
        fn no_commands_break_a_session_or_make_one(
            commands in proptest::collection::vec(
                (prop::sample::select(&OPERATIONS[..]), any::<prop::sample::Index>(), any::<u8>()), 1..24,
            ),
        ) {
            let (mut open, mut closed) = (agreed().0, acquainted().0);
            for (command, index, byte) in commands {
                let mut command = bytes(command);
                let place = 5 + index.index(command.len() - 5);
                command[place] = byte;
                open.send(&text(&command));
                let answer = closed.send(&text(&command));
                prop_assert!(answer.len() == 4 && answer != "9000", "{answer} to {command:02X?}");
            }
        }
    }
}
