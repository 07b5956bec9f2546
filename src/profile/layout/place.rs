//! A value in its place: how many bytes it takes, how it is padded, how its absence is told.

use super::{
    super::{
        said::{Bilingual, said},
        tree::Data,
    },
    coding::{Coding, Undecodable, Unfit},
    model::Place,
};

impl Place {
    /// The bytes of a datum. One that could not be told from an absent one is refused.
    pub(super) fn encode(&self, data: &Data, optional: bool) -> Result<Vec<u8>, Unfit> {
        let refusal = |message, hint| Err(Unfit::new(message, hint));
        let mut bytes = self.coding.encode(data, self.length)?;
        let Some(length) = self.length else { return Ok(bytes) };
        let (unit, taken) = self.count(bytes.len());
        let (_, most) = self.count(length);
        if bytes.len() > length {
            let message = said!(
                with unit;
                en: "has {taken} {unit}, but its place on this chip has {most}",
                fr: "a {taken} {unit}, mais sa place sur cette puce en a {most}",
            );
            return refusal(message, said!(en: "shorten it", fr: "raccourcir"));
        }
        if self.pads && bytes.last() == Some(&self.pad) {
            let message = said!(
                en: "ends with what pads its place, and would lose it",
                fr: "finit par ce qui complète sa place, et le perdrait",
            );
            return refusal(message, said!(en: "leave its end out", fr: "enlever la fin"));
        }
        if bytes.len() < length && !self.pads {
            let message = said!(
                with unit;
                en: "has {taken} {unit}, but its place on this chip has exactly {most}",
                fr: "a {taken} {unit}, mais sa place sur cette puce en a exactement {most}",
            );
            let hint = said!(en: "write all of it, zeros included", fr: "tout écrire, zéros compris");
            return refusal(message, hint);
        }
        bytes.resize(length, self.pad);
        if optional && bytes.iter().all(|&byte| byte == self.pad) {
            let message = said!(en: "is coded as if it were not there", fr: "se code comme une donnée absente");
            return refusal(message, said!(en: "leave the key out", fr: "enlever la clé"));
        }
        Ok(bytes)
    }

    /// The bytes of no datum, in a place of fixed length.
    pub(super) fn absent(&self) -> Vec<u8> {
        vec![self.pad; self.length.unwrap_or(0)]
    }

    /// The datum of bytes; `None` if the place is empty.
    pub(super) fn decode(&self, bytes: &[u8], optional: bool) -> Result<Option<Data>, Undecodable> {
        if self.length.is_none() {
            return self.coding.decode(bytes).map(Some);
        }
        let may_be_absent = optional || matches!(self.coding, Coding::Date { .. });
        if may_be_absent && bytes.iter().all(|&byte| byte == self.pad) {
            return Ok(None);
        }
        let kept = bytes.iter().rposition(|&byte| byte != self.pad).map_or(0, |last| last + 1);
        let kept = if self.pads { bytes.get(..kept).unwrap_or(bytes) } else { bytes };
        self.coding.decode(kept).map(Some)
    }

    /// Bytes in the unit in which an author counts them.
    fn count(&self, bytes: usize) -> (Bilingual, usize) {
        let digits = || said!(en: "digits", fr: "chiffres");
        match self.coding {
            Coding::Ascii | Coding::Latin1 => (said!(en: "characters", fr: "caractères"), bytes),
            Coding::Digits => (digits(), bytes),
            Coding::Bcd => (digits(), bytes * 2),
            Coding::Luhn { .. } => {
                (said!(en: "digits with the check digit", fr: "chiffres avec celui de contrôle"), bytes * 2)
            }
            _ => (said!(en: "bytes", fr: "octets"), bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Coding, Data, Place};

    fn place(name: &str, length: usize, pad: Option<u8>) -> Place {
        let coding = Coding::named(name).expect("a coding's name");
        let pads = pad.is_some() || coding.pads_by_itself();
        Place { pad: pad.unwrap_or(coding.usual_pad()), coding, length: Some(length), pads }
    }

    fn text(text: &str) -> Data {
        Data::Text(text.into())
    }

    #[test]
    fn a_short_text_is_padded_and_comes_back_without() {
        let place = place("latin1", 8, None);
        let bytes = place.encode(&text("ZOÉ"), true).expect("it fits");
        assert_eq!(bytes, b"ZO\xC9     ");
        assert_eq!(place.decode(&bytes, true), Ok(Some(text("ZOÉ"))));
        assert_eq!(place.decode(&place.absent(), true), Ok(None));
    }

    #[test]
    fn what_does_not_fit_says_so_in_the_unit_of_its_author() {
        let message = |place: Place, data| place.encode(&data, true).expect_err("a refusal").message;
        assert_eq!(
            message(place("latin1", 3, None), text("MARTIN")),
            "has 6 characters, but its place on this chip has 3"
        );
        assert_eq!(message(place("bcd", 2, None), text("123456")), "has 6 digits, but its place on this chip has 4");
        assert!(message(place("digits", 4, None), text("349")).contains("exactly 4"));
        assert!(message(place("ascii", 4, None), text("A ")).contains("pads its place"));
        assert!(message(place("digits", 4, Some(b'0')), text("3490")).contains("pads its place"));
        assert!(message(place("number", 1, None), Data::Number(255)).contains("as if it were not there"));
    }
}
