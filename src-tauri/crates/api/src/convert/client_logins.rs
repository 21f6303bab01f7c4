use transload_engine::docker::client_login as engine;
use transload_engine::model::RegistryHost;

use crate::contract::{
    ClientLogin, ClientLoginAction, ClientLoginChange, ClientLoginWay, HeldLogin, LoginClient,
    LoginWay,
};

/// A client of the contract as the engine names it.
pub fn engine_client(client: LoginClient) -> engine::Client {
    match client {
        LoginClient::Docker => engine::Client::Docker,
        LoginClient::Podman => engine::Client::Podman,
    }
}

/// A way that a person chose.
pub fn engine_way(way: &LoginWay) -> engine::Way {
    match way {
        LoginWay::Helper { name } => engine::Way::Helper { name: name.clone() },
        LoginWay::EcrHelper => engine::Way::EcrHelper,
        LoginWay::Inline => engine::Way::Inline,
    }
}

/// What a client has, and could have.
pub fn client_login(
    login: &engine::ClientLogin,
    host: &RegistryHost,
    client: LoginClient,
    undoable: bool,
) -> ClientLogin {
    let ways = login.ways.iter().map(|way| ClientLoginWay {
        way: shown_way(way),
        changes: login.changes(way, host).into_iter().map(change).collect(),
    });
    ClientLogin {
        client,
        file: login.file.display().to_string(),
        held: Some(match &login.held {
            engine::HeldLogin::None => HeldLogin::None,
            engine::HeldLogin::Inline => HeldLogin::Inline,
            engine::HeldLogin::Helper { program } => HeldLogin::Helper { program: program.clone() },
            engine::HeldLogin::EcrHelper => HeldLogin::EcrHelper,
        }),
        stale: login.stale.iter().map(|stale| stale.key.clone()).collect(),
        ways: ways.collect(),
        undoable,
        error: None,
    }
}

fn shown_way(way: &engine::Way) -> LoginWay {
    match way {
        engine::Way::Helper { name } => LoginWay::Helper { name: name.clone() },
        engine::Way::EcrHelper => LoginWay::EcrHelper,
        engine::Way::Inline => LoginWay::Inline,
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
