"""PyKCS11: is refused with a wrong PIN, logs in, signs with key 46, and verifies with the certificate of that key."""

import sys

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from PyKCS11 import *

# What stands before a SHA-256 in a DigestInfo [RFC-8017 9.2].
SHA256_NAME = bytes.fromhex("3031300d060960864801650304020105000420")
MESSAGE = b"a care form"

library = PyKCS11Lib()
library.load(sys.argv[1])
slot = library.getSlotList(tokenPresent=True)[0]
session = library.openSession(slot, CKF_SERIAL_SESSION)
try:
    session.login("9999")
    sys.exit("a wrong PIN was taken")
except PyKCS11Error as error:
    print(error)
session.login("1234")


def find(kind):
    (found,) = session.findObjects([(CKA_CLASS, kind), (CKA_ID, (0x46,))])
    return found


digest = Hash(SHA256())
digest.update(MESSAGE)
mechanism = Mechanism(CKM_RSA_PKCS, None)
signature = bytes(session.sign(find(CKO_PRIVATE_KEY), SHA256_NAME + digest.finalize(), mechanism))
(value,) = session.getAttributeValue(find(CKO_CERTIFICATE), [CKA_VALUE])
certificate = x509.load_der_x509_certificate(bytes(value))
certificate.public_key().verify(signature, MESSAGE, padding.PKCS1v15(), SHA256())
print("verified", certificate.subject.rfc4514_string())
session.logout()
session.closeSession()
