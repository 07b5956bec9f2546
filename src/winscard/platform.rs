//! What differs between the platforms in the same interface.
//!
//! Both tables are here whatever the target is, so that both are tested everywhere.

use std::io::ErrorKind;

use crate::{
    codes::ReturnCode,
    terms::{CardState, Protocols},
    wire::ReaderState,
};

/// The rules of a platform.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Platform {
    /// What a program is told of what a reader does not know [PCSC-LITE pcsclite.h] [MSDN-WINSCARD codes].
    unsupported_feature: u32,
    /// What a program is told of a context or a handle that is none.
    invalid_handle: u32,
    /// Whether the state of `SCardStatus` is one of several, in place of bits.
    has_ordinal_state: bool,
    /// Whether `SCardStatus` gives the name of the reader as a list of names.
    lists_names: bool,
    /// Whether a program may leave out where it is told the protocol of a handle.
    may_leave_protocol: bool,
    /// Whether it may leave out where it is told the length of what a control code gives.
    may_leave_control_length: bool,
    /// Whether readers can be listed without a context, and only those of some groups.
    has_groups: bool,
    /// Whether a program that waits for readers to come and go is told how many there are.
    counts_readers: bool,
    /// How many entries a program may wait for.
    most_entries: usize,
    /// Whether an attribute may be asked for with more room than any takes, and names are wide under numbers of their
    /// own.
    has_wide_names: bool,
    /// Whether a service that goes is a service that was stopped, however it went.
    stops: bool,
}

impl Platform {
    /// pcsc-lite, on Linux and other Unix systems.
    pub const PCSC_LITE: Self = Self {
        unsupported_feature: ReturnCode::UNSUPPORTED_FEATURE.0,
        invalid_handle: ReturnCode::INVALID_HANDLE.0,
        has_ordinal_state: false,
        lists_names: false,
        may_leave_protocol: false,
        may_leave_control_length: true,
        has_groups: false,
        counts_readers: false,
        // [PCSC-LITE pcsclite.h]
        most_entries: 16,
        has_wide_names: false,
        stops: false,
    };

    /// Windows.
    pub const WINDOWS: Self = Self {
        unsupported_feature: 0x8010_0022,
        // ERROR_INVALID_HANDLE [MSDN-WINSCARD SCardIsValidContext] [WINE-WINSCARD tests].
        invalid_handle: 6,
        has_ordinal_state: true,
        lists_names: true,
        // [WINE-WINSCARD tests]
        may_leave_protocol: true,
        may_leave_control_length: false,
        // [MSDN-WINSCARD SCardListReaders]
        has_groups: true,
        // [WINE-WINSCARD tests]
        counts_readers: true,
        most_entries: 1_024,
        has_wide_names: true,
        stops: true,
    };

    /// That of the target.
    pub const NATIVE: Self = if cfg!(windows) { Self::WINDOWS } else { Self::PCSC_LITE };

    /// The number of a return code.
    #[must_use]
    pub fn number(&self, code: ReturnCode) -> u32 {
        match code {
            ReturnCode::UNSUPPORTED_FEATURE => self.unsupported_feature,
            ReturnCode::INVALID_HANDLE => self.invalid_handle,
            other => other.0,
        }
    }

    /// Whether a program may leave out where `SCardConnect` and `SCardReconnect` tell it the protocol.
    #[must_use]
    pub fn may_leave_protocol(&self) -> bool {
        self.may_leave_protocol
    }

    /// Whether a program may leave out where `SCardControl` tells it the length of what it gives.
    #[must_use]
    pub fn may_leave_control_length(&self) -> bool {
        self.may_leave_control_length
    }

    /// Whether readers and groups are listed and memory is given back without a context too, and `SCardListReaders`
    /// looks which groups are meant.
    #[must_use]
    pub fn has_groups(&self) -> bool {
        self.has_groups
    }

    /// Whether the upper half of a state of `\\?PnP?\Notification` is the number of readers. Else it is what the
    /// service counts.
    #[must_use]
    pub fn counts_readers(&self) -> bool {
        self.counts_readers
    }

    /// What a service is asked for where a program asks for this attribute, and whether the program takes its value in
    /// wide characters: the names of readers have a number more there [MSDN-WINSCARD SCardGetAttrib].
    #[must_use]
    pub fn attribute(&self, attribute: u32) -> (u32, bool) {
        match attribute {
            0x7FFF_0005 | 0x7FFF_0006 if self.has_wide_names => (attribute - 2, true),
            other => (other, false),
        }
    }

    /// How many entries a program may wait for at once. Windows says no limit; ours is one that no program reaches.
    #[must_use]
    pub fn most_entries(&self) -> usize {
        self.most_entries
    }

    /// Whether more room than any attribute takes is as good as enough.
    #[must_use]
    pub fn may_have_more_room(&self) -> bool {
        self.has_wide_names
    }

    /// What a program is told when a connection to the service ends in this way. pcsc-lite tells of how it ended
    /// [PCSC-LITE winscard_msg.c], Windows that the service has shut down [MSDN-WINSCARD codes]. Nonsense is one code
    /// everywhere.
    #[must_use]
    pub fn lost(&self, how: ErrorKind) -> ReturnCode {
        match how {
            ErrorKind::InvalidData => ReturnCode::COMM_ERROR,
            _ if self.stops => ReturnCode::SERVICE_STOPPED,
            ErrorKind::BrokenPipe => ReturnCode::NO_SERVICE,
            ErrorKind::ConnectionReset => ReturnCode::SECURITY_VIOLATION,
            _ => ReturnCode::COMM_ERROR,
        }
    }

    /// What `SCardStatus` says of a card. pcsc-lite: the bits of its state, and in the upper half how often a card came
    /// or went [PCSC-LITE winscard_clnt.c]. Windows: 1 no card, 2 a card, 3 one in position without power, 4 with
    /// power, 5 reset and no protocol agreed on, 6 one agreed on [MSDN-WINSCARD SCardStatus].
    #[must_use]
    pub fn status(&self, state: &ReaderState) -> u32 {
        if !self.has_ordinal_state {
            return (state.events << 16).wrapping_add(state.state.0);
        }
        match state.state {
            CardState::ABSENT => 1,
            CardState::UNPOWERED => 3,
            CardState::MUTE => 4,
            CardState::READY if state.protocol == Protocols::UNDEFINED => 5,
            CardState::READY => 6,
            other if other.is_present() => 2,
            _ => 0,
        }
    }

    /// With how many zeros `SCardStatus` ends the name of the reader.
    #[must_use]
    pub fn ends_of_name(&self) -> usize {
        if self.lists_names { 2 } else { 1 }
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::Platform;
    use crate::{
        codes::ReturnCode,
        terms::{CardState, Protocols},
        wire::{AtrField, Name, ReaderState},
    };

    const STATE: ReaderState = ReaderState {
        name: Name::EMPTY,
        events: 3,
        state: CardState::READY,
        sharing: 0,
        atr: AtrField::EMPTY,
        atr_length: 0,
        protocol: Protocols::T1,
    };

    #[test]
    fn codes_are_those_of_the_platform() {
        let (lite, windows) = (Platform::PCSC_LITE, Platform::WINDOWS);
        assert_eq!(lite.number(ReturnCode::UNSUPPORTED_FEATURE), 0x8010_001F);
        assert_eq!(windows.number(ReturnCode::UNSUPPORTED_FEATURE), 0x8010_0022);
        assert_eq!(lite.number(ReturnCode::INVALID_HANDLE), 0x8010_0003);
        assert_eq!(windows.number(ReturnCode::INVALID_HANDLE), 6);
        let differ = [ReturnCode::UNSUPPORTED_FEATURE, ReturnCode::INVALID_HANDLE];
        for &code in ReturnCode::NAMED.iter().filter(|code| !differ.contains(code)) {
            assert_eq!((lite.number(code), windows.number(code)), (code.0, code.0));
        }
    }

    #[test]
    fn a_state_is_bits_on_one_platform_and_one_of_several_on_the_other() {
        let both = |state: ReaderState| (Platform::PCSC_LITE.status(&state), Platform::WINDOWS.status(&state));
        assert_eq!(both(STATE), (0x0003_0034, 6));
        assert_eq!(both(ReaderState { protocol: Protocols::UNDEFINED, ..STATE }), (0x0003_0034, 5));
        assert_eq!(both(ReaderState { state: CardState::ABSENT, events: 0xFFFF, ..STATE }), (0xFFFF_0002, 1));
        assert_eq!(both(ReaderState { state: CardState::UNPOWERED, ..STATE }), (0x0003_0004, 3));
        assert_eq!(both(ReaderState { state: CardState::MUTE, ..STATE }), (0x0003_000C, 4));
        assert_eq!(both(ReaderState { state: CardState(1), ..STATE }), (0x0003_0001, 0));
    }

    #[test]
    fn names_have_numbers_for_wide_ones_on_one_platform() {
        assert_eq!(Platform::WINDOWS.attribute(0x7FFF_0005), (0x7FFF_0003, true));
        assert_eq!(Platform::PCSC_LITE.attribute(0x7FFF_0005), (0x7FFF_0005, false));
        assert_eq!(Platform::WINDOWS.attribute(0x7FFF_0003), (0x7FFF_0003, false));
    }

    #[test]
    fn a_service_that_goes_has_gone_in_one_way_or_was_stopped() {
        let both = |how| (Platform::PCSC_LITE.lost(how), Platform::WINDOWS.lost(how));
        let stopped = ReturnCode::SERVICE_STOPPED;
        assert_eq!(both(ErrorKind::BrokenPipe), (ReturnCode::NO_SERVICE, stopped));
        assert_eq!(both(ErrorKind::ConnectionReset), (ReturnCode::SECURITY_VIOLATION, stopped));
        assert_eq!(both(ErrorKind::UnexpectedEof), (ReturnCode::COMM_ERROR, stopped));
        assert_eq!(both(ErrorKind::InvalidData), (ReturnCode::COMM_ERROR, ReturnCode::COMM_ERROR));
    }

    #[test]
    fn a_name_ends_with_one_zero_or_two() {
        assert_eq!((Platform::PCSC_LITE.ends_of_name(), Platform::WINDOWS.ends_of_name()), (1, 2));
    }
}
