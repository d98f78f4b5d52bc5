"""Verifies a log's files by what the specifications say, and nothing else.

C2SP tlog-tiles, tlog-checkpoint, signed-note, tlog-cosignature and tlog-policy; RFC 6962 section 2.1; RFC 8032 section 5.1.
Usage: verify_log.py FOLDER POLICY
"""

import base64
import hashlib
import os
import sys

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - square) % P or y >= P or (x == 0 and sign):
        raise ValueError("no point of the curve")
    return P - x if x % 2 != sign else x


def add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = add(result, point)
        point = add(point, point)
        number >>= 1
    return result


def point_of(encoded):
    y = int.from_bytes(encoded, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    x = x_of(y, sign)
    return x, y, 1, x * y % P


BASE = (x_of(BASE_Y, 0), BASE_Y, 1, x_of(BASE_Y, 0) * BASE_Y % P)


def is_signed(key, message, signature):
    if len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(r + key + message).digest(), "little") % L
    left, right = times(s, BASE), add(point_of(r), times(k, point_of(key)))
    return not (left[0] * right[2] - right[0] * left[2]) % P and not (left[1] * right[2] - right[1] * left[2]) % P


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(hashes):
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return hashlib.sha256(b"\1" + root(hashes[:split]) + root(hashes[split:])).digest()


def key_of(text):
    name, number, encoded = text.split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    expected = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if expected.hex() != number:
        raise ValueError("the id of a key is not that of its name and bytes: " + text)
    return name, expected, key[0], key[1:]


def read_policy(text):
    logs, witnesses, groups, quorum = [], {}, {}, None
    for line in text.splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "log":
            logs.append(key_of(words[1]))
        elif words[0] == "witness":
            witnesses[words[1]] = key_of(words[2])
        elif words[0] == "group":
            members = words[3:]
            threshold = {"all": len(members), "any": 1}.get(words[2]) or int(words[2])
            groups[words[1]] = threshold, members
        elif words[0] == "quorum":
            quorum = words[1]
    return logs, witnesses, groups, quorum


def is_met(name, groups, cosigned):
    if name not in groups:
        return name in cosigned
    threshold, members = groups[name]
    return sum(is_met(member, groups, cosigned) for member in members) >= threshold


def signatures(note):
    text, lines = note.rsplit("\n\n", 1)
    found = {}
    for line in lines.splitlines():
        dash, name, encoded = line.split(" ")
        if dash != "\u2014":
            raise ValueError("no signature line: " + line)
        blob = base64.b64decode(encoded, validate=True)
        found[name, blob[:4]] = blob[4:]
    return text + "\n", found


def path_of(folder, level, number, width):
    groups = ["%03d" % (number % 1000)]
    while number >= 1000:
        number //= 1000
        groups.insert(0, "x%03d" % (number % 1000))
    partial = [] if width == 256 else [groups.pop() + ".p", str(width)]
    return os.path.join(folder, "tile", level, *groups, *partial)


def tiles(folder, level, size):
    for number in range((size + 255) // 256):
        width = min(256, size - 256 * number)
        with open(path_of(folder, level, number, width), "rb") as file:
            yield file.read(), width


def verify(folder, policy):
    logs, witnesses, groups, quorum = read_policy(open(policy, encoding="utf-8").read())
    text, found = signatures(open(os.path.join(folder, "checkpoint"), encoding="utf-8").read())
    origin, size, encoded = text.split("\n")[:3]
    size, signed_root = int(size), base64.b64decode(encoded, validate=True)

    name, number, kind, key = logs[0]
    if name != origin or kind != 1 or not is_signed(key, text.encode(), found[name, number]):
        raise ValueError("the log did not sign the checkpoint")
    cosigned = []
    for witness, (name, number, kind, key) in witnesses.items():
        blob = found.get((name, number), b"")
        time = int.from_bytes(blob[:8], "big")
        message = "cosignature/v1\ntime %d\n%s" % (time, text)
        if kind == 4 and blob and is_signed(key, message.encode(), blob[8:]):
            cosigned.append(witness)
    if not is_met(quorum, groups, cosigned):
        raise ValueError("too few witnesses")

    hashes = []
    for bundle, width in tiles(folder, "entries", size):
        count = 0
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            if len(bundle) < 2 + length:
                raise ValueError("an entry is cut off")
            hashes.append(leaf(bundle[2 : 2 + length]))
            bundle, count = bundle[2 + length :], count + 1
        if count != width:
            raise ValueError("a bundle has %d entries and not %d" % (count, width))
    if root(hashes) != signed_root:
        raise ValueError("the entries have another root than the checkpoint")
    level, row = 0, hashes
    while row:
        stored = b"".join(tile for tile, _ in tiles(folder, str(level), len(row)))
        if stored != b"".join(row):
            raise ValueError("the tiles of level %d are not those of the entries" % level)
        row = [root(row[at : at + 256]) for at in range(0, len(row) // 256 * 256, 256)]
        level += 1
    print("%d entries, root %s, cosigned by %s" % (size, signed_root.hex(), ", ".join(sorted(cosigned))))


try:
    verify(*sys.argv[1:3])
except (ValueError, KeyError, IndexError, OSError) as error:
    sys.exit("verify_log: %s: %s" % (type(error).__name__, error))
