"""Zones of groups, read and written from their published coding alone: what a billing program does with them.

`read(bytes)` gives the groups and says where one cannot be; `write(groups)` is the way back; `deviations(groups)` says what
is not as the counts, widths, dates and order have it; `read_text` takes the text that people read.
"""

import re

# Fields of each group with their widths: one number for a width that is always so, a pair for a range; a field that
# may be empty has True behind it.
DATE, OPEN = (12, 12, False), (12, 12, True)


def always(width):
    return (width, width, False)


def up_to(width):
    return (0, width, True)


def between(least, most):
    return (least, most, False)


def or_none(width):
    return (width, width, True)


# Names are as wide as a card has room for, and wider than was seen.
NAME = between(1, 27)
LINE = up_to(27)
WIDTHS = {
    101: [always(1), between(8, 9), or_none(12), or_none(1), up_to(0), up_to(0), always(1), always(13), always(2), always(2),
          always(3), always(4), always(2), up_to(0)],
    102: [always(1), DATE, DATE],
    103: [always(9), or_none(2), between(1, 9)] * 3,
    104: [NAME, LINE, NAME, LINE, LINE, LINE, LINE, LINE, or_none(13), always(2), DATE, DATE, always(1), always(1), between(1, 2),
          DATE, DATE, up_to(1)],
    105: [DATE, OPEN],
    106: [OPEN, OPEN, always(1), always(4)],
    107: [always(8), always(8), or_none(2), up_to(1), up_to(9), up_to(1)],
    108: [DATE, DATE],
    109: [between(8, 10), up_to(19), up_to(8), always(2), DATE, DATE, or_none(2), or_none(3), up_to(12), or_none(1), up_to(1), up_to(9)],
    111: [between(1, 115)],
    1: [always(1), always(1), between(9, 10), up_to(1), up_to(2), LINE, LINE],
    2: [always(1), always(1), up_to(2), up_to(4), always(1), between(9, 15), up_to(1), between(1, 40), always(8), always(1), or_none(10),
        or_none(1), always(1), always(2), always(2), always(2), always(1), always(1), always(1), always(1), always(1)],
    60: [up_to(127)] * 3,
    64: [up_to(127)] * 3,
    67: [up_to(127)] * 2,
}
# Which fields are dates, counted from 1.
DATES = {101: [3], 102: [2, 3], 104: [11, 12, 16, 17], 105: [1, 2], 106: [1, 2], 108: [1, 2], 109: [5, 6]}
# What may stand before a group; a group that is not here may stand anywhere.
BEFORE = {
    102: {101}, 103: {102}, 104: {102, 103, 104, 105, 106, 107, 108, 109, 111}, 105: {104, 105}, 106: {104, 105, 106},
    107: {104, 105, 106}, 108: {107, 108}, 109: {104, 105, 106}, 111: {109}, 2: {1, 2}, 64: {60, 64}, 67: {60, 64, 67},
}


class Malformed(Exception):
    """No zone: the byte, the group and the number of the field where it breaks off; None for what was not reached."""

    def __init__(self, position, group=None, field=None):
        super().__init__(f"byte {position}, group {group}, field {field}")
        self.place = (position, group, field)


def length_at(data, at, end, group, field):
    """A length of BER in its shortest form, and the byte behind it."""
    if at >= end:
        raise Malformed(at, group, field)
    first = data[at]
    if first < 0x80:
        return first, at + 1
    more = {0x81: 1, 0x82: 2}.get(first)
    if more is None or at + 1 + more > end:
        raise Malformed(at, group, field)
    length = int.from_bytes(data[at + 1 : at + 1 + more], "big")
    if length < (0x80 if more == 1 else 0x100):
        raise Malformed(at, group, field)
    return length, at + 1 + more


def read(data):
    """Groups as (number, [(position, bytes)])."""
    groups, at = [], 0
    while at < len(data):
        if at + 2 > len(data):
            raise Malformed(at)
        number = int.from_bytes(data[at : at + 2], "big")
        length, start = length_at(data, at + 2, len(data), number, None)
        end = start + length
        if end > len(data):
            raise Malformed(at + 2, number)
        fields, at = [], start
        while at < end:
            place = at
            length, at = length_at(data, at, end, number, len(fields) + 1)
            if at + length > end:
                raise Malformed(place, number, len(fields) + 1)
            fields.append((place, data[at : at + length]))
            at += length
        groups.append((number, fields))
    return groups


def coded(data):
    if len(data) < 0x80:
        return bytes([len(data)]) + data
    if len(data) < 0x100:
        return b"\x81" + bytes([len(data)]) + data
    return b"\x82" + len(data).to_bytes(2, "big") + data


def write(groups):
    whole = b""
    for number, fields in groups:
        whole += number.to_bytes(2, "big") + coded(b"".join(coded(value) for _, value in fields))
    return whole


def is_date(value):
    """Twelve digits: a day with a time, whose month may be above 12 on birth dates; or all zeros."""
    if not re.fullmatch(rb"\d{12}", value):
        return False
    month, day, hour, minute = (int(value[at : at + 2]) for at in (4, 6, 8, 10))
    return value == b"0" * 12 or (int(value[:4]) > 0 and month > 0 and day > 0 and hour < 24 and minute < 60)


def deviations(groups):
    """The places, as (group, occurrence, field), of what is not as it should be; a field of None is about the group."""
    found, seen, before = [], {}, None
    for number, fields in groups:
        seen[number] = occurrence = seen.get(number, 0) + 1
        if number not in WIDTHS:
            continue
        if number in BEFORE and before not in BEFORE[number] or number not in BEFORE and before == 101:
            found.append((number, occurrence, None))
        before = number
        if len(fields) != len(WIDTHS[number]):
            found.append((number, occurrence, None))
        for field, ((_, value), (least, most, empty)) in enumerate(zip(fields, WIDTHS[number]), 1):
            fits = least <= len(value) <= most if value else empty or least == 0
            date = field in DATES.get(number, []) and value
            if not fits or date and not is_date(value):
                found.append((number, occurrence, field))
        if number == 106 and len(fields) == 4:
            assert (fields[0][1] == b"") == (fields[1][1] == b""), "a coverage has both days, or neither"
    return found


def read_text(text):
    """Zones from the text for people: each begins with a line about it."""
    zones = []
    for line in text.splitlines():
        if line.startswith("# "):
            zones.append([])
            continue
        data = line.split("#")[0]
        place = re.match(r"(\d+)\[(\d+)\](?:\.(\d+))? ", data)
        number, occurrence, field = place.groups()
        number, occurrence = int(number), int(occurrence)
        if field is None:
            zones[-1].append((number, []))
            assert occurrence == sum(other == number for other, _ in zones[-1]), line
            continue
        value = re.search(r'"(.*)"', data)[1]
        value = re.sub(r"\\x([0-9A-F]{2})", lambda escape: chr(int(escape[1], 16)), value)
        group = zones[-1][-1]
        group[1].append((None, value.encode("iso8859-1")))
        assert group[0] == number and len(group[1]) == int(field), line
    return zones
