//! OpenSC's configuration for our cards: it does not know their ATRs, and takes them for no card at all without it.

use std::path::{Path, PathBuf};

use super::Failure;
use crate::writing;

/// The variable by which OpenSC finds its configuration.
pub(super) const VARIABLE: &str = "OPENSC_CONF";

/// Which driver OpenSC uses for which ATR [RUN-OPENSC card_atr]. Type 25004 is that of the driver's cards whose SELECT
/// has P2 = 04; for type 25003, whose SELECT has P2 = 00, the driver reads serial numbers half a byte shifted. The
/// second card is that of `applets/cards/vitale2-t1.toml`.
const CONFIGURATION: &str = "\
# Made by virtuale: the IAS component of virtual cards, read with OpenSC's driver for IAS ECC.
app default {
  card_atr 3B:75:13:00:00:40:09:EA:90:00 {
    atrmask = \"FF:FF:FF:FF:FF:F0:FF:FF:FF:FF\";
    name = \"Vitale 2 IAS ECC (virtual)\";
    driver = \"iasecc\";
    type = 25004;
  }
  card_atr 3B:85:81:31:FE:45:80:73:80:01:40:BC {
    name = \"Vitale 2 IAS ECC, T=1 (virtual)\";
    driver = \"iasecc\";
    type = 25004;
  }
  framework pkcs15 { }
}
";

/// Writes the configuration into a folder.
///
/// # Errors
///
/// That it cannot be written.
pub(super) fn write(folder: &Path) -> Result<PathBuf, Failure> {
    let path = folder.join("opensc.conf");
    match writing::replace(&path, |out| out.write_all(CONFIGURATION.as_bytes())) {
        Ok(()) => Ok(path),
        Err(error) => Err(Failure::file("write", &path, &error)),
    }
}
