"""Reads the XML of every Vitale in both shapes, and finds in it what the card's zone says, path by path.

`xml_reader.py VIRTUALE CARD...` ends with 0 if all is right. Paths and codings are those that programs read; what no
program was seen to read must not be there.
"""

import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import groups

virtuale, cards = sys.argv[1], sys.argv[2:]

IDENTITY = {
    "ident/nomUsuel", "ident/nomPatronymique", "ident/prenomUsuel", "ident/rangDeNaissance", "ident/nirCertifie",
    "ident/dateCertification", *(f"ident/adresse/ligne{line}" for line in range(1, 6)),
}
BORN = {1: {"ident/naissance/date", "ident/naissance/dateEnCarte", "ident/nir"}, 2: {"ident/dateNaissance", "amo/nir"}}
RIGHTS = {
    "amo/qualBenef", "amo/codeRegime", "amo/caisse", "amo/centreGestion", "amo/centreCarte", "amo/codeGestion",
    "amo/listePeriodesDroits/element/debut", "amo/listePeriodesDroits/element/fin", "amo/libelleExo", "amo/medecinTraitant",
    "cmu/typeCMU", "cmu/periode", "mutuelle/numIdent", "amc/numComplB2", "amc/codeRoutageFlux", "amc/validiteDonnees/debut",
    "amc/validiteDonnees/fin", "amc/numAdherent", "amc/indicTraitement",
    *(f"listeat/at{place}/{what}" for place in (1, 2, 3) for what in ("organisme", "identifiant")),
}


def read(*arguments, codes=b"1234\n"):
    command = [virtuale, "read", "--now", "2026-01-15", "--pin-fd", "0", *arguments]
    return subprocess.run(command, input=codes, capture_output=True, check=False)


def leaves(element, path=""):
    """Every text with its path."""
    if len(element) == 0:
        yield path, element.text or ""
    for child in element:
        assert not (child.tail or "").strip(" \n") and not child.tail, "white space between elements"
        yield from leaves(child, f"{path}/{child.tag}" if path else child.tag)


def people(document):
    """The leaves of each person: path to texts."""
    assert document.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?><'), document[:60]
    root = ElementTree.fromstring(document)
    assert root.tag == "T_AsnDonneesVitale" and [child.tag for child in root] == ["listeBenef"]
    found = []
    for person in root[0]:
        assert person.tag == "T_AsnBeneficiaire"
        texts = {}
        for path, text in leaves(person):
            texts.setdefault(path, []).append(text)
        found.append(texts)
    return found


def day(value):
    """DDMMYYYY of a date of a zone; nothing for none."""
    return "" if value.strip("0") == "" else value[6:8] + value[4:6] + value[:4]


def expected(zone):
    """What the zone says of each person, under the paths of the first shape."""
    card, accidents, persons = {}, None, []
    for number, fields in zone:
        texts = [value.decode("iso8859-1") for _, value in fields]
        if number == 101:
            card = texts
        elif number == 103:
            accidents = texts
        elif number == 104:
            persons.append({number: [texts]})
        elif persons:
            persons[-1].setdefault(number, []).append(texts)
    told = []
    for index, groups_of in enumerate(persons):
        [person] = groups_of[104]
        one = {
            "ident/nomUsuel": [person[0]], "ident/nomPatronymique": [person[1]], "ident/prenomUsuel": [person[2]],
            "ident/rangDeNaissance": [person[12]], "ident/nir": [card[7] + card[8]], "amo/qualBenef": [person[13]],
            "amo/codeRegime": [card[9]], "amo/caisse": [card[10]], "amo/centreGestion": [card[11]], "amo/centreCarte": [card[11]],
            "amo/codeGestion": [card[12]], "ident/nirCertifie": [person[8] + person[9] if person[8] else ""],
            "ident/dateCertification": [day(person[10])],
        }
        born = person[11]
        if born.startswith("00") and day(born):
            one["ident/naissance/dateEnCarte"] = [born[2:8]]
        else:
            one["ident/naissance/date"] = [day(born)]
        for line in range(5):
            one[f"ident/adresse/ligne{line + 1}"] = [person[3 + line]]
        periods = groups_of.get(105, [])[:3]
        one["amo/listePeriodesDroits/element/debut"] = [day(start) for start, _ in periods]
        one["amo/listePeriodesDroits/element/fin"] = [day(end) for _, end in periods]
        for mutual in groups_of.get(107, []):
            one["mutuelle/numIdent"] = [mutual[0]]
        for other in groups_of.get(109, []):
            one |= {
                "amc/numComplB2": [other[0]], "amc/numAdherent": [other[2]], "amc/indicTraitement": [other[3]],
                "amc/validiteDonnees/debut": [day(other[4])], "amc/validiteDonnees/fin": [day(other[5])],
                "amc/codeRoutageFlux": [other[6]],
            }
        if accidents and index == 0:
            for place in range(3):
                body, code, number = accidents[3 * place : 3 * place + 3]
                if code:
                    one[f"listeat/at{place + 1}/organisme"] = [body]
                    one[f"listeat/at{place + 1}/identifiant"] = [number]
        told.append({path: [text for text in texts if text] for path, texts in one.items() if any(texts)})
    return told


# What is in words of the program's own, or depends on the day: whether it is there is all that can be said.
WORDS = {"amo/libelleExo", "amo/medecinTraitant", "cmu/typeCMU", "cmu/periode", "ident/dateCertification"}


def in_no_words(one):
    return {path: texts for path, texts in one.items() if path not in WORDS}


def in_second_shape(one):
    names = {"ident/nir": "amo/nir", "ident/naissance/date": "ident/dateNaissance", "ident/naissance/dateEnCarte": "ident/dateNaissance"}
    return {names.get(path, path): texts for path, texts in one.items()}


for card in cards:
    both = ["--card", card, "--card", "cps-lefevre"]
    zones = read("--format", "zone", *both)
    documents = read("--format", "xml", "--xml-shape", "1,2", *both)
    assert zones.returncode == documents.returncode == 0, (card, zones.stderr, documents.stderr)
    zone = groups.read(zones.stdout)
    first, second = documents.stdout.splitlines()
    told = expected(zone)
    for shape, document, right in [(1, first, told), (2, second, [in_second_shape(one) for one in told])]:
        found = people(document)
        assert len(found) == len(right), card
        for one, what in zip(found, right):
            assert set(one) <= IDENTITY | BORN[shape] | RIGHTS, (card, shape, set(one) - IDENTITY - BORN[shape] - RIGHTS)
            there = {path: texts for path, texts in one.items() if path not in WORDS}
            assert there == in_no_words(what), (card, shape, there, what)
            assert ("ident/dateCertification" in one) == ("ident/dateCertification" in what), card
            assert one.get("amo/medecinTraitant", ["Oui"]) == ["Oui"], card
            assert ("cmu/periode" in one) <= ("cmu/typeCMU" in one), card
    alone = read("--format", "xml", "--xml-shape", "1,2", "--card", card)
    for shape, document, right in zip((1, 2), alone.stdout.splitlines(), (told, [in_second_shape(one) for one in told])):
        for one, what in zip(people(document), right):
            assert set(one) <= IDENTITY | BORN[shape], (card, shape, one)
            identity = {path: texts for path, texts in in_no_words(what).items() if path in IDENTITY | BORN[shape]}
            assert {path: texts for path, texts in one.items() if path not in WORDS} == identity, (card, shape, one, identity)
    print(card, len(told), "people, in both shapes")

print("all documents are right")
