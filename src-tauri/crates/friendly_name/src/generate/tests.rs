//! The texts that matter in every file. `tests/flows/friendly_name` reads the files with the real tools.

use toml::Table;

use super::*;
use crate::generate::file::VPC_RESOLVER;
use crate::name::FriendlyName;
use transload_model::RegistryHost;

fn target(name: &str, registry: &str, hub_prefix: Option<&str>) -> NameTarget {
    NameTarget {
        name: FriendlyName::parse(name).unwrap(),
        registry: RegistryHost::parse(registry).unwrap(),
        region: Some("eu-west-1".to_owned()),
        resolver: VPC_RESOLVER.to_owned(),
        hub_prefix: hub_prefix.map(str::to_owned),
    }
}

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

#[test]
fn proxies_pass_the_login_rewrite_location_and_limit_nothing() {
    let target = target("registry.example.com", ECR, None);
    let nginx = generate_file(&target, GeneratedFileId::Nginx).text;
    for line in [
        "listen 443 ssl;",
        "client_max_body_size 0;",
        "proxy_ssl_verify on;",
        "proxy_request_buffering off;",
        &format!("proxy_redirect https://{ECR}/ https://$http_host/;"),
        &format!("set $ecr {ECR};"),
    ] {
        assert!(nginx.contains(line), "{line}\n{nginx}");
    }
    assert!(!nginx.contains("Authorization") && !nginx.contains("proxy_cache"), "{nginx}");
    let caddy = generate_file(&target, GeneratedFileId::Caddy).text;
    assert!(caddy.contains(r#"header_down Location "^https://111122223333\.dkr\.ecr\.eu-west-1\.amazonaws\.com/" "https://registry.example.com/""#), "{caddy}");
    let template = generate_file(&target, GeneratedFileId::CloudFormation).text;
    assert!(!template.contains('@') && !template.contains("TaskRoleArn"), "{template}");
}

#[test]
fn the_read_only_variant_refuses_writes_and_says_who_can_pull() {
    let target = target("registry.example.com", ECR, None);
    let files = generate(&target);
    let token: Vec<_> = files.iter().filter(|file| file.warning.is_some()).collect();
    assert_eq!(token.len(), 5);
    for file in &token {
        assert!(
            file.warning
                .as_deref()
                .unwrap()
                .starts_with("Everybody who can reach this name can pull.")
        );
    }
    let nginx = generate_file(&target, GeneratedFileId::TokenProxyNginx).text;
    assert!(nginx.contains("limit_except GET { deny all; }"), "{nginx}");
    let policy = generate_file(&target, GeneratedFileId::TokenProxyPolicy).text;
    assert!(policy.contains("arn:aws:ecr:eu-west-1:111122223333:repository/*"), "{policy}");
    assert!(!policy.contains("Put") && !policy.contains("Upload"), "{policy}");
}

#[test]
fn client_files_are_valid_toml_and_name_both_registries() {
    for (name, hub) in [("registry.example.com", None), ("registry.example.com:5000", Some("hub"))]
    {
        let target = target(name, ECR, hub);
        let table: Table =
            toml::from_str(&generate_file(&target, GeneratedFileId::RegistriesConf).text).unwrap();
        let first = &table["registry"][0];
        assert_eq!((first["prefix"].as_str(), first["location"].as_str()), (Some(name), Some(ECR)));
        assert_eq!(table["registry"].as_array().unwrap().len(), 1 + usize::from(hub.is_some()));
        let hosts = generate_file(&target, GeneratedFileId::HostsToml);
        assert_eq!(hosts.place, format!("/etc/containerd/certs.d/{name}/hosts.toml"));
        let table: Table = toml::from_str(&hosts.text).unwrap();
        assert!(table["host"].get(format!("https://{ECR}")).is_some());
        let of_hub =
            generate(&target).into_iter().find(|file| file.id == GeneratedFileId::HubHostsToml);
        assert_eq!(of_hub.is_some(), hub.is_some());
        if let Some(of_hub) = of_hub {
            let table: Table = toml::from_str(&of_hub.text).unwrap();
            assert!(table["host"].get(format!("https://{ECR}/v2/hub")).is_some());
        }
    }
}

#[test]
fn partitions_have_their_own_arns() {
    for (region, registry, arn) in [
        ("eu-west-1", ECR, "arn:aws:ecr:eu-west-1:111122223333"),
        ("cn-north-1", "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn", "arn:aws-cn:ecr:"),
        (
            "us-gov-west-1",
            "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com",
            "arn:aws-us-gov:ecr:",
        ),
    ] {
        let policy = generate_file(
            &target("registry.example.com", registry, None),
            GeneratedFileId::TokenProxyPolicy,
        );
        assert!(policy.text.contains(arn), "{region}: {}", policy.text);
    }
}
