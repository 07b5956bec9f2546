"""The terminal's end of secure messaging, written again from the description, with the package `cryptography`.

Two suites, and the mutual authentication with the issuer's test keys, which stand in the layout."""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from common import exchange, expect

CARD_NUMBER = bytes.fromhex("00180010000002FF")  # of vitale2-martin, as MF_VITALE calls itself


def padded(data, block):
    return data + b"\x80" + bytes(-(len(data) + 1) % block)


def unpadded(data):
    text, mark, zeros = data.rpartition(b"\x80")
    expect("padding", (mark, zeros.strip(b"\0")), (b"\x80", b""))
    return text


def cbc(algorithm, iv, data, encrypt=True):
    cipher = Cipher(algorithm, modes.CBC(iv))
    worker = cipher.encryptor() if encrypt else cipher.decryptor()
    return worker.update(data) + worker.finalize()


class TripleDes:
    """3DES with two keys; the retail MAC, a zero initial vector, SHA-1 for session keys."""

    block, key_set, algorithm, digest = 8, 0x01, 0x0C, hashlib.sha1
    mac_key, encryption_key = b"TEST VirtualeMAC", b"TEST VirtualeENC"

    @staticmethod
    def iv(key, counter):
        return bytes(8)

    @staticmethod
    def cipher(key, iv, data, encrypt=True):
        return cbc(algorithms.TripleDES(key), iv, data, encrypt)

    @staticmethod
    def mac(key, data):
        """Retail MAC of padded data [ISO-9797-1 algorithm 3]: single DES but for the last block."""
        left, right = key[:8], key[8:]
        single = cbc(algorithms.TripleDES(left), bytes(8), data)[-8:]
        opened = Cipher(algorithms.TripleDES(right), modes.ECB()).decryptor()
        middle = opened.update(single) + opened.finalize()
        return cbc(algorithms.TripleDES(left), bytes(8), middle)

    @staticmethod
    def first_counter(card, terminal):
        return int.from_bytes(card[4:] + terminal[4:], "big")


class Aes128:
    """AES-128; CMAC, the enciphered counter as initial vector, SHA-256 for session keys."""

    block, key_set, algorithm, digest = 16, 0x02, 0x8C, hashlib.sha256
    mac_key, encryption_key = b"TEST virtualemac", b"TEST virtualeenc"

    @staticmethod
    def iv(key, counter):
        worker = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        return worker.update(counter) + worker.finalize()

    @staticmethod
    def cipher(key, iv, data, encrypt=True):
        return cbc(algorithms.AES(key), iv, data, encrypt)

    @staticmethod
    def mac(key, data):
        worker = CMAC(algorithms.AES(key))
        worker.update(data)
        return worker.finalize()[:8]

    @staticmethod
    def first_counter(card, terminal):
        return 0


class Session:
    """The terminal's end of secure messaging, with the halves of the secret and the challenges of both sides."""

    def __init__(self, card, suite, secrets, challenges, digest):
        self.card, self.suite = card, suite
        secret = bytes(one ^ other for one, other in zip(*secrets))
        derived = lambda number: digest(secret + number.to_bytes(4, "big")).digest()[:16]
        self.encryption, self.mac = derived(1), derived(2)
        self.counter = suite.first_counter(*challenges)

    def step(self):
        self.counter += 1
        return self.counter.to_bytes(self.suite.block, "big")

    def sealed(self, header, data=b"", le=None):
        """A protected command."""
        block, counter = self.suite.block, self.step()
        objects = b""
        if data:
            iv = self.suite.iv(self.encryption, counter)
            cryptogram = self.suite.cipher(self.encryption, iv, padded(data, block))
            # With an odd instruction data are objects themselves, and have no padding indicator.
            inside = cryptogram if header[1] & 1 else b"\x01" + cryptogram
            objects += bytes([0x85 if header[1] & 1 else 0x87, len(inside)]) + inside
        if le is not None:
            objects += bytes([0x97, 1, le])
        header = bytes([header[0] | 0x0C]) + header[1:]
        covered = counter + padded(header, block) + (padded(objects, block) if objects else b"")
        objects += b"\x8e\x08" + self.suite.mac(self.mac, covered)
        return header + bytes([len(objects)]) + objects

    def opened(self, answer):
        """The data and the status word of a protected answer."""
        counter, (objects, mac) = self.step(), (answer[:-12], answer[-12:-2])
        expect("MAC object", mac[:2], b"\x8e\x08")
        covered = counter + padded(objects, self.suite.block)
        expect("MAC of the answer", mac[2:], self.suite.mac(self.mac, covered))
        data, rest = b"", objects
        if rest[:1] == b"\x87":
            length, start = (rest[2], 3) if rest[1] == 0x81 else (rest[1], 2)
            value, rest = rest[start : start + length], rest[start + length :]
            expect("padding indicator", value[:1], b"\x01")
            iv = self.suite.iv(self.encryption, counter)
            data = unpadded(self.suite.cipher(self.encryption, iv, value[1:], encrypt=False))
        expect("status inside and outside", rest, b"\x99\x02" + answer[-2:])
        return data, answer[-2:]

    def ask(self, *command, **more):
        return self.opened(exchange(self.card, self.sealed(*command, **more)))


def challenge_of(card):
    answer = exchange(card, bytes.fromhex("0084000008"))
    expect("challenge", (len(answer), answer[8:]), (10, b"\x90\x00"))
    return answer[:8]


def authenticate_mutually(card, suite):
    """A session with whoever has a key set: both sides prove that they do."""
    select = bytes.fromhex("0022C1A406") + bytes([0x80, 1, suite.algorithm, 0x83, 1, suite.key_set])
    expect("select the key set", exchange(card, select), b"\x90\x00")
    card_challenge = challenge_of(card)
    own_challenge, own_number, own_secret = bytes(range(8)), b"TERMINAL", bytes(range(32))
    plain = own_challenge + own_number + card_challenge + CARD_NUMBER + own_secret
    sealed = suite.cipher(suite.encryption_key, bytes(suite.block), plain)
    mac = suite.mac(suite.mac_key, padded(sealed, suite.block))
    answer = exchange(card, bytes.fromhex("0082000048") + sealed + mac)
    expect("mutual authentication", (len(answer), answer[-2:]), (74, b"\x90\x00"))
    sealed, mac = answer[:64], answer[64:72]
    expect("MAC of the card", mac, suite.mac(suite.mac_key, padded(sealed, suite.block)))
    opened = suite.cipher(suite.encryption_key, bytes(suite.block), sealed, encrypt=False)
    expect("what the card proves", opened[:32], card_challenge + CARD_NUMBER + own_challenge + own_number)
    return Session(card, suite, (own_secret, opened[32:]), (card_challenge, own_challenge), suite.digest)
