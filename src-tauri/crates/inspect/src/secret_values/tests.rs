//! Names and values that look like secrets, and that don't.

use super::*;

mod formats;

const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";

#[test]
fn secrets_are_recognized_by_name_or_by_the_form_of_a_token() {
    let aws = format!("AKIA{}", "ABCD".repeat(4));
    let github = format!("ghp_{}", "a1".repeat(18));
    let squ = format!("squ_{}", "a1".repeat(20));
    let hugging_face = format!("hf_{}", "aB".repeat(17));
    for (name, value) in [
        ("DB_PASSWORD", "hunter2"),
        ("PGPASSWORD", "12345"),
        ("dbPassword", "x"),
        ("spring.datasource.password", "x"),
        ("NPM_TOKEN", "abc"),
        ("GITHUB_API_KEY", "abc"),
        ("STORAGE_ACCOUNT_KEY", "abc=="),
        ("AWS_SECRET_ACCESS_KEY", "wJalr/K7MDENG"),
        ("MY_APIKEY", "abc"),
        ("SESSION_COOKIE", "abc"),
        ("X", aws.as_str()),
        ("CONFIG", github.as_str()),
        ("HEADER", JWT),
        ("DATABASE_URL", "postgres://app:s3cret@db.example/app"),
        ("KEY_PEM", "-----BEGIN RSA PRIVATE KEY-----\nMIIE"),
        ("PASSWORD2", "x"),
        ("API_KEY_1", "x"),
        ("DB_CREDS", "x"),
        ("APP_KEY", "base64:eA=="),
        ("ConnectionStrings__Default", "Server=db;User Id=sa;Password=S3cret;Encrypt=true"),
        ("AZURE_STORAGE", "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=eA=="),
        ("JAVA_OPTS", "-Xmx1g -Djavax.net.ssl.keyStorePassword=changeit"),
        ("OPTIONS", "--verbose --password hunter2"),
        ("HEADERS", "Accept: text/plain, Authorization: Bearer abc"),
        ("CONFIG", r#"{"user": "me", "password": "hunter2"}"#),
        ("HUB", hugging_face.as_str()),
        ("AIRFLOW__CORE__FERNET_KEY", "x"),
        ("TS_AUTHKEY", "x"),
        ("accesskey", "x"),
        ("NONCE_SALT", "x"),
        ("VAULT_SECRET_ID", "x"),
        ("HOOK_URL", "https://hooks.slack.com/services/T0/B0/x"),
        ("REDIS_URL", "redis://:s3c#r3t@db.example:6379"),
        ("SONAR", squ.as_str()),
    ] {
        assert!(looks_secret(name, value), "{name}={value}");
    }
    for (name, value) in [
        ("PATH", "/usr/bin"),
        ("PWD", "/app"),
        ("GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"),
        ("MYSQL_ALLOW_EMPTY_PASSWORD", "yes"),
        ("DB_PASSWORD", ""),
        ("DB_PASSWORD", "${DB_PASSWORD}"),
        ("DB_PASSWORD", "/run/secrets/db"),
        ("DB_PASSWORD_FILE", "/etc/db"),
        ("TOKEN_URL", "https://sts.example/token"),
        ("KEYBOARD", "us"),
        ("MONKEY", "see"),
        ("AUTHOR", "me"),
        ("COMPASS", "north"),
        ("IMAGE", "registry.example/auth:1.0"),
        ("DESCRIPTION", "Enter the password: it is on the back"),
        ("ENDPOINT", "https://auth.example:8443/token"),
        ("TOKEN_COUNT_2_MODE", "all"),
        ("BASE_URL", "https://user@host.example/"),
        ("SENTRY_DSN", "https://e3b0c44298fc1c149afbf4c8996fb924@x.example/1"),
        ("DB_PASSWORD", "op://vault/db/password"),
        ("DB_PASSWORD", "{{ db_password }}"),
        ("AUTH_SERVICE_ADDR", "auth:8080"),
        ("SESSION_COOKIE_AGE", "3600"),
        ("SHA", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ] {
        assert!(!looks_secret(name, value), "{name}={value}");
    }
}

#[test]
fn secrets_are_hidden_in_lines() {
    let known = ["correct horse"];
    let token = format!("ghp_{}", "a1".repeat(18));
    for (line, shown) in [
        ("ENV PASSWORD=correct horse", "ENV PASSWORD=***"),
        ("RUN TOKEN=abc npm ci", "RUN TOKEN=*** npm ci"),
        ("RUN export API_KEY=\"a b\" && make", "RUN export API_KEY=*** && make"),
        ("RUN curl --token abc https://x.example", "RUN curl --token *** https://x.example"),
        ("RUN tool --password=abc --verbose", "RUN tool --password=*** --verbose"),
        ("RUN tool --password --verbose", "RUN tool --password --verbose"),
        ("RUN git clone https://me:pw@git.example/x", "RUN git clone https://me:***@git.example/x"),
        ("RUN é=1 TOKEN=ü x", "RUN é=1 TOKEN=*** x"),
        ("RUN npm ci TOKEN=$TOKEN", "RUN npm ci TOKEN=$TOKEN"),
        (
            "RUN apt-get update && apt-get install -y curl",
            "RUN apt-get update && apt-get install -y curl",
        ),
        ("=", "="),
        (
            "RUN curl -H 'Authorization: Bearer abc' -H \"X-Api-Key: def\" https://x.example",
            "RUN curl -H 'Authorization: ***' -H \"X-Api-Key: ***\" https://x.example",
        ),
        ("RUN echo '{\"token\":\"abc\"}' > x", "RUN echo '{\"token\":***}' > x"),
        (
            r#"RUN echo "{\"token\":\"abc\", \"user\": \"me\"}" > x"#,
            r#"RUN echo "{\"token\":***, \"user\": \"me\"}" > x"#,
        ),
        ("RUN server -password abc -v", "RUN server -password *** -v"),
        ("RUN curl -u me:abc https://x.example", "RUN curl -u me:*** https://x.example"),
        ("RUN curl --user 'me:abc' x", "RUN curl --user 'me:*** x"),
        ("RUN curl -u me x && docker run -u 0 x", "RUN curl -u me x && docker run -u 0 x"),
        ("USER app:app", "USER app:app"),
        (
            "COPY --from=registry.example/auth:1.0 /a /b",
            "COPY --from=registry.example/auth:1.0 /a /b",
        ),
    ] {
        assert_eq!(hide_in_text(line, &known), shown);
    }
    assert_eq!(hide_in_text(&format!("RUN x {token}."), &[]), "RUN x ***");
    assert_eq!(hide_in_text(&format!("RUN x \"{JWT}\""), &[]), "RUN x \"***\"");
}

/// Every form in which a shell, JSON, and files in a heredoc quote a secret with a quotation mark or a space in it.
#[test]
fn quoted_secrets_are_hidden_as_a_whole() {
    for (line, shown) in [
        // Double quotes.
        (r#"RUN TOKEN="a\"b c" npm ci"#, "RUN TOKEN=*** npm ci"),
        (r#"RUN TOKEN="a b\\" npm ci"#, "RUN TOKEN=*** npm ci"),
        (r#"RUN tool --password="a\" b" -v"#, "RUN tool --password=*** -v"),
        (r#"RUN tool --password "a\" b" -v"#, "RUN tool --password *** -v"),
        (r#"RUN TOKEN=$"a b" npm ci"#, "RUN TOKEN=*** npm ci"),
        (r#"RUN TOKEN="a b";make"#, "RUN TOKEN=***;make"),
        (r#"RUN TOKEN="a b"#, "RUN TOKEN=***"),
        // Single quotes, in which a shell has no escapes.
        (r"RUN TOKEN='a b\' npm ci", "RUN TOKEN=*** npm ci"),
        (r"RUN TOKEN='a\'b c' npm ci", "RUN TOKEN=*** npm ci"),
        (r#"RUN TOKEN='a'"'"'b c' npm ci"#, "RUN TOKEN=*** npm ci"),
        (r"RUN TOKEN='a'\''b c' npm ci", "RUN TOKEN=*** npm ci"),
        (r"RUN TOKEN=$'a\'b c' npm ci", "RUN TOKEN=*** npm ci"),
        (r"RUN TOKEN=it's npm ci", "RUN TOKEN=*** npm ci"),
        // Parts of a word.
        (r#"RUN TOKEN=a"b c"'d e' npm ci"#, "RUN TOKEN=*** npm ci"),
        (r"RUN TOKEN=a\ b npm ci", "RUN TOKEN=*** npm ci"),
        (r#"RUN TOKEN="$A b"/c npm ci"#, "RUN TOKEN=*** npm ci"),
        // In a text that is quoted itself.
        (r#"RUN sh -c "TOKEN=\"a b\" make" && ls"#, r#"RUN sh -c "TOKEN=*** make" && ls"#),
        (r#"RUN sh -c "TOKEN=\"a\\\"b c\" make""#, r#"RUN sh -c "TOKEN=*** make""#),
        ("RUN sh -c 'TOKEN=abc' && echo 'a b'", "RUN sh -c 'TOKEN=***' && echo 'a b'"),
        (r#"RUN sh -c 'TOKEN="a b"' && ls"#, "RUN sh -c 'TOKEN=***' && ls"),
        (r#"RUN bash -c "TOKEN=abc" && echo "a b""#, r#"RUN bash -c "TOKEN=***" && echo "a b""#),
        // JSON: a member, in a shell's quotes, and the form of a command as a list.
        (r#"RUN echo '{"token":"a\"b c","user":"me"}'"#, r#"RUN echo '{"token":***,"user":"me"}'"#),
        (
            r#"RUN echo '{"token":"it'"'"'s b","user":"me"}'"#,
            r#"RUN echo '{"token":***,"user":"me"}'"#,
        ),
        (r#"RUN echo '{"token":"it'\''s b"}'"#, r#"RUN echo '{"token":***}'"#),
        (
            r#"RUN echo "{\"token\":\"a\\\"b c\",\"user\":1}""#,
            r#"RUN echo "{\"token\":***,\"user\":1}""#,
        ),
        (r#"CMD ["tool" "--password" "a b" "-v"]"#, r#"CMD ["tool" "--password" *** "-v"]"#),
        (r#"CMD ["tool", "--password", "a\"b", "-v"]"#, r#"CMD ["tool", "--password", ***, "-v"]"#),
        (r#"CMD ["tool","--password","a b","-v"]"#, r#"CMD ["tool","--password",***,"-v"]"#),
        (r#"CMD ["tool", "--password", "--help"]"#, r#"CMD ["tool", "--password", "--help"]"#),
        (r#"CMD ["sh", "-c", "TOKEN=\"a b\" x"]"#, r#"CMD ["sh", "-c", "TOKEN=*** x"]"#),
        (r#"CMD ["sh", "-c", "TOKEN=abc"]"#, r#"CMD ["sh", "-c", "TOKEN=***"]"#),
        // Files in a heredoc. Outside of one, a colon is no assignment.
        (
            "RUN cat <<EOF > x\nuser: me\n  password: a b\nEOF\npassword: c d",
            "RUN cat <<EOF > x\nuser: me\n  password: ***\nEOF\npassword: c d",
        ),
        (
            "RUN cat <<-'X'\n\tdb.password=a b\n\tX\nls",
            "RUN cat <<-'X'\n\tdb.password=***\n\tX\nls",
        ),
        (
            "RUN <<EOF\n{\n  \"token\": \"a\\\"b c\",\n}\nEOF",
            "RUN <<EOF\n{\n  \"token\": ***,\n}\nEOF",
        ),
        ("RUN <<EOF\nexport TOKEN='a\nb' x\nEOF", "RUN <<EOF\nexport TOKEN=*** x\nEOF"),
    ] {
        assert_eq!(hide_in_text(line, &[]), shown, "{line}");
    }
}

/// Files that a heredoc writes, each with what is shown of it.
const FILES: [(&str, &str); 25] = [
    // YAML: block scalars with every header, up to the next line that isn't indented further.
    ("password: |\n  a\n  b\nuser: me", "password: ***\nuser: me"),
    ("password: |-\n  a\n\n  b\n\nuser: me", "password: ***\n\nuser: me"),
    ("password: >\n  a\n  b\nuser: me", "password: ***\nuser: me"),
    ("password: >2-\n    a\n  b\nuser: me", "password: ***\nuser: me"),
    ("password: !vault |\n  a\n  b\nuser: me", "password: ***\nuser: me"),
    ("db:\n  password: &pw |+ # x\n    a\n  user: me", "db:\n  password: ***\n  user: me"),
    ("users:\n- password: |\n    a: b\n  name: me", "users:\n- password: ***\n  name: me"),
    ("\tpassword: |\n\t\ta\n\tuser: me", "\tpassword: ***\n\tuser: me"),
    ("password: |\r\n  a\r\nuser: me", "password: ***\r\nuser: me"),
    // Texts over several lines, lists and mappings.
    ("password: a\n  b\nuser: me", "password: ***\nuser: me"),
    ("password:\n  a b\nuser: me", "password:***\nuser: me"),
    ("passwords:\n- a\n- b\nuser: me", "passwords:***\nuser: me"),
    ("tokens: [a,\n  b]\nuser: me", "tokens: ***\nuser: me"),
    ("password: 'it''s b'\nuser: me", "password: ***\nuser: me"),
    ("password: \"a\n  b\"\nuser: me", "password: ***\nuser: me"),
    ("auth:\n  user: me\n  password: a b", "auth:\n  user: me\n  password: ***"),
    ("db: {user: me, password: a}", "db: {user: me, password: ***"),
    // JSON over several lines.
    ("{\n \"token\":\n \"a b\",\n \"user\": 1\n}", "{\n \"token\":\n ***,\n \"user\": 1\n}"),
    ("{\"tokens\": [\n\"a\",\n\"]b\"\n], \"user\": 1}", "{\"tokens\": ***, \"user\": 1}"),
    // INI, properties and TOML.
    ("[db]\npassword = a b\n  c\nuser = me", "[db]\npassword = ***\nuser = me"),
    ("client secret = a b\nuser = me", "client secret = ***\nuser = me"),
    ("password=a\\\nb\nuser=me", "password=***\nuser=me"),
    ("token = \"\"\"\na\n\"\"\"\nuser = 1", "token = ***\nuser = 1"),
    // XML and .pgpass.
    ("<server><password>a b</password></server>", "<server><password>***</password></server>"),
    ("# host\ndb.example:5432:*:me:a:b\n", "# host\ndb.example:5432:*:me:***\n"),
];

#[test]
fn secrets_in_files_are_hidden_as_a_whole() {
    let key = "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----";
    let certificate = "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----";
    let keys = [
        (format!("{key}\nuser: me"), "***\nuser: me".to_owned()),
        (format!("{certificate}\n{key}\n{key}"), format!("{certificate}\n***\n***")),
        (certificate.to_owned(), certificate.to_owned()),
        ("key: |\n  ".to_owned() + &key.replace('\n', "\n  "), "key: |\n  ***".to_owned()),
    ];
    let files = FILES.map(|(file, shown)| (file.to_owned(), shown.to_owned()));
    for (file, shown) in files.into_iter().chain(keys) {
        for (before, after) in [
            ("RUN cat <<EOF > x\n", "\nEOF\nls"),
            ("RUN <<'END-1' cat > x\n", "\nEND-1\n"),
            // The second one of a line.
            ("RUN cat <<A - <<B\nfirst\nA\n", "\nB\nls"),
        ] {
            let line = format!("{before}{file}{after}");
            let expected = format!("{before}{shown}{after}");
            assert_eq!(hide_in_text(&line, &[]), expected, "{line}");
        }
    }
}

#[test]
fn a_private_key_without_an_end_is_hidden_to_the_end() {
    for label in ["PRIVATE KEY-----\nMIIE", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK-----"] {
        assert_eq!(hide_in_text(&format!("RUN echo '-----BEGIN {label}"), &[]), "RUN echo '***");
    }
}

/// What a file says without a secret.
#[test]
fn files_without_secrets_are_shown() {
    for file in [
        "auth:\n  user: me\n  mode: basic",
        "password: $PASSWORD\nuser: me",
        "password: |\n  ${PASSWORD}\n",
        "token:\nuser: me",
        "<password>$PASSWORD</password>",
        "class Token:\n  def read(self):\n    pass",
        "10.0.0.1:80:a",
    ] {
        let line = format!("RUN cat <<EOF > x\n{file}\nEOF\nls");
        assert_eq!(hide_in_text(&line, &[]), line);
    }
    let line = "LABEL description=\"The login and the password are those of the machine\"";
    assert_eq!(hide_in_text(line, &[]), line);
}

#[test]
fn passwords_of_netrc_are_hidden_in_every_form() {
    for (line, shown) in [
        (
            "RUN echo \"machine a login b password c d\" > ~/.netrc",
            "RUN echo \"machine a login b password *** d\" > ~/.netrc",
        ),
        (
            r"RUN printf 'machine a\nlogin b\npassword c\n' > ~/.netrc",
            r"RUN printf 'machine a\nlogin b\npassword ***\n' > ~/.netrc",
        ),
        (
            "RUN cat <<EOF > ~/.netrc\nmachine a\n\tlogin b\n\tpassword c\nmachine d password e\ndefault login f password g\nEOF",
            "RUN cat <<EOF > ~/.netrc\nmachine a\n\tlogin b\n\tpassword ***\nmachine d password ***\ndefault login f password ***\nEOF",
        ),
        ("RUN echo machine a password $PW", "RUN echo machine a password $PW"),
    ] {
        assert_eq!(hide_in_text(line, &[]), shown);
    }
}

/// Texts of many kilobytes without a space at which a value ends. Searching to the end for each would take minutes.
#[test]
fn names_of_secrets_without_end_are_searched_once() {
    let parts = [
        "pw=pw=",
        "pw=/run/secrets/",
        "pw=-",
        "x-token:-",
        "x-token:/run/secrets/",
        "pw=$pw_",
        "pw=\"a\"",
        "pw='a'",
        "pw=$'",
        "pw=\\\"",
        "pw=\\",
        "\\",
        "pw=\"'\"'\"",
        "\"pw\":\"",
        "\"--pw\",\"",
        "pw='\\",
        "pw='\\a",
        "<<E\n",
        "<<E\npw:",
        "<<E\npw=$pw\nE\n",
        "\npw: -",
        "\npw: |\n pw:",
        "\npw:\n\n",
        "\npw: \"",
        "\npw: 'a''",
        "\npw = \"\"\"",
        "pw: [",
        "\"pw\":[\"",
        "\"pw\":[\\\"",
        "<pw>",
        "a:1:b:c:",
        "machine a password ",
        "-----BEGIN PRIVATE KEY",
        "<<E <<F ",
        "<pw x=\"<\" ",
        "<a key='pw' value=\\\"",
        "<pw>xyz</",
        "<pw>xyz</pw",
        "pw = ",
        "echo pw: ",
        "echo '\npw: ",
        "printf pw=\\npw=",
        "login -p ",
        "cargo login ",
        "config pw x;",
        "by '",
        "identified by 'a",
        "echo a|",
        "a:b|chpasswd ",
        "<<< passwd ",
        "{\"token\":{",
        " -H 'a: ",
        "\"name\":\"",
        "name:'",
        "name:",
        "value: ",
        "pw=$(",
        "pw=$(a)",
        "pw=`abcd ",
        "pw=${a:?",
        "pw=${pw:-",
        "pw=bearer ",
        "hooks.slack.com/services/a",
        "://a:b#",
        "(echo a;",
        "(echo a;a|",
        "{ echo ",
        "htpasswd -b ",
        "rabbitmqctl add_user ",
        "openssl passwd ",
        "echo abcd > token ",
        "a/password password ",
        "sed s/",
        "sed 's/PW/",
        "sed s/(pw: /\\1",
        "sed s,pw: a,pw: ",
        "sed 'pw: ",
        "jq --arg pw abcd ",
        "\"mc\",[",
    ];
    for part in parts {
        for before in ["", "pw='", "<<X\n"] {
            let text = before.to_owned() + &part.repeat((1 << 15) / part.len());
            assert!(hide_in_text(&text, &[]).len() <= text.len(), "{before}{part}");
        }
    }
}

/// A line of megabytes without secrets. Reading all of it again for each separator takes many minutes.
#[test]
fn a_long_line_is_read_once() {
    let line = "x:".repeat(1 << 21);
    assert_eq!(hide_in_text(&line, &[]).len(), line.len());
}
