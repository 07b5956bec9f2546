//! Where a road gives something else than it is said to, and why.

use super::Road;

/// What is otherwise on some roads, for one reason.
pub(super) struct Difference {
    pub(super) roads: &'static [Road],
    /// The names of cases, and what they give there.
    pub(super) cases: &'static [(&'static str, &'static str)],
    /// The reason, with its source.
    pub(super) why: &'static str,
}

const UNSUPPORTED: &str = "SCARD_E_UNSUPPORTED_FEATURE";
const UNSUPPORTED_0: &str = "SCARD_E_UNSUPPORTED_FEATURE, 0 bytes";
/// Nothing is done.
pub(super) const NOTHING: &str = "-";

/// The cases of a card that is pulled.
const REMOVAL: &[(&str, &str)] = &[
    ("removed_status", NOTHING),
    ("removed_transmit", NOTHING),
    ("removed_begin", NOTHING),
    ("removed_end", NOTHING),
    ("removed_control", NOTHING),
    ("removed_attribute", NOTHING),
    ("removed_reconnect", NOTHING),
    ("removed_reconnect_reset", NOTHING),
    ("removed_disconnect", NOTHING),
    ("removed_disconnect_reset", NOTHING),
    ("removed_connect", NOTHING),
    ("returned_transmit", NOTHING),
    ("removed_transaction", NOTHING),
    ("removed_event", NOTHING),
];

/// Those of a service that ends.
const ENDING: &[(&str, &str)] = &[
    ("ended_waiting", NOTHING),
    ("ended_transmit", NOTHING),
    ("ended_status", NOTHING),
    ("ended_disconnect", NOTHING),
    ("ended_reconnect", NOTHING),
    ("ended_valid", NOTHING),
    ("ended_change", NOTHING),
    ("ended_list", NOTHING),
    ("ended_cancel", NOTHING),
    ("ended_release", NOTHING),
    ("ended_establish", NOTHING),
];

/// Each reason has a number, in this order.
pub(super) const DIFFERENCES: &[Difference] = &[
    Difference {
        roads: &[Road::Vpcd, Road::Driver],
        cases: &[("reconnect_from_exclusive", "SCARD_S_SUCCESS, T=0; SCARD_S_SUCCESS")],
        why: "pcscd 1.9.9 keeps the lock of an exclusive handle when that is shared again: others wait until the handle ends \
              a transaction that it never began, or is closed. Ours is given back, as the text of `SCardReconnect` means \
              it [PCSC-LITE run, winscard.c].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[
            ("control_features", UNSUPPORTED_0),
            ("control_small", UNSUPPORTED_0),
            ("control_properties", UNSUPPORTED_0),
            ("control_no_count", UNSUPPORTED),
            ("control_no_room", UNSUPPORTED),
            ("control_longest_room", UNSUPPORTED),
            ("control_big_room", UNSUPPORTED),
            ("control_empty", UNSUPPORTED_0),
            ("control_after_reset", UNSUPPORTED_0),
            ("removed_control", UNSUPPORTED),
        ],
        why: "vpcd 3.3 has no features and no properties; later versions have the latter [VSMARTCARD-VPCD driver].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[
            ("get_length", "SCARD_E_UNSUPPORTED_FEATURE, 264 bytes"),
            ("get_atr", UNSUPPORTED),
            ("get_small", UNSUPPORTED),
            ("get_no_room", UNSUPPORTED),
            ("get_longest_room", UNSUPPORTED),
            ("get_found", "SCARD_E_UNSUPPORTED_FEATURE, 264 bytes; SCARD_S_SUCCESS"),
            ("get_vendor_name", UNSUPPORTED),
            ("get_vendor_version", UNSUPPORTED),
            ("get_serial_number", UNSUPPORTED),
            ("get_channel", UNSUPPORTED),
            ("get_ifsd", UNSUPPORTED),
            ("get_protocol", UNSUPPORTED),
            ("get_presence", UNSUPPORTED),
            ("get_state", UNSUPPORTED),
            ("get_each", "12 times SCARD_E_UNSUPPORTED_FEATURE"),
            ("get_empty", UNSUPPORTED),
            ("set_atr", "SCARD_E_NOT_TRANSACTED"),
            ("set_longest", "SCARD_E_NOT_TRANSACTED"),
        ],
        why: "vpcd 3.3 has no attributes, and takes none [VSMARTCARD-VPCD driver].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[
            ("get_friendly_name", "SCARD_E_INSUFFICIENT_BUFFER"),
            ("get_system_name", "SCARD_E_INSUFFICIENT_BUFFER"),
        ],
        why: "pcscd has these names itself, for drivers that have not; but vpcd 3.3 says that its value has no bytes, and pcscd \
              1.9.9 takes that for the room that there is [PCSC-LITE run].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[("transmit_1_byte", "SCARD_S_SUCCESS, 0 bytes")],
        why: "One byte is an order in the language of vpcd, which no answer follows. Our card hangs up after 5 s and comes back; the \
              driver takes that for an answer of no bytes [VSMARTCARD-VPCD protocol].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[("transmit_0_bytes", "no answer until the card is pulled; SCARD_S_SUCCESS, 0 bytes")],
        why: "vpcd 3.3 sends nothing at all to the card, and waits for an answer without end, all of pcscd's calls for that reader with \
              it: `virtuale remove` frees them [VSMARTCARD-VPCD driver].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[("transmit_longest", "SCARD_E_NOT_TRANSACTED")],
        why: "A message of vpcd has 65,535 bytes at most; the driver refuses more, and loses its card, which comes back \
              [VSMARTCARD-VPCD protocol].",
    },
    Difference {
        roads: &[Road::InProcess],
        cases: REMOVAL,
        why: "The cards of a process stay in their slots: there is nobody to say `virtuale remove` to.",
    },
    Difference { roads: &[Road::InProcess], cases: ENDING, why: "There is no service." },
    Difference {
        roads: &[Road::InProcess],
        cases: &[
            ("fork_disconnect", "SCARD_S_SUCCESS; SCARD_S_SUCCESS"),
            ("fork_release", "SCARD_S_SUCCESS; SCARD_S_SUCCESS"),
        ],
        why: "A process that is forked off has readers of its own, and closes nothing of its parent's.",
    },
    Difference {
        roads: &[Road::Windows],
        cases: &[
            ("unblocked_reconnect", NOTHING),
            ("unblocked_status", NOTHING),
            ("unblocked_transmit", NOTHING),
            ("unblocked_begin", NOTHING),
            ("unblocked_exclusive", NOTHING),
            ("fork_valid", NOTHING),
            ("fork_list", NOTHING),
            ("fork_status", NOTHING),
            ("fork_transmit", NOTHING),
            ("fork_open", NOTHING),
            ("fork_disconnect", NOTHING),
            ("fork_release", NOTHING),
        ],
        why: "Windows has no `fork`, and nobody there asks not to wait.",
    },
    Difference {
        roads: &[Road::Vpcd, Road::Driver, Road::Socket, Road::Library, Road::InProcess],
        cases: &[
            ("wide_groups", NOTHING),
            ("wide_list", NOTHING),
            ("wide_list_found", NOTHING),
            ("wide_connect", NOTHING),
            ("wide_status", NOTHING),
            ("wide_friendly_name", NOTHING),
            ("wide_change", NOTHING),
            ("started_event", NOTHING),
            ("transmit_count", NOTHING),
            ("cards_known", NOTHING),
            ("card_provider", NOTHING),
            ("readers_introduced", NOTHING),
        ],
        why: "pcsc-lite has no such functions.",
    },
    Difference {
        roads: &[Road::Socket, Road::Library, Road::InProcess, Road::Windows],
        cases: &[("reconnect_without_power", "SCARD_S_SUCCESS, T=0; SCARD_S_SUCCESS")],
        why: "pcscd 1.9.9 gives a card no power here, and what comes of that is the driver's affair. Ours gives it power, as \
              `SCardConnect` does [PCSC-LITE run].",
    },
    Difference {
        roads: &[Road::Vpcd],
        cases: &[("reconnect_without_power", "SCARD_S_SUCCESS, T=0; SCARD_S_SUCCESS")],
        why: "vpcd 3.3 agrees to each protocol, whether the card has power or not. The card, which has none, hangs up at the \
              command, which the driver takes for an answer of no bytes, and comes back [VSMARTCARD-VPCD driver].",
    },
];

/// What a case gives on a road instead, with the number of the reason.
pub(super) fn difference(case: &str, road: Road) -> Option<(usize, &'static str)> {
    let given = |difference: &Difference| {
        let of_road = difference.roads.contains(&road);
        difference.cases.iter().find(|(name, _)| of_road && *name == case).map(|(_, gives)| *gives)
    };
    DIFFERENCES.iter().zip(1..).find_map(|(difference, number)| Some((number, given(difference)?)))
}
