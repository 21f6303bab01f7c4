//! The command line in a company network: it uses the proxy, and trusts the certificate authority of a CA
//! file that is set with an option or in the settings of the window.

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use transload_tests::company_network::{
    CertificateAuthority, CompanyProxy, proxy_variables, proxy_variables_of,
};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, TestRepository};
use transload_tests::process::{CLOSED_PORT, free_port};
use transload_tests::program::{Program, ProgramOutput};
use transload_tests::secrets::SecretSearch;
use transload_tests::servers::TestRegistry;
use transload_tests::tools::{command_line, system_tool};

const HOST: &str = "registry.example";

struct CompanyNetwork {
    authority: CertificateAuthority,
    port: u16,
    _proxy: CompanyProxy,
    _registry: TestRegistry,
    data: TempDir,
    digest: String,
}

impl CompanyNetwork {
    async fn open() -> Result<Self> {
        Self::open_as(HOST).await
    }

    /// The same with another host name of the registry.
    async fn open_as(host: &str) -> Result<Self> {
        let authority = CertificateAuthority::new("Example Corp Root CA")?;
        let registry = TestRegistry::start_with_tls(&authority.server(host)?).await?;
        let image = Recipe::small(96).build()?;
        let address = format!("https://{}", registry.host());
        TestRepository::new(&address, "team/app")?.any_certificate()?.push(&image, "1").await?;
        let port = free_port()?;
        let proxy = CompanyProxy::start(port, &registry.host()).await?;
        let (data, digest) = (TempDir::with_prefix("data-")?, image.manifest.digest);
        Ok(Self { authority, port, _proxy: proxy, _registry: registry, data, digest })
    }

    async fn run(&self, arguments: &[&str]) -> Result<ProgramOutput> {
        self.run_with(arguments, proxy_variables(self.port)).await
    }

    async fn run_with(
        &self,
        arguments: &[&str],
        variables: Vec<(String, String)>,
    ) -> Result<ProgramOutput> {
        let run = Program::new(command_line()?).arguments(arguments).variables(variables);
        run.variable("TRANSLOAD_DATA_DIR", self.data.path()).finish().await
    }
}

#[tokio::test]
async fn copy_and_plan_trust_the_ca_file_of_the_option_or_the_settings() -> Result<()> {
    let network = CompanyNetwork::open().await?;
    let image = format!("{HOST}/team/app:1");
    let out = network.data.path().join("plan.json").display().to_string();
    let source = format!("registry:{HOST}");
    let digest = ["digest", &image];
    let plan = ["plan", "--practice", "--from", &source, "team/app:1", "--out", &out];
    let refused = network.run(&digest).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.stderr);
    for part in ["(tls_untrusted)", "Example Corp Root CA", "--ca-file"] {
        ensure!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    // The plan is printed, with the reason why the image is refused.
    let refused = network.run(&plan).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.text());
    ensure!(refused.text().contains("Example Corp Root CA"), "{}", refused.text());

    let file = network.authority.file().display().to_string();
    let named = network.run(&["digest", &image, "--ca-file", &file]).await?;
    ensure!(named.text().trim() == network.digest, "{}{}", named.text(), named.stderr);
    let planned = network.run(&[&plan[..], &["--ca-file", &file]].concat()).await?;
    ensure!(planned.status.success(), "{}", planned.stderr);

    // The settings of the window also apply to the command line.
    let settings = json!({"theme": "dark", "ca_file": file}).to_string();
    std::fs::write(network.data.path().join("settings.json"), settings)?;
    for arguments in [&digest[..], &plan] {
        let trusted = network.run(arguments).await?;
        ensure!(trusted.status.success(), "{}", trusted.stderr);
    }
    Ok(())
}

/// Sets the proxy in the settings of GNOME, without a GNOME: in a file that `gsettings` can read and write.
#[tokio::test]
async fn the_proxy_of_the_desktop_settings_is_used_if_no_variable_is_set() -> Result<()> {
    let network = CompanyNetwork::open().await?;
    let (home, port) = (TempDir::with_prefix("desktop-")?, network.port);
    let port = port.to_string();
    let https = "org.gnome.system.proxy.https";
    for (schema, key, value) in [
        ("org.gnome.system.proxy", "mode", "manual"),
        (https, "host", "127.0.0.1"),
        (https, "port", &port),
    ] {
        Program::new(system_tool("gsettings")?)
            .arguments(["set", schema, key, value])
            .variable("GSETTINGS_BACKEND", "keyfile")
            .variable("XDG_CONFIG_HOME", home.path())
            .succeed()
            .await?;
    }
    let image = format!("{HOST}/team/app:1");
    let file = network.authority.file().display().to_string();
    let run = async |desktop: &str| {
        [
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "https_proxy",
            "http_proxy",
            "all_proxy",
        ]
        .into_iter()
        .fold(Program::new(command_line()?), Program::without_variable)
        .arguments(["digest", &image, "--ca-file", &file])
        .variable("GSETTINGS_BACKEND", "keyfile")
        .variable("XDG_CONFIG_HOME", home.path())
        .variable("XDG_CURRENT_DESKTOP", desktop)
        .finish()
        .await
    };
    let through = run("ubuntu:GNOME").await?;
    ensure!(through.text().trim() == network.digest, "{}{}", through.text(), through.stderr);
    // Without that desktop the proxy is not used, and the host cannot be resolved.
    let other = run("XFCE").await?;
    ensure!(other.status.code() == Some(3), "{}{}", other.text(), other.stderr);
    Ok(())
}

#[tokio::test]
async fn an_invalid_ca_file_and_an_unreachable_proxy_are_named() -> Result<()> {
    let mut network = CompanyNetwork::open().await?;
    let image = format!("{HOST}/team/app:1");
    let invalid = network.data.path().join("invalid.pem");
    std::fs::write(&invalid, "no certificate")?;
    let invalid = invalid.display().to_string();
    let refused = network.run(&["digest", &image, "--ca-file", &invalid]).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.stderr);
    ensure!(refused.stderr.contains("(ca_file_unusable)"), "{}", refused.stderr);
    ensure!(refused.stderr.contains(&invalid), "{}", refused.stderr);

    network.port = CLOSED_PORT;
    let gone = network.run(&["digest", &image]).await?;
    ensure!(gone.status.code() == Some(3), "{}", gone.stderr);
    ensure!(gone.stderr.contains("(proxy_unreachable)"), "{}", gone.stderr);
    ensure!(gone.stderr.contains(&format!("127.0.0.1:{}", network.port)), "{}", gone.stderr);
    Ok(())
}

/// A login with all characters that delimit parts of a URL, not encoded.
const USER: &str = "ada.lovelace@corp.example";
const PASSWORD: &str = "s3cr3t-of-the-proxy@and/more#of?it";

fn login_search() -> Result<SecretSearch> {
    SecretSearch::new()
        .secret("the proxy's user", "ada.lovelace")?
        .secret("the proxy's password", "s3cr3t-of-the-proxy")?
        .secret("the end of the proxy's password", "and/more#of?it")
}

#[tokio::test]
async fn no_part_of_the_proxy_login_is_printed_or_stored() -> Result<()> {
    let network = CompanyNetwork::open().await?;
    let search = login_search()?;
    let through =
        |port: u16| proxy_variables_of(&format!("http://{USER}:{PASSWORD}@127.0.0.1:{port}"));
    let file = network.authority.file().display().to_string();
    let plan = network.data.path().join("plan.json").display().to_string();
    let source = format!("registry:{HOST}");
    let gone = CLOSED_PORT;
    let out = network.data.path().join("report").display().to_string();
    let mut commands = vec![
        (network.port, vec!["digest", "registry.example/team/app:1"], 0),
        (
            network.port,
            vec!["plan", "--practice", "--from", &source, "team/app:1", "--out", &plan],
            0,
        ),
        // The proxy no longer runs: all errors from here on are about it.
        (gone, vec!["digest", "registry.example/team/app:1"], 3),
        (gone, vec!["run", &plan, "--json"], 1),
        (gone, vec!["resume", "latest"], 1),
        (gone, vec!["history", "--json"], 0),
        (gone, vec!["copy", "registry.example/team/app:1", "registry.example/b:1", "--json"], 1),
    ];
    let reports: Vec<String> =
        ["markdown", "csv", "json", "html"].map(|format| format!("{out}.{format}")).to_vec();
    for (format, out) in ["markdown", "csv", "json", "html"].iter().zip(&reports) {
        commands.push((gone, vec!["report", "latest", "--format", format], 0));
        commands.push((gone, vec!["report", "latest", "--format", format, "--out", out], 0));
    }
    for (port, arguments, code) in commands {
        let arguments = [&arguments[..], &["--ca-file", &file]].concat();
        let finished = network.run_with(&arguments, through(port)).await?;
        let printed = format!("{}{}", finished.text(), finished.stderr);
        ensure!(finished.status.code() == Some(code), "{arguments:?}: {printed}");
        if code != 0 {
            // The search is meaningful only if the output contains the address.
            ensure!(
                printed.contains(&format!("http://127.0.0.1:{gone}")),
                "{arguments:?}: {printed}"
            );
        }
        search.check_text(&arguments.join(" "), &printed)?;
    }
    let searched = search.check_folder(network.data.path())?;
    for written in ["plan.json", "journal.sqlite", "report.csv", "report.html"] {
        ensure!(searched.iter().any(|path| path.ends_with(written)), "{written}: {searched:?}");
    }
    let report = std::fs::read_to_string(&reports[0])?;
    ensure!(report.contains(&format!("127.0.0.1:{gone}")), "{report}");
    Ok(())
}

#[tokio::test]
async fn an_invalid_proxy_variable_is_reported_without_its_value() -> Result<()> {
    let network = CompanyNetwork::open().await?;
    let search = login_search()?;
    for address in [
        format!("ftp://{USER}:{PASSWORD}@proxy.example:21"),
        format!("http://{USER}:{PASSWORD}@proxy.example:99999"),
        format!("http://{USER}:{PASSWORD}@"),
        format!("{USER}:{PASSWORD}@proxy example"),
        format!("socks9://{USER}:{PASSWORD}@proxy.example"),
    ] {
        let image = format!("127.0.0.1:{}/a:1", network.port);
        let finished = network
            .run_with(&["digest", &image, "--plain-http"], proxy_variables_of(&address))
            .await?;
        let printed = format!("{}{}", finished.text(), finished.stderr);
        let warning = "warning: HTTPS_PROXY is set and names no proxy that can be used";
        ensure!(printed.contains(warning), "{address}: {printed}");
        search.check_text(&address, &printed)?;
    }
    Ok(())
}

#[tokio::test]
async fn keys_in_the_environment_work_for_digest_and_copy_like_for_identity() -> Result<()> {
    const ECR: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";
    let (network, ecr) = (CompanyNetwork::open_as(ECR).await?, Ecr::practice().await?);
    let home = TempDir::with_prefix("home-")?;
    let file = network.authority.file().display().to_string();
    let (id, secret) = ecr.key();
    let variables = || {
        let mut variables = proxy_variables(network.port);
        for (name, value) in [
            ("HOME", home.path().display().to_string()),
            ("AWS_ACCESS_KEY_ID", id.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", secret.to_owned()),
            ("AWS_ENDPOINT_URL", ecr.api_url()),
            ("AWS_REGION", "eu-central-1".to_owned()),
            ("AWS_PROFILE", String::new()),
            ("AWS_DEFAULT_PROFILE", String::new()),
        ] {
            variables.push((name.to_owned(), value));
        }
        variables
    };
    let (source, copied) = (format!("{ECR}/team/app:1"), format!("{ECR}/team/copied:1"));
    for arguments in [vec!["identity"], vec!["digest", &source], vec!["copy", &source, &copied]] {
        let arguments = [&arguments[..], &["--ca-file", &file]].concat();
        let finished = network.run_with(&arguments, variables()).await?;
        ensure!(finished.status.success(), "{arguments:?}: {}{}", finished.text(), finished.stderr);
    }
    let digest = network.run_with(&["digest", &copied, "--ca-file", &file], variables()).await?;
    ensure!(digest.text().trim() == network.digest, "{}", digest.text());
    // An incomplete key is reported, and no other credentials are used instead.
    let mut half = variables();
    half.retain(|(name, _)| name != "AWS_SECRET_ACCESS_KEY");
    let refused = network.run_with(&["digest", &source, "--ca-file", &file], half).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.text());
    ensure!(refused.stderr.contains("AWS_SECRET_ACCESS_KEY is not"), "{}", refused.stderr);
    Ok(())
}
