//! The command line in a company network: it uses the proxy, and trusts the authority of the CA file, from the option or
//! the window's settings.

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use transload_tests::company::{Authority, CompanyProxy, proxy_variables, proxy_variables_of};
use transload_tests::ecr::Ecr;
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::{Finished, Run, free_port};
use transload_tests::secrets::SecretSearch;
use transload_tests::tools::{command_line, system_tool};

const HOST: &str = "registry.example";

struct Company {
    authority: Authority,
    port: u16,
    _proxy: CompanyProxy,
    _registry: RegistryLab,
    data: TempDir,
    digest: String,
}

impl Company {
    async fn open() -> Result<Self> {
        Self::open_as(HOST).await
    }

    /// The same with a registry of another name.
    async fn open_as(host: &str) -> Result<Self> {
        let authority = Authority::new("Example Corp Root CA")?;
        let registry = RegistryLab::start_with_tls(&authority.server(host)?).await?;
        let image = Recipe::small(96).build()?;
        let address = format!("https://{}", registry.host());
        Target::new(&address, "team/app")?.any_certificate()?.push(&image, "1").await?;
        let port = free_port()?;
        let proxy = CompanyProxy::start(port, &registry.host()).await?;
        let (data, digest) = (TempDir::with_prefix("data-")?, image.manifest.digest);
        Ok(Self { authority, port, _proxy: proxy, _registry: registry, data, digest })
    }

    async fn run(&self, arguments: &[&str]) -> Result<Finished> {
        self.run_with(arguments, proxy_variables(self.port)).await
    }

    async fn run_with(
        &self,
        arguments: &[&str],
        variables: Vec<(String, String)>,
    ) -> Result<Finished> {
        let mut run = Run::new(command_line()?).arguments(arguments);
        for (name, value) in variables {
            run = run.variable(&name, value);
        }
        run.variable("TRANSLOAD_DATA_DIR", self.data.path()).finish().await
    }
}

#[tokio::test]
async fn a_copy_and_a_plan_trust_the_file_that_was_named_or_chosen_in_the_window() -> Result<()> {
    let company = Company::open().await?;
    let image = format!("{HOST}/team/app:1");
    let out = company.data.path().join("plan.json").display().to_string();
    let source = format!("registry:{HOST}");
    let digest = ["digest", &image];
    let plan = ["plan", "--practice", "--from", &source, "team/app:1", "--out", &out];
    let refused = company.run(&digest).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.stderr);
    for part in ["(tls_untrusted)", "Example Corp Root CA", "--ca-file"] {
        ensure!(refused.stderr.contains(part), "{part}: {}", refused.stderr);
    }
    // A plan is told as a whole, with why its image is refused.
    let refused = company.run(&plan).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.text());
    ensure!(refused.text().contains("Example Corp Root CA"), "{}", refused.text());

    let file = company.authority.file().display().to_string();
    let named = company.run(&["digest", &image, "--ca-file", &file]).await?;
    ensure!(named.text().trim() == company.digest, "{}{}", named.text(), named.stderr);
    let planned = company.run(&[&plan[..], &["--ca-file", &file]].concat()).await?;
    ensure!(planned.status.success(), "{}", planned.stderr);

    // What the window keeps counts here too.
    let settings = json!({"theme": "dark", "ca_file": file}).to_string();
    std::fs::write(company.data.path().join("settings.json"), settings)?;
    for arguments in [&digest[..], &plan] {
        let trusted = company.run(arguments).await?;
        ensure!(trusted.status.success(), "{}", trusted.stderr);
    }
    Ok(())
}

/// What the settings of GNOME hold, without a GNOME: in a file that `gsettings` reads as it reads those.
#[tokio::test]
async fn the_proxy_that_is_set_for_the_desktop_is_taken_where_no_variable_names_one() -> Result<()>
{
    let company = Company::open().await?;
    let (home, port) = (TempDir::with_prefix("desktop-")?, company.port);
    let port = port.to_string();
    let https = "org.gnome.system.proxy.https";
    for (schema, key, value) in [
        ("org.gnome.system.proxy", "mode", "manual"),
        (https, "host", "127.0.0.1"),
        (https, "port", &port),
    ] {
        Run::new(system_tool("gsettings")?)
            .arguments(["set", schema, key, value])
            .variable("GSETTINGS_BACKEND", "keyfile")
            .variable("XDG_CONFIG_HOME", home.path())
            .succeed()
            .await?;
    }
    let image = format!("{HOST}/team/app:1");
    let file = company.authority.file().display().to_string();
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
        .fold(Run::new(command_line()?), Run::without_variable)
        .arguments(["digest", &image, "--ca-file", &file])
        .variable("GSETTINGS_BACKEND", "keyfile")
        .variable("XDG_CONFIG_HOME", home.path())
        .variable("XDG_CURRENT_DESKTOP", desktop)
        .finish()
        .await
    };
    let through = run("ubuntu:GNOME").await?;
    ensure!(through.text().trim() == company.digest, "{}{}", through.text(), through.stderr);
    // Without that desktop nothing leads there: the name is nobody's.
    let other = run("XFCE").await?;
    ensure!(other.status.code() == Some(3), "{}{}", other.text(), other.stderr);
    Ok(())
}

#[tokio::test]
async fn a_file_that_was_named_and_is_none_is_refused_and_a_proxy_that_is_gone_is_named()
-> Result<()> {
    let mut company = Company::open().await?;
    let image = format!("{HOST}/team/app:1");
    let none = company.data.path().join("none.pem");
    std::fs::write(&none, "no certificate")?;
    let none = none.display().to_string();
    let refused = company.run(&["digest", &image, "--ca-file", &none]).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.stderr);
    ensure!(refused.stderr.contains("(ca_file_unusable)"), "{}", refused.stderr);
    ensure!(refused.stderr.contains(&none), "{}", refused.stderr);

    company.port = free_port()?;
    let gone = company.run(&["digest", &image]).await?;
    ensure!(gone.status.code() == Some(3), "{}", gone.stderr);
    ensure!(gone.stderr.contains("(proxy_unreachable)"), "{}", gone.stderr);
    ensure!(gone.stderr.contains(&format!("127.0.0.1:{}", company.port)), "{}", gone.stderr);
    Ok(())
}

/// A login with everything that an address takes apart, not encoded.
const USER: &str = "ada.lovelace@corp.example";
const PASSWORD: &str = "s3cr3t-of-the-proxy@and/more#of?it";

fn no_login() -> Result<SecretSearch> {
    SecretSearch::new()
        .secret("the proxy's user", "ada.lovelace")?
        .secret("the proxy's password", "s3cr3t-of-the-proxy")?
        .secret("the end of the proxy's password", "and/more#of?it")
}

#[tokio::test]
async fn no_part_of_a_proxy_s_login_is_printed_or_kept() -> Result<()> {
    let company = Company::open().await?;
    let search = no_login()?;
    let through =
        |port: u16| proxy_variables_of(&format!("http://{USER}:{PASSWORD}@127.0.0.1:{port}"));
    let file = company.authority.file().display().to_string();
    let plan = company.data.path().join("plan.json").display().to_string();
    let source = format!("registry:{HOST}");
    let gone = free_port()?;
    let out = company.data.path().join("report").display().to_string();
    let mut works = vec![
        (company.port, vec!["digest", "registry.example/team/app:1"], 0),
        (
            company.port,
            vec!["plan", "--practice", "--from", &source, "team/app:1", "--out", &plan],
            0,
        ),
        // The proxy is there no more: every error that follows is about it.
        (gone, vec!["digest", "registry.example/team/app:1"], 3),
        (gone, vec!["run", &plan, "--json"], 1),
        (gone, vec!["resume", "latest"], 1),
        (gone, vec!["history", "--json"], 0),
        (gone, vec!["copy", "registry.example/team/app:1", "registry.example/b:1", "--json"], 1),
    ];
    let reports: Vec<String> =
        ["markdown", "csv", "json", "html"].map(|format| format!("{out}.{format}")).to_vec();
    for (format, out) in ["markdown", "csv", "json", "html"].iter().zip(&reports) {
        works.push((gone, vec!["report", "latest", "--format", format], 0));
        works.push((gone, vec!["report", "latest", "--format", format, "--out", out], 0));
    }
    for (port, arguments, code) in works {
        let arguments = [&arguments[..], &["--ca-file", &file]].concat();
        let finished = company.run_with(&arguments, through(port)).await?;
        let printed = format!("{}{}", finished.text(), finished.stderr);
        ensure!(finished.status.code() == Some(code), "{arguments:?}: {printed}");
        if code != 0 {
            // The search is worth something: the address is there.
            ensure!(
                printed.contains(&format!("http://127.0.0.1:{gone}")),
                "{arguments:?}: {printed}"
            );
        }
        search.check_text(&arguments.join(" "), &printed)?;
    }
    let searched = search.check_folder(company.data.path())?;
    for written in ["plan.json", "journal.sqlite", "report.csv", "report.html"] {
        ensure!(searched.iter().any(|path| path.ends_with(written)), "{written}: {searched:?}");
    }
    let report = std::fs::read_to_string(&reports[0])?;
    ensure!(report.contains(&format!("127.0.0.1:{gone}")), "{report}");
    Ok(())
}

#[tokio::test]
async fn a_proxy_variable_that_names_none_is_said_and_not_shown() -> Result<()> {
    let company = Company::open().await?;
    let search = no_login()?;
    for address in [
        format!("ftp://{USER}:{PASSWORD}@proxy.example:21"),
        format!("http://{USER}:{PASSWORD}@proxy.example:99999"),
        format!("http://{USER}:{PASSWORD}@"),
        format!("{USER}:{PASSWORD}@proxy example"),
        format!("socks9://{USER}:{PASSWORD}@proxy.example"),
    ] {
        let image = format!("127.0.0.1:{}/a:1", company.port);
        let finished = company
            .run_with(&["digest", &image, "--plain-http"], proxy_variables_of(&address))
            .await?;
        let printed = format!("{}{}", finished.text(), finished.stderr);
        let said = "warning: HTTPS_PROXY is set and names no proxy that can be used";
        ensure!(printed.contains(said), "{address}: {printed}");
        search.check_text(&address, &printed)?;
    }
    Ok(())
}

#[tokio::test]
async fn keys_of_the_environment_serve_a_digest_and_a_copy_as_they_serve_identity() -> Result<()> {
    const ECR: &str = "111122223333.dkr.ecr.eu-central-1.amazonaws.com";
    let (company, ecr) = (Company::open_as(ECR).await?, Ecr::practice().await?);
    let home = TempDir::with_prefix("home-")?;
    let file = company.authority.file().display().to_string();
    let (id, secret) = ecr.key();
    let variables = || {
        let mut variables = proxy_variables(company.port);
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
        let finished = company.run_with(&arguments, variables()).await?;
        ensure!(finished.status.success(), "{arguments:?}: {}{}", finished.text(), finished.stderr);
    }
    let digest = company.run_with(&["digest", &copied, "--ca-file", &file], variables()).await?;
    ensure!(digest.text().trim() == company.digest, "{}", digest.text());
    // Half a key is said, and nothing else is taken in its place.
    let mut half = variables();
    half.retain(|(name, _)| name != "AWS_SECRET_ACCESS_KEY");
    let refused = company.run_with(&["digest", &source, "--ca-file", &file], half).await?;
    ensure!(refused.status.code() == Some(3), "{}", refused.text());
    ensure!(refused.stderr.contains("AWS_SECRET_ACCESS_KEY is not"), "{}", refused.stderr);
    Ok(())
}
