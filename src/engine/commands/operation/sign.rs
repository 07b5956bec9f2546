//! PSO COMPUTE DIGITAL SIGNATURE [ISO-7816-8 COMPUTE DIGITAL SIGNATURE] [RUN-OPENSC commands] [RUN-SCDAEMON signing].

use alloc::{vec, vec::Vec};

use zeroize::Zeroizing;

use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::{Outcome, Stop},
    chip::{Context, dialogue::Direction},
    commands::{
        algorithm::{Algorithm, Scheme},
        padding,
    },
    crypto::{Crypto, Digest, HashAlgorithm, P256PrivateKey, RsaPrivateKey},
    image::TemplateKind,
    platform::Platform,
    vault::{Access, Class, KeyPair, ObjectId},
};

/// The lengths of the hashes that ECDSA takes: SHA-1 to SHA-512.
const HASHES: [usize; 5] = [20, 28, 32, 48, 64];

/// Signs the hash that PSO HASH left, or the one in the data; with RSA the data may also be a whole padded block.
pub(super) fn compute_digital_signature(
    command: &Apdu<'_>,
    context: &mut Context<'_>,
    response: &mut Response,
) -> Outcome {
    let template = context.dialogue().environment.template(TemplateKind::Signature, Direction::Compute).clone();
    let key = template.object.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.allow(key, Access::Sign)?;
    let hashed = context.dialogue().hash.filter(|_| command.data().is_empty());
    let core = &mut *context.core;
    let message = Message { algorithm: Algorithm(template.algorithm), hashed, data: command.data() };
    let request = match core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? {
        KeyPair::Rsa(pair) => message.block(pair.public().n.len())?,
        KeyPair::P256(_) => message.digest()?,
    };
    context.count_use(key)?;
    context.dialogue().hash = None;
    let core = &mut *context.core;
    match core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? {
        KeyPair::Rsa(pair) => response.extend(&power(pair, &request)?),
        KeyPair::P256(pair) => response.extend(&ecdsa(&*core.platform.crypto, &pair, &request)?),
    }
    Ok(StatusWord::SUCCESS)
}

/// How a hash is signed: with RSA, what block it becomes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// ECDSA, with a key on P-256.
    Ecdsa,
    /// PKCS#1 version 1.5, with the DigestInfo of the hash.
    Pkcs1,
    /// PSS with MGF1 and a salt as long as the hash.
    Pss,
}

impl Context<'_> {
    /// Signs a hash with a private key as PSO COMPUTE DIGITAL SIGNATURE does, for an applet whose command is its own.
    /// It counts the use and commits.
    ///
    /// # Errors
    ///
    /// [`Stop`]: `6A88` if there is no such key, `6985` or `6982` if its rule forbids it, `6A80` if the hash is not as
    /// long as the function makes them, `6981` if the key is none for the encoding, `6984` if no use is left; or the
    /// power was lost.
    pub fn sign_hash(
        &mut self,
        key: u8,
        (algorithm, encoding): (HashAlgorithm, Encoding),
        hash: &[u8],
    ) -> Result<Vec<u8>, Stop> {
        let key = self.find(Class::PrivateKey, key)?;
        self.allow(key, Access::Sign)?;
        let digest = Digest::new(algorithm, hash).ok_or(StatusWord::WRONG_DATA)?;
        if encoding == Encoding::Ecdsa {
            return self.with_p256(key, digest.as_bytes());
        }
        self.with_rsa(key, |platform, modulus| {
            let length = modulus.len();
            let block = match encoding {
                Encoding::Ecdsa => None,
                Encoding::Pkcs1 => padding::pad_to_sign(&padding::digest_info(algorithm, digest.as_bytes()), length),
                Encoding::Pss => {
                    let mut salt = vec![0; algorithm.length()];
                    platform.random.fill(&mut salt);
                    let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
                    let bits = 8 * length - zeros;
                    let block = padding::encode_pss(&*platform.crypto, algorithm, digest.as_bytes(), &salt, bits);
                    block.map(|block| [vec![0; length - block.len()], block].concat())
                }
            };
            block.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
        })
    }

    /// The private power of a whole block by a key that may decipher, with whatever padding is in it, for an applet
    /// whose PSO DECIPHER leaves that to terminals. It counts the use and commits.
    ///
    /// # Errors
    ///
    /// As [`Context::sign_hash`]; `6A80` if the block is not as long as the modulus or not below it.
    pub fn decipher_block(&mut self, key: u8, block: &[u8]) -> Result<Vec<u8>, Stop> {
        let key = self.find(Class::PrivateKey, key)?;
        self.allow(key, Access::Decipher)?;
        self.with_rsa(
            key,
            |_, modulus| {
                if block.len() == modulus.len() { Ok(block.to_vec()) } else { Err(StatusWord::WRONG_DATA) }
            },
        )
    }

    /// Counts a use of a key on P-256 and signs a hash with it: r and s.
    fn with_p256(&mut self, key: ObjectId, hash: &[u8]) -> Result<Vec<u8>, Stop> {
        let core = &mut *self.core;
        let KeyPair::P256(pair) = core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? else {
            return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into());
        };
        self.count_use(key)?;
        Ok(ecdsa(&*self.core.platform.crypto, &pair, hash)?.to_vec())
    }

    /// Makes a block for the modulus of an RSA key, counts a use, and gives the private power of the block.
    fn with_rsa(
        &mut self,
        key: ObjectId,
        block: impl FnOnce(&mut Platform, &[u8]) -> Result<Vec<u8>, StatusWord>,
    ) -> Result<Vec<u8>, Stop> {
        let core = &mut *self.core;
        let modulus = match core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? {
            KeyPair::Rsa(pair) => pair.public().n.clone(),
            KeyPair::P256(_) => return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
        };
        let block = Zeroizing::new(block(&mut core.platform, &modulus)?);
        self.count_use(key)?;
        let core = &mut *self.core;
        match core.vault.key_pair(key, &core.memory, &*core.platform.crypto)? {
            KeyPair::Rsa(pair) => Ok(power(pair, &block)?),
            KeyPair::P256(_) => Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
        }
    }
}

/// What is to be signed.
struct Message<'a> {
    algorithm: Algorithm,
    /// The hash that PSO HASH left.
    hashed: Option<(HashAlgorithm, Digest)>,
    data: &'a [u8],
}

impl Message<'_> {
    /// The block that RSA signs, of so many bytes.
    fn block(&self, length: usize) -> Result<Vec<u8>, StatusWord> {
        self.check_scheme(Scheme::Pkcs1)?;
        if self.data.len() == length {
            return Ok(self.data.to_vec());
        }
        let (algorithm, digest) = self.hash()?;
        padding::pad_to_sign(&padding::digest_info(algorithm, digest.as_bytes()), length)
            .ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)
    }

    /// The hash that ECDSA signs.
    fn digest(&self) -> Result<Vec<u8>, StatusWord> {
        self.check_scheme(Scheme::Ecdsa)?;
        match self.data {
            [] => Ok(self.hash()?.1.as_bytes().to_vec()),
            digest => Ok(digest.to_vec()),
        }
    }

    /// Whether the scheme that was set is the one that the key has.
    fn check_scheme(&self, scheme: Scheme) -> Result<(), StatusWord> {
        let set = self.algorithm.scheme(scheme);
        if set == Some(scheme) { Ok(()) } else { Err(StatusWord::INCOMPATIBLE_WITH_FILE) }
    }

    /// The hash that is signed, which must be by the function that was set.
    fn hash(&self) -> Result<(HashAlgorithm, Digest), StatusWord> {
        let set = self.algorithm.hash();
        if self.data.is_empty() {
            let agrees = |&(algorithm, _): &(HashAlgorithm, Digest)| set.is_none_or(|set| set == algorithm);
            return self.hashed.filter(agrees).ok_or(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        let algorithm = set.ok_or(StatusWord::WRONG_DATA)?;
        Ok((algorithm, Digest::new(algorithm, self.data).ok_or(StatusWord::WRONG_DATA)?))
    }
}

/// The private power of a block, which must be below the modulus.
pub(in crate::commands) fn power(pair: &dyn RsaPrivateKey, block: &[u8]) -> Result<Vec<u8>, StatusWord> {
    pair.raw(block).map_err(|_| StatusWord::WRONG_DATA)
}

/// The signature of a hash, which must be as long as one.
pub(in crate::commands) fn ecdsa(
    crypto: &dyn Crypto,
    pair: &P256PrivateKey,
    digest: &[u8],
) -> Result<[u8; 64], StatusWord> {
    if !HASHES.contains(&digest.len()) {
        return Err(StatusWord::WRONG_DATA);
    }
    crypto.ecdsa_sign(pair, digest).map_err(|_| StatusWord::WRONG_DATA)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use crate::{
        Card, Interface, Protocol,
        testing::keys::{SELECT, VERIFY, card},
    };

    // The signatures by private key 3, recomputed with Python's three-argument pow.
    /// Of "hello ias ecc" with SHA-256.
    const HELLO_SHA256: &str = "06B272F3A833E97D0032620DCFF730B4B73A2ABEE94B0B2E6899137FB0FDB452685601163009DD4669B56A8D80B050A2178EDE4B\
        AC287B4F20E4B96F11CCA602ABECF519B470EB3BAB809FB7D309A1362292C796DA10202ECBF57BE9682724FCB42D2768DB36B6CE\
        203DE530A37DE4DEB2857F6265CD2A353A9A16CBA39C750CB597E60E33994E9C8B6B841012A72EC884918CCFD862A4705415C5D7\
        493095FB108DF3146B74F939491C6457B3570D5EE2B55D5C1058E74FA9C0F63B706796F772D60A5DCEDF0DEFBE2B3CD9312F2B09\
        5F0C9658E77109A30E16CF942D6167A0B30F3B6B11D2ED719033758F216E0DFA6F352E4B40DAF85637212B9C9D4AF8FC";
    /// Of "hello ias ecc" with SHA-1.
    const HELLO_SHA1: &str = "4ABEC06E2CDE845AA7DF86F8E07AE3237DFC54D07EBA294422908FDFF32273BCBC1B8019DF54279BCC47DF839D44E288CDC2275B\
        7278B580761EFD75FFDF1B9B78B6C9FBACA9E11D4368FFA956B306F2BF11B5827CF5D377891250E36D348F555C8074A72406E728\
        8540A95F91A2D1D692A915407730699EDB6DFD0D2CB8F257829E3D70CEAC54477D284000793AEF54EEDA1DF0AC5199F94CDC98FE\
        2B90B2E6E2213F8A6EE9117071BA867EB8C274F86CFFEDCC728FF36C70433D2820E2EE80A3DAA1CE667B206B4D083A0C7C9C90A6\
        196841DFC625B6CE1A927D18B31348828204030DB39A97B7BF1FBD0A9CC07D4EA8885BD412682696E7AD11E9238AFB35";
    /// Of a thousand times "Z" with SHA-256.
    const THOUSAND: &str = "40999863FFD34A9336B7A3C66B07449A536DACC517F432D6D57D9CDC33BAC34D1A3FAFEB3540BAF669FBFD64D138825BF6958963\
        D0387F651D6C87F6A8334060A03DC4C6A07282D90827313AB8A895CD8364AF8BB85D749A8A86B6B01AD08B731927DD0F3156E483\
        2FDACE7BF5E86343422A4F907EF580FA3C1DB15BFAAC1CF237CBBE382AEA5DEB6E1E6BBB0C1026321DADF5C3356FA39F5120D909\
        63A597B78EEEC8C17F8ACEC10613F3937EF9E3BA6DFD7A44DEE4241581A7EC7ADA97D955E5D80ADED3480A5190C7633F54B2BB16\
        1C3FE07D840A53F2B89697DCC26C5BA80D0ED26A0AEE05BCDC0CA3194A2E637314BF8D45DF551BE8CBF9EA246DC1F8EA";

    /// SHA-256 of "sample" [RFC-6979 A.2.5].
    const SAMPLE: &str = "AF2BDBE1AA9B6EC1E2ADE1D694F41FC71A831D0268E9891562113D8A62ADD1BF";
    const SAMPLE_SIGNATURE: &str = "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716\
        F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8";

    /// The answer to a command that has one, in either protocol.
    fn signature(command: &str, before: &[(&str, &str)], protocol: Protocol) -> String {
        let mut card = card(protocol);
        card.plays(&[VERIFY]);
        card.plays(before);
        match (protocol, command.len()) {
            (Protocol::T0, _) => {
                assert_eq!(card.send(command), "6100");
                card.send("00 C0 00 00 00")
            }
            (Protocol::T1, 11) => card.send(&format!("{command} 00")),
            (Protocol::T1, _) => card.send(command),
        }
    }

    #[test]
    fn the_hash_is_ended_on_the_card_as_opensc_has_it() {
        // 13 bytes with both hashes, 1000 bytes with a state [RUN-OPENSC hash].
        let state = "3CE4734569A696F8AF1373ED66A0FDDE41A56AB558E3686DB742167B45D2C425";
        let tail = "5A".repeat(40);
        let long = format!("00 2A 90 A0 54 90 28 {state} 0000000000001E00 80 28 {tail}");
        let short = "00 2A 90 A0 11 90 00 80 0D 68656C6C6F2069617320656363";
        let cases = [("40", "42", short, HELLO_SHA256), ("10", "12", short, HELLO_SHA1), ("40", "42", &long, THOUSAND)];
        for (hash, algorithm, last_round, right) in cases {
            for protocol in [Protocol::T0, Protocol::T1] {
                let set_hash = format!("00 22 41 AA 03 80 01 {hash}");
                let set_key = format!("00 22 41 B6 06 84 01 83 80 01 {algorithm}");
                let before = [(&set_hash[..], "9000"), (&set_key, "9000"), (last_round, "9000")];
                assert_eq!(signature("00 2A 9E 9A", &before, protocol), format!("{right}9000"));
            }
        }
    }

    #[test]
    fn a_hash_may_come_whole_or_be_made_here() {
        let set = [("00 22 41 B6 06 84 01 83 80 01 42", "9000")];
        let digest = "5B5CE62002D50BA606ABDAB58B63A280784192811FADD298A81CC93019AE76A7";
        let external = format!("00 2A 90 A0 22 90 20 {digest}");
        for hash in ["00 2A 90 80 0D 68656C6C6F2069617320656363", &external] {
            let before = [set[0], (hash, "9000")];
            assert_eq!(signature("00 2A 9E 9A", &before, Protocol::T1), format!("{HELLO_SHA256}9000"));
        }
        let given = format!("00 2A 9E 9A 20 {digest} 00");
        assert_eq!(signature(&given, &set, Protocol::T1), format!("{HELLO_SHA256}9000"));
    }

    #[test]
    fn a_whole_block_is_signed_as_scdaemon_has_it() {
        let info =
            "3031300D0609608648016503040201050004205B5CE62002D50BA606ABDAB58B63A280784192811FADD298A81CC93019AE76A7";
        let block = format!("0001{}00{info}", "FF".repeat(256 - 3 - 51));
        let set = [("00 22 41 B6 03 84 01 03", "9000")];
        let command = format!("00 2A 9E 9A 00 0100 {block} 0000");
        assert_eq!(signature(&command, &set, Protocol::T1), format!("{HELLO_SHA256}9000"));
        let too_great = format!("00 2A 9E 9A 00 0100 {} 0000", "FF".repeat(256));
        assert_eq!(signature(&too_great, &set, Protocol::T1), "6A80");
    }

    #[test]
    fn a_hash_is_signed_on_p256_as_scdaemon_has_it() {
        let set = [("00 22 41 B6 03 84 01 02", "9000")];
        let command = format!("00 2A 9E 9A 20 {SAMPLE}");
        let mut card = card(Protocol::T0);
        card.plays(&[VERIFY, set[0], (&command, "6140"), ("00 C0 00 00 40", &format!("{SAMPLE_SIGNATURE}9000"))]);
        assert_eq!(signature(&format!("{command} 00"), &set, Protocol::T1), format!("{SAMPLE_SIGNATURE}9000"));
        let hashed = [("00 22 41 AA 03 80 01 40", "9000"), set[0], ("00 2A 90 80 06 73616D706C65", "9000")];
        assert_eq!(signature("00 2A 9E 9A", &hashed, Protocol::T1), format!("{SAMPLE_SIGNATURE}9000"));
    }

    #[test]
    fn nothing_is_signed_without_key_hash_or_code() {
        let mut card = card(Protocol::T1);
        card.plays(&[
            ("00 2A 9E 9A 00", "6985"),
            ("00 22 41 B6 06 84 01 83 80 01 42", "9000"),
            ("00 2A 90 80 01 41", "9000"),
            ("00 2A 9E 9A 00", "6982"),
            VERIFY,
            ("00 22 41 AA 03 80 01 40", "9000"),
            ("00 2A 9E 9A 00", "6985"),
            ("00 2A 9E 9A 01 41 00", "6A80"),
            ("00 22 41 AA 03 80 01 10", "9000"),
            ("00 2A 90 80 01 41", "9000"),
            ("00 2A 9E 9A 00", "6985"),
            ("00 22 41 B6 06 84 01 82 80 01 42", "9000"),
            ("00 2A 9E 9A 00", "6981"),
            ("00 22 41 B6 06 84 01 83 80 01 54", "9000"),
            ("00 2A 9E 9A 00", "6981"),
            // A hash that failed leaves none.
            ("00 22 41 B6 06 84 01 82 80 01 54", "9000"),
            ("00 2A 90 80 01 41", "9000"),
            ("00 2A 90 A0 02 9000", "6A80"),
            ("00 2A 9E 9A 00", "6985"),
            ("00 2A 9E 9B 00", "6A86"),
        ]);
    }

    #[test]
    fn a_hash_is_signed_once_and_a_key_as_often_as_it_may() {
        const SET: (&str, &str) = ("00 22 41 B6 06 84 01 83 80 01 42", "9000");
        const HASH: (&str, &str) = ("00 2A 90 80 0D 68656C6C6F2069617320656363", "9000");
        let mut card = card(Protocol::T0);
        card.plays(&[VERIFY, SET, HASH, ("00 2A 9E 9A 00", "6100"), ("00 2A 9E 9A 00", "6985")]);
        card.chip.power_up(Interface::Contact).expect("an ATR");
        card.plays(&[SELECT, VERIFY, SET, HASH, ("00 2A 9E 9A 00", "6100"), HASH, ("00 2A 9E 9A 00", "6984")]);
    }
}
