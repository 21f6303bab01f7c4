//! Logins of `docker` and Podman.

use transload_contract::{
    ClientLogin, ClientLoginAction, ClientLoginChange, ClientLoginMethod, LoginClient,
};
use transload_docker::client_login as engine;
use transload_model::RegistryHost;

/// Converts the state of a client.
pub fn client_login(
    login: &engine::ClientLogin,
    host: &RegistryHost,
    client: LoginClient,
    undoable: bool,
) -> ClientLogin {
    let methods = login.methods.iter().map(|method| ClientLoginMethod {
        method: method.clone(),
        changes: login.changes(method, host).into_iter().map(change).collect(),
    });
    ClientLogin {
        client,
        file: login.file.display().to_string(),
        existing: Some(login.existing.clone()),
        stale: login.stale.iter().map(|stale| stale.key.clone()).collect(),
        methods: methods.collect(),
        undoable,
        error: None,
    }
}

fn change(change: engine::LoginChange) -> ClientLoginChange {
    match change {
        engine::LoginChange::StoreWithHelper { program, server } => ClientLoginChange {
            action: ClientLoginAction::Kept,
            place: program,
            key: server,
            value: None,
        },
        engine::LoginChange::SetEntry { file, section, key, shown_value } => ClientLoginChange {
            action: ClientLoginAction::Set,
            place: file.display().to_string(),
            key: format!("{section} \u{2192} {key}"),
            value: Some(shown_value),
        },
        engine::LoginChange::RemoveEntry { file, section, key } => ClientLoginChange {
            action: ClientLoginAction::Removed,
            place: file.display().to_string(),
            key: format!("{section} \u{2192} {key}"),
            value: None,
        },
    }
}
