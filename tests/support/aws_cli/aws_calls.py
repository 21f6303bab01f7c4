"""Runs the AWS CLI: reads one call per line as JSON, and writes one result per line.

Everything that each call would import and read is imported and read once. A call runs in a fork, with its own
arguments, variables and output, and can't change what the next call sees.
"""
import gc
import json
import os
import sys
import tempfile
import traceback

# Empty: there is no configuration.
home = tempfile.TemporaryDirectory(prefix="aws-cli-")
os.environ["HOME"] = home.name

import awscli.clidriver
import awscli.handlers
import botocore.endpoint
import botocore.parsers

driver = awscli.clidriver.create_clidriver()
loader = driver.session.get_component("data_loader")
for name in ("cli", "endpoints", "partitions"):
    loader.load_data(name)
for kind in ("service-2", "endpoint-rule-set-1"):
    loader.load_service_model("ecr", kind)
# A collection would copy every page into each fork.
gc.freeze()
# The test that started this process ends before it. What both have open would delay that end.
os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def run_in_fork(call, stdout, stderr):
    os.environ.update(call["variables"])
    os.dup2(stdout.fileno(), 1)
    os.dup2(stderr.fileno(), 2)
    status = 70
    try:
        status = driver.main(call["arguments"])
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def result_of(call):
    with tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        fork = os.fork()
        if fork == 0:
            run_in_fork(call, stdout, stderr)
        result = {"status": os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])}
        for name, file in ("stdout", stdout), ("stderr", stderr):
            file.seek(0)
            result[name] = file.read().decode()
        return result


for line in sys.stdin:
    print(json.dumps(result_of(json.loads(line))), flush=True)
