//! GALSS for the command of `exec`: what the slots are called, and the library that the command finds.

use std::{process::Command, str::FromStr};

use super::{
    Failure,
    library::{Libraries, Title},
    options::{SLOT_NUMBERS, number},
};
use crate::{
    host::{Builder, Host},
    reader::galss::ResourceName,
};

/// The names by which programs look for the library [DOPS-CRYPTOLIB GALSS]: that of sessions, and that which tells of
/// resources. Both are one object.
const LIBRARIES: [&str; 2] = ["libgalcllux.so", "libgalinlux.so"];

/// Options of GALSS.
#[derive(Debug, clap::Args)]
pub(super) struct Galss {
    /// Also let the command share the readers through GALSS, as old billing software does: its library is there for
    /// the command alone, through LD_LIBRARY_PATH
    #[arg(long)]
    galss: bool,
    /// What slots are called in GALSS, such as CPS=1,Vitale=0: a slot that is not named is not there [default: CPS or
    /// Vitale after the card that is in, else Vitale and CPS in turn]
    #[arg(long, value_name = "NAME=SLOT,...", requires = "galss", value_parser = Names::from_str)]
    galss_names: Option<Names>,
}

/// Names of slots.
#[derive(Clone, Debug, PartialEq)]
struct Names(Vec<(ResourceName, usize)>);

impl FromStr for Names {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let slot = number::<usize>(SLOT_NUMBERS);
        let pair = |pair: &str| {
            let (name, after) = pair.split_once('=').ok_or_else(|| format!("{pair:?} is no name and slot: CPS=1"))?;
            let name = ResourceName::new(name).map_err(|error| error.to_string())?;
            // The library of numbers takes a plus sign and zeros in front.
            let written = |slot: &usize| slot.to_string() == after;
            let slot = slot(after).map_err(|error| format!("{after:?} is no slot: {error}"))?;
            let slot = Some(slot).filter(written).ok_or_else(|| format!("{after:?} is no slot: write {slot}"))?;
            Ok((name, slot))
        };
        text.split(',').map(pair).collect::<Result<_, String>>().map(Self)
    }
}

impl Galss {
    /// The host, which serves GALSS if that is asked for.
    ///
    /// # Errors
    ///
    /// That this program was built without the library.
    pub(super) fn ask_of(&self, host: Builder) -> Result<Builder, Failure> {
        if !self.galss {
            return Ok(host);
        }
        if cfg!(windows) {
            let instead = "leave --galss out: what goes to the cards through PC/SC finds the readers all the same";
            return Err(Failure::usage("there is no GALSS of ours on Windows", instead));
        }
        Title::Galss.is_built_in(virtuale_galss::LIBRARY)?;
        let names = self.galss_names.iter().flat_map(|names| &names.0);
        Ok(names.fold(host.galss(), |host, (name, slot)| host.galss_name(name.clone(), *slot)))
    }

    /// Puts the library into the folder of the run, and tells the command where it is.
    ///
    /// # Errors
    ///
    /// That it cannot be written.
    pub(super) fn attach(&self, host: &Host, command: &mut Command) -> Result<(), Failure> {
        match virtuale_galss::LIBRARY {
            Ok(library) if self.galss => Libraries::of(host, Title::Galss)?.put(LIBRARIES, library)?.show(command),
            _ => {}
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_read() {
        let read = |text: &str| {
            text.parse::<Names>()
                .map(|Names(names)| names.into_iter().map(|(name, slot)| format!("{name} {slot}")).collect::<Vec<_>>())
        };
        assert_eq!(read("CPS=1,Vitale=0"), Ok(vec!["CPS 1".into(), "Vitale 0".into()]));
        assert_eq!(read("X=254"), Ok(vec!["X 254".into()]));
        for (wrong, why) in [
            ("", "\"\" is no name and slot"),
            ("CPS", "\"CPS\" is no name and slot"),
            ("CPS=1,", "\"\" is no name and slot"),
            ("=1", "\"\" cannot be the name of a resource"),
            ("PROFESSIONAL=1", "1 to 8 letters"),
            ("CPS=x", "\"x\" is no slot: it must be a whole number from 0 to 254"),
            ("CPS=255", "\"255\" is no slot"),
            ("CPS=+1", "\"+1\" is no slot: write 1"),
            ("CPS=00", "\"00\" is no slot: write 0"),
            ("A=B=1", "\"B=1\" is no slot"),
        ] {
            let said = read(wrong).expect_err(wrong);
            assert!(said.contains(why), "{wrong:?}: {said}");
        }
    }
}
