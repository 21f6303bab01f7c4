//! Every generated file is read by the tool that it is for, and client files are installed and undone.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use transload_friendly_name::{
    FriendlyName, GeneratedFileId, NameTarget, VPC_RESOLVER, generate_file,
};
use transload_model::RegistryHost;
use transload_tests::company_network::CertificateAuthority;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::name_proxy::nginx_file;
use transload_tests::program::Program;
use transload_tests::servers::{Ministack, TestRegistry};
use transload_tests::tools::{command_line, python_tool, system_tool};
use transload_tests::wait::wait_until;

const ECR: &str = "111122223333.dkr.ecr.eu-west-1.amazonaws.com";

fn target(name: &str) -> Result<NameTarget> {
    Ok(NameTarget {
        name: FriendlyName::parse(name)?,
        registry: RegistryHost::parse(ECR)?,
        region: Some("eu-west-1".to_owned()),
        resolver: VPC_RESOLVER.to_owned(),
        hub_prefix: Some("hub".to_owned()),
    })
}

#[tokio::test]
async fn nginx_caddy_and_cfn_lint_accept_the_generated_files() -> Result<()> {
    let authority = CertificateAuthority::new("Example Corp Root CA")?;
    for name in ["registry.example.com", "registry.example.com:8443"] {
        let folder = TempDir::with_prefix("generated-")?;
        let target = target(name)?;
        let tls = authority.server(target.name.host())?;
        let text = |id| generate_file(&target, id).text;
        for id in [GeneratedFileId::Nginx, GeneratedFileId::TokenProxyNginx] {
            let token = folder.path().join("ecr-authorization.conf");
            fs::write(&token, "proxy_set_header Authorization \"Basic dGVzdA==\";\n")?;
            let generated = text(id)
                .replace("/etc/nginx/tls/registry.crt", &tls.certificate.display().to_string())
                .replace("/etc/nginx/tls/registry.key", &tls.key.display().to_string())
                .replace("/etc/nginx/ecr-authorization.conf", &token.display().to_string());
            let file = nginx_file(folder.path(), &generated)?;
            let inside = folder.path().display().to_string();
            Program::new(system_tool("nginx")?)
                .arguments(["-t", "-p", &inside, "-c", &file.display().to_string()])
                .succeed()
                .await
                .with_context(|| format!("{name} {id:?}\n{generated}"))?;
        }
        let caddyfile = folder.path().join("Caddyfile");
        fs::write(&caddyfile, text(GeneratedFileId::Caddy))?;
        Program::new(system_tool("caddy")?)
            .arguments(["validate", "--adapter", "caddyfile", "--config"])
            .arguments([&caddyfile])
            .variable("HOME", folder.path())
            .variable("XDG_DATA_HOME", folder.path())
            .succeed()
            .await?;
        let template = folder.path().join("registry-proxy.yaml");
        fs::write(&template, text(GeneratedFileId::CloudFormation))?;
        let linted = Program::new(python_tool("cfn-lint")?)
            .arguments(["--regions", "eu-west-1", "--"])
            .arguments([&template])
            .finish()
            .await?;
        ensure!(linted.status.success(), "{}{}", linted.text(), linted.stderr);
        let script = folder.path().join("ecr-token");
        fs::write(&script, text(GeneratedFileId::TokenProxyScript))?;
        Program::new(system_tool("sh")?)
            .arguments(["-n".as_ref(), script.as_os_str()])
            .succeed()
            .await?;
    }
    Ok(())
}

/// The stack is created on ministack, except for the one type of resource that ministack doesn't have.
#[tokio::test]
async fn the_template_creates_a_stack() -> Result<()> {
    let ministack = Ministack::start().await?;
    let text = async |words: &[&str]| -> Result<String> {
        let output = [words, &["--output", "text"]].concat();
        Ok(ministack.aws()?.run(output).succeed().await?.text().trim().to_owned())
    };
    let vpc = ["ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--query", "Vpc.VpcId"];
    let vpc = text(&vpc).await?;
    let subnet = ["ec2", "create-subnet", "--vpc-id", &vpc, "--cidr-block", "10.0.1.0/24"];
    let subnet = text(&[&subnet[..], &["--query", "Subnet.SubnetId"]].concat()).await?;
    let zone =
        ["route53", "create-hosted-zone", "--name", "example.com", "--caller-reference", "1"];
    let zone = text(&[&zone[..], &["--query", "HostedZone.Id"]].concat()).await?;
    let zone = zone.trim_start_matches("/hostedzone/");
    let template =
        generate_file(&target("registry.example.com")?, GeneratedFileId::CloudFormation).text;
    let (before, rest) = template.split_once("  ProxyIngress:\n").context("the ingress")?;
    let (_, after) = rest.split_once("  LoadBalancer:\n").context("the load balancer")?;
    let folder = TempDir::with_prefix("template-")?;
    let file = folder.path().join("template.yaml");
    fs::write(&file, format!("{before}  LoadBalancer:\n{after}"))?;
    let parameter = |name: &str, value: &str| format!("ParameterKey={name},ParameterValue={value}");
    let parameters = [
        parameter("HostedZoneId", zone),
        parameter("VpcId", &vpc),
        parameter("LoadBalancerSubnets", &subnet),
        parameter("ProxySubnets", &subnet),
        parameter("ClientNetwork", "10.0.0.0/8"),
    ];
    let body = format!("file://{}", file.display());
    let mut create = vec!["cloudformation", "create-stack", "--stack-name", "proxy"];
    create.extend(["--template-body", &body, "--capabilities", "CAPABILITY_IAM", "--parameters"]);
    create.extend(parameters.iter().map(String::as_str));
    text(&create).await?;
    let query = "Stacks[0].[StackStatus,Outputs[0].OutputValue]";
    let describe = ["cloudformation", "describe-stacks", "--stack-name", "proxy", "--query", query];
    let created = wait_until(Duration::from_secs(30), "the stack", async || {
        text(&describe).await.ok().filter(|status| !status.contains("IN_PROGRESS"))
    })
    .await?;
    ensure!(created == "CREATE_COMPLETE\tregistry.example.com", "{created}");
    Ok(())
}

/// The YAML files of answer C are valid, and Compose, Kustomize and Kyverno carry the registry.
#[tokio::test]
async fn files_of_answer_c_are_valid_yaml() -> Result<()> {
    let target = target("registry.example.com")?;
    let folder = TempDir::with_prefix("generated-")?;
    for (id, expected) in [
        (GeneratedFileId::Compose, "services"),
        (GeneratedFileId::Helm, "global"),
        (GeneratedFileId::Kustomize, "images"),
        (GeneratedFileId::Kyverno, "spec"),
    ] {
        let file = folder.path().join("file.yaml");
        fs::write(&file, generate_file(&target, id).text)?;
        let code = "import sys, yaml; value = yaml.safe_load(open(sys.argv[1])); print(' '.join(value)); assert sys.argv[2] in str(value)";
        let read = Program::new(python_tool("python")?)
            .arguments(["-c", code])
            .arguments([file.as_os_str()])
            .arguments([ECR])
            .succeed()
            .await?;
        ensure!(read.text().contains(expected), "{id:?}: {}", read.text());
    }
    Ok(())
}

/// `name install` maps a name that DNS doesn't know, skopeo pulls by it, and `name undo` restores each byte.
#[tokio::test]
async fn skopeo_pulls_by_an_installed_name_and_undo_restores_each_byte() -> Result<()> {
    let registry = TestRegistry::start().await?;
    let image = Recipe::small(401).build()?;
    TestRepository::new(&registry.url(), "team/app")?.push(&image, "1.0").await?;
    let (home, data) = (TempDir::with_prefix("home-")?, TempDir::with_prefix("data-")?);
    let cli = |words: &[&str]| -> Result<Program> {
        Ok(Program::new(command_line()?)
            .arguments(["name"])
            .arguments(words)
            .arguments(["shop.test", "--registry", &registry.host(), "--client", "podman"])
            .variable("HOME", home.path())
            .variable("TRANSLOAD_DATA_DIR", data.path()))
    };
    let pull = || -> Result<Program> {
        Ok(Program::new(system_tool("skopeo")?)
            .arguments(["inspect", "--no-tags", "--format", "{{.Digest}}"])
            .arguments(["docker://shop.test/team/app:1.0"])
            .variable("HOME", home.path()))
    };
    let before = pull()?.finish().await?;
    ensure!(!before.status.success(), "{}", before.text());

    let file = home.path().join(".config/containers/registries.conf.d/50-shop.test.conf");
    fs::create_dir_all(file.parent().context("a folder")?)?;
    fs::write(&file, b"# \xe2\x80\x94 mine, without a newline")?;
    let refused = cli(&["install"])?.finish().await?;
    ensure!(refused.status.code() == Some(3), "no terminal can confirm: {}", refused.stderr);
    ensure!(refused.stderr.contains("(confirmation_needed)"), "{}", refused.stderr);
    ensure!(refused.text().contains("# \u{2014} mine"), "{}", refused.text());
    let installed = cli(&["install", "--yes"])?.succeed().await?;
    ensure!(installed.text().contains("[[registry]]"), "{}", installed.text());
    let pulled = pull()?.succeed().await?;
    ensure!(pulled.text().trim() == image.manifest.digest, "{}", pulled.text());

    cli(&["undo"])?.succeed().await?;
    ensure!(fs::read(&file)? == b"# \xe2\x80\x94 mine, without a newline");
    let again = cli(&["undo"])?.finish().await?;
    ensure!(again.stderr.contains("(client_file_not_installed)"), "{}", again.stderr);
    ensure!(again.status.code() == Some(3), "{}", again.stderr);
    Ok(())
}
