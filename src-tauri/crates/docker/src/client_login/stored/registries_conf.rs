//! The credential helpers that Podman, Buildah and skopeo call for every registry:
//! `credential-helpers` in `registries.conf`. The search for stored logins (`find`) uses this
//! order.
//!
//! Sources: containers-registries.conf(5), "Credential helpers"; containers/image,
//! `sysregistriesv2.newConfigWrapper`, `loadConfigFile` and `updateWithConfigurationFrom`;
//! containers/common, `setRegistriesConfPath`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::client_login::stored::problem::LoginProblem;
use crate::environment::DockerEnvironment;

/// The name in the list that means the files with logins. Source: containers/image,
/// `AuthenticationFileHelper`.
pub(super) const FILES: &str = "containers-auth.json";
const FILE_NAME: &str = "registries.conf";
/// The folder of drop-in files, next to the file.
const DROP_IN_FOLDER: &str = "registries.conf.d";
/// Maximum size of a configuration file.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

#[derive(Default, serde::Deserialize)]
struct RegistriesConf {
    #[serde(rename = "credential-helpers")]
    credential_helpers: Option<Vec<String>>,
}

/// Returns the helpers in the order in which they are called, including [`FILES`]. A file that
/// can't be read counts as empty and is returned as a problem.
pub(super) fn credential_helpers(
    environment: &DockerEnvironment,
) -> (Vec<String>, Vec<LoginProblem>) {
    let (mut helpers, mut problems) = (None, Vec::new());
    for path in configuration_files(environment) {
        match read(&path) {
            Ok(Some(overriding)) => helpers = Some(overriding),
            Ok(None) => {}
            Err(reason) => {
                problems.push(LoginProblem { location: path.display().to_string(), reason });
            }
        }
    }
    (helpers.unwrap_or_else(|| vec![FILES.to_owned()]), problems)
}

/// Returns the configuration files. A later file overrides an earlier one.
fn configuration_files(environment: &DockerEnvironment) -> Vec<PathBuf> {
    let system = environment.containers_folder.clone();
    // containers/image does not read XDG_CONFIG_HOME here.
    let user = environment.home.as_ref().map(|home| home.join(".config").join("containers"));
    let user_file = user.as_ref().map(|folder| folder.join(FILE_NAME)).filter(|file| file.exists());
    let named = environment.registries_conf.clone();
    // The system's drop-in files do not apply to the user's own file.
    let reads_system = named.is_some() || user_file.is_none();
    let main = named.or(user_file).or_else(|| system.as_ref().map(|folder| folder.join(FILE_NAME)));
    let folders = match &environment.registries_conf_folder {
        Some(folder) => vec![folder.clone()],
        None => {
            let system = system.filter(|_| reads_system);
            system.into_iter().chain(user).map(|folder| folder.join(DROP_IN_FOLDER)).collect()
        }
    };
    main.into_iter().chain(folders.iter().flat_map(|folder| drop_ins(folder))).collect()
}

/// Returns the drop-in files of a folder, sorted by name.
fn drop_ins(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut files: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "conf"))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    files
}

fn read(path: &Path) -> Result<Option<Vec<String>>, String> {
    let size = match std::fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(error) => return Err(format!("it can't be read: {}", error.kind())),
    };
    if size > FILE_LIMIT_BYTES {
        return Err("it is too large for a configuration file".to_owned());
    }
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("it can't be read: {}", error.kind()))?;
    let configuration: RegistriesConf = toml::from_str(&text).map_err(|error| {
        let text_before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("it is not valid TOML at line {}", text_before.matches('\n').count() + 1)
    })?;
    Ok(configuration.credential_helpers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(home: &Path) -> DockerEnvironment {
        DockerEnvironment {
            home: Some(home.to_owned()),
            containers_folder: Some(home.join("etc")),
            ..DockerEnvironment::default()
        }
    }

    fn helpers(files: &[(&str, &str)], named: bool) -> (Vec<String>, usize) {
        let home = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut environment = environment(home.path());
        environment.registries_conf = named.then(|| home.path().join("named.conf"));
        let (helpers, problems) = credential_helpers(&environment);
        (helpers, problems.len())
    }

    #[test]
    fn helpers_are_read_in_the_order_of_containers_image() {
        let with_helper = |name: &str| format!("credential-helpers = [\"{name}\"]\n");
        let (system, user, named) =
            (with_helper("system"), with_helper("user"), with_helper("named"));
        let (early, late) = (with_helper("early"), with_helper("late"));
        let other = "unqualified-search-registries = [\"docker.io\"]\n";
        let with_table = format!("{user}[[registry]]\nlocation = \"r.example\"\ninsecure = true\n");
        let (etc, home) = ("etc/registries.conf", ".config/containers/registries.conf");
        let (etc_a, etc_b) = ("etc/registries.conf.d/a.conf", "etc/registries.conf.d/b.conf");
        let (home_a, no_conf) =
            (".config/containers/registries.conf.d/a.conf", "etc/registries.conf.d/z.txt");
        for (case, files, is_named, expected, problems) in [
            ("no files", vec![], false, FILES, 0),
            ("no setting", vec![(etc, other)], false, FILES, 0),
            ("the system's", vec![(etc, system.as_str())], false, "system", 0),
            ("the user's", vec![(etc, &system), (home, &with_table)], false, "user", 0),
            ("drop-ins by name", vec![(etc_b, &late), (etc_a, &early)], false, "late", 0),
            ("the user's drop-in last", vec![(etc_b, &early), (home_a, &late)], false, "late", 0),
            (
                "no system drop-in with the user's file",
                vec![(home, &user), (etc_a, &early)],
                false,
                "user",
                0,
            ),
            ("other extensions", vec![(etc, &system), (no_conf, &late)], false, "system", 0),
            ("named", vec![("named.conf", &named), (home, &user)], true, "named", 0),
            ("named, with drop-ins", vec![("named.conf", &named), (etc_a, &late)], true, "late", 0),
            ("a drop-in without it", vec![(etc, &system), (etc_a, other)], false, "system", 0),
            (
                "damaged",
                vec![(etc, &system), (etc_a, "credential-helpers = [")],
                false,
                "system",
                1,
            ),
            ("another type", vec![(etc, "credential-helpers = 7")], false, FILES, 1),
        ] {
            assert_eq!(helpers(&files, is_named), (vec![expected.to_owned()], problems), "{case}");
        }
    }
}
