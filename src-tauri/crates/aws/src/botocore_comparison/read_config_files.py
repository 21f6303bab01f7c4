"""Reads configuration files as botocore does.

Standard input: a list of paths. Standard output: for each, `{"profiles": {name: {setting: value}}}`, or `{"error":
...}` with the name of the error where the file is refused.
"""

import json
import sys

import botocore.configloader
import botocore.exceptions


def read(path):
    try:
        if "credentials" in path:
            return {"profiles": botocore.configloader.raw_config_parse(path)}
        return {"profiles": botocore.configloader.load_config(path)["profiles"]}
    except botocore.exceptions.ConfigParseError as error:
        message = str(error.kwargs.get("error"))
        return {"error": "twice" if "already exists" in message else "broken"}


json.dump([read(path) for path in json.load(sys.stdin)], sys.stdout)
