//! `virtuale ifd install`.

use std::{
    env, fs,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
};

use virtuale_ifd::{MOST_SLOTS, Place};

use super::{
    SOCKET,
    pieces::{Content, FOLDER, RULE, failed, is_in_folder, is_there, pieces},
};
use crate::{
    cli::{Exit, Failure, exit, language::Language, messages::Driven, options::number, output},
    shown,
};

const EXAMPLES: &str = "\
Examples:
  virtuale ifd install --dry-run
  sudo virtuale ifd install
  sudo virtuale ifd install --slots 4 --user jenkins";

/// The users of the system.
const USERS: &str = "/etc/passwd";

/// Arguments of `ifd install`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Write nothing; print what would be written, and where
    #[arg(long)]
    dry_run: bool,
    /// Where the driver looks for readers: what `virtuale serve --ifd` is given
    #[arg(long, value_name = "PATH", default_value = SOCKET)]
    socket: PathBuf,
    /// How many readers pcscd shows
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = number::<u8>(1..=u64::from(MOST_SLOTS)))]
    slots: u8,
    /// Whose readers they are, who alone can make the socket in its folder [default: who calls sudo, else root]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Install below this folder in place of /, as for a package or an image
    #[arg(long, value_name = "DIR", default_value = "/")]
    root: PathBuf,
    /// The language of what is said [default: that of the locale]
    #[arg(long)]
    lang: Option<Language>,
}

impl Args {
    pub(super) fn language(&self) -> Language {
        self.lang.unwrap_or_else(Language::of_locale)
    }

    fn user(&self) -> String {
        let caller = || env::var("SUDO_USER").ok().filter(|user| !user.is_empty());
        self.user.clone().or_else(caller).unwrap_or_else(|| "root".into())
    }
}

/// Writes the files, or prints them.
pub(super) fn run(args: &Args) -> Exit {
    let user = args.user();
    let place = Place { slots: args.slots, socket: args.socket.clone() };
    let pieces = pieces(&args.root, &place, &user)?;
    if args.user.is_some() && !is_in_folder(&place) {
        let socket = shown::path(&place.socket);
        return Err(Failure::usage(Driven::NoFolderOf { socket: &socket }.said(), Driven::LeaveUser.said()));
    }
    let id = id_of(&user)
        .ok_or_else(|| Failure::usage(Driven::NoUser { user: &shown::line(&user) }.said(), Driven::NameUser.said()))?;
    for piece in &pieces {
        piece.is_there()?;
    }
    let language = args.language();
    if args.dry_run {
        for piece in &pieces {
            let path = shown::path(&piece.path);
            match &piece.content {
                Content::Driver(bytes) => {
                    let count = bytes.len().to_string();
                    output::print(format_args!("{path}\n  {}\n", Driven::DriverOf { count: &count }.text(language)))?;
                }
                Content::Text(text) => {
                    let lines: String = text.lines().map(|line| format!("  {line}\n")).collect();
                    output::print(format_args!("{path}\n{lines}"))?;
                }
            }
        }
        return Ok(exit::DONE);
    }
    let rule = args.root.join(RULE);
    if !is_in_folder(&place) && is_there(&rule)? {
        // Of an earlier installation, whose folder nobody needs now.
        fs::remove_file(&rule).map_err(|error| failed(&rule, &error))?;
    }
    for piece in &pieces {
        piece.write()?;
        output::print(format_args!("{}\n", shown::path(&piece.path)))?;
    }
    if is_in_folder(&place) && args.root == Path::new("/") {
        make_folder(id).map_err(|error| failed(Path::new(FOLDER), &error))?;
    }
    if let Some(folder) = open_to_others(&place.socket) {
        output::say(Driven::OpenFolder { folder: &shown::path(folder) }.text(language));
    }
    output::say(Driven::Restart.text(language));
    let serve = match args.socket == Path::new(SOCKET) {
        true => "--ifd".to_owned(),
        false => format!("--ifd {}", shown::word(&args.socket)),
    };
    output::say(Driven::ThenServe { option: &serve, user: &user }.text(language));
    Ok(exit::DONE)
}

/// The folder of the socket, if others than its owner may write to it.
fn open_to_others(socket: &Path) -> Option<&Path> {
    let folder = socket.parent()?;
    fs::metadata(folder).ok().filter(|known| known.permissions().mode() & 0o022 != 0).map(|_| folder)
}

/// Makes the folder of the socket, as its rule does at the next start of the system.
fn make_folder(user: u32) -> std::io::Result<()> {
    fs::create_dir_all(FOLDER)?;
    chown(FOLDER, Some(user), None)?;
    fs::set_permissions(FOLDER, fs::Permissions::from_mode(0o755))
}

/// The number of a user.
fn id_of(user: &str) -> Option<u32> {
    let users = fs::read_to_string(USERS).unwrap_or_default();
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(user)).then(|| fields.nth(1)?.parse().ok()).flatten()
    })
}
