//! PSO DECIPHER [ISO-7816-8 DECIPHER] [RUN-OPENSC commands].

use zeroize::Zeroizing;

use crate::{
    Response, StatusWord,
    apdu::Apdu,
    applet::Outcome,
    chip::{Context, dialogue::Direction},
    commands::{
        algorithm::{Algorithm, Scheme},
        operation::sign::power,
        padding,
    },
    image::TemplateKind,
    tlv::{self, Object, Objects, Tag},
    vault::{Access, KeyPair},
};

/// Deciphers with RSA and takes the padding of PKCS#1 away; with P-256, agrees on a key with the holder of a point.
///
/// What IAS cards do with P-256 is not public. The point comes as scdaemon sends it, or as OpenPGP cards have it; the
/// answer is the x coordinate of the product.
pub(super) fn decipher(command: &Apdu<'_>, context: &mut Context<'_>, response: &mut Response) -> Outcome {
    let template = context.dialogue().environment.template(TemplateKind::Confidentiality, Direction::Compute).clone();
    let key = template.object.ok_or(StatusWord::CONDITIONS_NOT_SATISFIED)?;
    context.allow(key, Access::Decipher)?;
    let scheme = Algorithm(template.algorithm).scheme(Scheme::Decipher);
    let input = input(command.data()).ok_or(StatusWord::WRONG_DATA)?;
    context.count_use(key)?;
    let core = &mut *context.core;
    match (core.vault.key_pair(key, &core.memory, &*core.platform.crypto)?, scheme) {
        (KeyPair::Rsa(pair), Some(Scheme::Decipher)) => {
            let block = Zeroizing::new(power(pair, input)?);
            response.extend(padding::unpad_deciphered(&block).ok_or(StatusWord::WRONG_DATA)?);
        }
        (KeyPair::P256(pair), Some(Scheme::Decipher | Scheme::Agreement)) => {
            let shared = core.platform.crypto.p256_agree(&pair, input).map_err(|_| StatusWord::WRONG_DATA)?;
            response.extend(&*shared);
        }
        _ => return Err(StatusWord::INCOMPATIBLE_WITH_FILE.into()),
    }
    Ok(StatusWord::SUCCESS)
}

/// A cryptogram or a point: what stands behind a padding indicator (OpenSC says `81`, others `00` or `02`), or a point
/// in the templates `A6 { 7F49 { 86 } }`.
fn input(data: &[u8]) -> Option<&[u8]> {
    if let [0x00 | 0x02 | 0x81, input @ ..] = data {
        return Some(input);
    }
    let mut objects = tlv::objects(data);
    for tag in [Tag(0xA6), Tag(0x7F49)] {
        let template = only(&mut objects, tag)?;
        objects = template.objects();
    }
    only(&mut objects, Tag(0x86)).map(|point| point.value)
}

fn only<'a>(objects: &mut Objects<'a>, tag: Tag) -> Option<Object<'a>> {
    let object = objects.next()?.ok().filter(|object| object.tag == tag)?;
    objects.next().is_none().then_some(object)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use hex_literal::hex;

    use crate::{
        Protocol,
        crypto::P256PrivateKey,
        image::{ObjectKind, PrivateKey},
        platform::Forgetful,
        testing::{
            Tester,
            keys::{VERIFY, card, card_of, keyed_image},
        },
    };

    const SET: (&str, &str) = ("00 22 41 B8 06 84 01 81 80 01 1A", "9000");

    // Padded with 01, 02, 03, ... and enciphered with Python's three-argument pow.
    /// "secret" for private key 1.
    const SECRET: &str = "9EF64B9EB41D83F38F9A254E26C4E6199B885B8D63A4D67BEA9B6671F1D9AFEE545DBD8805B4FE917A4BC79067FC7025C7657024\
        E45C8D24814B21629D97209ED37044E559A642AC91D60BC0EAB081E0CA5DAB11FEB65AC613BE606ECE86CD1DD67B86E23679B3A3\
        BBDA2AAA92D6043F679C3A37443F35F993AE267E1ED11E4A";

    #[test]
    fn a_cryptogram_may_come_in_parts() {
        let whole = format!("00 2A 80 86 81 81 {SECRET} 00");
        let first = format!("10 2A 80 86 40 81 {}", &SECRET[..126]);
        let last = format!("00 2A 80 86 41 {} 00", &SECRET[126..]);
        let mut card = card(Protocol::T1);
        card.plays(&[VERIFY, SET, (&whole, "736563726574 9000"), (&first, "9000"), (&last, "736563726574 9000")]);
    }

    #[test]
    fn what_is_no_cryptogram_is_refused() {
        let block = format!("00 2A 80 86 81 81 {} 00", "01".repeat(128));
        let other_padding = format!("00 2A 80 86 81 83 {SECRET} 00");
        card(Protocol::T1).plays(&[
            (&block, "6985"),
            SET,
            (&block, "6982"),
            VERIFY,
            (&block, "6A80"),
            (&other_padding, "6A80"),
            ("00 2A 80 86 02 81 00 00", "6A80"),
            ("00 2A 80 86 00", "6A80"),
            ("00 22 41 B8 06 84 01 81 80 01 42", "9000"),
            (&block, "6981"),
            ("00 22 41 B8 03 84 01 82", "9000"),
            (&block, "6A80"),
        ]);
    }

    /// Private key 2 may decipher and is this scalar.
    fn agreeing() -> Tester {
        let mut image = keyed_image();
        let crate::image::FileKind::Directory(directory) = &mut image.files[1].kind else { panic!("a DF") };
        let key = PrivateKey::P256(P256PrivateKey(SCALAR));
        directory.security.objects[7].kind = ObjectKind::PrivateKey(key);
        card_of(image, Protocol::T1, Forgetful)
    }

    // P-256, count 0 [NIST-CAVP KAS_ECC_CDH].
    const SCALAR: [u8; 32] = hex!("7D7DC5F71EB29DDAF80D6214632EEAE03D9058AF1FB6D22ED80BADB62BC1A534");
    const POINT: &str = "04 700C48F77F56584C5CC632CA65640DB91B6BACCE3A4DF6B42CE7CC838833D287\
        DB71E509E3FD9B060DDB20BA5C51DCC5948D46FBF640DFE0441782CAB85FA4AC";
    const SHARED: &str = "46FC62106420FF012E54A434FBDD2D25CCC5852060561E68040DD7778997BD7B 9000";

    #[test]
    fn with_p256_a_secret_is_agreed_on() {
        let of_scdaemon = format!("00 2A 80 86 42 00 {POINT} 00");
        let of_openpgp = format!("00 2A 80 86 48 A6 46 7F49 43 86 41 {POINT} 00");
        let off_the_curve = of_scdaemon.replace("A4AC 00", "A4AD 00").replace("A4AC00", "A4AD00");
        let mut card = agreeing();
        card.plays(&[
            VERIFY,
            ("00 22 41 B8 03 84 01 82", "9000"),
            (&of_scdaemon, SHARED),
            (&of_openpgp, SHARED),
            ("00 22 41 B8 06 84 01 82 80 01 0B", "9000"),
            (&of_scdaemon, SHARED),
            (&off_the_curve, "6A80"),
            ("00 2A 80 86 05 A6 03 7F49 00 00", "6A80"),
            ("00 2A 80 86 22 00 02 700C48F77F56584C5CC632CA65640DB91B6BACCE3A4DF6B42CE7CC838833D287 00", "6A80"),
            ("00 22 41 B8 06 84 01 82 80 01 42", "9000"),
            (&of_scdaemon, "6981"),
            ("00 22 41 B8 06 84 01 81 80 01 0B", "9000"),
            (&of_scdaemon, "6981"),
        ]);
    }
}
