//! The packages of Debian and Ubuntu, and how each is recognised. A program or library that came
//! another way, such as Docker from docker.com, counts as well.

use std::path::Path;

use super::Purpose;
use crate::process::{Run, find_program};

/// One package.
pub struct Need {
    /// Its name in Debian and Ubuntu.
    pub package: &'static str,
    /// What it is for, in a few words.
    pub purpose: &'static str,
    sign: Sign,
}

/// By what a package is recognised.
enum Sign {
    /// A program.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// A folder that is not empty.
    Folder(&'static str),
    /// Python modules.
    Python(&'static str),
}

const BUILD: &[Need] = &[
    Need {
        package: "build-essential",
        purpose: "C compiler and linker",
        sign: Sign::Program("cc"),
    },
    Need { package: "pkg-config", purpose: "finds libraries", sign: Sign::Program("pkg-config") },
    Need {
        package: "libwebkit2gtk-4.1-dev",
        purpose: "the web view of the window",
        sign: Sign::Library("webkit2gtk-4.1"),
    },
];

const TESTS: &[Need] = &[
    Need {
        package: "webkit2gtk-driver",
        purpose: "clicks in a real window",
        sign: Sign::Program("WebKitWebDriver"),
    },
    Need {
        package: "xvfb",
        purpose: "a display without a screen",
        sign: Sign::Program("xvfb-run"),
    },
    Need { package: "xauth", purpose: "opens that display", sign: Sign::Program("xauth") },
    Need {
        package: "x11-utils",
        purpose: "sees whether a window is there",
        sign: Sign::Program("xwininfo"),
    },
    Need {
        package: "dbus",
        purpose: "a session bus of its own",
        sign: Sign::Program("dbus-run-session"),
    },
    Need {
        package: "gnome-keyring",
        purpose: "a keychain",
        sign: Sign::Program("gnome-keyring-daemon"),
    },
    Need { package: "dunst", purpose: "desktop notifications", sign: Sign::Program("dunst") },
    Need {
        package: "fonts-dejavu-core",
        purpose: "letters in the window",
        sign: Sign::Folder("/usr/share/fonts"),
    },
    Need { package: "docker.io", purpose: "the Docker Engine", sign: Sign::Program("dockerd") },
    Need { package: "podman", purpose: "another engine", sign: Sign::Program("podman") },
    Need {
        package: "debootstrap",
        purpose: "a newer Docker Engine, in a folder",
        sign: Sign::Program("debootstrap"),
    },
    Need {
        package: "docker-registry",
        purpose: "a registry to copy from",
        sign: Sign::Program("docker-registry"),
    },
    Need {
        package: "apache2-utils",
        purpose: "that registry's passwords",
        sign: Sign::Program("htpasswd"),
    },
    Need {
        package: "skopeo",
        purpose: "an independent look at a registry",
        sign: Sign::Program("skopeo"),
    },
    Need {
        package: "curl",
        purpose: "an independent reading of the proxy variables",
        sign: Sign::Program("curl"),
    },
    Need {
        package: "python3-venv",
        purpose: "ministack and the AWS CLI",
        sign: Sign::Python("import venv, ensurepip"),
    },
];

/// What is missing here.
pub fn missing(purpose: Purpose) -> Vec<&'static Need> {
    // Other systems have their web view, and the checks that need more run on Linux.
    if !cfg!(target_os = "linux") {
        return Vec::new();
    }
    let tests = if purpose == Purpose::Tests { TESTS } else { &[] };
    BUILD.iter().chain(tests).filter(|need| !need.sign.is_seen()).collect()
}

impl Sign {
    fn is_seen(&self) -> bool {
        let here = Path::new(".");
        match self {
            Self::Program(name) => find_program(name).is_some(),
            Self::Library(name) => Run::new("pkg-config", ["--exists", name], here).succeeds(),
            Self::Folder(path) => {
                std::fs::read_dir(path).is_ok_and(|mut files| files.next().is_some())
            }
            Self::Python(modules) => Run::new("python3", ["-c", modules], here).succeeds(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_seen_and_what_is_not_is_not() {
        assert!(Sign::Program("sh").is_seen());
        assert!(!Sign::Program("no-such-program").is_seen());
        assert!(!Sign::Library("no-such-library").is_seen());
        assert!(Sign::Folder("/").is_seen());
        assert!(!Sign::Folder("/no/such/folder").is_seen());
        assert!(!Sign::Python("import no_such_module").is_seen());
    }
}
