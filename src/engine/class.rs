//! The class byte [ISO-7816-4 5.4.1].

/// What a class byte says about its command.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Class {
    /// The logical channel, 0 to 19.
    pub channel: u8,
    /// Whether more parts of the command follow.
    pub chained: bool,
    /// How the command is protected.
    pub secure_messaging: SecureMessaging,
}

/// How a class byte says that its command is protected.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SecureMessaging {
    /// Not at all.
    None,
    /// In a way of the card's own.
    Proprietary,
    /// As the standard has it, without the header.
    HeaderNotAuthenticated,
    /// As the standard has it, with the header. Further interindustry classes do not say whether.
    HeaderAuthenticated,
}

impl Class {
    /// Of a command on the basic channel that is neither chained nor protected: `00`.
    pub(crate) const BASIC: Self = Self { channel: 0, chained: false, secure_messaging: SecureMessaging::None };

    /// Reads an interindustry class byte, first or further; `None` for the proprietary ones, in which no bit has a
    /// general meaning, for the reserved ones and for `FF`.
    #[inline]
    #[must_use]
    pub fn interindustry(cla: u8) -> Option<Self> {
        INTERINDUSTRY[usize::from(cla)]
    }

    const fn read(cla: u8) -> Option<Self> {
        let chained = cla & 0x10 != 0;
        match cla {
            0x00..=0x1F => Some(Self { channel: cla & 0x03, chained, secure_messaging: SecureMessaging::first(cla) }),
            0x40..=0x7F => {
                let secure_messaging =
                    if cla & 0x20 == 0 { SecureMessaging::None } else { SecureMessaging::HeaderAuthenticated };
                Some(Self { channel: 4 + (cla & 0x0F), chained, secure_messaging })
            }
            _ => None,
        }
    }
}

/// What every class byte says: each command is asked for it.
static INTERINDUSTRY: [Option<Class>; 256] = {
    let mut classes = [None; 256];
    let mut cla = 0_u8;
    loop {
        classes[cla as usize] = Class::read(cla);
        if cla == u8::MAX {
            break classes;
        }
        cla += 1;
    }
};

impl SecureMessaging {
    const fn first(cla: u8) -> Self {
        match cla & 0x0C {
            0x00 => Self::None,
            0x04 => Self::Proprietary,
            0x08 => Self::HeaderNotAuthenticated,
            _ => Self::HeaderAuthenticated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Class, SecureMessaging};

    #[test]
    fn first_interindustry_classes() {
        let plain = Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None };
        assert_eq!(Class::interindustry(0x00), Some(plain));
        assert_eq!(Class::interindustry(0x13), Some(Class { channel: 3, chained: true, ..plain }));
        let protected = SecureMessaging::HeaderAuthenticated;
        assert_eq!(Class::interindustry(0x0C), Some(Class { secure_messaging: protected, ..plain }));
        let protected = SecureMessaging::Proprietary;
        assert_eq!(Class::interindustry(0x04), Some(Class { secure_messaging: protected, ..plain }));
        let protected = SecureMessaging::HeaderNotAuthenticated;
        assert_eq!(Class::interindustry(0x08), Some(Class { secure_messaging: protected, ..plain }));
    }

    #[test]
    fn further_interindustry_classes() {
        let class = Class::interindustry(0x7F).expect("interindustry");
        let secure_messaging = SecureMessaging::HeaderAuthenticated;
        assert_eq!(class, Class { channel: 19, chained: true, secure_messaging });
        assert_eq!(Class::interindustry(0x40).map(|class| class.channel), Some(4));
    }

    #[test]
    fn no_bit_of_a_proprietary_class_has_a_meaning() {
        // BC is the class of Vitale 1: its bit 10 chains nothing.
        for cla in [0x20, 0x3F, 0x80, 0x90, 0xA0, 0xBC, 0xFE, 0xFF] {
            assert_eq!(Class::interindustry(cla), None, "{cla:02X}");
        }
    }
}
