//! Files of Windows for tests: headers, and one section with what they say of themselves.

/// A file of Windows.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Made {
    /// Whether it has 32 bits.
    pub(in crate::cli) is_narrow: bool,
    /// A library and functions of it that it is linked to.
    pub(in crate::cli) imports: Vec<(&'static str, Vec<&'static str>)>,
    /// A library that it loads later.
    pub(in crate::cli) delayed: Option<&'static str>,
    /// By which flags its libraries are looked for.
    pub(in crate::cli) load_flags: u16,
    /// Its manifest.
    pub(in crate::cli) manifest: Option<&'static str>,
    /// The marks of its header for .NET.
    pub(in crate::cli) managed: Option<u32>,
    /// What else stands in it.
    pub(in crate::cli) more: Vec<u8>,
}

/// Where the section is when the program runs, and in the file.
const ADDRESS: u32 = 0x1000;
const PLACE: usize = 0x400;

/// Where the headers begin.
const HEADER: usize = 0x80;

/// What stands in the section, and where that is when the program runs.
#[derive(Default)]
struct Section(Vec<u8>);

impl Section {
    fn put(&mut self, bytes: &[u8]) -> u32 {
        let address = ADDRESS + u32::try_from(self.0.len()).expect("small");
        self.0.extend_from_slice(bytes);
        address
    }

    fn words(&mut self, words: &[u32]) -> u32 {
        let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
        self.put(&bytes)
    }
}

impl Made {
    /// The bytes of it.
    pub(in crate::cli) fn bytes(&self) -> Vec<u8> {
        let mut section = Section::default();
        let mut directories = [0_u32; 16];
        directories[1] = self.put_imports(&mut section);
        if let Some(name) = self.delayed {
            let name = section.put(format!("{name}\0").as_bytes());
            directories[13] = section.words(&[1, name, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        }
        let mut loading = vec![0; 0x80];
        loading[0] = 0x80;
        let field = if self.is_narrow { 0x36 } else { 0x4E };
        loading[field..field + 2].copy_from_slice(&self.load_flags.to_le_bytes());
        directories[10] = section.put(&loading);
        if let Some(manifest) = self.manifest {
            let data = section.put(manifest.as_bytes());
            let length = u32::try_from(manifest.len()).expect("small");
            let folder = |id, place| [0, 0, 0, 1 << 16, id, place];
            let levels = [folder(24, 1 << 31 | 24), folder(1, 1 << 31 | 48), folder(0x409, 72)].concat();
            directories[2] = section.words(&[&levels[..], &[data, length, 0, 0]].concat());
        }
        if let Some(marks) = self.managed {
            directories[14] = section.words(&[72, 0, 0, 0, marks]);
        }
        section.put(&self.more);
        self.headers(&directories, &section.0)
    }

    fn put_imports(&self, section: &mut Section) -> u32 {
        let mut table = Vec::new();
        for (library, functions) in &self.imports {
            let mut names = Vec::new();
            for function in functions {
                names.push(section.put(format!("\0\0{function}\0").as_bytes()));
                if !self.is_narrow {
                    names.push(0);
                }
            }
            names.extend([0, 0]);
            let names = section.words(&names);
            let name = section.put(format!("{library}\0").as_bytes());
            table.extend([names, 0, 0, name, names]);
        }
        table.extend([0; 5]);
        section.words(&table)
    }

    fn headers(&self, directories: &[u32; 16], section: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; PLACE];
        bytes[..2].copy_from_slice(b"MZ");
        let mut put = |place: usize, value: &[u8]| bytes[place..place + value.len()].copy_from_slice(value);
        put(0x3C, &u32::try_from(HEADER).expect("small").to_le_bytes());
        put(HEADER, b"PE\0\0");
        let (machine, magic, before): (u16, u16, usize) =
            if self.is_narrow { (0x014C, 0x010B, 96) } else { (0x8664, 0x020B, 112) };
        put(HEADER + 4, &machine.to_le_bytes());
        put(HEADER + 6, &1_u16.to_le_bytes());
        let length = before + 16 * 8;
        put(HEADER + 20, &u16::try_from(length).expect("small").to_le_bytes());
        let optional = HEADER + 24;
        put(optional, &magic.to_le_bytes());
        put(optional + before - 4, &16_u32.to_le_bytes());
        for (number, address) in directories.iter().enumerate() {
            put(optional + before + number * 8, &address.to_le_bytes());
        }
        let size = u32::try_from(section.len()).expect("small").to_le_bytes();
        let table = optional + length;
        put(table + 8, &size);
        put(table + 12, &ADDRESS.to_le_bytes());
        put(table + 16, &size);
        put(table + 20, &u32::try_from(PLACE).expect("small").to_le_bytes());
        bytes.extend_from_slice(section);
        bytes
    }
}
