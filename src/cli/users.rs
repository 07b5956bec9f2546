//! Users and groups, by name and by number.

use std::{
    fs,
    process::{Command, Stdio},
};

use super::{language::Language, messages::Pads};
use crate::{
    host::control::Status,
    reader::pcsclite::{MOST_OF_A_GUEST, MOST_OF_GUESTS, TurnedAway},
};

/// Where the system lists users and groups that are its own, and how it is asked for others.
const USERS: (&str, &str) = ("/etc/passwd", "passwd");
const GROUPS: (&str, &str) = ("/etc/group", "group");

/// The number of a user who is named, or the number itself.
///
/// # Errors
///
/// That there is no such user, in words.
pub(super) fn user(text: &str) -> Result<u32, String> {
    if cfg!(windows) {
        return Err(NOT_HERE.into());
    }
    number(text, USERS).ok_or_else(|| nobody("user", text))
}

/// The same of a group.
///
/// # Errors
///
/// That there is no such group, in words.
pub(super) fn group(text: &str) -> Result<u32, String> {
    if cfg!(windows) {
        return Err(NOT_HERE.into());
    }
    number(text, GROUPS).ok_or_else(|| nobody("group", text))
}

/// What is said of a name that is none, or of a number that no user or group can have.
fn nobody(what: &str, text: &str) -> String {
    match is_number(text) {
        true => format!("no {what} has the number {text}: they go from 0 to {}", u32::MAX - 1),
        false => format!("there is no {what} {text:?} here: name one, or give a number"),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|letter| letter.is_ascii_digit())
}

/// Whether a user is in a group, as far as the system's lists say: by his own entry, or by that of the group.
#[cfg(unix)]
pub(super) fn is_member(user: u32, group: u32) -> bool {
    let (user, group) = (user.to_string(), group.to_string());
    let of = |list, number: &str| {
        lines(list, number).into_iter().find(|line| entry(line).is_some_and(|(_, known)| known == number))
    };
    let Some(known) = of(USERS, &user) else { return false };
    let members = of(GROUPS, &group).unwrap_or_default();
    let name = entry(&known).map(|(name, _)| name);
    let is_listed = members.rsplit(':').next().unwrap_or_default().split(',').any(|member| Some(member) == name);
    known.split(':').nth(3) == Some(&*group) || is_listed
}

/// The name of a user, else his number.
#[cfg(unix)]
pub(super) fn name(user: u32) -> String {
    let number = user.to_string();
    let found = lines(USERS, &number)
        .into_iter()
        .find_map(|line| entry(&line).filter(|(_, known)| *known == number).map(|(name, _)| name.to_owned()));
    found.unwrap_or(number)
}

/// A user as people know him: by his number, and by his name if he has one here.
fn named(user: u32, language: Language) -> String {
    let number = user.to_string();
    let found = lines(USERS, &number).into_iter().find_map(|line| match entry(&line) {
        Some((name, of)) if of == number => Some(name.to_owned()),
        _ => None,
    });
    let number = number.as_str();
    let words = found.as_deref().map_or(Pads::User { number }, |name| Pads::NamedUser { number, name });
    words.text(language)
}

/// What is said of a user who was turned away.
pub(super) fn turned_away(away: TurnedAway, language: Language) -> String {
    match away {
        TurnedAway::Stranger(user) => {
            Pads::Stranger { user: &named(user, language), number: &user.to_string() }.text(language)
        }
        TurnedAway::Crowding(user) => {
            let (own, all) = (MOST_OF_A_GUEST.to_string(), MOST_OF_GUESTS.to_string());
            Pads::Crowding { user: &named(user, language), own: &own, all: &all }.text(language)
        }
    }
}

/// What is said of all who were turned away at running readers.
pub(super) fn all_turned_away(status: &Status, language: Language) -> Vec<String> {
    let strangers = status.refused_users.iter().copied().map(TurnedAway::Stranger);
    let crowding = status.crowding_users.iter().copied().map(TurnedAway::Crowding);
    strangers.chain(crowding).map(|away| turned_away(away, language)).collect()
}

/// What is said where nobody tells who is at the other end of a socket.
const NOT_HERE: &str = "on Windows readers are for the user alone who started them: no other user can be let in";

fn number(text: &str, of: (&str, &str)) -> Option<u32> {
    // The last number is none: to the system it means "as it is".
    let known = |number: &str| number.parse().ok().filter(|&number| number != u32::MAX);
    if is_number(text) {
        return known(text);
    }
    let found = lines(of, text).into_iter().find_map(|line| match entry(&line) {
        Some((name, number)) if name == text => Some(number.to_owned()),
        _ => None,
    });
    known(&found?)
}

/// What the system has on a user or group: its own list, and what else it knows of this one.
fn lines((file, database): (&str, &str), key: &str) -> Vec<String> {
    let own = fs::read_to_string(file).unwrap_or_default();
    let mut lines: Vec<_> = own.lines().map(str::to_owned).collect();
    if lines.iter().any(|line| entry(line).is_some_and(|(name, number)| name == key || number == key)) {
        return lines;
    }
    let mut asked = Command::new("getent");
    let asked = asked.args([database, "--", key]).stdin(Stdio::null()).stderr(Stdio::null()).output();
    let said = asked.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    lines.extend(said.lines().map(str::to_owned));
    lines
}

/// The name and the number in a line of either list.
fn entry(line: &str) -> Option<(&str, &str)> {
    let mut parts = line.split(':');
    let name = parts.next()?;
    Some((name, parts.nth(1)?))
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::{Language, TurnedAway, entry, group, is_member, named, turned_away, user};

    #[test]
    fn users_and_groups_have_names_and_numbers() {
        assert_eq!((user("root"), user("0"), group("root")), (Ok(0), Ok(0), Ok(0)));
        assert_eq!(user("100999"), Ok(100_999));
        for wrong in ["", "no-such-user-anywhere", "-1", "4294967295", "99999999999"] {
            assert!(user(wrong).is_err(), "{wrong:?}");
        }
        let said = |text| user(text).expect_err("nobody");
        assert_eq!(said("99999999999"), "no user has the number 99999999999: they go from 0 to 4294967294");
        assert!(said("-1").contains("name one"));
        assert!(is_member(0, 0) && !is_member(0, 4_000_000_000) && !is_member(3_999_999_999, 0));
        assert_eq!(named(0, Language::En), "user 0 (root)");
        assert_eq!(named(3_999_999_999, Language::Fr), "l'utilisateur 3999999999");
        assert_eq!(entry("root:x:0:0:root:/root:/bin/sh"), Some(("root", "0")));
        assert_eq!(entry("nonsense"), None);
    }

    #[test]
    fn who_is_turned_away_is_told_of_with_what_to_do() {
        let said = |away| turned_away(away, Language::En);
        assert!(said(TurnedAway::Stranger(0)).starts_with("user 0 (root) was turned away: "));
        assert!(said(TurnedAway::Crowding(0)).contains("has 100 connections at most, all of them 200"));
    }
}
