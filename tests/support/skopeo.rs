//! skopeo, as an independent witness for registries.

use std::path::PathBuf;

use anyhow::Result;
use bytes::Bytes;

use crate::process::{Finished, Run};
use crate::tools::system_tool;

/// skopeo, as a witness that shares no line with Transload.
#[derive(Debug)]
pub struct Skopeo {
    program: PathBuf,
}

/// A registry as skopeo shall speak to it: over plain HTTP, with or without a login.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The reference, host first, such as `127.0.0.1:5000/pgcli:latest`.
    pub reference: &'a str,
    /// User and password.
    pub login: Option<(&'a str, &'a str)>,
}

impl Skopeo {
    /// The installed skopeo.
    ///
    /// # Errors
    /// When it is not installed.
    pub fn new() -> Result<Self> {
        Ok(Self { program: system_tool("skopeo")? })
    }

    /// The raw bytes of a manifest.
    ///
    /// # Errors
    /// When the registry does not give it.
    pub async fn inspect_raw(&self, side: Side<'_>) -> Result<Bytes> {
        let mut run = Run::new(&self.program).arguments(["inspect", "--raw", "--tls-verify=false"]);
        if let Some((user, password)) = side.login {
            run = run.arguments(["--creds", &format!("{user}:{password}")]);
        }
        let finished = run.arguments([format!("docker://{}", side.reference)]).succeed().await?;
        Ok(Bytes::from(finished.stdout))
    }

    /// Copies an image with everything under it, digests kept.
    ///
    /// # Errors
    /// When one of the registries refuses.
    pub async fn copy(&self, from: Side<'_>, to: Side<'_>) -> Result<Finished> {
        let mut run = Run::new(&self.program).arguments([
            "copy",
            "--all",
            "--preserve-digests",
            "--insecure-policy",
            "--src-tls-verify=false",
            "--dest-tls-verify=false",
        ]);
        for (option, side) in [("--src-creds", from), ("--dest-creds", to)] {
            if let Some((user, password)) = side.login {
                run = run.arguments([option, &format!("{user}:{password}")]);
            }
        }
        run.arguments([from, to].map(|side| format!("docker://{}", side.reference))).succeed().await
    }
}
