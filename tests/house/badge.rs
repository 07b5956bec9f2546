//! A family of cards that is not part of the program, plugged in as a user of the library plugs one in: an invented
//! badge with its own keys of card files, its own table in layouts, its own applet and class of commands, and its own
//! page. It is not in the program's list, so that nobody is offered a badge; what the tests go through is all that a
//! family in the list goes through.

use std::{fmt, sync::Arc};

use jiff::civil::{Date, date};
use virtuale::{
    profile::{
        families::{BuiltIn, Families, Family, OwnCommand, Part},
        layout::{Layout, Tables},
        map::CardMap,
        said::Bilingual,
        schema::Doc,
        tree::Node,
    },
    terminal::{
        exchange::Exchange,
        guides::{CardReading, Guide, Unread},
        holder::Holder,
        pages::{Format, Lang, Page},
        plain::{self, PlainReading},
        told::Told,
        transport::Transport,
    },
};
use virtuale_engine::{
    Fid, Response, StatusWord,
    apdu::Apdu,
    applet::{Applet, Outcome},
    chip::Context,
    class::{Class, SecureMessaging},
    commands,
};

/// The day of the tests.
pub(crate) const TODAY: Date = date(2026, 1, 15);

/// The name of the family, of its layout and of its applet.
const NAME: &str = "badge";

/// The class of its commands.
const CLASS: u8 = 0x9A;

/// The command that reads the number, and the file that has it.
const NUMBER: u8 = 0x10;
const NUMBER_FILE: &str = "NUMERO";

/// The command that greets.
const GREET: u8 = 0x12;

/// The command that presents the code of the door.
const PRESENT: u8 = 0x14;

/// The family.
#[derive(Debug)]
pub(crate) struct Badge;

/// The families of the program and the badge.
pub(crate) fn families() -> Families {
    Families::built_in().with(&Badge)
}

/// The table `[badge]` of a layout.
#[derive(Debug)]
struct Greeting {
    text: String,
    key: Option<String>,
}

impl Part for Greeting {
    fn keys(&self) -> Vec<String> {
        self.key.iter().cloned().collect()
    }
}

impl Family for Badge {
    fn name(&self) -> &'static str {
        NAME
    }

    fn title(&self) -> Doc {
        Doc { en: "A test badge".into(), fr: "Un badge d'essai".into() }
    }

    fn keys(&self) -> &'static str {
        include_str!("../../fixtures/families/badge/keys.toml")
    }

    fn layouts(&self) -> &'static [BuiltIn] {
        &[BuiltIn { name: NAME, text: include_str!("../../fixtures/families/badge/badge.toml") }]
    }

    fn layout_of(&self, atr: &[u8]) -> Option<&'static str> {
        atr.ends_with(b"BADGE").then_some(NAME)
    }

    fn applets(&self) -> &'static [&'static str] {
        &[NAME]
    }

    fn applet(&self, name: &str, layout: &Layout, data: &Node) -> Option<Box<dyn Applet>> {
        let greeting: &Greeting = layout.part().filter(|_| name == NAME)?;
        let own = greeting.key.as_deref().and_then(|key| data.at(key)?.text());
        Some(Box::new(Door { greeting: own.unwrap_or(&greeting.text).as_bytes().to_vec() }))
    }

    fn part(&self, tables: &Tables<'_>) -> Option<Arc<dyn Part>> {
        let table = tables.table("badge", "key of a badge")?;
        tables.source(&table);
        let text = table.text("greeting").map(|text| text.value.to_owned());
        let key = table.text("greeting_from").and_then(|key| tables.key(&table, &key));
        if !table.has("greeting") {
            table.missing("greeting");
        }
        table.finish();
        Some(Arc::new(Greeting { text: text?, key }))
    }

    fn command_name(&self, command: &[u8]) -> Option<Bilingual> {
        let name = match command {
            [CLASS, NUMBER, ..] => "BADGE NUMBER",
            [CLASS, GREET, ..] => "BADGE GREET",
            [CLASS, PRESENT, ..] => "BADGE PRESENT",
            _ => return None,
        };
        Some(Bilingual::new(name, name))
    }

    fn secret_of<'c>(&self, command: &'c [u8]) -> Option<&'c [u8]> {
        match command {
            [CLASS, PRESENT, _, _, _, code @ ..] if !code.is_empty() => Some(code),
            _ => None,
        }
    }

    fn follow(&self, map: &CardMap, header: [u8; 4]) -> Option<OwnCommand> {
        let file = map.files.iter().position(|file| file.name == NUMBER_FILE)?;
        match header {
            [CLASS, NUMBER, ..] => Some(OwnCommand::Reads { file, offset: 0 }),
            [CLASS, ..] => Some(OwnCommand::Other),
            _ => None,
        }
    }
}

/// The applet.
struct Door {
    greeting: Vec<u8>,
}

impl Applet for Door {
    fn read_class(&self, cla: u8) -> Option<Class> {
        match cla {
            CLASS => Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None }),
            _ => Class::interindustry(cla),
        }
    }

    fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
        if command.cla() != CLASS {
            return commands::process(command, context, response);
        }
        match command.ins().0 {
            NUMBER => {
                let file = context.contents().find(|file| file.fid() == Fid(2)).ok_or(StatusWord::FILE_NOT_FOUND)?;
                response.extend(context.read(file, 0, file.length())?);
            }
            GREET => response.extend(&self.greeting),
            PRESENT => {
                let file = context.contents().find(|file| file.fid() == Fid(3)).ok_or(StatusWord::FILE_NOT_FOUND)?;
                if context.own(file, 0, file.length())? != command.data() {
                    return Err(StatusWord::AUTHENTICATION_FAILED.into());
                }
            }
            _ => return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED.into()),
        }
        Ok(StatusWord::SUCCESS)
    }
}

/// The badge's guide in the terminal: it reads as the layout says, and its page is one line.
pub(crate) struct BadgeGuide;

/// A badge that was read.
struct BadgeReading(PlainReading);

impl Guide for BadgeGuide {
    fn family(&self) -> &'static str {
        NAME
    }

    fn read(
        &self,
        transport: &mut dyn Transport,
        layout: &Layout,
        today: Date,
        _holder: &mut dyn Holder,
    ) -> Result<Box<dyn CardReading>, Unread> {
        if !transport.atr().ends_with(b"BADGE") {
            return Err(Unread::OtherCard {
                message: Doc { en: "this is no badge".into(), fr: "ce n'est pas un badge".into() },
                hint: Doc { en: "show a badge".into(), fr: "montrer un badge".into() },
            });
        }
        Ok(Box::new(BadgeReading(plain::read(transport, layout, today)?)))
    }
}

impl CardReading for BadgeReading {
    fn page(&self, place: &str, format: Format) -> Page {
        let value = |key| self.0.data.at(key).and_then(|node| node.text()).unwrap_or_default();
        let mut page = Page::new(format.width);
        page.title(&format!("{} {} at {place}", value("porteur.numero"), value("porteur.nom")));
        page
    }

    fn exchanges(&self) -> &[Exchange] {
        &self.0.exchanges
    }

    fn told(&self) -> Told<'_> {
        self.0.told()
    }

    fn json(&self, _source: &str, _lang: Lang) -> serde_json::Result<String> {
        serde_json::to_string(self.0.data.at("porteur.numero").and_then(|node| node.text()).unwrap_or_default())
    }
}

impl fmt::Debug for BadgeReading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BadgeReading").field(&self.0.layout).finish()
    }
}
