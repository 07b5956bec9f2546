"""Holds every document against the published schema, and sees that the schema refuses what is no such document."""

import copy
import json
import sys

from jsonschema import Draft202012Validator

schema = json.load(open(sys.argv[1], encoding="utf-8"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)


def places(value, path=()):
    """Every key of every table in a document."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield (*path, key)
            yield from places(member, (*path, key))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from places(member, (*path, index))


def table(document, path):
    for step in path:
        document = document[step]
    return document


def changed(document, path, change):
    document = copy.deepcopy(document)
    change(table(document, path[:-1]), path[-1])
    return document


def remove(holder, key):
    del holder[key]


def rename(holder, key):
    holder[key + "_"] = holder.pop(key)


def replace(holder, key):
    holder[key] = {"no": ["such", "value"]}


documents = 0
refused = 0
for name in sys.argv[2:]:
    for line in open(name, encoding="utf-8"):
        document = json.loads(line)
        errors = [f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(document)]
        assert not errors, errors
        documents += 1
        for path in places(document):
            for change in (remove, rename, replace):
                other = changed(document, path, change)
                assert not validator.is_valid(other), (name, path, change.__name__)
                refused += 1
        for key, value in [("version", 2), ("schema", "other"), ("test", False), ("code", 1), ("source", 5)]:
            assert not validator.is_valid({**document, key: value}), (name, key)

print(f"{documents} documents, {refused} refused")
