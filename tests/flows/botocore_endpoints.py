"""Prints the partitions and the ECR API hosts of botocore's own tables as JSON."""

import json

from botocore.endpoint_provider import EndpointProvider
from botocore.exceptions import EndpointProviderError
from botocore.loaders import Loader

loader = Loader()
partitions = loader.load_data("partitions")
rules = loader.load_service_model("ecr", "endpoint-rule-set-1")
provider = EndpointProvider(rules, partitions)


def host(region, fips, dual_stack):
    try:
        endpoint = provider.resolve_endpoint(Region=region, UseFIPS=fips, UseDualStack=dual_stack)
    except EndpointProviderError:
        return None
    return endpoint.url.split("://", 1)[1]


result = []
for partition in partitions["partitions"]:
    regions = [one for one in partition["regions"] if not one.endswith("-global")]
    result.append(
        {
            "id": partition["id"],
            "dns_suffix": partition["outputs"]["dnsSuffix"],
            "names": {region: partition["regions"][region]["description"] for region in regions},
            "home_region": partition["outputs"]["implicitGlobalRegion"],
            "regions": {
                region: [
                    host(region, fips, dual_stack)
                    for fips in (False, True)
                    for dual_stack in (False, True)
                ]
                for region in regions
            },
        }
    )
print(json.dumps(result))
