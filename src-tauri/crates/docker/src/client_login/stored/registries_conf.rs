//! Which credential helpers Podman, Buildah and skopeo ask for every registry: `credential-helpers`
//! of `registries.conf`. The search of stored logins (`find`) follows this order.
//!
//! Sources: containers-registries.conf(5), "Credential helpers"; containers/image,
//! `sysregistriesv2.newConfigWrapper`, `loadConfigFile` and `updateWithConfigurationFrom`;
//! containers/common, `setRegistriesConfPath`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::client_login::stored::problem::LoginProblem;
use crate::environment::DockerEnvironment;

/// The name under which the list means the files with logins. Source: containers/image,
/// `AuthenticationFileHelper`.
pub(super) const FILES: &str = "containers-auth.json";
const NAME: &str = "registries.conf";
/// The folder of drop-in files beside the file.
const DROP_INS: &str = "registries.conf.d";
/// A larger file is no configuration.
const FILE_LIMIT_BYTES: u64 = 1 << 20;

#[derive(Default, serde::Deserialize)]
struct Configuration {
    #[serde(rename = "credential-helpers")]
    credential_helpers: Option<Vec<String>>,
}

/// The helpers in the order in which they are asked, [`FILES`] among them. A file that cannot be read
/// counts as empty and is a problem.
pub(super) fn credential_helpers(
    environment: &DockerEnvironment,
) -> (Vec<String>, Vec<LoginProblem>) {
    let (mut helpers, mut problems) = (None, Vec::new());
    for path in files(environment) {
        match read(&path) {
            Ok(Some(more)) => helpers = Some(more),
            Ok(None) => {}
            Err(reason) => {
                problems.push(LoginProblem { place: path.display().to_string(), reason });
            }
        }
    }
    (helpers.unwrap_or_else(|| vec![FILES.to_owned()]), problems)
}

/// The files, each of which goes before the ones in front of it.
fn files(environment: &DockerEnvironment) -> Vec<PathBuf> {
    let system = environment.containers_folder.clone();
    // containers/image does not read XDG_CONFIG_HOME here.
    let own = environment.home.as_ref().map(|home| home.join(".config").join("containers"));
    let own_file = own.as_ref().map(|folder| folder.join(NAME)).filter(|file| file.exists());
    let named = environment.registries_conf.clone();
    // The system's drop-in files do not go with a person's own file.
    let reads_system = named.is_some() || own_file.is_none();
    let main = named.or(own_file).or_else(|| system.as_ref().map(|folder| folder.join(NAME)));
    let folders = match &environment.registries_conf_folder {
        Some(folder) => vec![folder.clone()],
        None => {
            let system = system.filter(|_| reads_system);
            system.into_iter().chain(own).map(|folder| folder.join(DROP_INS)).collect()
        }
    };
    main.into_iter().chain(folders.iter().flat_map(|folder| drop_ins(folder))).collect()
}

/// The drop-in files of a folder, by name.
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
        Err(error) => return Err(format!("it cannot be read: {}", error.kind())),
    };
    if size > FILE_LIMIT_BYTES {
        return Err("it is too large for a configuration".to_owned());
    }
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|error| format!("it cannot be read: {}", error.kind()))?;
    let configuration: Configuration = toml::from_str(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        format!("it is not valid TOML at line {}", before.matches('\n').count() + 1)
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
    fn the_order_is_that_of_containers_image() {
        let of = |name: &str| format!("credential-helpers = [\"{name}\"]\n");
        let (system, own, named) = (of("system"), of("own"), of("named"));
        let (early, late) = (of("early"), of("late"));
        let other = "unqualified-search-registries = [\"docker.io\"]\n";
        let with_table = format!("{own}[[registry]]\nlocation = \"r.example\"\ninsecure = true\n");
        let (etc, home) = ("etc/registries.conf", ".config/containers/registries.conf");
        let (etc_a, etc_b) = ("etc/registries.conf.d/a.conf", "etc/registries.conf.d/b.conf");
        let (home_a, no_conf) =
            (".config/containers/registries.conf.d/a.conf", "etc/registries.conf.d/z.txt");
        for (what, files, is_named, expected, problems) in [
            ("nothing", vec![], false, FILES, 0),
            ("no such setting", vec![(etc, other)], false, FILES, 0),
            ("the system's", vec![(etc, system.as_str())], false, "system", 0),
            ("one's own", vec![(etc, &system), (home, &with_table)], false, "own", 0),
            ("drop-ins by name", vec![(etc_b, &late), (etc_a, &early)], false, "late", 0),
            ("one's own drop-in last", vec![(etc_b, &early), (home_a, &late)], false, "late", 0),
            (
                "no system drop-in beside one's own",
                vec![(home, &own), (etc_a, &early)],
                false,
                "own",
                0,
            ),
            ("other endings", vec![(etc, &system), (no_conf, &late)], false, "system", 0),
            ("named", vec![("named.conf", &named), (home, &own)], true, "named", 0),
            ("named, with drop-ins", vec![("named.conf", &named), (etc_a, &late)], true, "late", 0),
            ("a drop-in without it", vec![(etc, &system), (etc_a, other)], false, "system", 0),
            (
                "damaged",
                vec![(etc, &system), (etc_a, "credential-helpers = [")],
                false,
                "system",
                1,
            ),
            ("of another kind", vec![(etc, "credential-helpers = 7")], false, FILES, 1),
        ] {
            assert_eq!(helpers(&files, is_named), (vec![expected.to_owned()], problems), "{what}");
        }
    }
}
