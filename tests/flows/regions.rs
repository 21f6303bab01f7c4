//! Partitions, regions and host names, checked against AWS's own tables, and a repository that exists in another region.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;
use transload_aws::{EndpointVariant, KNOWN_REGIONS, api_host, registry_host};
use transload_contract::AwsConnection;
use transload_model::{AccountId, Partition, Region, RegistryHost};
use transload_tests::aws::{AwsResponse, Call, ScriptedAws};
use transload_tests::aws_home::AwsHome;
use transload_tests::headless_app::{HeadlessApp, api_error};
use transload_tests::program::Program;
use transload_tests::tools::python_tool;

/// A partition according to botocore.
#[derive(Deserialize)]
struct KnownPartition {
    id: String,
    dns_suffix: String,
    home_region: String,
    /// The names of the regions, as the console shows them without accents.
    names: BTreeMap<String, String>,
    /// The API hosts: default, dual-stack, FIPS, FIPS and dual-stack.
    regions: BTreeMap<String, [Option<String>; 4]>,
}

#[tokio::test]
async fn partitions_and_hosts_match_botocore() -> Result<()> {
    let script = include_str!("botocore_endpoints.py");
    let output = Program::new(python_tool("python3")?).arguments(["-c", script]).succeed().await?;
    let known: Vec<KnownPartition> = serde_json::from_slice(&output.stdout)?;
    let account = AccountId::parse("111122223333")?;
    let mut hosts = 0;
    for KnownPartition { id, names, .. } in &known {
        let of_partition = KNOWN_REGIONS.iter().filter(|region| {
            Region::parse(region.id).is_ok_and(|name| Partition::of_region(&name).id() == id)
        });
        let listed: BTreeMap<_, _> = of_partition
            .map(|region| (region.id.to_owned(), region.name.replace('ã', "a")))
            .collect();
        // The regions of the ISO partitions are not public, and can be entered.
        ensure!(listed == *names || id.starts_with("aws-iso") && listed.is_empty(), "{listed:?}");
    }
    for KnownPartition { id, dns_suffix, home_region, regions, .. } in &known {
        for (name, apis) in regions {
            let region = Region::parse(name)?;
            let partition = Partition::of_region(&region);
            assert_eq!(partition.id(), id, "{name}");
            assert_eq!(partition.dns_suffix(), dns_suffix, "{id}");
            assert_eq!(partition.home_region(), home_region, "{id}");
            let variants = [(false, false), (false, true), (true, false), (true, true)];
            for ((fips, dual_stack), api) in variants.into_iter().zip(apis) {
                let variant = EndpointVariant { fips, dual_stack };
                assert_eq!(&api_host(&region, variant).await, api, "{name} {variant:?}");
                // Every host name that we create can also be parsed.
                let registry = registry_host(&account, &region, variant);
                let registry = RegistryHost::parse(&registry)?;
                assert_eq!(registry.ecr_region(), Some(name.as_str()), "{registry}");
                ensure!(dual_stack || registry.as_str().ends_with(dns_suffix), "{registry}");
                hosts += 1;
            }
        }
    }
    ensure!(known.len() == Partition::ALL.len() && hosts > 150, "{} {hosts}", known.len());
    Ok(())
}

/// STS and an ECR in every region. The repository `app` exists in some regions.
fn aws_with_app_in(call: &Call, regions: &[&str]) -> AwsResponse {
    let exists = call.region().is_some_and(|region| regions.contains(&region));
    match call.operation.as_str() {
        "GetCallerIdentity" => AwsResponse::query(
            "GetCallerIdentity",
            "<Arn>arn:aws:iam::123456789012:user/ada</Arn><UserId>AIDA</UserId>\
             <Account>123456789012</Account>",
        ),
        "GetAuthorizationToken" => AwsResponse::json(&json!({"authorizationData": [{
            "authorizationToken": "QVdTOnRva2VuLW9mLXRoZS1zdG9yeQ==",
            "expiresAt": 4_070_908_800_u64,
            "proxyEndpoint": "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com",
        }]})),
        "DescribeRepositories" if exists => AwsResponse::json(&json!({"repositories": [{
            "repositoryArn": "arn:aws:ecr:eu-west-1:123456789012:repository/app",
            "registryId": "123456789012",
            "repositoryName": "app",
            "repositoryUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
        }]})),
        _ => AwsResponse::json_error(400, "RepositoryNotFoundException", "It does not exist."),
    }
}

#[tokio::test]
async fn a_missing_repository_is_found_in_other_regions() -> Result<()> {
    let aws = ScriptedAws::start(|call| aws_with_app_in(call, &["us-east-1", "eu-west-3"])).await?;
    let url = aws.url();
    let settings = [("region", "eu-west-1"), ("endpoint_url", url.as_str())];
    let key = ("AKIAIOSFODNN7EXAMPLE", "secret-key-of-the-story");
    let home = AwsHome::new()?.profile_with_key("story", key, &settings)?;
    let app = HeadlessApp::new(home, None)?;
    let connection = AwsConnection::profile("story");
    let find = async |name: &str| {
        let found = app.api.repository_in_other_region(connection.clone(), name.to_owned()).await;
        found.map_err(api_error)
    };
    assert_eq!(find("app").await?, ["eu-west-3", "us-east-1"]);
    assert_eq!(
        find("123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1").await?,
        ["eu-west-3", "us-east-1"]
    );
    let calls = aws.calls().into_iter().filter(|call| call.operation == "DescribeRepositories");
    let regions: Vec<_> = calls.filter_map(|call| call.region().map(str::to_owned)).collect();
    ensure!(
        !regions.contains(&"eu-west-1".to_owned()),
        "the current region is not searched: {regions:?}"
    );

    // A custom endpoint says nothing about the kind of registry.
    let identity = app.api.aws_identity(connection.clone()).await.map_err(api_error)?;
    assert_eq!(
        identity.endpoints.registry.as_deref(),
        Some("123456789012.dkr.ecr.eu-west-1.amazonaws.com")
    );
    Ok(())
}
