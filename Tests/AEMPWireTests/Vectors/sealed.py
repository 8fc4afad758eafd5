#!/usr/bin/env python3
"""Known answers of the sealed channel, computed without any code of this package.

Greetings, keys, authentication lines and records of a few conversations, from hashlib (BLAKE2b, HMAC), OpenSSL by
way of `cryptography` (X25519) and libsodium by way of PyNaCl (secretbox, ChaCha20-Poly1305). Prints JSON; see
README.md.
"""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.bindings import crypto_aead_chacha20poly1305_ietf_encrypt
from nacl.secret import SecretBox

CHACHA, SECRETBOX = "chacha20poly1305_x25519", "secretbox_x25519"
PURPOSES = {CHACHA: "aemp-sealed-v2", SECRETBOX: "aemp-sealed-v1"}


def blake2b(data, key, size):
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def sealing_key(secret, method):
    """K0: what stands for the secret."""
    return hashlib.blake2b(secret, digest_size=32, person=PURPOSES[method].encode().ljust(16, b"\0")).digest()


def pseudo_random(label, size):
    """Bytes that look random and are always the same."""
    return hashlib.shake_256(label.encode()).digest(size)


class Side:
    """One end of a conversation: what it brings and what it sends."""

    def __init__(self, name, label, secrets, framings, nonce, methods=(SECRETBOX,)):
        self.secrets = secrets
        self.private = X25519PrivateKey.from_private_bytes(pseudo_random(label, 32))
        self.secret_key = pseudo_random(label, 32)
        self.public_key = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.nonce = nonce
        self.kids = [blake2b(b"kid\n" + nonce.encode(), sealing_key(s, SECRETBOX), 32).hex()[:8] for s in secrets]
        key = base64.b64encode(self.public_key).decode()
        self.methods = methods
        self.line = (
            f"aemp;1;{name};{','.join(methods)},tls_sha3_512,hmac_sha3_512;{','.join(framings)};provider=vector"
            f";x-kid={','.join(self.kids)};x-kx={key}")
        self.greeting = f"{self.line}\n{self.nonce}\n".encode()
        self.framings = framings

    def auth_line(self, other, key, method):
        text = method.encode() + b"\n" + self.greeting + other.greeting
        code = hmac.new(key, text, "sha512").hexdigest()
        framing = next(framing for framing in other.framings if framing in self.framings)
        return f"{method};{code};{framing}"

    def shared(self, other):
        return self.private.exchange(X25519PublicKey.from_public_bytes(other.public_key))


def common_method(client, server):
    """ChaCha20-Poly1305 if both have it, whatever the order of their lists."""
    return next(method for method in (CHACHA, SECRETBOX) if method in client.methods and method in server.methods)


def common_secret(client, server):
    """The first of the client's list that the server has too."""
    return next(secret for secret in client.secrets if secret in server.secrets)


def content(size, number):
    return bytes((7 * i + number) % 251 for i in range(size))


def sealed(key, method, number, text, header):
    """The code of sixteen bytes, and the encrypted text."""
    counter = struct.pack(">Q", number)
    if method == SECRETBOX:
        return SecretBox(key).encrypt(text, bytes(16) + counter).ciphertext
    box = crypto_aead_chacha20poly1305_ietf_encrypt(text, header, bytes(4) + counter, key)
    return box[len(text):] + box[:len(text)]


def records(key, method, sizes):
    """Sealed records that carry these sizes, and an empty one at the end."""
    out = []
    for number, size in enumerate(sizes + [0]):
        header = struct.pack(">I", 16 + size)
        record = header + sealed(key, method, number, content(size, number), header)
        out.append({"size": size, "record": base64.b64encode(record).decode()})
    return out


def vector(name, dialler, listener, sizes):
    client, server = sorted([dialler, listener], key=lambda side: side.nonce.encode())
    secret = common_secret(client, server)
    method = common_method(client, server)
    key = sealing_key(secret, method)
    shared = dialler.shared(listener)
    assert shared == listener.shared(dialler)
    lines = {id(client): client.auth_line(server, key, method), id(server): server.auth_line(client, key, method)}
    keys = blake2b(
        PURPOSES[method].encode() + b" keys\n" + shared + client.greeting + server.greeting
        + lines[id(client)].encode() + b"\n" + lines[id(server)].encode() + b"\n", key, 64)

    def side(this):
        return {
            "secrets": [secret.hex() for secret in this.secrets],
            "secretKey": this.secret_key.hex(), "publicKey": this.public_key.hex(),
            "methods": this.methods, "kids": this.kids, "line": this.line, "nonce": this.nonce,
            "framings": this.framings, "authLine": lines[id(this)],
            "sends": (keys[:32] if this is client else keys[32:]).hex(),
            "records": records(keys[:32] if this is client else keys[32:], method, sizes[this is client]),
        }

    return {
        "name": name, "method": method, "secret": secret.hex(), "sealingKey": key.hex(), "shared": shared.hex(),
        "dialler": side(dialler), "listener": side(listener),
    }


def main():
    short, latin, long = b"s", "grün".encode("latin-1"), pseudo_random("long", 180)
    vectors = [
        vector(
            "the dialler is the client, all sizes",
            Side("alpha", "a1", [short], ["cbor", "json"], "AAAA+/=="),
            Side("beta", "b1", [short], ["cbor"], "AAAB+/=="),
            {True: [5, 300], False: [1, 2, 31, 32, 33, 63, 64, 65, 1000, 65536, 1]}),
        vector(
            "the listener is the client and prefers an old secret",
            Side("node/one", "a2", [latin, short], ["json"], "zzzz"),
            Side("node/two", "b2", [long, short, latin], ["cbor", "json"], "Zzzz"),
            {True: [40], False: [1, 1, 1]}),
        vector(
            "a long secret, and nothing but the end",
            Side("a", "a3", [long], ["json", "cbor"], "1"),
            Side("b", "b3", [long], ["cbor", "json"], "12"),
            {True: [], False: []}),
        vector(
            "ChaCha20-Poly1305, the dialler is the client, all sizes",
            Side("alpha", "a4", [short], ["cbor", "json"], "AAAA+/==", (CHACHA, SECRETBOX)),
            Side("beta", "b4", [short], ["cbor"], "AAAB+/==", (CHACHA, SECRETBOX)),
            {True: [5, 300], False: [1, 2, 31, 32, 33, 63, 64, 65, 1000, 65536, 1]}),
        vector(
            "ChaCha20-Poly1305 although both lists name it last, and the listener prefers an old secret",
            Side("node/one", "a5", [latin, short], ["json"], "zzzz", (SECRETBOX, CHACHA)),
            Side("node/two", "b5", [long, short, latin], ["cbor", "json"], "Zzzz", (SECRETBOX, CHACHA)),
            {True: [40], False: [1, 1, 1]}),
        vector(
            "ChaCha20-Poly1305 alone, a long secret, and nothing but the end",
            Side("a", "a6", [long], ["json", "cbor"], "1", (CHACHA,)),
            Side("b", "b6", [long], ["cbor", "json"], "12", (CHACHA, SECRETBOX)),
            {True: [], False: []}),
        vector(
            "the dialler has ChaCha20-Poly1305 and the listener only secretbox",
            Side("new", "a7", [short], ["cbor", "json"], "1", (CHACHA, SECRETBOX)),
            Side("old", "b7", [short], ["cbor", "json"], "2"),
            {True: [70], False: [300, 1]}),
    ]
    print(json.dumps(vectors, indent=1))


main()
