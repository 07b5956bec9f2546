//! The real programs, and the Debian packages that bring them.

use super::client::{Client, Presence};

/// The C compiler.
pub(crate) const CC: Client = program("cc", "gcc");
pub(crate) const GPG: Client = program("gpg", "gnupg");
pub(crate) const GPG_CONNECT_AGENT: Client = program("gpg-connect-agent", "gnupg");
pub(crate) const GPGSM: Client = program("gpgsm", "gpgsm");
pub(crate) const JAVA: Client = program("java", "openjdk-17-jdk-headless");
/// The C# compiler of Mono.
pub(crate) const MCS: Client = program("mcs", "mono-mcs");
pub(crate) const MONO: Client = program("mono", "mono-runtime");
/// All of OpenSC's tools.
pub(crate) const OPENSC: Client = program("opensc-tool", "opensc");
pub(crate) const OPENSSL: Client = program("openssl", "openssl");
pub(crate) const PCSC_SCAN: Client = program("pcsc_scan", "pcsc-tools");
pub(crate) const PCSCD: Client = file("pcscd", "pcscd", "/usr/sbin/pcscd");
pub(crate) const SCRIPTOR: Client = program("scriptor", "pcsc-tools");
pub(crate) const SHELL: Client = program("sh", "dash");
pub(crate) const SSH_KEYGEN: Client = program("ssh-keygen", "openssh-client");

/// OpenSC for programs that speak PKCS#11; the path is Debian's, as are those below.
pub(crate) const OPENSC_PKCS11: Client = file("opensc-pkcs11", "opensc-pkcs11", OPENSC_PKCS11_LIBRARY);
pub(crate) const OPENSC_PKCS11_LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
/// OpenSC's own module for secure messaging.
pub(crate) const LIBSMM: Client = file("libsmm-local", "opensc-pkcs11", "/usr/lib/x86_64-linux-gnu/libsmm-local.so.8");
/// Mono's library of collections and queries.
pub(crate) const MONO_SYSTEM: Client =
    file("System.Core", "libmono-system-core4.0-cil", "/usr/lib/mono/4.5/System.Core.dll");
/// libpcsclite with a log of all calls.
pub(crate) const PCSC_SPY: Client = file("pcsc-spy", "libpcsclite-dev", PCSC_SPY_LIBRARY);
pub(crate) const PCSC_SPY_LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/libpcscspy.so.0";
pub(crate) const SCDAEMON: Client = file("scdaemon", "scdaemon", SCDAEMON_PROGRAM);
pub(crate) const SCDAEMON_PROGRAM: &str = "/usr/lib/gnupg/scdaemon";
pub(crate) const VPCD: Client = file("vpcd", "vsmartcard-vpcd", VPCD_DRIVER);
pub(crate) const VPCD_DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

pub(crate) const CRYPTOGRAPHY: Client = module("cryptography", "python3-cryptography");
pub(crate) const PYSCARD: Client = module("smartcard", "python3-pyscard");

const fn program(name: &'static str, package: &'static str) -> Client {
    Client { name, package, presence: Presence::Program(name) }
}

const fn file(name: &'static str, package: &'static str, path: &'static str) -> Client {
    Client { name, package, presence: Presence::File(path) }
}

/// A module of the system's Python.
const fn module(name: &'static str, package: &'static str) -> Client {
    Client { name, package, presence: Presence::PythonModule(name) }
}
