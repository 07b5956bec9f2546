//! The ODF and the directories that it names.

use super::{Certificate, KeyKind, KeyUsage, Paths, Pin, PrivateKey, Token, TokenError, der};

/// CommonObjectAttributes.flags: private.
const PRIVATE: u8 = 0;
/// CommonObjectAttributes.flags: modifiable.
const MODIFIABLE: u8 = 1;

/// KeyUsageFlags [ISO-7816-15 KeyUsageFlags].
mod usage {
    pub(super) const ENCRYPT: u8 = 0;
    pub(super) const DECRYPT: u8 = 1;
    pub(super) const SIGN: u8 = 2;
    pub(super) const UNWRAP: u8 = 5;
    pub(super) const VERIFY: u8 = 6;
    pub(super) const DERIVE: u8 = 8;
    pub(super) const NON_REPUDIATION: u8 = 9;
}

/// Numbers of algorithms in TokenInfo.
const RSA_SIGN: u32 = 1;
const RSA_DECIPHER: u32 = 6;

/// KeyAccessFlags: sensitive, always sensitive, never extractable, made on the card.
const PRIVATE_ACCESS: [u8; 4] = [0, 2, 3, 4];
/// KeyAccessFlags: made on the card.
const PUBLIC_ACCESS: [u8; 1] = [4];

impl Token {
    /// EF.ODF: which directory is where.
    ///
    /// # Errors
    ///
    /// [`TokenError`], as with all files of a token.
    pub fn odf(&self, paths: Paths) -> Result<Vec<u8>, TokenError> {
        let mut odf = Vec::new();
        // [8] authObjects, [0] privateKeys, [1] publicKeys, [4] certificates.
        for (number, fid) in [(8, paths.pins), (0, paths.private_keys), (1, paths.public_keys), (4, paths.certificates)]
        {
            der::tagged(number, &mut odf, |entry| der::path(fid, entry)).map_err(|_| TokenError)?;
        }
        Ok(odf)
    }

    /// EF.AODF: the PINs.
    ///
    /// # Errors
    ///
    /// As [`Token::odf`].
    pub fn aodf(&self) -> Result<Vec<u8>, TokenError> {
        collect(&self.pins, Pin::put)
    }

    /// EF.PrKDF: the private keys.
    ///
    /// # Errors
    ///
    /// As [`Token::odf`].
    pub fn prkdf(&self) -> Result<Vec<u8>, TokenError> {
        collect(&self.keys, PrivateKey::put_private)
    }

    /// EF.PuKDF: the public keys.
    ///
    /// # Errors
    ///
    /// As [`Token::odf`].
    pub fn pukdf(&self) -> Result<Vec<u8>, TokenError> {
        collect(&self.keys, PrivateKey::put_public)
    }

    /// EF.CDF: the certificates.
    ///
    /// # Errors
    ///
    /// As [`Token::odf`].
    pub fn cdf(&self) -> Result<Vec<u8>, TokenError> {
        collect(&self.certificates, Certificate::put)
    }
}

fn collect<T>(objects: &[T], put: impl Fn(&T, &mut Vec<u8>) -> der::Result<()>) -> Result<Vec<u8>, TokenError> {
    let mut directory = Vec::new();
    objects.iter().try_for_each(|object| put(object, &mut directory)).map_err(|_| TokenError)?;
    Ok(directory)
}

impl Pin {
    fn put(&self, directory: &mut Vec<u8>) -> der::Result<()> {
        let (least, most) = self.digits;
        der::sequence(directory, |object| {
            der::sequence(object, |common| {
                der::text(&self.label, common)?;
                der::named_bits(&[PRIVATE, MODIFIABLE], common)
            })?;
            der::sequence(object, |class| der::octets(&[self.id], class))?;
            der::tagged(1, object, |attributes| {
                der::sequence(attributes, |attributes| {
                    // PinFlags: local (1), initialized (4).
                    let flags: &[u8] = if self.reference & 0x80 == 0 { &[4] } else { &[1, 4] };
                    der::named_bits(flags, attributes)?;
                    // PinType ascii-numeric.
                    der::enumerated(1, attributes)?;
                    for length in [least, most, most] {
                        der::integer(u32::from(length), attributes)?;
                    }
                    der::implicit(u32::from(self.reference), attributes)?;
                    // The padding character.
                    der::octets(&[0xFF], attributes)
                })
            })
        })
    }
}

impl PrivateKey {
    fn put_private(&self, directory: &mut Vec<u8>) -> der::Result<()> {
        let uses: &[u8] = match (self.usage, self.kind) {
            (KeyUsage::Authentication, _) => &[usage::SIGN],
            (KeyUsage::Signature, _) => &[usage::SIGN, usage::NON_REPUDIATION],
            (KeyUsage::Decipherment, KeyKind::Rsa { .. }) => &[usage::DECRYPT, usage::UNWRAP],
            // scdaemon asks such a key only if it deciphers, too.
            (KeyUsage::Decipherment, KeyKind::P256) => &[usage::DECRYPT, usage::UNWRAP, usage::DERIVE],
        };
        self.put(directory, |object| {
            der::sequence(object, |common| {
                der::text(&self.label, common)?;
                der::named_bits(&[PRIVATE], common)?;
                self.pin.map_or(Ok(()), |pin| der::octets(&[pin], common))
            })?;
            der::sequence(object, |class| {
                self.put_class(uses, &PRIVATE_ACCESS, class)?;
                // The one algorithm by which OpenSC is to use the key: its number in TokenInfo.
                if matches!(self.kind, KeyKind::Rsa { .. }) {
                    let algorithm = if self.usage == KeyUsage::Decipherment { RSA_DECIPHER } else { RSA_SIGN };
                    der::tagged(1, class, |algorithms| der::integer(algorithm, algorithms))?;
                }
                Ok(())
            })?;
            self.put_type(object, |attributes| der::path(self.path, attributes))
        })
    }

    fn put_public(&self, directory: &mut Vec<u8>) -> der::Result<()> {
        let uses: &[u8] = match (self.usage, self.kind) {
            (KeyUsage::Authentication | KeyUsage::Signature, _) => &[usage::VERIFY],
            (KeyUsage::Decipherment, KeyKind::Rsa { .. }) => &[usage::ENCRYPT],
            (KeyUsage::Decipherment, KeyKind::P256) => &[usage::DERIVE],
        };
        self.put(directory, |object| {
            der::sequence(object, |common| der::text(&self.label, common))?;
            der::sequence(object, |class| self.put_class(uses, &PUBLIC_ACCESS, class))?;
            // The key itself is a data object of the card; `04 00`, since OpenSC drops a key whose path is empty.
            self.put_type(object, |attributes| der::sequence(attributes, |path| der::octets(&[], path)))
        })
    }

    /// One key: a sequence for RSA, `[0]` for an elliptic curve.
    fn put(&self, directory: &mut Vec<u8>, fill: impl FnOnce(&mut Vec<u8>) -> der::Result<()>) -> der::Result<()> {
        match self.kind {
            KeyKind::Rsa { .. } => der::sequence(directory, fill),
            KeyKind::P256 => der::tagged(0, directory, fill),
        }
    }

    /// The start of CommonKeyAttributes, which private and public keys share.
    fn put_class(&self, uses: &[u8], access: &[u8], class: &mut Vec<u8>) -> der::Result<()> {
        der::octets(&[self.id], class)?;
        der::named_bits(uses, class)?;
        der::named_bits(access, class)?;
        der::integer(u32::from(self.reference), class)
    }

    fn put_type(&self, object: &mut Vec<u8>, value: impl FnOnce(&mut Vec<u8>) -> der::Result<()>) -> der::Result<()> {
        der::tagged(1, object, |attributes| {
            der::sequence(attributes, |attributes| {
                value(attributes)?;
                match self.kind {
                    KeyKind::Rsa { bits } => der::integer(u32::from(bits), attributes),
                    KeyKind::P256 => Ok(()),
                }
            })
        })
    }
}

impl Certificate {
    fn put(&self, directory: &mut Vec<u8>) -> der::Result<()> {
        der::sequence(directory, |object| {
            der::sequence(object, |common| {
                der::text(&self.label, common)?;
                der::named_bits(&[MODIFIABLE], common)
            })?;
            der::sequence(object, |class| der::octets(&[self.id], class))?;
            der::tagged(1, object, |attributes| {
                der::sequence(attributes, |attributes| der::path(self.path, attributes))
            })
        })
    }
}
