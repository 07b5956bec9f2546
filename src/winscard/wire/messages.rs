//! The bodies, field by field [PCSC-LITE winscard_msg.h].

use super::{
    Command, Message,
    field::{AtrField, AttributeValue, Field, Name},
};
use crate::{
    codes::ReturnCode,
    terms::{CardState, Disposition, Protocols, Share},
};

/// Declares messages as their fields in the order of the wire.
macro_rules! messages {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* })*) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, Eq, PartialEq)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $kind,)*
        }

        impl Message for $name {
            const SIZE: usize = 0 $(+ <$kind as Field>::SIZE)*;

            fn decode(mut bytes: &[u8]) -> Option<Self> {
                let message = Self { $($field: Field::take(&mut bytes)?,)* };
                bytes.is_empty().then_some(message)
            }

            fn encode(&self, out: &mut Vec<u8>) {
                $(self.$field.put(out);)*
            }
        })*
    };
}

messages! {
    /// What stands before each request's body.
    Header {
        /// The length of the body.
        size: u32,
        /// What is asked for.
        command: Command,
    }

    /// [`Command::VERSION`]: the client's version, then the service's.
    Version {
        /// The major version.
        major: u32,
        /// The minor version.
        minor: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::ESTABLISH_CONTEXT`].
    Establish {
        /// Which readers are meant; 0 to 3, all the same here.
        scope: u32,
        /// Out: the context.
        context: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::RELEASE_CONTEXT`].
    Context {
        /// The context.
        context: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::CANCEL`].
    Cancel {
        /// The context whose wait ends.
        context: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::CONNECT`].
    Connect {
        /// The context.
        context: u32,
        /// The reader.
        reader: Name,
        /// How to share it.
        share: Share,
        /// The protocols the caller can speak.
        preferred: Protocols,
        /// Out: the handle.
        handle: u32,
        /// Out: the protocol agreed on.
        active: Protocols,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::RECONNECT`].
    Reconnect {
        /// The handle.
        handle: u32,
        /// How to share it from now on.
        share: Share,
        /// The protocols the caller can speak.
        preferred: Protocols,
        /// What happens to the card.
        initialization: Disposition,
        /// Out: the protocol agreed on.
        active: Protocols,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::DISCONNECT`].
    Disconnect {
        /// The handle.
        handle: u32,
        /// What happens to the card.
        disposition: Disposition,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::BEGIN_TRANSACTION`] and [`Command::STATUS`].
    Handle {
        /// The handle.
        handle: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::END_TRANSACTION`].
    End {
        /// The handle.
        handle: u32,
        /// What happens to the card.
        disposition: Disposition,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::TRANSMIT`]. The command follows; after a reply without error, the answer does.
    Transmit {
        /// The handle.
        handle: u32,
        /// The protocol of the command.
        send_protocol: Protocols,
        /// The length of the caller's structure for it.
        send_pci_length: u32,
        /// The length of the command.
        send_length: u32,
        /// The protocol of the answer.
        receive_protocol: Protocols,
        /// The length of the caller's structure for it.
        receive_pci_length: u32,
        /// The room the caller has; out: the length of the answer.
        receive_length: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::CONTROL`]. What is sent follows; after a reply without error, the answer does.
    Control {
        /// The handle.
        handle: u32,
        /// The control code.
        control: u32,
        /// The length of what is sent.
        send_length: u32,
        /// The room the caller has.
        receive_length: u32,
        /// Out: the length of the answer.
        returned: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// [`Command::GET_ATTRIBUTE`] and [`Command::SET_ATTRIBUTE`].
    Attribute {
        /// The handle.
        handle: u32,
        /// Which attribute.
        attribute: u32,
        /// Its value.
        value: AttributeValue,
        /// The room the caller has; out: the length of the value.
        length: u32,
        /// Out: the outcome.
        code: ReturnCode,
    }

    /// The one message that ends a wait, asked for or not.
    Event {
        /// Always 0.
        timeout: u32,
        /// Why the wait ended.
        code: ReturnCode,
    }

    /// The reply to [`Command::READER_EVENTS`].
    ReaderEvents {
        /// How often readers came and went, plus 1.
        events: u32,
        /// The outcome.
        code: ReturnCode,
    }

    /// The reply to [`Command::STATES_SIZE`].
    StatesSize {
        /// How many reader states the array has. It never shrinks.
        count: i32,
    }

    /// One reader in the array of states.
    ReaderState {
        /// Its name, empty for a free place.
        name: Name,
        /// How often a card came or went, modulo 65536.
        events: u32,
        /// What its card is like.
        state: CardState,
        /// -1: open for itself; else the number of handles.
        sharing: i32,
        /// The card's answer to reset.
        atr: AtrField,
        /// How long that is.
        atr_length: u32,
        /// The protocol agreed on.
        protocol: Protocols,
    }
}
