//! The packages of Debian and Ubuntu that building and the checks require, and how each is detected.
//! A program from another source, such as Docker from docker.com, counts as installed.

use std::path::Path;

use super::purpose::Purpose;
use crate::process::{Process, find_program};

pub struct SystemPackage {
    pub name: &'static str,
    pub purpose: &'static str,
    installed_if: Detection,
}

/// What shows that a package is installed.
enum Detection {
    Program(&'static str),
    /// A library that pkg-config finds.
    Library(&'static str),
    /// A folder with files in it.
    Folder(&'static str),
    /// A Python statement that succeeds.
    Python(&'static str),
}

const BUILD: &[SystemPackage] = &[
    SystemPackage {
        name: "build-essential",
        purpose: "C compiler and linker",
        installed_if: Detection::Program("cc"),
    },
    SystemPackage {
        name: "pkg-config",
        purpose: "finds libraries",
        installed_if: Detection::Program("pkg-config"),
    },
    SystemPackage {
        name: "libwebkit2gtk-4.1-dev",
        purpose: "the web view of the window",
        installed_if: Detection::Library("webkit2gtk-4.1"),
    },
];

const TESTS: &[SystemPackage] = &[
    SystemPackage {
        name: "webkit2gtk-driver",
        purpose: "drives a real window",
        installed_if: Detection::Program("WebKitWebDriver"),
    },
    SystemPackage {
        name: "xvfb",
        purpose: "a virtual display",
        installed_if: Detection::Program("xvfb-run"),
    },
    SystemPackage {
        name: "xauth",
        purpose: "access to that display",
        installed_if: Detection::Program("xauth"),
    },
    SystemPackage {
        name: "x11-utils",
        purpose: "detects windows",
        installed_if: Detection::Program("xwininfo"),
    },
    SystemPackage {
        name: "dbus",
        purpose: "a separate session bus",
        installed_if: Detection::Program("dbus-run-session"),
    },
    SystemPackage {
        name: "gnome-keyring",
        purpose: "a keychain",
        installed_if: Detection::Program("gnome-keyring-daemon"),
    },
    SystemPackage {
        name: "dunst",
        purpose: "desktop notifications",
        installed_if: Detection::Program("dunst"),
    },
    SystemPackage {
        name: "fonts-dejavu-core",
        purpose: "fonts in the window",
        installed_if: Detection::Folder("/usr/share/fonts"),
    },
    SystemPackage {
        name: "docker.io",
        purpose: "the Docker Engine",
        installed_if: Detection::Program("dockerd"),
    },
    SystemPackage {
        name: "podman",
        purpose: "another container engine",
        installed_if: Detection::Program("podman"),
    },
    SystemPackage {
        name: "debootstrap",
        purpose: "installs another Docker Engine into a folder",
        installed_if: Detection::Program("debootstrap"),
    },
    SystemPackage {
        name: "docker-registry",
        purpose: "a registry to copy from",
        installed_if: Detection::Program("docker-registry"),
    },
    SystemPackage {
        name: "apache2-utils",
        purpose: "passwords of that registry",
        installed_if: Detection::Program("htpasswd"),
    },
    SystemPackage {
        name: "skopeo",
        purpose: "reads registries independently",
        installed_if: Detection::Program("skopeo"),
    },
    SystemPackage {
        name: "nginx-light",
        purpose: "reads generated configurations",
        installed_if: Detection::Program("nginx"),
    },
    SystemPackage {
        name: "caddy",
        purpose: "reads generated configurations",
        installed_if: Detection::Program("caddy"),
    },
    SystemPackage {
        name: "containerd",
        purpose: "pulls by a renamed registry",
        installed_if: Detection::Program("ctr"),
    },
    SystemPackage {
        name: "curl",
        purpose: "reads proxy variables independently",
        installed_if: Detection::Program("curl"),
    },
    SystemPackage {
        name: "python3-venv",
        purpose: "ministack, the AWS CLI and cfn-lint",
        installed_if: Detection::Python("import venv, ensurepip"),
    },
];

pub fn missing(purpose: Purpose) -> Vec<&'static SystemPackage> {
    // Other systems include a web view, and the checks that require more only run on Linux.
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let tests = if purpose == Purpose::Tests { TESTS } else { &[] };
    BUILD.iter().chain(tests).filter(|package| !package.installed_if.is_present()).collect()
}

impl Detection {
    fn is_present(&self) -> bool {
        let here = Path::new(".");
        match self {
            Self::Program(name) => find_program(name).is_some(),
            Self::Library(name) => Process::new("pkg-config", ["--exists", name], here).succeeds(),
            Self::Folder(path) => {
                std::fs::read_dir(path).is_ok_and(|mut files| files.next().is_some())
            }
            Self::Python(modules) => Process::new("python3", ["-c", modules], here).succeeds(),
        }
    }
}

#[cfg(test)]
mod tests;
