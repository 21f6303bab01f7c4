//! skopeo, as an independent witness for registries.

use std::path::PathBuf;

use anyhow::Result;
use bytes::Bytes;

use crate::program::{Program, ProgramOutput};
use crate::tools::system_tool;

/// A copy of all platforms, which fails rather than changing a manifest.
pub const COPY: [&str; 6] = [
    "copy",
    "--all",
    "--preserve-digests",
    "--insecure-policy",
    "--src-tls-verify=false",
    "--dest-tls-verify=false",
];

/// skopeo. It shares no code with Transload.
#[derive(Debug)]
pub struct Skopeo {
    program: PathBuf,
}

/// An image in a registry over plain HTTP, with or without a login.
#[derive(Clone, Copy, Debug)]
pub struct SkopeoImage<'a> {
    /// The reference with its host, such as `127.0.0.1:5000/pgcli:latest`.
    pub reference: &'a str,
    /// User and password.
    pub login: Option<(&'a str, &'a str)>,
}

impl Skopeo {
    pub fn new() -> Result<Self> {
        Ok(Self { program: system_tool("skopeo")? })
    }

    /// Returns the bytes of a manifest.
    pub async fn inspect_raw(&self, image: SkopeoImage<'_>) -> Result<Bytes> {
        let mut run =
            Program::new(&self.program).arguments(["inspect", "--raw", "--tls-verify=false"]);
        if let Some((user, password)) = image.login {
            run = run.arguments(["--creds", &format!("{user}:{password}")]);
        }
        let finished = run.arguments([format!("docker://{}", image.reference)]).succeed().await?;
        Ok(Bytes::from(finished.stdout))
    }

    /// Copies an image with everything below it, and fails rather than changing a digest.
    pub async fn copy(&self, from: SkopeoImage<'_>, to: SkopeoImage<'_>) -> Result<ProgramOutput> {
        let mut run = Program::new(&self.program).arguments(COPY);
        for (option, image) in [("--src-creds", from), ("--dest-creds", to)] {
            if let Some((user, password)) = image.login {
                run = run.arguments([option, &format!("{user}:{password}")]);
            }
        }
        run.arguments([from, to].map(|image| format!("docker://{}", image.reference)))
            .succeed()
            .await
    }
}
