//! Security data objects by GET DATA and PUT DATA, and key generation [ISO-7816-4 11.4.3] [OPENSC-IASECC sdo].
//!
//! A request names an object as `BF cc nn`: its class with bit `80`, without which this would be no tag of three bytes,
//! and its number. The object is one of the current application, or else a global one.

mod generate;
mod get;
mod put;

pub(super) use generate::generate_key_pair;
pub(super) use get::get_data;
pub(super) use put::put_data;

use alloc::vec::Vec;

use crate::{
    StatusWord,
    chip::Context,
    cvc::PublicKey,
    tlv::{self, Object, Objects, Tag},
    vault::{Class, LOCAL, ObjectId},
};

/// P1-P2 of both commands: the current DF.
const CURRENT_DF: u16 = 0x3FFF;

/// The template around objects.
const OBJECTS: Tag = Tag(0x70);
/// An extended header list.
const HEADER_LIST: Tag = Tag(0x4D);
/// What is known of an object besides its value (DOCP).
const PARAMETERS: Tag = Tag(0xA0);
/// The keys of a key set.
const KEY_SET: Tag = Tag(0xA2);
/// The value of a PIN.
const PIN: Tag = Tag(0x7F41);
/// The value of a private key.
const PRIVATE_KEY: Tag = Tag(0x7F48);
/// The value of a public key.
const PUBLIC_KEY: Tag = Tag(0x7F49);
/// The templates of an environment.
const ENVIRONMENT: Tag = Tag(0x7B);

/// The class of environments, which are no objects of the vault.
const ENVIRONMENT_CLASS: u8 = 0x7B;

/// What a request names.
struct Named<'a> {
    /// `BF cc nn`.
    tag: Tag,
    /// Without bit `80`.
    class: u8,
    number: u8,
    /// What stands in it.
    inside: Object<'a>,
}

impl<'a> Named<'a> {
    /// The one object in a template `70`.
    fn read(template: &Object<'a>) -> Result<Self, StatusWord> {
        Self::new(only(template.objects())?)
    }

    /// The same, or the tag of an object alone.
    fn read_tag(template: &Object<'a>) -> Result<Self, StatusWord> {
        let &[0xBF, class, number] = template.value else { return Self::read(template) };
        let tag = Tag(u32::from_be_bytes([0, 0xBF, class, number]));
        Self::new(Object { tag, value: &[], ..*template })
    }

    fn new(inside: Object<'a>) -> Result<Self, StatusWord> {
        let [0, 0xBF, class, number] = inside.tag.0.to_be_bytes() else { return Err(StatusWord::WRONG_DATA) };
        Ok(Self { tag: inside.tag, class: class & !LOCAL, number, inside })
    }

    /// The object.
    fn find(&self, context: &Context<'_>) -> Result<ObjectId, StatusWord> {
        let class = Class::from_byte(self.class).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        let reference =
            Some(self.number).filter(|number| number & LOCAL == 0).ok_or(StatusWord::REFERENCE_NOT_FOUND)?;
        context.find(class, LOCAL | reference).or_else(|_| context.find(class, reference))
    }
}

/// The only object there is.
fn only<'a>(mut objects: Objects<'a>) -> Result<Object<'a>, StatusWord> {
    match (objects.next(), objects.next()) {
        (Some(Ok(object)), None) => Ok(object),
        _ => Err(StatusWord::WRONG_DATA),
    }
}

/// The only object there is, which must have this tag.
fn only_tagged<'a>(objects: Objects<'a>, tag: Tag) -> Result<Object<'a>, StatusWord> {
    only(objects).and_then(|object| if object.tag == tag { Ok(object) } else { Err(StatusWord::WRONG_DATA) })
}

/// Appends the template of a public key: `81` and `82`, or `86` on P-256.
fn put_public_key(key: &PublicKey, holder: &[u8], authorisation: &[u8], output: &mut Vec<u8>) {
    tlv::put_with(PUBLIC_KEY, output, |value| {
        match key {
            PublicKey::Rsa(key) => {
                tlv::put(Tag(0x81), &key.n, value);
                tlv::put(Tag(0x82), &key.e, value);
            }
            PublicKey::P256(point) => tlv::put(Tag(0x86), point, value),
        }
        if !holder.is_empty() {
            tlv::put(Tag(0x5F20), holder, value);
            tlv::put(Tag(0x5F4C), authorisation, value);
        }
    });
}
