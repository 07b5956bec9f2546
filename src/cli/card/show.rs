//! `virtuale card show`.

use std::{fmt::Write, path::PathBuf};

use crate::{
    cli::{Exit, card::json, cards, exit, options::Reproducible, output},
    profile::{
        Profile,
        tree::{Data, Node},
    },
};

const EXAMPLES: &str = "\
Examples:
  virtuale card show fixtures/cards/vitale2-martin.toml
  virtuale card show --json fixtures/cards/vitale2-martin.toml";

/// How many characters fit on the card between its edges.
const WIDTH: usize = 52;

/// Arguments of `card show`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The card file
    #[arg(value_name = "FILE")]
    card: PathBuf,
    /// Print all that the card file says, defaults included, as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reproducible: Reproducible,
}

/// Draws the card.
pub(super) fn run(args: &Args) -> Exit {
    let profile = cards::profile(&args.card, &args.reproducible)?;
    if args.json {
        output::print_json(&json::value(profile.data()))?;
    } else {
        output::print(format_args!("{}\n{}", face(profile.data()), people(&profile)))?;
    }
    Ok(exit::DONE)
}

/// What is printed on a Vitale 2 [CSS-R161 33-1]: the issuer's number, the card's number and validity; the holder's
/// NIR, name and first name; a photo, and a V in braille.
fn face(data: &Node) -> String {
    let holder = data.at("beneficiaire").and_then(|people| people.list().first());
    let nir = text(data, "assure.nir").map(spaced_nir).unwrap_or_default();
    let validity = [text(data, "carte.debut_validite"), text(data, "carte.fin_validite")];
    let [from, to] = validity.map(|date| date.and_then(|date| date.get(..10).map(str::to_owned)).unwrap_or_default());
    let numbers = ["carte.numero_emetteur", "carte.numero_serie"].map(|path| text(data, path).unwrap_or_default());
    let lines = [
        format!("{:<40}vitale  ⠧", "carte d'assurance maladie"),
        String::new(),
        "┌───────┐".to_owned(),
        format!("│       │  {}", holder.map(name).unwrap_or_default()),
        format!("│ photo │  {nir}"),
        format!("└───────┘  {} {}", numbers[0], numbers[1]),
        format!("           {from} / {to}"),
    ];
    let edge = "─".repeat(WIDTH + 2);
    let mut face = format!("╭{edge}╮\n");
    for line in lines {
        let cut: String = line.chars().take(WIDTH).collect();
        let _ = writeln!(face, "│ {cut:WIDTH$} │");
    }
    let _ = writeln!(face, "╰{edge}╯");
    face
}

/// Everybody on the card, and what it is made of.
fn people(profile: &Profile) -> String {
    let mut page = String::new();
    for person in profile.data().at("beneficiaire").map(Node::list).unwrap_or_default() {
        let born = text(person, "naissance").unwrap_or_default();
        let _ = writeln!(page, "  {:<40}  {born}", name(person));
    }
    let atr: Vec<_> = profile.image().atr.as_bytes().iter().map(|byte| format!("{byte:02X}")).collect();
    let _ = writeln!(page, "  layout {}, ATR {}", profile.layout().name(), atr.join(" "));
    page
}

/// First name and name; the usual name where there is one.
fn name(person: &Node) -> String {
    let family = text(person, "nom_usage").or_else(|| text(person, "nom"));
    [text(person, "prenom"), family].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// `1 85 19 75 999 001 23`.
fn spaced_nir(nir: String) -> String {
    let mut rest = nir.as_str();
    let mut groups = Vec::new();
    for length in [1, 2, 2, 2, 3, 3] {
        let Some((group, tail)) = rest.split_at_checked(length) else { return nir };
        groups.push(group);
        rest = tail;
    }
    groups.push(rest);
    groups.join(" ").trim_end().to_owned()
}

/// A value as text, if it is there and is a text or a date.
fn text(node: &Node, path: &str) -> Option<String> {
    match &node.at(path)?.data {
        Data::Text(text) => Some(text.clone()),
        Data::Date(date) => Some(date.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::spaced_nir;

    #[test]
    fn a_nir_is_read_in_groups() {
        assert_eq!(spaced_nir("185197599900123".into()), "1 85 19 75 999 001 23");
        assert_eq!(spaced_nir("165192A99900150".into()), "1 65 19 2A 999 001 50");
        assert_eq!(spaced_nir("18519".into()), "18519");
    }
}
