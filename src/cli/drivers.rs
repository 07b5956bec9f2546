//! Options of verbs that show the cards in the readers of other drivers, and what a person is told of those.

#[cfg(unix)]
use std::path::PathBuf;

#[cfg(unix)]
use super::ifd;
use super::{language::Language, messages::Driven, output};
use crate::{
    host::{Builder, Host},
    profile::said::Said,
    reader::vpcd::{Address, AddressError, Note},
};

/// Where a driver is awaited if only a port is given: no other machine gets there.
const THIS_MACHINE: &str = "127.0.0.1";

/// Which drivers shall have the cards.
#[derive(Debug, clap::Args)]
pub(super) struct Drivers {
    /// Also show the cards in the readers of vpcd, a driver that is installed on this machine or another one: the card
    /// of slot 0 goes to this port, that of slot 1 to the port behind it, and so on
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "vpcd_listen")]
    vpcd: Option<Address>,
    /// The same where the driver comes to the card: slot 0 awaits it at this port, slot 1 at the port behind it, and so
    /// on. Without an address only drivers of this machine get there
    #[arg(long, value_name = "[ADDRESS:]PORT", value_parser = listening)]
    vpcd_listen: Option<Address>,
    /// Also show the cards in the readers of the system's pcscd, which has our driver (`virtuale ifd install`); every
    /// program of the machine then sees them. The path is that of its socket [default: /run/virtuale/ifd]
    #[cfg(unix)]
    #[arg(long, value_name = "SOCKET", num_args = 0..=1, default_missing_value = ifd::SOCKET)]
    ifd: Option<PathBuf>,
}

/// An address to listen at, or a port of this machine.
fn listening(text: &str) -> Result<Address, String> {
    let alone = || format!("{THIS_MACHINE}:{text}").parse();
    let read = if text.contains(':') { text.parse() } else { alone() };
    read.map_err(|AddressError| {
        "it must be a port from 1 to 65535, or an address and a port, as in 35963, 0.0.0.0:35963 or [::1]:35963".into()
    })
}

impl Drivers {
    /// The host, which shows its cards to the drivers that are asked for.
    pub(super) fn ask_of(&self, host: Builder) -> Builder {
        let host = self.vpcd.iter().fold(host, |host, address| host.vpcd(address.clone()));
        let host = self.vpcd_listen.iter().fold(host, |host, address| host.vpcd_listen(address.clone()));
        #[cfg(unix)]
        let host = self.ifd.iter().fold(host, |host, socket| host.pcscd(socket));
        let language = Language::of_locale();
        host.on_driver(move |note| say(&note, language))
    }

    /// Says what a person should know of the drivers that may come.
    pub(super) fn mention(&self, host: &Host) {
        let open = host.vpcd_addresses().iter().find(|address| !address.ip().is_loopback());
        if let Some(address) = open {
            output::say(Driven::OpenPort { address: &address.to_string() }.text(Language::of_locale()));
        }
    }
}

fn say(note: &Note, language: Language) {
    let said = match note {
        Note::Absent { slot, address, why } => Driven::NoVpcd { slot: &slot.to_string(), address, why }.said(),
        Note::Strange { slot, address } => Driven::StrangeVpcd { slot: &slot.to_string(), address }.said(),
        Note::Present { slot, address } => Driven::VpcdThere { slot: &slot.to_string(), address }.said(),
    };
    output::say(Said::from(said).text(language.into()));
}

#[cfg(test)]
mod tests {
    use super::listening;

    #[test]
    fn a_port_alone_is_one_of_this_machine() {
        let read = |text: &str| listening(text).map(|address| address.to_string()).ok();
        assert_eq!(read("35963").as_deref(), Some("127.0.0.1:35963"));
        assert_eq!(read("0.0.0.0:5").as_deref(), Some("0.0.0.0:5"));
        assert_eq!(read("[::1]:5").as_deref(), Some("[::1]:5"));
        assert!(["", "x", "0", "65536", ":5"].into_iter().all(|wrong| read(wrong).is_none()));
    }
}
