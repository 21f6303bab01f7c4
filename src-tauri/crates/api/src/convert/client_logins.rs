use transload_contract::{
    ClientLogin, ClientLoginAction, ClientLoginChange, ClientLoginWay, LoginClient,
};
use transload_docker::client_login as engine;
use transload_model::RegistryHost;

/// What a client has, and could have.
pub fn client_login(
    login: &engine::ClientLogin,
    host: &RegistryHost,
    client: LoginClient,
    undoable: bool,
) -> ClientLogin {
    let ways = login.ways.iter().map(|way| ClientLoginWay {
        way: way.clone(),
        changes: login.changes(way, host).into_iter().map(change).collect(),
    });
    ClientLogin {
        client,
        file: login.file.display().to_string(),
        held: Some(login.held.clone()),
        stale: login.stale.iter().map(|stale| stale.key.clone()).collect(),
        ways: ways.collect(),
        undoable,
        error: None,
    }
}

fn change(change: engine::Change) -> ClientLoginChange {
    match change {
        engine::Change::Kept { program, server } => ClientLoginChange {
            action: ClientLoginAction::Kept,
            place: program,
            key: server,
            value: None,
        },
        engine::Change::Set { file, section, key, shown } => ClientLoginChange {
            action: ClientLoginAction::Set,
            place: file.display().to_string(),
            key: format!("{section} \u{2192} {key}"),
            value: Some(shown),
        },
        engine::Change::Removed { file, section, key } => ClientLoginChange {
            action: ClientLoginAction::Removed,
            place: file.display().to_string(),
            key: format!("{section} \u{2192} {key}"),
            value: None,
        },
    }
}
