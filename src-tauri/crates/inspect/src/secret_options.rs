//! The options and arguments of programs whose values are secrets. `command_secrets` finds them. Sources: the manuals of the
//! programs.

/// How a value follows its option.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As the next word.
    Word,
    /// In the same word, as in `mysql -psecret`. A next word is something else.
    Attached,
    Both,
}

/// Options whose value is a secret: a word of the command before it, the option, and its form.
pub(crate) const OPTIONS: [(&str, &str, Form); 39] = [
    // docker, podman, skopeo, helm registry, oc and az.
    ("login", "-p", Form::Both),
    ("nuget", "-p", Form::Word),
    ("sshpass", "-p", Form::Both),
    ("useradd", "-p", Form::Word),
    ("usermod", "-p", Form::Word),
    ("mongo", "-p", Form::Word),
    ("mongodump", "-p", Form::Word),
    ("mongoexport", "-p", Form::Word),
    ("mongoimport", "-p", Form::Word),
    ("mongorestore", "-p", Form::Word),
    ("mongosh", "-p", Form::Word),
    ("mysql", "-p", Form::Attached),
    ("mysqladmin", "-p", Form::Attached),
    ("mysqldump", "-p", Form::Attached),
    ("mysqlimport", "-p", Form::Attached),
    ("mysqlsh", "-p", Form::Attached),
    ("mariadb", "-p", Form::Attached),
    ("mariadb-admin", "-p", Form::Attached),
    ("mariadb-dump", "-p", Form::Attached),
    ("mariadb-import", "-p", Form::Attached),
    ("7z", "-p", Form::Attached),
    ("7za", "-p", Form::Attached),
    ("redis-cli", "-a", Form::Word),
    ("ldapadd", "-w", Form::Word),
    ("ldapdelete", "-w", Form::Word),
    ("ldapmodify", "-w", Form::Word),
    ("ldappasswd", "-w", Form::Word),
    ("ldappasswd", "-s", Form::Word),
    ("ldapsearch", "-w", Form::Word),
    ("slappasswd", "-s", Form::Word),
    ("sqlcmd", "-P", Form::Both),
    ("unzip", "-P", Form::Both),
    ("zip", "-P", Form::Both),
    ("openssl", "-k", Form::Word),
    ("openssl", "-K", Form::Word),
    ("ssh-keygen", "-N", Form::Word),
    ("ssh-keygen", "-P", Form::Word),
    ("codecov", "-t", Form::Word),
    ("ttyd", "-c", Form::Word),
];

/// Options whose value is a user and a password, with what is between them. `secret_values` finds those of curl with a space
/// in them.
pub(crate) const LOGIN_OPTIONS: [(&str, &str, char); 7] = [
    ("curl", "-u", ':'),
    ("curl", "--user", ':'),
    ("curl", "-U", ':'),
    ("curl", "--proxy-user", ':'),
    ("http", "-a", ':'),
    ("lftp", "-u", ','),
    ("smbclient", "-U", '%'),
];

/// Commands whose arguments are a secret. Without one, they read it.
pub(crate) const LOGINS: [&[&str]; 6] = [
    &["cargo", "login"],
    &["vault", "login"],
    &["ngrok", "authtoken"],
    &["openssl", "passwd"],
    &["snyk", "auth"],
    &["ConvertTo-SecureString"],
];

/// Commands of which one argument is a password, and how many come before it.
pub(crate) const PASSWORD_ARGUMENTS: [(&[&str], usize); 6] = [
    (&["rabbitmqctl", "add_user"], 1),
    (&["rabbitmqctl", "change_password"], 1),
    (&["rabbitmqctl", "authenticate_user"], 1),
    (&["mc", "alias", "set"], 3),
    (&["mc", "alias", "s"], 3),
    (&["mc", "config", "host", "add"], 3),
];

/// Words of commands that read a secret.
pub(crate) const READERS: [&str; 9] = [
    "--password-stdin",
    "--passphrase-fd",
    "--with-token",
    "chpasswd",
    "cryptsetup",
    "kinit",
    "passwd",
    "smbpasswd",
    "vncpasswd",
];
