// Go's package for PKCS#11: is refused with a wrong PIN, logs in, signs with key 46, and verifies with the certificate
// of that key.
package main

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"log"
	"os"

	"github.com/miekg/pkcs11"
)

// What stands before a SHA-256 in a DigestInfo [RFC-8017 9.2].
var sha256Name = []byte{0x30, 0x31, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1, 5, 0, 4, 0x20}

func main() {
	module := pkcs11.New(os.Args[1])
	must(module.Initialize())
	slots, err := module.GetSlotList(true)
	must(err)
	session, err := module.OpenSession(slots[0], pkcs11.CKF_SERIAL_SESSION)
	must(err)
	refusal := module.Login(session, pkcs11.CKU_USER, "9999")
	if refusal == nil {
		log.Fatal("a wrong PIN was taken")
	}
	fmt.Println(refusal)
	must(module.Login(session, pkcs11.CKU_USER, "1234"))

	find := func(class uint) pkcs11.ObjectHandle {
		must(module.FindObjectsInit(session, []*pkcs11.Attribute{
			pkcs11.NewAttribute(pkcs11.CKA_CLASS, class), pkcs11.NewAttribute(pkcs11.CKA_ID, []byte{0x46})}))
		found, _, err := module.FindObjects(session, 2)
		must(err)
		must(module.FindObjectsFinal(session))
		if len(found) != 1 {
			log.Fatalf("%d objects of class %d", len(found), class)
		}
		return found[0]
	}
	hash := sha256.Sum256([]byte("a care form"))
	must(module.SignInit(session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_RSA_PKCS, nil)},
		find(pkcs11.CKO_PRIVATE_KEY)))
	signature, err := module.Sign(session, append(sha256Name, hash[:]...))
	must(err)

	value, err := module.GetAttributeValue(session, find(pkcs11.CKO_CERTIFICATE),
		[]*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_VALUE, nil)})
	must(err)
	certificate, err := x509.ParseCertificate(value[0].Value)
	must(err)
	must(rsa.VerifyPKCS1v15(certificate.PublicKey.(*rsa.PublicKey), crypto.SHA256, hash[:], signature))
	fmt.Println("verified", certificate.Subject.CommonName)
	must(module.Logout(session))
	must(module.Finalize())
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
