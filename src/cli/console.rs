//! `virtuale console`: where the page of running readers is; and the options with which `serve` has one.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use super::{Exit, Failure, exit, options::Attach, output};
use crate::{
    host::{
        Builder, Host,
        control::{Reply, Request},
    },
    profile::said::said,
};

const EXAMPLES: &str = "\
Examples:
  virtuale console --url
  virtuale console --url --name my-readers";

/// Where the page is served if nothing is said: on a free port of this machine.
const ANYWHERE: &str = "127.0.0.1:0";

/// Arguments of `console`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Print the address of the page, with the token that lets its user in
    #[arg(long, required = true)]
    url: bool,
    #[command(flatten)]
    attach: Attach,
}

/// Asks and prints.
pub(super) fn run(args: &Args) -> Exit {
    let mut client = args.attach.client()?;
    match client.ask(Request::Page)? {
        Reply::Page { url: Some(url) } => {
            output::print(format_args!("{url}\n"))?;
            Ok(exit::DONE)
        }
        Reply::Page { url: None } => Err(Failure::usage(
            said!(en: "these readers have no page", fr: "ces lecteurs n'ont pas de page"),
            said!(en: "start them with virtuale serve --console", fr: "lancez-les avec virtuale serve --console"),
        )),
        _ => Err(client.nonsense().into()),
    }
}

/// Options of who serves a page.
#[derive(Debug, clap::Args)]
pub(super) struct Page {
    /// Show the readers as a page in a browser of this machine [default: 127.0.0.1, on a free port]. Its address is
    /// said on standard error; whoever has it can do all that the page can
    #[arg(long, value_name = "ADDRESS:PORT", num_args = 0..=1, default_missing_value = ANYWHERE, value_parser = place)]
    console: Option<SocketAddr>,
    /// A folder whose card files can be put into slots from the page, beside the built-in cards
    #[arg(long, value_name = "DIR", requires = "console")]
    console_cards: Option<PathBuf>,
}

/// Where a page is to be served: an address with a port, one of the two alone, or `localhost`. Without a port it is a
/// free one.
fn place(text: &str) -> Result<SocketAddr, String> {
    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let address = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let port = text.strip_prefix("localhost").map_or(Some(text), |rest| rest.strip_prefix(':'));
    let local = match port {
        _ if text == "localhost" => Some(0),
        Some(port) => port.parse().ok(),
        None => None,
    };
    let alone = || address.parse().ok().map(|address: IpAddr| SocketAddr::new(address, 0));
    let whole = text.parse().ok().or_else(alone).or(local.map(|port: u16| SocketAddr::new(LOCAL, port)));
    whole.ok_or_else(|| "it must be an address of this machine: 127.0.0.1, 127.0.0.1:8000 or [::1]:8000".to_owned())
}

#[cfg(feature = "console")]
mod served {
    use super::{Builder, Failure, Host, Page, output, said};
    use crate::console::{Console, ConsoleError, Options};

    impl Page {
        /// The host, which keeps what a page needs to explain its cards.
        pub(in crate::cli) fn ask_of(&self, host: Builder) -> Result<Builder, Failure> {
            Ok(if self.console.is_some() { host.keep_profiles() } else { host })
        }

        /// Serves the page, if one is asked for, and says where.
        pub(in crate::cli) fn serve(&self, host: &Host) -> Result<Option<Console>, Failure> {
            let Some(address) = self.console else { return Ok(None) };
            let options = Options { address, cards: self.console_cards.clone() };
            let console = Console::start(host, &options).map_err(failure)?;
            output::say(format_args!("{} {}", language_of_page(), console.url()));
            Ok(Some(console))
        }
    }

    fn language_of_page() -> &'static str {
        use crate::cli::language::Language;
        match Language::of_locale() {
            Language::En => "the page of these readers:",
            Language::Fr => "la page de ces lecteurs :",
        }
    }

    fn failure(error: ConsoleError) -> Failure {
        let (message, hint) = (error.to_string(), error.hint());
        match (error, hint) {
            (ConsoleError::NotLoopback(address), _) => Failure::usage(
                said!(
                    en: "the page is served on this machine only, and {address} can be reached from others",
                    fr: "la page n'est servie que sur cette machine, et {address} est joignable depuis d'autres",
                ),
                said!(
                    en: "use 127.0.0.1 or [::1]; from another machine, forward the port with ssh -L",
                    fr: "prenez 127.0.0.1 ou [::1] ; depuis une autre machine, redirigez le port avec ssh -L",
                ),
            ),
            (_, Some(hint)) => Failure::environment(message, hint),
            (_, None) => Failure::Environment(message.into(), None),
        }
    }
}

#[cfg(not(feature = "console"))]
mod absent {
    use super::{Builder, Failure, Host, Page, said};

    impl Page {
        /// Holds that no page is asked for: this build has none.
        pub(in crate::cli) fn ask_of(&self, host: Builder) -> Result<Builder, Failure> {
            if self.console.is_none() {
                return Ok(host);
            }
            Err(Failure::usage(
                said!(en: "this build of virtuale has no page", fr: "cette version de virtuale n'a pas de page"),
                said!(
                    en: "build it with its default features, or with the feature console",
                    fr: "compilez-la avec ses options par défaut, ou avec l'option console",
                ),
            ))
        }

        /// Serves nothing.
        pub(in crate::cli) fn serve(&self, _: &Host) -> Result<Option<()>, Failure> {
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn an_address_is_whole_or_a_part_of_it() {
        let of = |text: &str| place(text).map(|address| address.to_string());
        for (text, address) in [
            ("127.0.0.1:8000", "127.0.0.1:8000"),
            ("127.0.0.1", "127.0.0.1:0"),
            ("[::1]:8000", "[::1]:8000"),
            ("[::1]", "[::1]:0"),
            ("::1", "[::1]:0"),
            ("localhost", "127.0.0.1:0"),
            ("localhost:8000", "127.0.0.1:8000"),
            ("8000", "127.0.0.1:8000"),
            ("0.0.0.0", "0.0.0.0:0"),
        ] {
            assert_eq!(of(text).as_deref(), Ok(address), "{text}");
        }
        for bad in ["", "localhost8000", "localhost:", "here:80", "127.0.0.1:", "127.0.0.1:99999", "99999", "[::1"] {
            assert!(of(bad).is_err_and(|why| why.contains("127.0.0.1:8000")), "{bad}");
        }
    }
}
