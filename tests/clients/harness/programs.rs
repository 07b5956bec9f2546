//! The real programs, and the Debian packages that bring them.

use super::client::{Client, Presence};

/// The C compiler.
pub(crate) const CC: Client = program("cc", "gcc");
pub(crate) const CARDPEEK: Client = program("cardpeek", "cardpeek");
pub(crate) const CURL: Client = program("curl", "curl");
pub(crate) const CHROMIUM: Client = file("chromium", "chromium", "/usr/bin/chromium");
pub(crate) const FIREFOX: Client = program("firefox-esr", "firefox-esr");
pub(crate) const GNUTLS_CLI: Client = program("gnutls-cli", "gnutls-bin");
pub(crate) const GO: Client = program("go", "golang-go");
pub(crate) const GPG: Client = program("gpg", "gnupg");
pub(crate) const GPG_CONNECT_AGENT: Client = program("gpg-connect-agent", "gnupg");
pub(crate) const GPGSM: Client = program("gpgsm", "gpgsm");
pub(crate) const JARSIGNER: Client = program("jarsigner", "openjdk-17-jdk-headless");
pub(crate) const JAVA: Client = program("java", "openjdk-17-jdk-headless");
/// The C# compiler of Mono.
pub(crate) const MCS: Client = program("mcs", "mono-mcs");
pub(crate) const MONO: Client = program("mono", "mono-runtime");
/// All of NSS's tools.
pub(crate) const NSS_TOOLS: Client = program("certutil", "libnss3-tools");
/// All of OpenSC's tools.
pub(crate) const OPENSC: Client = program("opensc-tool", "opensc");
pub(crate) const OPENSSL: Client = program("openssl", "openssl");
pub(crate) const NODE: Client = program("node", "nodejs");
pub(crate) const OSSLSIGNCODE: Client = program("osslsigncode", "osslsigncode");
pub(crate) const P11TOOL: Client = program("p11tool", "gnutls-bin");
pub(crate) const PAMTESTER: Client = program("pamtester", "pamtester");
pub(crate) const PCSC_SCAN: Client = program("pcsc_scan", "pcsc-tools");
/// What programs in C are compiled with that use PC/SC.
pub(crate) const PCSC_HEADERS: Client = file("winscard.h", "libpcsclite-dev", "/usr/include/PCSC/winscard.h");
pub(crate) const PCSCD: Client = file("pcscd", "pcscd", "/usr/sbin/pcscd");
pub(crate) const BWRAP: Client = program("bwrap", "bubblewrap");
/// A program of another user, for root.
pub(crate) const SETPRIV: Client = program("setpriv", "util-linux");
pub(crate) const SUDO: Client = program("sudo", "sudo");
pub(crate) const SCRIPTOR: Client = program("scriptor", "pcsc-tools");
pub(crate) const SHELL: Client = program("sh", "dash");
pub(crate) const SSH_KEYGEN: Client = program("ssh-keygen", "openssh-client");

/// OpenSC for programs that speak PKCS#11; the path is Debian's, as are those below.
pub(crate) const OPENSC_PKCS11: Client = file("opensc-pkcs11", "opensc-pkcs11", OPENSC_PKCS11_LIBRARY);
pub(crate) const OPENSC_PKCS11_LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so";
/// Go's package for PKCS#11, as source.
pub(crate) const GO_PKCS11: Client =
    file("miekg/pkcs11", "golang-github-miekg-pkcs11-dev", "/usr/share/gocode/src/github.com/miekg/pkcs11/pkcs11.go");
/// OpenSC's own module for secure messaging.
pub(crate) const LIBSMM: Client = file("libsmm-local", "opensc-pkcs11", "/usr/lib/x86_64-linux-gnu/libsmm-local.so.8");
/// Mono's library of collections and queries.
pub(crate) const MONO_SYSTEM: Client =
    file("System.Core", "libmono-system-core4.0-cil", "/usr/lib/mono/4.5/System.Core.dll");
/// What most people's search path lacks.
pub(crate) const OPENVPN: Client = file("openvpn", "openvpn", "/usr/sbin/openvpn");
pub(crate) const PAM_PKCS11: Client =
    file("pam_pkcs11", "libpam-pkcs11", "/lib/x86_64-linux-gnu/security/pam_pkcs11.so");
/// PAM for programs of any user, with services from a folder.
pub(crate) const PAM_WRAPPER: Client =
    file("pam_wrapper", "libpam-wrapper", "/usr/lib/x86_64-linux-gnu/libpam_wrapper.so");
/// OpenSSL's way to PKCS#11, of libp11.
pub(crate) const PKCS11_ENGINE: Client =
    file("libp11", "libengine-pkcs11-openssl", "/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so");
/// libpcsclite with a log of all calls.
pub(crate) const PCSC_SPY: Client = file("pcsc-spy", "libpcsclite-dev", PCSC_SPY_LIBRARY);
pub(crate) const PCSC_SPY_LIBRARY: &str = "/usr/lib/x86_64-linux-gnu/libpcscspy.so.0";
pub(crate) const SCDAEMON: Client = file("scdaemon", "scdaemon", SCDAEMON_PROGRAM);
pub(crate) const SCDAEMON_PROGRAM: &str = "/usr/lib/gnupg/scdaemon";
pub(crate) const STUNNEL: Client = program("stunnel", "stunnel4");
/// What finds memory that is used wrongly.
pub(crate) const VALGRIND: Client = program("valgrind", "valgrind");
pub(crate) const VPCD: Client = file("vpcd", "vsmartcard-vpcd", VPCD_DRIVER);
pub(crate) const VPCD_DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// Where `.ci/run` puts the packages of npm.
pub(crate) const NODE_MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/node/node_modules");
pub(crate) const AXE: Client = file(
    "@axe-core/playwright",
    "@axe-core/playwright of npm (.ci/run installs it)",
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/node/node_modules/@axe-core/playwright/package.json"),
);
pub(crate) const PLAYWRIGHT: Client = file(
    "playwright-core",
    "playwright-core of npm (.ci/run installs it)",
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/node/node_modules/playwright-core/package.json"),
);
pub(crate) const PCSC_MINI: Client = file(
    "pcsc-mini",
    "pcsc-mini of npm (.ci/run installs it)",
    concat!(env!("CARGO_MANIFEST_DIR"), "/target/clients/node/node_modules/pcsc-mini/package.json"),
);
pub(crate) const PCSCLITE: Client = file(
    "@pokusew/pcsclite",
    "@pokusew/pcsclite of npm (.ci/run installs it)",
    concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/target/clients/node/node_modules/@pokusew/pcsclite/build/Release/pcsclite.node"
    ),
);

pub(crate) const PERL_PCSC: Client =
    Client { name: "Chipcard::PCSC", package: "libpcsc-perl", presence: Presence::PerlModule("Chipcard::PCSC") };

pub(crate) const CRYPTOGRAPHY: Client = module("cryptography", "python3-cryptography");
/// Python itself, without any module.
pub(crate) const PYTHON_ALONE: Client = module("xml.etree", "python3");
/// What holds JSON against a schema.
pub(crate) const JSONSCHEMA: Client = module("jsonschema", "python3-jsonschema");
pub(crate) const PYKCS11: Client = module("PyKCS11", "python3-pykcs11");
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
