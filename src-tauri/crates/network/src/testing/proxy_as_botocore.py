"""Finds the proxy for an address as botocore does, and so the AWS CLI.

Standard input: a list of `{"variables": {...}, "url": ...}`. Standard output: for each the proxy as
botocore would use it, with the header that logs in to it, or null.
"""

import json
import os
import sys

from botocore.httpsession import ProxyConfiguration
from botocore.utils import get_environ_proxies

OWN = {
    name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")
}


def find(case):
    os.environ.clear()
    os.environ.update(OWN)
    os.environ.update(case["variables"])
    proxies = get_environ_proxies(case["url"])
    configuration = ProxyConfiguration(proxies)
    proxy = configuration.proxy_url_for(case["url"])
    if not proxy:
        return None
    return [proxy, configuration.proxy_headers_for(proxy).get("Proxy-Authorization")]


json.dump([find(case) for case in json.load(sys.stdin)], sys.stdout)
