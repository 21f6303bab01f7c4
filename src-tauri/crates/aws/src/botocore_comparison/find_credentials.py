"""Finds credentials as botocore does, and so the AWS CLI.

Standard input: a list of `{"variables": {...}, "profile": name or null}`. Standard output: for each
`{"id", "secret", "token", "config", "credentials"}`, `{"none": true}`, or `{"error": the kind}`; with
the paths of the two files where it was asked for those.
"""

import json
import os
import sys

import botocore.session

OWN = dict(os.environ)


def find(case):
    os.environ.clear()
    os.environ["PATH"] = OWN["PATH"]
    os.environ.update(case["variables"])
    # No machine gives anything here.
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    try:
        session = botocore.session.Session(profile=case["profile"])
        found = session.get_credentials()
        if found is None:
            return {"none": True}
        keys = found.get_frozen_credentials()
        return {"id": keys.access_key, "secret": keys.secret_key, "token": keys.token or None}
    except Exception as error:
        return {"error": type(error).__name__}


json.dump([find(case) for case in json.load(sys.stdin)], sys.stdout)
