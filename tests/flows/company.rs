//! The command line in a company's network: it goes through the proxy, and trusts the authority whose
//! file was named to it, or chosen in the window.

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use transload_tests::company::{Authority, CompanyProxy, proxy_variables};
use transload_tests::images::{Recipe, Target};
use transload_tests::labs::RegistryLab;
use transload_tests::process::{Finished, Run, free_port};
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
        let authority = Authority::new("Example Corp Root CA")?;
        let registry = RegistryLab::start_with_tls(&authority.server(HOST)?).await?;
        let image = Recipe::small(96).build()?;
        let address = format!("https://{}", registry.host());
        Target::new(&address, "team/app")?.any_certificate()?.push(&image, "1").await?;
        let port = free_port()?;
        let proxy = CompanyProxy::start(port, &registry.host()).await?;
        let (data, digest) = (TempDir::with_prefix("data-")?, image.manifest.digest);
        Ok(Self { authority, port, _proxy: proxy, _registry: registry, data, digest })
    }

    async fn run(&self, arguments: &[&str]) -> Result<Finished> {
        let mut run = Run::new(command_line()?).arguments(arguments);
        for (name, value) in proxy_variables(self.port) {
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
        ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy", "all_proxy"]
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
