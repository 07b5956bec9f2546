//! What a file of Windows says of itself: programs and libraries in the form PE [MSDOC-WINDOWS PE format].
//!
//! The bytes are anybody's: what lies outside of the file, or goes in circles, is as if it were not there.

/// For which programs a library is, or what a program can load.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(in crate::cli) enum Width {
    /// x86, 32 bits.
    X86,
    /// x86-64.
    X64,
    /// Another kind of processor, such as ARM64; the number of it.
    Other(u16),
}

/// A file in the form PE.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Pe<'a> {
    bytes: &'a [u8],
    machine: u16,
    /// The place of the table of directories, and how many there are.
    directories: (usize, usize),
    /// The place of the table of sections, and how many there are.
    sections: (usize, usize),
    /// Whether addresses have 64 bits.
    is_wide: bool,
}

/// The marks of a program's header for .NET.
#[derive(Clone, Copy, Debug)]
struct Managed(u32);

const IMPORTS: usize = 1;
const RESOURCES: usize = 2;
const LOAD_CONFIGURATION: usize = 10;
const DELAYED_IMPORTS: usize = 13;
const MANAGED: usize = 14;

const X86: u16 = 0x014C;
const X64: u16 = 0x8664;

/// The mark of a library (`IMAGE_FILE_DLL`).
const IS_LIBRARY: u16 = 0x2000;

/// More libraries or functions than any program takes; a longer table is nonsense.
const MOST: usize = 4_096;

/// The longest name of a library or a function that is read.
const LONGEST_NAME: usize = 256;

/// The kind of resources that are manifests.
const MANIFEST: u32 = 24;

/// What stands in the launcher of a program for .NET, behind the place of what is packed into it
/// [DOTNET-RUNTIME bundle_marker.cpp].
const BUNDLE: [u8; 32] = [
    0x8B, 0x12, 0x02, 0xB9, 0x6A, 0x61, 0x20, 0x38, 0x72, 0x7B, 0x93, 0x02, 0x14, 0xD7, 0xA0, 0x32, 0x13, 0xF5, 0xB9,
    0xE6, 0xEF, 0xAE, 0x33, 0x18, 0xEE, 0x3B, 0x2D, 0xCE, 0x24, 0xB3, 0x6A, 0xAE,
];

impl<'a> Pe<'a> {
    /// Reads the headers; `None` if these bytes are no such file.
    pub(in crate::cli) fn read(bytes: &'a [u8]) -> Option<Self> {
        Self::read_part(bytes, u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }

    /// The same of the beginning of a file that has so many bytes.
    pub(super) fn read_part(bytes: &'a [u8], whole: u64) -> Option<Self> {
        bytes.starts_with(b"MZ").then_some(())?;
        let header = index(word(bytes, 0x3C)?)?;
        (part(bytes, header, 4)? == b"PE\0\0").then_some(())?;
        let machine = half(bytes, header + 4)?;
        let count = usize::from(half(bytes, header + 6)?);
        let optional = header + 24;
        let is_wide = match half(bytes, optional)? {
            0x010B => false,
            0x020B => true,
            _ => return None,
        };
        let table = optional + if is_wide { 112 } else { 96 };
        let directories = index(word(bytes, table - 4)?)?.min(16);
        let sections = optional + usize::from(half(bytes, header + 20)?);
        // One that is cut off is not loaded.
        let is_whole = (0..count).all(|number| {
            let field = |field| word(bytes, sections + number * 40 + field).and_then(index);
            let [length, size, place] = [8, 16, 20].map(field);
            let end = size.zip(length).and_then(|(size, length)| place?.checked_add(size.min(length)));
            end.is_some_and(|end| u64::try_from(end).is_ok_and(|end| end <= whole))
        });
        let (directories, sections) = ((table, directories), (sections, count));
        is_whole.then_some(Self { bytes, machine, directories, sections, is_wide })
    }

    /// For which programs it is, or which libraries it loads. A program for .NET that is of no kind of processor has 64
    /// bits on a Windows of 64 bits, unless it says otherwise [ECMA-335 II.25.3.3.1].
    pub(in crate::cli) fn width(&self) -> Width {
        match self.machine {
            X86 if self.managed().is_some_and(Managed::is_of_no_processor) => Width::X64,
            X86 => Width::X86,
            X64 => Width::X64,
            other => Width::Other(other),
        }
    }

    /// Whether it is a library.
    pub(in crate::cli) fn is_library(&self) -> bool {
        let flags = self.directories.0.checked_sub(if self.is_wide { 114 } else { 98 });
        flags.and_then(|place| half(self.bytes, place)).is_some_and(|flags| flags & IS_LIBRARY != 0)
    }

    /// The libraries that it is linked to.
    pub(in crate::cli) fn imports(&self) -> Vec<String> {
        self.names_of(IMPORTS, 20, 12)
    }

    /// The libraries that it loads when it first needs them.
    pub(in crate::cli) fn delayed_imports(&self) -> Vec<String> {
        self.names_of(DELAYED_IMPORTS, 32, 4)
    }

    /// Whether it is linked to this function, of whichever library.
    pub(in crate::cli) fn calls(&self, function: &str) -> bool {
        let Some(table) = self.directory(IMPORTS) else { return false };
        let size = if self.is_wide { 8 } else { 4 };
        let of_library = |number: usize| {
            let entry = table + number * 20;
            let [names, bound] = [0, 16].map(|field| word(self.bytes, entry + field).filter(|&address| address != 0));
            names.or(bound).and_then(|address| self.place(address))
        };
        (0..MOST).map_while(of_library).any(|names| {
            let name = |number: usize| {
                let address = word(self.bytes, names + number * size).filter(|&address| address != 0)?;
                // One without a name has its highest bit set, and is no place.
                Some(self.place(address).is_some_and(|place| self.text(place + 2) == function))
            };
            (0..MOST).map_while(name).any(|is_it| is_it)
        })
    }

    /// The flags by which its libraries are looked for (`DependentLoadFlags`).
    pub(in crate::cli) fn load_flags(&self) -> u16 {
        let field = if self.is_wide { 0x4E } else { 0x36 };
        let table = self.directory(LOAD_CONFIGURATION);
        // An older table is shorter.
        let table =
            table.filter(|&table| word(self.bytes, table).and_then(index).is_some_and(|size| size >= field + 2));
        table.and_then(|table| half(self.bytes, table + field)).unwrap_or_default()
    }

    /// Whether it is for .NET.
    pub(in crate::cli) fn is_managed(&self) -> bool {
        self.managed().is_some()
    }

    /// Whether it is a program for .NET with all its files in it.
    pub(in crate::cli) fn is_bundle(&self) -> bool {
        let found = self.bytes.windows(BUNDLE.len()).position(|bytes| bytes == BUNDLE);
        // Where nothing is packed, the place is 0.
        found.and_then(|mark| part(self.bytes, mark.checked_sub(8)?, 8)).is_some_and(|place| place != [0; 8])
    }

    /// The text of its manifest, if it has one.
    pub(in crate::cli) fn manifest(&self) -> Option<String> {
        let root = self.directory(RESOURCES)?;
        let below = |folder: usize, wanted: Option<u32>| {
            let count = [12, 14].into_iter().filter_map(|field| half(self.bytes, folder + field));
            let count: usize = count.map(usize::from).sum();
            let entry = |number: usize| {
                let entry = folder + 16 + number * 8;
                Some((word(self.bytes, entry)?, word(self.bytes, entry + 4)?))
            };
            let found = (0..count.min(MOST)).map_while(entry).find(|(id, _)| wanted.is_none_or(|wanted| *id == wanted));
            // The highest bit says that it is a folder.
            found.and_then(|(_, place)| index(place & 0x7FFF_FFFF)).map(|place| root + place)
        };
        let data = below(below(below(root, Some(MANIFEST))?, None)?, None)?;
        let place = self.place(word(self.bytes, data)?)?;
        let text = part(self.bytes, place, index(word(self.bytes, data + 4)?)?)?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    /// Whether a word of ASCII stands somewhere in it, in letters of 8 or 16 bits, of any case.
    pub(in crate::cli) fn mentions(&self, word: &str) -> bool {
        let wide: Vec<u8> = word.bytes().flat_map(|letter| [letter, 0]).collect();
        [word.as_bytes(), &wide].into_iter().any(|word| holds(self.bytes, word))
    }

    fn names_of(&self, directory: usize, size: usize, field: usize) -> Vec<String> {
        let Some(table) = self.directory(directory) else { return Vec::new() };
        let name = |number: usize| {
            let address = word(self.bytes, table + number * size + field).filter(|&address| address != 0)?;
            Some(self.text(self.place(address)?))
        };
        (0..MOST).map_while(name).collect()
    }

    fn managed(&self) -> Option<Managed> {
        let header = self.directory(MANAGED)?;
        word(self.bytes, header + 16).map(Managed)
    }

    /// Where a directory stands in the file, if there is one.
    fn directory(&self, number: usize) -> Option<usize> {
        let (table, count) = self.directories;
        let address = (number < count).then(|| word(self.bytes, table + number * 8)).flatten()?;
        if address == 0 { None } else { self.place(address) }
    }

    /// Where that stands in the file which is at an address when it runs.
    fn place(&self, address: u32) -> Option<usize> {
        let (table, count) = self.sections;
        (0..count).find_map(|number| {
            let section = table + number * 40;
            let [start, length, place] = [12, 16, 20].map(|field| word(self.bytes, section + field));
            let offset = address.checked_sub(start?)?;
            (offset < length?).then(|| index(place?)?.checked_add(index(offset)?)).flatten()
        })
    }

    /// The text at a place, up to its zero.
    fn text(&self, place: usize) -> String {
        let bytes = self.bytes.get(place..).unwrap_or_default().iter().take(LONGEST_NAME);
        let text: Vec<u8> = bytes.copied().take_while(|&byte| byte != 0).collect();
        String::from_utf8_lossy(&text).into_owned()
    }
}

impl Managed {
    /// Whether it has no code of a processor, asks for no 32 bits, and does not prefer them.
    fn is_of_no_processor(self) -> bool {
        const ONLY_MANAGED: u32 = 0x1;
        const ASKS_FOR_32: u32 = 0x2;
        const PREFERS_32: u32 = 0x2_0000;
        self.0 & (ONLY_MANAGED | ASKS_FOR_32 | PREFERS_32) == ONLY_MANAGED
    }
}

/// Whether a word stands in some bytes, in letters of any case.
fn holds(bytes: &[u8], word: &[u8]) -> bool {
    let Some(&first) = word.first() else { return true };
    let starts = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
    bytes
        .iter()
        .enumerate()
        .filter(|(_, byte)| starts.contains(byte))
        .any(|(place, _)| part(bytes, place, word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))
}

fn part(bytes: &[u8], place: usize, length: usize) -> Option<&[u8]> {
    bytes.get(place..place.checked_add(length)?)
}

fn half(bytes: &[u8], place: usize) -> Option<u16> {
    Some(u16::from_le_bytes(part(bytes, place, 2)?.try_into().ok()?))
}

fn word(bytes: &[u8], place: usize) -> Option<u32> {
    Some(u32::from_le_bytes(part(bytes, place, 4)?.try_into().ok()?))
}

fn index(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{super::made::Made, BUNDLE, Pe, Width};

    fn all() -> Made {
        Made {
            imports: vec![
                ("KERNEL32.dll", vec!["Sleep", "SetDefaultDllDirectories"]),
                ("WinSCard.dll", vec!["SCardConnectA"]),
            ],
            delayed: Some("ws2_32.dll"),
            load_flags: 0x800,
            manifest: Some("<assembly/>"),
            ..Made::default()
        }
    }

    #[test]
    fn a_file_says_what_it_is_linked_to_in_both_widths() {
        for is_narrow in [false, true] {
            let bytes = Made { is_narrow, ..all() }.bytes();
            let file = Pe::read(&bytes).expect("it is one");
            assert_eq!(file.width(), if is_narrow { Width::X86 } else { Width::X64 });
            assert_eq!(file.imports(), ["KERNEL32.dll", "WinSCard.dll"]);
            assert_eq!(file.delayed_imports(), ["ws2_32.dll"]);
            assert!(
                file.calls("SetDefaultDllDirectories") && file.calls("SCardConnectA") && !file.calls("SCardConnectW")
            );
            assert_eq!((file.load_flags(), file.manifest().as_deref()), (0x800, Some("<assembly/>")));
            assert!(
                file.mentions("winscard") && !file.mentions("winscore") && !file.is_managed() && !file.is_library()
            );
        }
    }

    #[test]
    fn a_program_for_net_has_the_width_that_it_gets() {
        for (managed, width) in [(1, Width::X64), (3, Width::X86), (0x2_0003, Width::X86), (0, Width::X86)] {
            let bytes = Made { is_narrow: true, managed: Some(managed), ..Made::default() }.bytes();
            let file = Pe::read(&bytes).expect("it is one");
            assert_eq!((file.width(), file.is_managed()), (width, true), "{managed:#x}");
        }
        for (place, is_bundle) in [([0; 8], false), ([1; 8], true)] {
            let bytes = Made { more: [&place[..], &BUNDLE].concat(), ..Made::default() }.bytes();
            assert_eq!(Pe::read(&bytes).expect("it is one").is_bundle(), is_bundle);
        }
    }

    #[test]
    fn another_file_is_none() {
        let whole = all().bytes();
        for other in [&whole[..whole.len() - 1], b"", b"MZ", b"\x7FELF", &[b'M'; 300]] {
            assert!(Pe::read(other).is_none());
        }
    }

    proptest! {
        #[test]
        fn whatever_is_damaged_is_read_to_an_end(place in 0_usize..0x600, byte: u8, length in 0_usize..0x700) {
            let mut bytes = all().bytes();
            if let Some(damaged) = bytes.get_mut(place) {
                *damaged = byte;
            }
            bytes.truncate(length.max(place));
            if let Some(file) = Pe::read(&bytes) {
                let _ = (file.width(), file.imports(), file.delayed_imports(), file.calls("x"), file.load_flags());
                let _ = (file.manifest(), file.is_bundle(), file.mentions("winscard"), file.is_library());
            }
        }
    }
}
