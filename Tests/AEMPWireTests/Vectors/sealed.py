#!/usr/bin/env python3
"""Known answers of the sealed channel, computed without any code of this package.

Greetings, keys, authentication lines and records of a few conversations, from hashlib (BLAKE2b, HMAC), OpenSSL by
way of `cryptography` (X25519) and libsodium by way of PyNaCl (secretbox). Prints JSON; see README.md.
"""

import base64
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from nacl.secret import SecretBox


def blake2b(data, key, size):
    return hashlib.blake2b(data, key=key, digest_size=size).digest()


def sealing_key(secret):
    """K0: what stands for the secret."""
    return hashlib.blake2b(secret, digest_size=32, person=b"aemp-sealed-v1".ljust(16, b"\0")).digest()


def pseudo_random(label, size):
    """Bytes that look random and are always the same."""
    return hashlib.shake_256(label.encode()).digest(size)


class Side:
    """One end of a conversation: what it brings and what it sends."""

    def __init__(self, name, label, secrets, framings, nonce):
        self.secrets = secrets
        self.private = X25519PrivateKey.from_private_bytes(pseudo_random(label, 32))
        self.secret_key = pseudo_random(label, 32)
        self.public_key = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.nonce = nonce
        self.kids = [blake2b(b"kid\n" + nonce.encode(), sealing_key(s), 32).hex()[:8] for s in secrets]
        key = base64.b64encode(self.public_key).decode()
        self.line = (
            f"aemp;1;{name};secretbox_x25519,tls_sha3_512,hmac_sha3_512;{','.join(framings)};provider=vector"
            f";x-kid={','.join(self.kids)};x-kx={key}")
        self.greeting = f"{self.line}\n{self.nonce}\n".encode()
        self.framings = framings

    def auth_line(self, other, key):
        text = b"secretbox_x25519\n" + self.greeting + other.greeting
        code = hmac.new(key, text, "sha512").hexdigest()
        framing = next(framing for framing in other.framings if framing in self.framings)
        return f"secretbox_x25519;{code};{framing}"

    def shared(self, other):
        return self.private.exchange(X25519PublicKey.from_public_bytes(other.public_key))


def common_secret(client, server):
    """The first of the client's list that the server has too."""
    return next(secret for secret in client.secrets if secret in server.secrets)


def content(size, number):
    return bytes((7 * i + number) % 251 for i in range(size))


def records(key, sizes):
    """Sealed records that carry these sizes, and an empty one at the end."""
    box = SecretBox(key)
    out = []
    for number, size in enumerate(sizes + [0]):
        nonce = bytes(16) + struct.pack(">Q", number)
        sealed = box.encrypt(content(size, number), nonce).ciphertext
        record = struct.pack(">I", len(sealed)) + sealed
        out.append({"size": size, "record": base64.b64encode(record).decode()})
    return out


def vector(name, dialler, listener, sizes):
    client, server = sorted([dialler, listener], key=lambda side: side.nonce.encode())
    secret = common_secret(client, server)
    key = sealing_key(secret)
    shared = dialler.shared(listener)
    assert shared == listener.shared(dialler)
    lines = {id(client): client.auth_line(server, key), id(server): server.auth_line(client, key)}
    keys = blake2b(
        b"aemp-sealed-v1 keys\n" + shared + client.greeting + server.greeting
        + lines[id(client)].encode() + b"\n" + lines[id(server)].encode() + b"\n", key, 64)

    def side(this):
        return {
            "secrets": [secret.hex() for secret in this.secrets],
            "secretKey": this.secret_key.hex(), "publicKey": this.public_key.hex(),
            "kids": this.kids, "line": this.line, "nonce": this.nonce,
            "framings": this.framings, "authLine": lines[id(this)],
            "sends": (keys[:32] if this is client else keys[32:]).hex(),
            "records": records(keys[:32] if this is client else keys[32:], sizes[this is client]),
        }

    return {
        "name": name, "secret": secret.hex(), "sealingKey": key.hex(), "shared": shared.hex(),
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
    ]
    print(json.dumps(vectors, indent=1))


main()
