//! Formats that hold secrets: files that a line writes, commands, variables, labels and headers, each with what is hidden
//! of it between `«` and `»`; and what looks similar and is plain.

use super::*;

/// A program or a kind of file, and a line.
const SECRETS: [(&str, &str); 132] = [
    // Files of package managers.
    ("npm", "RUN echo //r.example/:_authToken=«s3cr3t» > ~/.npmrc"),
    (
        "npm, with spaces",
        "RUN printf '//r.example/:_authToken = «s3cr3t»\\nalways-auth = true\\n' > ~/.npmrc",
    ),
    ("npm config", "RUN npm config set //r.example/:_authToken «s3cr3t» && npm ci"),
    ("npm config, as root", "RUN npm config --global set _password «'s3cr3t'»"),
    (
        "yarn",
        "RUN cat <<EOF > .yarnrc.yml\nnpmAuthToken: «\"s3cr3t\"»\nnpmAuthIdent: «me:s3cr3t»\nEOF",
    ),
    (
        "pip",
        "RUN printf '[global]\\nindex-url = https://me:«s3cr3t»@r.example/simple\\n' > /etc/pip.conf",
    ),
    ("pip config", "RUN pip config set global.index-url https://me:«s3cr3t»@r.example/simple"),
    ("twine", "RUN cat <<EOF > ~/.pypirc\n[r]\nusername = me\npassword = «s3cr3t a»\nEOF"),
    (
        "twine, printed",
        "RUN printf '[r]\\nusername = me\\npassword = «s3cr3t a»\\nx = y\\n' > ~/.pypirc",
    ),
    ("poetry", "RUN poetry config pypi-token.r «s3cr3t» && poetry config http-basic.r me «s3cr3t»"),
    ("composer", "RUN composer config -g github-oauth.github.com «s3cr3t»"),
    ("composer, basic", "RUN composer config --global http-basic.r.example me «s3cr3t»"),
    ("auth.json", r#"RUN echo '{"github-oauth":«{"github.com":"s3cr3t"}»,"x":1}' > auth.json"#),
    (
        "auth.json, others",
        r#"RUN echo '{"http-basic":{"r.example":{"username":"me","password":«"s3cr3t"»}}}' > auth.json"#,
    ),
    (
        "auth.json, escaped",
        r#"RUN echo "{\"gitlab-token\":«{\"r.example\":\"s3cr3t\"}»}" > auth.json"#,
    ),
    ("Bundler", "ENV BUNDLE_GEM__FURY__IO=«s3cr3t:»"),
    ("Bundler config", "RUN bundle config set --global r.example me:«s3cr3t»"),
    ("gem", "RUN cat <<EOF > ~/.gem/credentials\n---\n:rubygems_api_key: «s3cr3t»\nEOF"),
    (
        "gradle",
        "RUN printf 'repoUser=me\\nrepoPassword=«s3cr3t»\\nsigning.password=«s3cr3t»\\nx=y\\n' > gradle.properties",
    ),
    ("gradle, option", "RUN ./gradlew -PrepoPassword=«s3cr3t» build"),
    (
        "Maven",
        "RUN echo '<settings><servers><server><id>r</id><password>«s3cr3t»</password></server></servers></settings>' > s.xml",
    ),
    (
        "Maven, in a heredoc",
        "RUN cat <<EOF > s.xml\n<passphrase>«\n  s3cr3t\n»</passphrase>\n<id>r</id>\nEOF",
    ),
    (
        "NuGet",
        r#"RUN echo '<add key="Username" value="me" /><add key="ClearTextPassword" value=«"s3cr3t"» />' > NuGet.Config"#,
    ),
    (
        "NuGet, in a heredoc",
        "RUN cat <<EOF > NuGet.Config\n<add value=«\"s3cr3t\"» key=\"Password\"/>\n<add key=\"r\" value=\"https://r.example\" />\nEOF",
    ),
    (
        "NuGet, escaped",
        r#"RUN echo "<add key=\"ClearTextPassword\" value=«\"s3cr3t\"» />" > NuGet.Config"#,
    ),
    (
        "nuget",
        "RUN dotnet nuget add source https://r.example -u me -p «s3cr3t» --store-password-in-clear-text && ls",
    ),
    (
        "web.config",
        r#"RUN echo '<add name="Db" connectionString="Server=db;Uid=sa;Pwd=«s3cr3t;"/>»' > web.config"#,
    ),
    ("ODBC", "ENV DSN=\"Driver=x;UID=sa;PWD=«s3cr3t»\""),
    (
        "Spring",
        "RUN echo '<property name=\"db.password\">«s3cr3t»</property><property name=\"db.user\">me</property>' > b.xml",
    ),
    (
        "Tomcat",
        r#"RUN echo '<user username="me" password=«"s3cr3t"» roles="x"/>' > tomcat-users.xml"#,
    ),
    ("Android", r#"RUN echo '<string name="api_key">«s3cr3t»</string>' > s.xml"#),
    (
        "XML with attributes",
        r#"RUN echo '<password encrypted="false">«s3cr3t»</password>' > s.xml"#,
    ),
    ("Cargo", "RUN cat <<EOF > ~/.cargo/credentials.toml\n[registry]\ntoken = «\"s3cr3t\"»\nEOF"),
    (
        "Cargo, printed",
        "RUN printf '[registry]\\ntoken = «\"s3cr3t\"»\\n' > ~/.cargo/credentials.toml",
    ),
    ("cargo login", "RUN cargo login --registry=r «s3cr3t» && cargo build"),
    // Files of other clients.
    ("git", "RUN echo https://me:«s3cr3t»@git.example > ~/.git-credentials"),
    ("git, token alone", "RUN git clone https://«s3cr3t»:x-oauth-basic@git.example/x"),
    ("git, token as the user", "RUN git clone https://«s3cr3t»:@git.example/x"),
    ("git, header", "RUN git -c http.extraheader=\"Authorization: «basic s3cr3t»\" clone x"),
    ("docker", r#"RUN echo '{"auths":{"r.example":{"auth":«"s3cr3t"»}}}' > ~/.docker/config.json"#),
    (
        "docker, identity",
        r#"RUN echo '{"auths":{"r.example":{"identitytoken":«"s3cr3t"»}},"credsStore":"pass"}' > c"#,
    ),
    ("docker login", "RUN docker login -u me -p «s3cr3t» r.example"),
    ("docker login, attached", "RUN /usr/bin/docker login -u me -p«s3cr3t» r.example"),
    ("docker login, quoted", "RUN docker login -u me -p «\"s3cr3t a\"» r.example"),
    ("docker login, piped", "RUN echo «s3cr3t» | docker login -u me --password-stdin r.example"),
    ("docker login, here", "RUN docker login -u me --password-stdin r.example <<< \"«s3cr3t»\""),
    ("netrc", "RUN echo machine r.example login me password «s3cr3t» > ~/.netrc"),
    (
        "apt",
        "RUN printf 'machine r.example\\nlogin me\\npassword «s3cr3t»\\n' > /etc/apt/auth.conf.d/r.conf",
    ),
    (
        "kubeconfig",
        "RUN cat <<EOF > ~/.kube/config\nusers:\n- name: me\n  user:\n    client-key-data: «s3cr3t»\n    token: «s3cr3t»\nEOF",
    ),
    ("kubectl", "RUN kubectl config set-credentials me --token=«s3cr3t»"),
    (
        "kubectl secret",
        "RUN kubectl create secret generic x --from-literal=db-password=«s3cr3t» --from-literal=user=me",
    ),
    (
        "terraform",
        "RUN cat <<EOF > ~/.terraformrc\ncredentials \"t.example\" {\n  token = «\"s3cr3t\"»\n}\nEOF",
    ),
    ("terraform, variable", "ENV TF_TOKEN_app_terraform_io=«s3cr3t»"),
    (
        "AWS",
        "RUN cat <<EOF > ~/.aws/credentials\n[default]\naws_secret_access_key = «s3cr3t»\nregion = eu-west-1\nEOF",
    ),
    ("aws configure", "RUN aws configure set aws_secret_access_key «s3cr3t» --profile me"),
    ("Azure", "RUN az login --service-principal -u me -p «s3cr3t» --tenant t"),
    ("Azure, signature", "ADD https://a.blob.example/x?sv=1&sig=«s3cr3t» /x"),
    ("vault", "RUN vault login -no-print «s3cr3t»"),
    // Databases.
    ("MySQL", "RUN cat <<EOF > ~/.my.cnf\n[client]\nuser=me\npassword=«s3cr3t»\nEOF"),
    ("mysql", "RUN mysql -ume -p«s3cr3t» shop < x.sql"),
    ("mysqladmin", "RUN mysqladmin -u root --password=«s3cr3t» create shop"),
    ("PostgreSQL", "RUN psql --command \"CREATE USER me WITH SUPERUSER PASSWORD «'s3cr3t'»;\""),
    (
        "MySQL, identified",
        "RUN mysql -e \"CREATE USER 'me'@'%' IDENTIFIED BY «'s3cr3t a'»; FLUSH PRIVILEGES\"",
    ),
    ("MySQL, set", "RUN mysql -e \"SET PASSWORD FOR 'me' = PASSWORD(«'s3cr3t'»)\""),
    ("SQL", "RUN mysql -e \"UPDATE users SET password = «'s3cr3t'» WHERE id = 1\""),
    ("redis", "RUN redis-cli -h db -a «s3cr3t» ping"),
    ("sqlcmd", "RUN sqlcmd -S db -U sa -P «s3cr3t» -Q 'select 1'"),
    (
        "properties",
        "RUN cat <<EOF > application.properties\nspring.datasource.username=me\nspring.datasource.password=«s3cr3t»\nEOF",
    ),
    ("YAML, printed", "RUN echo \"db_password: «s3cr3t a»\" >> x.yml"),
    ("YAML, printed lines", "RUN printf 'user: me\\npassword: «s3cr3t»\\nmode: x\\n' > x.yml"),
    // Accounts and keys.
    ("chpasswd", "RUN echo 'root:«s3cr3t»' | chpasswd"),
    ("chpasswd, several", "RUN echo \"root:«s3cr3t»\\nme:«s3cr3t»\" | /usr/sbin/chpasswd -e"),
    ("passwd", "RUN echo -e \"«s3cr3t\\ns3cr3t»\" | passwd root"),
    ("sudo", "RUN echo «s3cr3t» | sudo -S apt-get update"),
    ("useradd", "RUN useradd -m -p «s3cr3t» me"),
    ("sshpass", "RUN sshpass -p «'s3cr3t a'» ssh me@h.example"),
    ("keytool", "RUN keytool -importcert -noprompt -storepass «s3cr3t» -alias x -file ca.crt"),
    ("openssl", "RUN openssl rsa -in a.key -passin pass:«s3cr3t» -out b.key"),
    ("unzip", "RUN unzip -P «s3cr3t» x.zip"),
    ("gpg", "RUN gpg --batch --passphrase «s3cr3t» -d x.gpg"),
    // Options, headers and variables.
    ("option", "RUN tool --password «s3cr3t» -v"),
    ("Java", "RUN java -Ddb.password=«s3cr3t» -jar x.jar"),
    ("curl", "RUN curl -u me:«s3cr3t» https://x.example"),
    ("curl, attached", "RUN curl -ume:«s3cr3t» https://x.example"),
    ("bearer", "RUN curl -H 'Authorization: «Bearer s3cr3t»' https://x.example"),
    ("header", "RUN curl -H 'apikey: «s3cr3t»' https://x.example"),
    ("variable, without =", "ENV NPM_TOKEN «s3cr3t a»"),
    ("label", "LABEL deploy.token=«s3cr3t»"),
    // Arguments and options of one program.
    ("npm set", "RUN npm set //r.example/:_authToken «s3cr3t» && npm ci"),
    ("setx", "RUN setx DB_TOKEN «s3cr3t» /M"),
    ("PowerShell, variable", "RUN $env:API_KEY = «'s3cr3t'»; ls"),
    ("PowerShell, secure string", "RUN $x = ConvertTo-SecureString «'s3cr3t'» -AsPlainText -Force"),
    ("ssh-keygen", "RUN ssh-keygen -t ed25519 -N «s3cr3t» -f /x"),
    ("mongo", "RUN mongorestore -u admin -p «s3cr3t» /x"),
    ("slappasswd", "RUN slappasswd -s «s3cr3t» > /x"),
    ("smbclient", "RUN smbclient -U me%«s3cr3t» //h.example/x"),
    ("lftp", "RUN lftp -u me,«s3cr3t» x.example"),
    ("httpie", "RUN http -a me:«s3cr3t» https://x.example"),
    ("htpasswd", "RUN htpasswd -bc /etc/x/.htpasswd me «s3cr3t» && ls"),
    ("htpasswd, printed", "RUN htpasswd -nb me «s3cr3t» > /x"),
    ("RabbitMQ", "RUN rabbitmqctl add_user me «s3cr3t» && rabbitmqctl set_user_tags me x"),
    ("MinIO", "RUN mc alias set x https://x.example me «s3cr3t» --api S3v4"),
    ("redis, replica", "RUN redis-server --masterauth «s3cr3t» --port 1"),
    ("openssl passwd", "RUN openssl passwd -6 «s3cr3t» > /x"),
    ("snyk", "RUN snyk auth «s3cr3t»"),
    ("ngrok", "RUN ngrok authtoken «s3cr3t»"),
    ("debconf", "RUN echo 'x x/root_password password «s3cr3t»' | debconf-set-selections"),
    (
        "MariaDB, identified",
        "RUN mysql -e \"GRANT ALL ON *.* TO me IDENTIFIED BY «\\\"s3cr3t\\\"»\"",
    ),
    // What programs read, and files with the name of a secret.
    ("smbpasswd", "RUN (echo «s3cr3t; echo s3cr3t») | smbpasswd -s -a me"),
    ("passwd, yes", "RUN yes «s3cr3t» | passwd root"),
    ("cargo login, read", "RUN echo «s3cr3t» | cargo login"),
    ("vault login, read", "RUN echo «s3cr3t» | vault login -"),
    ("kinit", "RUN echo «s3cr3t» | kinit me"),
    ("gpg, read", "RUN echo «s3cr3t» | gpg --batch --passphrase-fd 0 -d x.gpg"),
    ("file of a secret", "RUN echo «s3cr3t» > /root/.vault-token"),
    // The output of a command, and defaults.
    ("output", "RUN TOKEN=«$(echo s3cr3t | base64 -d)» npm ci"),
    ("default", "RUN TOKEN=«\"${TOKEN:-s3cr3t}\"» npm ci"),
    // Members beside their name.
    (
        "Kubernetes",
        "RUN cat <<EOF > x\n- name: DB_PASSWORD\n  value: «s3cr3t»\n- name: USER\n  value: me\nEOF",
    ),
    (
        "ECS",
        r#"RUN echo '[{"name":"DB_PASSWORD","value":«"s3cr3t"»},{"name":"USER","value":"me"}]' > x"#,
    ),
    // Scripts that write a file, and filters of JSON and YAML.
    ("sed", "RUN sed -i 's/password: .*/password: «s3cr3t a»/' x.yml && ls"),
    ("sed, other mark", "RUN sed -i -e \"s|^# requirepass .*|requirepass «s3cr3t»|\" redis.conf"),
    ("sed, part of the pattern", "RUN sed -ri '2s/^(db_password: ).*/\\1«s3cr3t»/;s/a/b/' x"),
    ("sed, template", "RUN sed -e 's/{{DB_PASSWORD}}/«s3cr3t»/g' -e 's/{{USER}}/me/' x.in > x"),
    ("sed, appended", "RUN sed -i '/^db:/a\\  password: «s3cr3t a»' x.yml"),
    ("perl", "RUN perl -pi -e 's#api_key: \"\"#api_key: \"«s3cr3t»\"#' x"),
    ("yq", "RUN yq -i '.db.password = «\"s3cr3t\"»' x.yml"),
    ("jq", "RUN jq --arg token «s3cr3t» '.token = $token' x.json"),
    // Commands as lists.
    ("mc, list", r#"CMD ["mc", "alias", "set", "x", "https://x.example", "me", «"s3cr3t"»]"#),
    ("docker login, list", r#"CMD ["docker","login","-u","me","-p",«"s3cr3t"»]"#),
    ("redis, list", r#"CMD ["redis-cli" "-a" «"s3cr3t"» "ping"]"#),
    // Forms that need no name.
    ("webhook", "RUN curl -d x https://hooks.slack.com/services/«T000/B000/s3cr3t»"),
    ("URL with a hash", "RUN git clone https://me:«s3c#r3t»@git.example/x"),
];

#[test]
fn secrets_in_every_format_are_hidden() {
    let mut wrong = Vec::new();
    for (format, marked) in SECRETS {
        let parts = marked.split(['«', '»']).enumerate();
        let expected: String =
            parts.map(|(at, part)| if at % 2 == 0 { part } else { HIDDEN }).collect();
        assert!(expected.contains(HIDDEN) && !expected.contains("s3cr3t"), "{format}");
        let shown = hide_in_text(&marked.replace(['«', '»'], ""), &[]);
        if shown != expected {
            wrong.push(format!("{format}: {shown}\n  instead of {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What looks similar, and is shown.
const PLAIN: [&str; 77] = [
    "RUN sed -i 's/auth sufficient/auth required/' /etc/pam.d/su",
    "RUN sed -i 's/#PasswordAuthentication yes/PasswordAuthentication no/' /etc/ssh/sshd_config",
    "RUN sed -i \"s/password: .*/password: $PASSWORD/; s/{{PASSWORD}}/${PASSWORD}/\" x.yml",
    "RUN sed -i 's/password/passphrase/g; s/a/b/; s,x,y,' x",
    "RUN sed -n '/password/,/^$/p' x && sed -i 's/\\(password: \\)/\\1/' x",
    "RUN jq --arg token \"$TOKEN\" '.token = $token' x.json && yq -i '.tokenTtl = 5' x.yml",
    r#"CMD ["mc", "ls", "x"]"#,
    r#"CMD ["/app/login", "-u", "me"]"#,
    "RUN echo \"$TOKEN\" | docker login -u me --password-stdin r.example && docker pull r.example/x",
    "RUN docker run -p 8080:80 x && docker login r.example",
    "RUN adduser -D --disabled-password --gecos '' app",
    "RUN adduser --system --no-create-home --disabled-password app && ls",
    "RUN useradd -m -s /bin/bash me && passwd -d me",
    "RUN echo 'app:x:1000:1000::/home/app:/bin/sh' | tee -a /etc/passwd",
    "RUN chown app:app /etc/passwd && getent passwd app",
    "RUN npm config set registry https://r.example/ && npm config set always-auth true",
    "RUN npm config set //r.example/:_authToken $NPM_TOKEN",
    "RUN git config --global user.name 'Token Bot' && git config --global user.email a@b.example",
    "RUN git config --global credential.helper store",
    "RUN pip config set global.index-url https://r.example/simple",
    "RUN bundle config set --local without development:test",
    "ENV BUNDLE_BUILD__NOKOGIRI=--use-system-libraries",
    "ENV BUNDLE_PATH=/gems",
    "RUN dotnet nuget add source https://r.example -n r --store-password-in-clear-text && dotnet restore",
    "RUN mysql -u me -p shop < x.sql",
    "RUN mkdir -p /a/b && unzip -q x.zip -d /b",
    "RUN read -p \"Password: \" answer",
    "RUN echo \"usage: login <user> <password> and <token>\" && ls",
    "RUN cat <<EOF > x\nusage: login <password> file\nEOF",
    "RUN echo '<add key=\"r\" value=\"https://r.example\" /><add key=\"Username\" value=\"me\" />' > NuGet.Config",
    "RUN echo '<server><id>r</id><username>me</username></server>' > s.xml",
    "RUN echo '<password>${env.PASSWORD}</password>' > s.xml",
    "RUN echo '<add key=\"Password\" value=\"$PASSWORD\" />' > NuGet.Config",
    "RUN echo '{\"auths\":{\"r.example\":{}},\"credsStore\":\"ecr-login\",\"credHelpers\":{\"a.example\":\"ecr-login\"}}' > c",
    "RUN echo '{\"auth\":{\"user\":\"me\",\"mode\":\"x\"}}' > c",
    "RUN [ \"$PASSWORD\" = \"\" ] && exit 1",
    "RUN psql -c \"CREATE USER me WITH SUPERUSER\" && psql -c 'ALTER ROLE me PASSWORD NULL'",
    "RUN curl -H 'Accept: text/plain' -H 'Content-Type: application/json' https://x.example",
    "RUN curl -fsSL https://x.example/a.sig?x=1&y=2 -o a.sig && gpg --verify a.sig",
    "RUN git clone https://git@git.example/x && git clone https://me@git.example/x",
    "RUN keytool -list -cacerts | grep alias",
    "RUN openssl req -x509 -newkey rsa:4096 -nodes -keyout a.key -out a.crt",
    "RUN apt-get install -y passwd sudo sshpass openssl redis-tools gnupg",
    "RUN echo vault login && vault login -method=userpass username=me",
    "RUN make config && ./configure --prefix=/usr --with-token-support",
    "ENV TOKEN_TTL=3600 JWT_ISSUER=me AUTH_PROVIDER=ldap COOKIE_DOMAIN=.x.example PASSWORD_POLICY=strict",
    "ENV AUTH_METHOD=oidc NPM_AUTH_VERSION=2 SECRET_STORE=vault OAUTH_CLIENT=web OAUTH2_VERSION=7",
    "ENV PATH /usr/bin:/bin",
    "ENV AUTHOR me and you",
    "LABEL org.opencontainers.image.source=https://git.example/x",
    "LABEL description=\"Works with a password = or without one\"",
    "COPY --chown=app:app passwd /etc/passwd",
    "CMD [\"nginx\", \"-g\", \"daemon off;\"]",
    "HEALTHCHECK CMD curl -f http://localhost/ || exit 1",
    // Secrets that are stored elsewhere, and names that only resemble one.
    "RUN --mount=type=secret,id=token TOKEN=$(cat /run/secrets/token) npm ci",
    "RUN --mount=type=secret,id=token TOKEN=\"$(cat /run/secrets/token)\" npm ci",
    "RUN export TOKEN=`cat /run/secrets/token` && npm ci",
    "RUN TOKEN=${TOKEN:-} PASSWORD=${PASSWORD:?is required} npm ci",
    "RUN curl -H \"Authorization: Bearer $TOKEN\" -H 'X-Token: <token>' https://x.example",
    "RUN docker build --secret id=npmrc,src=/root/.npmrc .",
    "ENV DB_PASSWORD=%DB_PASSWORD% DB_SECRET=arn:aws:secretsmanager:eu-west-1:111122223333:secret:x",
    "RUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile",
    "RUN npm_config_better_sqlite3_binary_host=x npm ci && pip install pypi-simple-index-proxy-server-x",
    "RUN wget --auth-no-challenge https://x.example",
    "RUN psql 'postgres://db.example/x?authSource=admin&authMechanism=SCRAM-SHA-256'",
    "RUN npm ci --registry http://localhost:4873/@scope/x && curl http://localhost:80?a=b@c",
    "RUN mkdir -p login && cp -p login /x",
    "RUN ssh-keygen -t ed25519 -N '' -f /x",
    "RUN echo app:x:1000:1000::/app:/bin/sh >> /etc/passwd && echo ok > /x",
    "RUN yes | apt-get install -y passwd",
    "RUN (echo a; echo b) > /x && passwd -l root",
    "RUN (echo hello && passwd -d me)",
    "RUN rabbitmqctl set_permissions me x && htpasswd -c /x me",
    "ENV SSH_AUTH_SOCK=/x MAX_INPUT_TOKENS=4096 JWT_EXPIRES_IN=1d JWT_PUBLIC_KEY=/x AUTH0_CLIENT_ID=x",
    "ENV GOOGLE_APPLICATION_CREDENTIALS=/x.json GIT_ASKPASS=/bin/true MYSQL_ALLOW_EMPTY_PASSWORD=1",
    "LABEL traefik.http.routers.auth.rule=Host(x)",
    "RUN echo '[{\"name\":\"USER\",\"value\":\"me\"},{\"name\":\"TOKEN\"},{\"value\":\"x\"}]' > x",
];

#[test]
fn what_only_looks_like_a_secret_is_shown() {
    let hidden = PLAIN.map(|line| hide_in_text(line, &[]));
    let wrong: Vec<&String> =
        hidden.iter().filter(|line| !PLAIN.contains(&line.as_str())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
