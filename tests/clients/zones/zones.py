"""Takes every zone of a folder apart, and compares with what `virtuale card explain --json` and the texts say of it.

`zones.py VIRTUALE FOLDER` ends with 0 if all is right. Zones that break off stand in the folder `broken`.
"""

import json
import pathlib
import subprocess
import sys

import groups

virtuale, folder = sys.argv[1], pathlib.Path(sys.argv[2])


def explained(path, code):
    run = subprocess.run([virtuale, "card", "explain", "--json", path], capture_output=True, check=False)
    assert run.returncode == code, (path, run.returncode, run.stderr)
    return json.loads(run.stdout)


def compare(path, data, report):
    """Groups, fields, places and bytes, as both see them."""
    zone = groups.read(data)
    assert groups.write(zone) == data, f"{path}: it is written otherwise than it was read"
    assert report["size"] == len(data) and report["error"] is None
    ours = [(number, [(place, value.hex().upper()) for place, value in fields]) for number, fields in zone]
    theirs = [(group["group"], [(field["start"], field["bytes"]) for field in group["fields"]]) for group in report["groups"]]
    assert ours == theirs, path
    for group in report["groups"]:
        assert group["end"] == (group["fields"][-1]["end"] if group["fields"] else group["start"] + 3), path
        for field in group["fields"]:
            assert field["value"].encode("iso8859-1") == bytes.fromhex(field["bytes"]), path
    return zone


for path in sorted(folder.glob("*.in")):
    data = path.read_bytes()
    zone = compare(path, data, explained(path, 0))
    assert groups.deviations(zone) == [], path
    insured = [fields for number, fields in zone if number == 101]
    assert all(fields[0][1] == b"T" for fields in insured), f"{path}: it does not say that it is a test"
    for text in folder.glob(f"{path.stem}.*txt"):
        [again] = groups.read_text(text.read_text(encoding="utf-8"))
        assert groups.write(again) == data, text
        print(text.name, "is the same")
    print(path.name, len(data), "bytes", len(zone), "groups")

for path in sorted((folder / "broken").glob("*.in")):
    data = path.read_bytes()
    try:
        zone = groups.read(data)
    except groups.Malformed as error:
        found = explained(path, 3)["error"]
        assert (found["position"], found["group"], found["field"]) == error.place, (path, found, error)
        print(path.name, "breaks off at", error)
        continue
    report = explained(path, 1)
    compare(path, data, report)
    ours = set(groups.deviations(zone))
    theirs = {(found["group"], found["occurrence"], found["field"]) for found in report["findings"]}
    # What is no digit is found by the program besides.
    assert ours and ours <= theirs, (path, ours, theirs)
    print(path.name, "deviates in", len(theirs), "places")

print("all zones are right")
