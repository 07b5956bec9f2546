//! The PINs and keys of a CPS4, as the agency's library asks for them [DOPS-CRYPTOLIB CPS4].
//!
//! Codes and keys are data of the image. What is this chip's own is how a terminal names a key and an algorithm, that
//! decipherment leaves the padding to the terminal, and how a code is unblocked. The commands that the library sends
//! are public; status words of refusals are those of ISO 7816-4 and inferred, and so is that the chip has no other
//! command on codes and keys: no INTERNAL AUTHENTICATE, no PSO HASH, no GET DATA.

use virtuale_engine::{
    Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome, Stop},
    chip::Context,
    commands::{self, Encoding, KeyUse},
    crypto::HashAlgorithm,
    ins::Ins,
    instruction::Instruction,
    tlv::{self, Tag},
};

/// What layouts call this applet.
pub const NAME: &str = "chipdoc";

/// How many logical channels a chip has.
const CHANNELS: usize = 4;

/// The bit of a key's reference in MSE SET that says that a hash comes to be signed, and of a code's in RESET RETRY
/// COUNTER.
const MARKED: u8 = 0x80;

/// P1-P2 of MSE SET: for signatures, and to decipher.
const SET_SIGNATURE: u16 = 0x81B6;
const SET_CONFIDENTIALITY: u16 = 0x41B8;

/// P1-P2 of PSO: COMPUTE DIGITAL SIGNATURE and DECIPHER.
const SIGN: u16 = 0x9E9A;
const DECIPHER: u16 = 0x8086;

/// The commands on codes and keys that there are.
const OWN: [Ins; 6] = [
    Ins::VERIFY,
    Ins::MANAGE_SECURITY_ENVIRONMENT,
    Ins::CHANGE_REFERENCE_DATA,
    Ins::PERFORM_SECURITY_OPERATION,
    Ins::RESET_RETRY_COUNTER,
    Ins::GET_CHALLENGE,
];

/// The applet of the DFs of a CPS4.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChipDoc {
    channels: [Environment; CHANNELS],
}

/// What MSE SET left on a channel.
#[derive(Clone, Copy, Debug, Default)]
struct Environment {
    signature: Option<(Algorithm, Key)>,
    confidentiality: Option<Key>,
}

/// How a hash is signed.
type Algorithm = (HashAlgorithm, Encoding);

/// The number of a private key of the image.
#[derive(Clone, Copy, Debug)]
struct Key(u8);

impl ChipDoc {
    /// Names the key that signs and how (`91`: algorithm and key), or the one that deciphers (`83`). What was named
    /// before stays unless the key is there and meant for it.
    fn set(&mut self, command: &Apdu<'_>, context: &Context<'_>) -> Outcome {
        match command.p1_p2() {
            SET_SIGNATURE => {
                let &[algorithm, key] = only(command.data(), Tag(0x91))? else {
                    return Err(StatusWord::WRONG_DATA.into());
                };
                let algorithm = named(algorithm).ok_or(StatusWord::WRONG_DATA)?;
                let key = Key::referred(key.checked_sub(MARKED).ok_or(StatusWord::WRONG_DATA)?)?;
                context.check_key(key.0, KeyUse::Sign)?;
                self.environment(context)?.signature = Some((algorithm, key));
            }
            SET_CONFIDENTIALITY => {
                let &[key] = only(command.data(), Tag(0x83))? else { return Err(StatusWord::WRONG_DATA.into()) };
                let key = Key::referred(key)?;
                context.check_key(key.0, KeyUse::Decipher)?;
                self.environment(context)?.confidentiality = Some(key);
            }
            _ => return Err(StatusWord::WRONG_P1_P2.into()),
        }
        Ok(StatusWord::SUCCESS)
    }

    /// Signs the hash in the data, or gives the power of a whole block: its padding is the terminal's.
    fn operate(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let environment = *self.environment(context)?;
        if [SIGN, DECIPHER].contains(&command.p1_p2()) {
            commands::check_answer(command, context)?;
        }
        let answer = match command.p1_p2() {
            SIGN => {
                let (algorithm, Key(key)) = environment.signature.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
                context.sign_hash(key, algorithm, command.data())?
            }
            DECIPHER => {
                let Key(key) = environment.confidentiality.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
                context.decipher_block(key, command.data())?
            }
            _ => return Err(StatusWord::WRONG_P1_P2.into()),
        };
        response.extend(&answer);
        Ok(StatusWord::SUCCESS)
    }

    /// Gives a code its tries back after the code that unblocks it; its reference comes with bit `80`. A new value
    /// comes with CHANGE REFERENCE DATA.
    fn unblock(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
        if command.p1() != 0x03 {
            return Err(StatusWord::WRONG_P1_P2.into());
        }
        if !command.data().is_empty() {
            return Err(StatusWord::WRONG_LENGTH.into());
        }
        context.reset_pin(command.p2() & !MARKED, None)?;
        Ok(StatusWord::SUCCESS)
    }

    /// The new code alone (P1 `01`) is taken after the old one, and after the code that unblocks it.
    fn change(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        let changed = commands::process_with_keys(command, context, response);
        if command.p1() == 0x01 && changed == Err(Stop::Refused(StatusWord::SECURITY_NOT_SATISFIED)) {
            context.reset_pin(command.p2(), Some(command.data()))?;
            return Ok(StatusWord::SUCCESS);
        }
        changed
    }

    fn environment(&mut self, context: &Context<'_>) -> Result<&mut Environment, StatusWord> {
        let channel = usize::from(context.class().channel);
        self.channels.get_mut(channel).ok_or(StatusWord::CHANNEL_NOT_SUPPORTED)
    }
}

impl Applet for ChipDoc {
    fn instruction(&self, _: u8, ins: Ins) -> Option<&'static Instruction> {
        if OWN.contains(&ins) { commands::instruction_with_keys(ins) } else { commands::instruction(ins) }
    }

    fn check_chaining(&self, ins: Ins) -> Result<(), StatusWord> {
        if OWN.contains(&ins) { commands::check_chaining_with_keys(ins) } else { commands::check_chaining(ins) }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        match command.ins() {
            Ins::MANAGE_SECURITY_ENVIRONMENT => self.set(command, context),
            Ins::PERFORM_SECURITY_OPERATION => self.operate(command, context, response),
            Ins::RESET_RETRY_COUNTER => Self::unblock(command, context),
            Ins::CHANGE_REFERENCE_DATA => Self::change(command, context, response),
            Ins::VERIFY | Ins::GET_CHALLENGE => commands::process_with_keys(command, context, response),
            _ => commands::process(command, context, response),
        }
    }

    fn deselect(&mut self, channel: u8) {
        if let Some(environment) = self.channels.get_mut(usize::from(channel)) {
            *environment = Environment::default();
        }
    }

    fn reset(&mut self) {
        *self = Self::default();
    }
}

impl Key {
    /// The key that a reference means: `10` is number 1 of the image, `20` number 2, and so on.
    fn referred(reference: u8) -> Result<Self, StatusWord> {
        if reference & 0x8F == 0 && reference != 0 {
            Ok(Self(reference >> 4))
        } else {
            Err(StatusWord::REFERENCE_NOT_FOUND)
        }
    }
}

/// What the algorithms of the chip are called [DOPS-CRYPTOLIB CPS4].
fn named(algorithm: u8) -> Option<Algorithm> {
    match algorithm {
        0x0A => Some((HashAlgorithm::Sha1, Encoding::Pkcs1)),
        0x15 => Some((HashAlgorithm::Sha1, Encoding::Pss)),
        0x28 => Some((HashAlgorithm::Sha256, Encoding::Pkcs1)),
        0x2C => Some((HashAlgorithm::Sha256, Encoding::Pss)),
        // Ours: what a key on P-256 would be named with is not public.
        0x44 => Some((HashAlgorithm::Sha256, Encoding::Ecdsa)),
        _ => None,
    }
}

/// The value of the only object in a template, which has this tag.
fn only(template: &[u8], tag: Tag) -> Result<&[u8], StatusWord> {
    let mut objects = tlv::objects(template);
    match (objects.next(), objects.next()) {
        (Some(Ok(object)), None) if object.tag == tag => Ok(object.value),
        _ => Err(StatusWord::WRONG_DATA),
    }
}
