"""Parses the XML as programs do, and finds what the card file says, names in hostile spellings included."""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

virtuale, hostile = sys.argv[1], sys.argv[2]


def read(*arguments):
    command = [virtuale, "read", "--now", "2026-01-15", "--format", "xml", "--pin-fd", "0", *arguments]
    outcome = subprocess.run(command, input=b"1234\n1234\n", capture_output=True, check=True)
    documents = outcome.stdout.splitlines()
    for document in documents:
        assert document.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?><T_AsnDonneesVitale>'), document
        assert b"> <" not in document and b">\t<" not in document, document
    return [ElementTree.fromstring(document) for document in documents]


def texts(root, path):
    return [element.text for element in root.findall(path)]


first, second = read("--xml-shape", "1,2", "--card", "vitale2-bastia", "--card", "cps-lefevre")
person = "listeBenef/T_AsnBeneficiaire/"
for root in (first, second):
    assert root.tag == "T_AsnDonneesVitale"
    assert texts(root, person + "ident/nomUsuel") == ["CÔTÉ-ÇAÏRE", "CÔTÉ-ÇAÏRE"]
    assert texts(root, person + "ident/prenomUsuel") == ["NOËL", "FRANÇOISE-ZOË"]
assert texts(first, person + "ident/nir")[0] == "172192B99900224"
assert texts(second, person + "amo/nir")[0] == "172192B99900224"
assert texts(first, person + "ident/naissance/date") == texts(second, person + "ident/dateNaissance")

(root,) = read("--card", hostile)
assert texts(root, person + "ident/nomUsuel") == ["</nomUsuel>&amp;<!--"], texts(root, person + "ident/nomUsuel")
assert texts(root, person + "ident/prenomUsuel") == ["]]>\"'"], texts(root, person + "ident/prenomUsuel")
print("parsed")
