"""Makes a call as the AWS CLI does: its own driver, with its plugins and its handling of arguments.

Standard input: a list of `{"variables": {...}, "profile": name or null}`. Standard output: for each
`{"profiles": [...], "get_region": text or null}` and either `{"id", "secret", "token", "region"}`, as
the call was signed, or `{"error": what the program printed}`.
"""

import contextlib
import io
import json
import os
import re
import sys

from awscli.clidriver import create_clidriver
from botocore.awsrequest import AWSResponse

OWN = dict(os.environ)
SCOPE = re.compile(r"Credential=([^/]+)/[0-9]+/([^/]+)/ecr/")


class Body(io.BytesIO):
    def stream(self, **_):
        yield self.read()


def run(arguments, record=None):
    """Exit code, standard output, standard error, and the driver."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            driver = create_clidriver()
            if record is not None:
                driver.session.register("before-send.ecr.*", record)
            code = driver.main(arguments)
        except SystemExit as ended:
            code, driver = ended.code, None
        except Exception as error:
            code, driver = 255, None
            print(error, file=sys.stderr)
    return code, out.getvalue(), err.getvalue(), driver


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def call(case):
    os.environ.clear()
    # The second is set when the CLI is imported.
    os.environ.update({name: OWN[name] for name in ["PATH", "AWS_DATA_PATH"]})
    os.environ.update(case["variables"])
    # No machine gives anything here.
    os.environ["AWS_EC2_METADATA_DISABLED"] = "true"
    profile = ["--profile", case["profile"]] if case["profile"] else []
    sent = []

    def record(request, **_):
        sent.append(request.headers)
        return AWSResponse(request.url, 200, {}, Body(b"{}"))

    told = {}
    code, out, _, _ = run(["configure", "get", "region"] + profile)
    told["get_region"] = out.strip() if code == 0 else None
    code, _, err, driver = run(["ecr", "get-authorization-token"] + profile, record)
    if driver is not None:
        try:
            # What `aws configure list-profiles` prints, where the CLI has that command.
            told["profiles"] = driver.session.available_profiles
        except Exception:
            told["profiles"] = None
    if code or not sent:
        return told | {"error": err}
    id, region = SCOPE.search(text(sent[0]["Authorization"])).groups()
    keys = driver.session.get_credentials().get_frozen_credentials()
    assert keys.access_key == id
    token = sent[0].get("X-Amz-Security-Token")
    secret = keys.secret_key
    return told | {"id": id, "secret": secret, "token": text(token) or None, "region": region}


json.dump([call(case) for case in json.load(sys.stdin)], sys.stdout)
