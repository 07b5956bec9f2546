//! VERIFY, CHANGE REFERENCE DATA and RESET RETRY COUNTER [ISO-7816-4 11.5.6, 11.5.7, 11.5.10] [RUN-OPENSC commands].

use crate::{
    StatusWord,
    apdu::Apdu,
    applet::{Outcome, Stop},
    chip::Context,
    image::{ControlTemplate, TemplateKind},
    security::SeNumber,
    vault::{Access, Class, ObjectId},
};

/// P1 of VERIFY: the PIN is given or asked for.
const GIVE: u8 = 0x00;

/// P1 of VERIFY: the PIN counts as not given any more.
const TAKE_BACK: u8 = 0xFF;

/// Compares a PIN, or without one says whether it must be given.
///
/// Without data any of the cases is a query: terminals on T=0 cannot tell them apart. With P1 `FF` the PIN counts as
/// not given any more. One that nobody may verify, as on an interface where it is closed, cannot be asked about either.
pub(super) fn verify(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    if !matches!(command.p1(), GIVE | TAKE_BACK) {
        return Err(StatusWord::WRONG_P1_P2.into());
    }
    let pin = find_pin(command, context)?;
    match (command.p1(), command.data()) {
        (TAKE_BACK, []) => context.set_proved(pin, false),
        (TAKE_BACK, _) => return Err(StatusWord::WRONG_LENGTH.into()),
        (_, []) => return status(pin, context),
        (_, given) => {
            context.allow(pin, Access::Verify)?;
            try_pin(pin, given, context)?;
        }
    }
    Ok(StatusWord::SUCCESS)
}

/// Replaces a PIN by whom knows it: P1 `00` gives it before the new one, `01` has given it already.
pub(super) fn change_reference_data(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let pin = find_pin(command, context)?;
    context.allow(pin, Access::Change)?;
    let new = match command.p1() {
        0x00 => {
            let (old, new) = split(pin, command.data(), context)?;
            check_new(pin, new, context)?;
            try_pin(pin, old, context)?;
            new
        }
        0x01 if !context.is_proved(pin) => return Err(StatusWord::SECURITY_NOT_SATISFIED.into()),
        0x01 => command.data(),
        _ => return Err(StatusWord::WRONG_P1_P2.into()),
    };
    check_new(pin, new, context)?;
    context.core.vault.set_pin(pin, &mut context.core.memory, new);
    context.commit()?;
    // Other channels do not know the new one.
    context.forget_proof(pin);
    context.set_proved(pin, true);
    Ok(StatusWord::SUCCESS)
}

/// Gives a PIN its tries back, and a new value where there is one. The other PIN that this takes comes before it
/// (P1 `00`, `01`) or was verified (`02`, `03`); with `01` and `03` the value stays.
pub(super) fn reset_retry_counter(command: &Apdu<'_>, context: &mut Context<'_>) -> Outcome {
    let pin = find_pin(command, context)?;
    let condition = context.core.vault.condition(pin, Access::Reset);
    let condition = condition.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let data = command.data();
    let (resetting, new) = match command.p1() {
        0x00 => {
            let other = resetting_pin(pin, context)?;
            let (given, new) = split(other, data, context)?;
            (Some((other, given)), Some(new))
        }
        0x01 => (Some((resetting_pin(pin, context)?, data)), None),
        0x02 => (None, Some(data)),
        0x03 if data.is_empty() => (None, None),
        0x03 => return Err(StatusWord::WRONG_LENGTH.into()),
        _ => return Err(StatusWord::WRONG_P1_P2.into()),
    };
    if let Some(new) = new {
        check_new(pin, new, context)?;
    }
    let allowed = match resetting {
        None => context.satisfies_in(pin.domain(), condition),
        Some((other, given)) => {
            let before = context.is_proved(other);
            try_pin(other, given, context)?;
            let allowed = context.satisfies_in(pin.domain(), condition);
            context.set_proved(other, before);
            allowed
        }
    };
    if !allowed {
        return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
    }
    restore(pin, new, context)?;
    Ok(StatusWord::SUCCESS)
}

/// Gives a PIN its tries back, and a new value where there is one. It is not proved any more.
fn restore(pin: ObjectId, new: Option<&[u8]>, context: &mut Context<'_>) -> Result<(), Stop> {
    let core = &mut *context.core;
    if let Some(new) = new {
        core.vault.set_pin(pin, &mut core.memory, new);
    }
    core.vault.object(pin).counters.restore_tries(&mut core.memory);
    context.commit()?;
    context.forget_proof(pin);
    Ok(())
}

fn find_pin(command: &Apdu<'_>, context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    context.find(Class::Pin, command.p2())
}

/// `9000` if the PIN was given already, else why it must be.
fn status(pin: ObjectId, context: &Context<'_>) -> Outcome {
    let vault = &context.core.vault;
    vault.condition(pin, Access::Verify).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let counters = vault.object(pin).counters;
    if context.is_proved(pin) {
        return Ok(StatusWord::SUCCESS);
    }
    match context.tries_left(pin) {
        0 => Err(StatusWord::METHOD_BLOCKED.into()),
        _ if counters.uses(&context.core.memory).is_some_and(|uses| uses.left == 0) => {
            Err(StatusWord::REFERENCE_NOT_USABLE.into())
        }
        left => Ok(StatusWord::tries_left(left)),
    }
}

impl Context<'_> {
    /// Compares what is given with the PIN that a reference means in the current DF, counts the try, and notes the
    /// proof wherever it counts: what [VERIFY](crate::ins::Ins::VERIFY) does, for an applet whose command is its own.
    /// It commits.
    ///
    /// # Errors
    ///
    /// [`Stop`]: `6A88` if there is no such PIN, `6985` or `6982` if its rule forbids it, `6700` if no PIN is so long,
    /// `6983` or `6984` if no try or use is left, `63Cx` if it is wrong; or the power was lost.
    pub fn verify_pin(&mut self, reference: u8, given: &[u8]) -> Result<(), Stop> {
        let pin = self.find(Class::Pin, reference)?;
        self.allow(pin, Access::Verify)?;
        try_pin(pin, given, self)
    }

    /// Gives the PIN that a reference means its tries back, and a new value where there is one, if what was proved on
    /// the channel is enough for it: what [RESET RETRY COUNTER](crate::ins::Ins::RESET_RETRY_COUNTER) does with P1 `02`
    /// and `03`, for an applet whose command is its own. It commits.
    ///
    /// # Errors
    ///
    /// [`Stop`]: `6A88` if there is no such PIN, `6985` or `6982` if its rule forbids it, `6A80` if the new value can
    /// be none; or the power was lost.
    pub fn reset_pin(&mut self, reference: u8, new: Option<&[u8]>) -> Result<(), Stop> {
        let pin = self.find(Class::Pin, reference)?;
        let condition = self.core.vault.condition(pin, Access::Reset).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
        if !self.satisfies_in(pin.domain(), condition) {
            return Err(StatusWord::SECURITY_NOT_SATISFIED.into());
        }
        if let Some(new) = new {
            check_new(pin, new, self)?;
        }
        restore(pin, new, self)
    }
}

/// Compares a PIN. A length that no PIN can have costs no try.
fn try_pin(pin: ObjectId, given: &[u8], context: &mut Context<'_>) -> Result<(), Stop> {
    let given = context.core.vault.unpadded(pin, given);
    if !context.core.vault.fits_pin(pin, given.len()) {
        return Err(StatusWord::WRONG_LENGTH.into());
    }
    context.count_try(pin)?;
    let right = context.core.vault.is_pin(pin, &context.core.memory, given);
    context.end_try(pin, right)
}

/// The PIN as long as it is now, and what comes after it.
fn split<'d>(pin: ObjectId, data: &'d [u8], context: &Context<'_>) -> Result<(&'d [u8], &'d [u8]), StatusWord> {
    let vault = &context.core.vault;
    let half = data.len() / 2;
    if let Some((old, new)) = data.split_at_checked(half)
        && data.len() == 2 * half
        && (vault.unpadded(pin, old).len() < old.len() || vault.unpadded(pin, new).len() < new.len())
    {
        // Both as long as they may be, with what pads them.
        return Ok((old, vault.unpadded(pin, new)));
    }
    let length = vault.pin_length(pin, &context.core.memory);
    data.split_at_checked(length).ok_or(StatusWord::WRONG_LENGTH)
}

/// Whether a PIN may have a new value, as far as that shows from outside.
fn check_new(pin: ObjectId, new: &[u8], context: &Context<'_>) -> Result<(), StatusWord> {
    if context.core.vault.takes_pin(pin, new) { Ok(()) } else { Err(StatusWord::WRONG_DATA) }
}

/// The PIN that resets another: the one that the environment of its rule names.
fn resetting_pin(pin: ObjectId, context: &Context<'_>) -> Result<ObjectId, StatusWord> {
    let vault = &context.core.vault;
    let condition = vault.condition(pin, Access::Reset).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let number = SeNumber::new(condition.0 & 0x0F).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    let (domain, environment) = vault.environment(pin.domain(), number).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
    let is_user = |template: &&ControlTemplate| {
        template.kind == TemplateKind::Authentication && template.usage & ControlTemplate::USER != 0
    };
    let reference = environment.templates.iter().find(is_user).and_then(|template| template.reference);
    let other = reference.and_then(|reference| vault.find(domain, Class::Pin, reference));
    other.ok_or(StatusWord::REFERENCE_NOT_FOUND)
}

#[cfg(test)]
mod tests {
    use crate::{
        Card, Fault, Interface, Protocol,
        testing::{
            Torn,
            keys::{SELECT, VERIFY, card, card_of, keyed_image},
        },
    };

    const WRONG: (&str, &str) = ("00 20 00 81 04 39393939", "63C2");

    #[test]
    fn the_status_is_asked_for_in_any_form() {
        // Case 1 comes with P3 = 00 on T=0 [RUN-OPENSC T=0].
        for protocol in [Protocol::T0, Protocol::T1] {
            card(protocol).plays(&[
                ("00 20 00 81", "63C3"),
                ("00 20 00 81 00", "63C3"),
                VERIFY,
                ("00 20 00 81", "9000"),
                ("00 20 00 81 00", "9000"),
                ("00 20 00 82", "63CA"),
                ("00 20 00 01", "63C3"),
                ("00 20 00 84", "6A88"),
                ("00 20 00 80", "6A88"),
                ("00 20 00 C1", "6A88"),
                ("00 20 01 81", "6A86"),
                ("00 20 01 84", "6A86"),
            ]);
        }
    }

    #[test]
    fn a_pin_may_come_padded_as_pads_pad_it() {
        card(Protocol::T1).plays(&[
            ("00 20 00 81 08 31323334FFFFFFFF", "9000"),
            ("00 20 00 81 08 31323334FFFFFF00", "63C2"),
            ("00 20 00 81 07 31323334FFFFFF", "63C1"),
            ("00 20 00 81 08 31323334FFFFFFFF", "9000"),
            ("00 20 00 81 08 FFFFFFFFFFFFFFFF", "63C2"),
            ("00 20 00 81 08 31323334FFFFFFFF", "9000"),
            ("00 24 00 81 10 31323334FFFFFFFF 3536373839FFFFFF", "9000"),
            ("00 20 00 81 05 3536373839", "9000"),
        ]);
    }

    #[test]
    fn a_pin_opens_what_its_environment_guards() {
        card(Protocol::T1).plays(&[
            ("00 B0 82 00 01", "6982"),
            WRONG,
            ("00 B0 82 00 01", "6982"),
            VERIFY,
            ("00 B0 82 00 01", "00 9000"),
            ("00 20 00 81", "9000"),
            WRONG,
            ("00 B0 82 00 01", "6982"),
        ]);
    }

    #[test]
    fn tries_run_out_survive_resets_and_come_back_with_the_code() {
        let mut card = card(Protocol::T1);
        card.plays(&[WRONG, VERIFY, WRONG, ("00 20 00 81 04 31323335", "63C1")]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 81", "63C1"), ("00 20 00 81 04 00000000", "63C0")]);
        card.plays(&[("00 20 00 81", "6983"), ("00 20 00 81 04 31323334", "6983"), ("00 20 00 81 00", "6983")]);
        card.chip.reset().expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 81 04 31323334", "6983"), ("00 B0 82 00 01", "6982")]);
    }

    #[test]
    fn a_length_that_no_code_has_costs_no_try() {
        card(Protocol::T1).plays(&[
            ("00 20 00 81 03 313233", "6700"),
            ("00 20 00 81 09 313233343536373839", "6700"),
            ("00 20 00 81", "63C3"),
            ("00 20 00 81 05 3132333400", "63C2"),
        ]);
    }

    #[test]
    fn uses_run_out() {
        let mut card = card(Protocol::T1);
        card.plays(&[("00 20 00 83 04 35353535", "9000"), ("00 20 00 83 04 35353536", "63C4")]);
        card.plays(&[("00 20 00 83 04 35353535", "6984"), ("00 20 00 83", "6984")]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 83 04 35353535", "6984"), ("00 20 00 83", "6984")]);
    }

    #[test]
    fn a_try_is_counted_before_the_code_is_compared() {
        // Power goes at the commit of the counter: nothing is compared. Power goes after it: the try is lost.
        for (good, left) in [(0, "63C3"), (1, "63C2")] {
            let mut card = card_of(keyed_image(), Protocol::T1, Torn::after(good));
            assert_eq!(card.try_send(VERIFY.0), Err(Fault::PowerLost));
            card.chip.power_up(Interface::Contact).expect("an ATR");
            card.plays(&[SELECT, ("00 20 00 81", left), ("00 B0 82 00 01", "6982")]);
        }
    }

    #[test]
    fn a_pin_is_changed_by_whom_knows_it() {
        let mut card = card(Protocol::T1);
        card.plays(&[
            ("00 24 00 81 08 3132333435363738", "9000"),
            ("00 20 00 81 04 35363738", "9000"),
            ("00 24 00 81 08 3132333431323334", "63C2"),
            ("00 24 01 81 04 31323334", "6982"),
            ("00 20 00 81 04 35363738", "9000"),
            ("00 24 01 81 06 313233343536", "9000"),
            ("00 24 00 81 0A 31323334353639393939", "9000"),
        ]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, ("00 20 00 81 04 39393939", "9000")]);
    }

    #[test]
    fn a_change_that_cannot_be_costs_nothing() {
        card(Protocol::T1).plays(&[
            ("00 24 00 81 03 313233", "6700"),
            ("00 24 00 81 07 39393939353637", "6A80"),
            ("00 24 00 81", "6700"),
            ("00 24 02 81 04 31323334", "6A86"),
            ("00 24 00 82 10 31323334353637383132333435363738", "6985"),
            ("00 24 00 89 04 31323334", "6A88"),
            ("00 20 00 81", "63C3"),
            VERIFY,
            ("00 24 01 81", "6A80"),
        ]);
    }

    #[test]
    fn another_pin_resets_a_blocked_one() {
        const BLOCK: [(&str, &str); 4] =
            [WRONG, ("00 20 00 81 04 39393939", "63C1"), ("00 20 00 81 04 39393939", "63C0"), ("00 20 00 81", "6983")];
        const PUK: (&str, &str) = ("00 20 00 82 08 3132333435363738", "9000");
        let ways: [&[(&str, &str)]; 4] = [
            &[("00 2C 00 81 0C 3132333435363738 37373737", "9000"), ("00 20 00 81 04 37373737", "9000")],
            &[("00 2C 01 81 08 3132333435363738", "9000"), VERIFY],
            &[("00 2C 02 81 04 37373737", "6982"), PUK, ("00 2C 02 81 04 37373737", "9000")],
            &[PUK, ("00 2C 03 81", "9000"), VERIFY],
        ];
        for way in ways {
            let mut card = card(Protocol::T1);
            card.plays(&BLOCK);
            card.plays(way);
        }
    }

    #[test]
    fn resetting_counts_the_other_codes_tries_and_proves_nothing() {
        card(Protocol::T1).plays(&[
            ("00 2C 00 81 0C 3132333435363739 37373737", "63C9"),
            ("00 2C 00 81 0B 3132333435363738 373737", "6A80"),
            ("00 2C 00 81 04 31323334", "6700"),
            ("00 2C 03 81 01 00", "6700"),
            ("00 2C 04 81", "6A86"),
            ("00 2C 00 82 0C 3132333435363738 37373737", "6985"),
            VERIFY,
            ("00 2C 01 81 08 3132333435363738", "9000"),
            ("00 20 00 81", "63C3"),
            ("00 20 00 82", "63CA"),
            ("00 2C 02 81 04 37373737", "6982"),
        ]);
    }

    #[test]
    fn proofs_stay_in_their_application_and_channel() {
        // The same DF again keeps them, another application drops the local ones [RUN-OPENSC state].
        card(Protocol::T1).plays(&[
            VERIFY,
            ("00 20 00 01 04 30303030", "9000"),
            SELECT,
            ("00 A4 00 0C 02 0010", "9000"),
            ("00 20 00 81", "9000"),
            ("00 A4 04 0C 07 564954414D494E", "9000"),
            ("00 20 00 81", "9000"),
            ("00 B2 01 0C 00", "01AAAA 9000"),
            ("00 70 00 01", "9000"),
            ("01 A4 04 0C 0B D250000002564954414C45", "9000"),
            ("01 20 00 81", "63C3"),
            ("01 20 00 01", "63C3"),
            ("00 A4 00 0C", "9000"),
            ("00 20 00 01", "9000"),
            ("00 20 00 81", "9000"),
            SELECT,
            ("00 20 00 81", "63C3"),
            ("00 20 00 01", "9000"),
            ("00 B0 82 00 01", "6982"),
        ]);
    }
}
