//! Contents without selection: for applets whose commands name bytes in another way than by a current file.
//!
//! An access rule holds here as it does for READ BINARY and UPDATE BINARY. [`Context::own`] is the exception: what the
//! chip itself looks at, such as a PIN to compare with, no rule keeps from it.

use crate::{
    Fid, StatusWord,
    chip::{Context, context::Core},
    fs::Kind,
    image::FileIndex,
    memory::Span,
    security::Operation,
};

/// A transparent EF of the current DF.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Content {
    file: FileIndex,
    fid: Fid,
    span: Span,
}

impl Content {
    pub(super) fn new(file: FileIndex, fid: Fid, span: Span) -> Self {
        Self { file, fid, span }
    }

    /// Its identifier.
    #[must_use]
    pub fn fid(self) -> Fid {
        self.fid
    }

    /// How many bytes it has.
    #[must_use]
    pub fn length(self) -> usize {
        self.span.length()
    }
}

impl Core {
    fn contents(&self, df: FileIndex) -> impl Iterator<Item = Content> {
        let children = self.files.children(df);
        children.filter_map(|(fid, file)| match self.files.file(file).kind {
            Kind::Transparent(span) => Some(Content { file, fid, span }),
            Kind::Directory(_) | Kind::Records(_) => None,
        })
    }
}

impl Context<'_> {
    /// The transparent EFs of the current DF, in the order of the image.
    pub fn contents(&self) -> impl Iterator<Item = Content> {
        self.core.contents(self.channel().df())
    }

    /// Some bytes of an EF.
    ///
    /// # Errors
    ///
    /// `6985` if the file is out of use, `6982` if its rule forbids it, `6B00` if the bytes are not all in the file.
    pub fn read(&self, content: Content, start: usize, length: usize) -> Result<&[u8], StatusWord> {
        self.authorize(content.file, Operation::Read)?;
        self.own(content, start, length)
    }

    /// Some bytes of an EF, whatever its rule says: not for the outside world.
    ///
    /// # Errors
    ///
    /// `6B00` if the bytes are not all in the file.
    pub fn own(&self, content: Content, start: usize, length: usize) -> Result<&[u8], StatusWord> {
        let part = content.span.part(start, length).ok_or(StatusWord::WRONG_OFFSET)?;
        Ok(self.core.memory.read(part))
    }

    /// Writes some bytes of an EF; they stay once they are [committed](Context::commit).
    ///
    /// # Errors
    ///
    /// As [`Context::read`]; nothing is then written.
    pub fn update(&mut self, content: Content, start: usize, bytes: &[u8]) -> Result<(), StatusWord> {
        self.authorize(content.file, Operation::Update)?;
        self.update_own(content, start, bytes)
    }

    /// Writes some bytes of an EF, whatever its rule says: for what the chip keeps for itself.
    ///
    /// # Errors
    ///
    /// `6B00` if the bytes are not all in the file; nothing is then written.
    pub fn update_own(&mut self, content: Content, start: usize, bytes: &[u8]) -> Result<(), StatusWord> {
        let part = content.span.part(start, bytes.len()).ok_or(StatusWord::WRONG_OFFSET)?;
        self.core.memory.write(part, bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{boxed::Box, vec::Vec};

    use crate::{
        Protocol, Response, StatusWord,
        apdu::Apdu,
        applet::{Applet, Outcome},
        chip::Context,
        class::{Class, SecureMessaging},
        image::FileIndex,
        platform::Forgetful,
        testing::{Tester, image, name_applet},
    };

    /// Class 80: reads and writes the EF with the number P1 at P2 by its own means.
    struct Direct;

    impl Applet for Direct {
        fn read_class(&self, _: u8) -> Option<Class> {
            Some(Class { channel: 0, chained: false, secure_messaging: SecureMessaging::None })
        }

        fn process(&mut self, command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
            let contents: Vec<_> = context.contents().collect();
            let content = *contents.get(usize::from(command.p1())).ok_or(StatusWord::FILE_NOT_FOUND)?;
            let start = usize::from(command.p2());
            match command.ins().0 {
                0x01 => response.extend(context.read(content, start, 2)?),
                0x02 => response.extend(context.own(content, start, 2)?),
                0x03 => context.update(content, start, command.data())?,
                0x04 => context.update_own(content, start, command.data())?,
                _ => response.extend(&[content.fid().0.to_be_bytes()[0], u8::try_from(content.length()).unwrap_or(0)]),
            }
            context.commit()?;
            Ok(StatusWord::SUCCESS)
        }
    }

    #[test]
    fn contents_obey_their_rules_but_for_the_chip_itself() {
        let mut image = image();
        name_applet(&mut image, FileIndex::MF, "direct");
        let mut card = Tester::of(image, Protocol::T1, &|_| Some(Box::new(Direct)), Forgetful);
        card.plays(&[
            ("80 05 00 00 00", "2F3C 9000"),
            ("80 05 01 00 00", "D07C 9000"),
            ("80 01 01 7A 00", "7A7B 9000"),
            ("80 01 01 7B 00", "6B00"),
            ("80 03 01 7A 02 AABB", "9000"),
            ("80 01 01 7A 00", "AABB 9000"),
            ("80 03 01 7A 03 AABBCC", "6B00"),
            ("80 01 02 00 00", "6982"),
            ("80 03 02 00 01 AA", "6982"),
            ("80 04 02 00 01 AA", "9000"),
            ("80 02 02 00 00", "AA01 9000"),
            ("80 01 03 00 00", "6A82"),
        ]);
    }
}
