//! An RSA key that signs certificates and lists.

use std::sync::Arc;

use p256::ecdsa::signature::{self, Keypair};
use virtuale_engine::crypto::{Crypto, CryptoError, HashAlgorithm, RsaNumbers, RsaPublicKey};
use x509_cert::{
    builder::{Builder, CertificateBuilder, Error},
    der::{
        Document, Encode,
        asn1::{BitString, Null},
    },
    spki::{
        self, AlgorithmIdentifier, AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, EncodePublicKey,
        ObjectIdentifier, SignatureBitStringEncoding, SubjectPublicKeyInfoOwned,
    },
};

use super::{
    super::{super::arithmetic::Arithmetic, pending::Pending, rsa_public, x509::rsa_information},
    form::Form,
};

/// sha256WithRSAEncryption [RFC-4055 5].
const SHA256_WITH_RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");

/// DigestInfo of SHA-256 before the digest [RFC-8017 9.2].
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// A key that signs.
#[derive(Debug)]
pub(super) struct Signer {
    numbers: RsaNumbers,
    public: RsaPublicKey,
}

impl Signer {
    pub(super) fn new(numbers: RsaNumbers) -> Self {
        Self { public: rsa_public(&numbers), numbers }
    }

    pub(super) fn information(&self) -> Result<SubjectPublicKeyInfoOwned, Error> {
        rsa_information(&self.public)
    }

    pub(super) fn certificate(self: &Arc<Self>, form: Form) -> Result<Pending, Error> {
        let (serial, validity, key) = (form.serial.clone(), form.validity, form.key.clone());
        let mut builder = CertificateBuilder::new(form, serial, validity, key)?;
        let body = builder.finalize(&**self)?;
        let zeros = BitString::from_bytes(&vec![0; self.public.n.len()])?;
        let unsigned = builder.assemble(zeros, &**self)?.to_der()?;
        let signer = Arc::clone(self);
        Ok(Pending::new(unsigned, move |unsigned| {
            let signature = signer.signature(&body).ok()?;
            let place = unsigned.len().checked_sub(signature.len())?;
            Some([&unsigned[..place], &signature].concat())
        }))
    }

    /// A signature of PKCS#1 version 1.5 [RFC-8017 8.2].
    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, CryptoError> {
        let digest = Arithmetic.hash(HashAlgorithm::Sha256, &[message]);
        let info = [&SHA256_INFO[..], digest.as_bytes()].concat();
        let padding = vec![0xFF; self.public.n.len().saturating_sub(3 + info.len())];
        Arithmetic.rsa_key(&self.numbers)?.raw(&[&[0x00, 0x01][..], &padding, &[0x00], &info].concat())
    }
}

impl Keypair for Signer {
    type VerifyingKey = Public;

    fn verifying_key(&self) -> Public {
        Public(self.public.clone())
    }
}

impl DynSignatureAlgorithmIdentifier for Signer {
    fn signature_algorithm_identifier(&self) -> spki::Result<AlgorithmIdentifierOwned> {
        Ok(AlgorithmIdentifier { oid: SHA256_WITH_RSA, parameters: Some(Null.into()) })
    }
}

impl signature::Signer<Signature> for Signer {
    fn try_sign(&self, message: &[u8]) -> Result<Signature, signature::Error> {
        self.signature(message).map(Signature).map_err(signature::Error::from_source)
    }
}

/// The public half, as the builder of certificates wants it.
#[derive(Clone, Debug)]
pub(super) struct Public(RsaPublicKey);

impl EncodePublicKey for Public {
    fn to_public_key_der(&self) -> spki::Result<Document> {
        let information = rsa_information(&self.0).map_err(|_| spki::Error::KeyMalformed)?;
        Ok(Document::encode_msg(&information)?)
    }
}

/// A signature as it stands in a certificate.
#[derive(Clone, Debug)]
pub(super) struct Signature(Vec<u8>);

impl SignatureBitStringEncoding for Signature {
    fn to_bitstring(&self) -> x509_cert::der::Result<BitString> {
        BitString::from_bytes(&self.0)
    }
}
