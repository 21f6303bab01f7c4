"""Calls ECR through botocore: reads one call per line as JSON, and writes one response per line.

One process serves hundreds of calls; the AWS CLI would start an interpreter for each of them.
"""
import json
import os
import sys

import botocore.session
from botocore.exceptions import ClientError

client = botocore.session.Session().create_client(
    "ecr",
    region_name=os.environ["AWS_REGION"],
    endpoint_url=os.environ["ENDPOINT"],
    aws_access_key_id=os.environ["AWS_ACCESS_KEY_ID"],
    aws_secret_access_key=os.environ["AWS_SECRET_ACCESS_KEY"],
)
for line in sys.stdin:
    call = json.loads(line)
    try:
        answer = {"answer": client._make_api_call(call["operation"], call["parameters"])}
    except ClientError as error:
        answer = {"error": error.response["Error"]["Code"], "message": str(error)}
    print(json.dumps(answer, default=str), flush=True)
