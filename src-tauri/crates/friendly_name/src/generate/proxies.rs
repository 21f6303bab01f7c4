//! The reverse proxies of answer A. `Authorization` passes through unchanged, `Location` of uploads is rewritten,
//! redirects to Amazon S3 stay as they are, bodies are neither limited nor buffered, and nothing is cached.

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};

/// Returns the part of an nginx server that passes `/v2/` to the registry.
pub(super) fn nginx_location(target: &NameTarget, redirect_to: &str, login: &str) -> String {
    let upstream = target.upstream();
    let scheme = upstream.split("://").next().unwrap_or("https");
    let verify = if target.is_plain() {
        ""
    } else {
        "    proxy_ssl_server_name on;\n    proxy_ssl_verify on;\n    proxy_ssl_verify_depth 3;\n    \
         proxy_ssl_trusted_certificate /etc/ssl/certs/ca-certificates.crt;\n"
    };
    format!(
        "  location /v2/ {{\n{login}    proxy_pass {scheme}://$ecr;                 # a variable: the name is looked up again\n    \
         proxy_http_version 1.1;\n    proxy_set_header Host $ecr;              # ECR knows the registry by Host\n    \
         proxy_set_header Connection \"\";\n{verify}    proxy_request_buffering off;\n    proxy_buffering off;\n    \
         proxy_read_timeout 900s;\n    proxy_send_timeout 900s;\n    proxy_redirect {upstream}/ {redirect_to};\n  }}\n"
    )
}

/// Returns the beginning of an nginx server.
pub(super) fn nginx_server(target: &NameTarget) -> String {
    let (host, port, registry) = (target.name.host(), target.name.port(), &target.registry);
    format!(
        "server {{\n  listen {port} ssl;\n  server_name {host};\n  \
         ssl_certificate     /etc/nginx/tls/registry.crt;\n  ssl_certificate_key /etc/nginx/tls/registry.key;\n\n  \
         client_max_body_size 0;                    # layers have any size\n  \
         resolver {} valid=60s;\n  set $ecr {registry};\n\n",
        target.resolver
    )
}

pub(super) fn nginx(target: &NameTarget) -> GeneratedFile {
    let name = &target.name;
    let text = format!(
        "# {name} in front of {}.\n# The proxy has no AWS permissions: it passes the login of each user through.\n{}{}  location / {{ return 404; }}\n}}\n",
        target.registry,
        nginx_server(target),
        nginx_location(target, "https://$http_host/", ""),
    );
    GeneratedFile {
        id: GeneratedFileId::Nginx,
        answer: AnswerId::ReverseProxy,
        title: "nginx".to_owned(),
        file_name: "registry.conf".to_owned(),
        place: "/etc/nginx/conf.d/registry.conf".to_owned(),
        text,
        notes: vec![
            format!("Put the certificate of {} and its key into /etc/nginx/tls.", name.host()),
            "resolver is the DNS server of the VPC. Elsewhere, use your own.".to_owned(),
            "Check it with nginx -t, then reload nginx.".to_owned(),
        ],
        warning: None,
    }
}

pub(super) fn caddy(target: &NameTarget) -> GeneratedFile {
    let (name, registry, upstream) = (&target.name, &target.registry, target.upstream());
    let pattern = format!("{upstream}/").replace('.', r"\.");
    let text = format!(
        "# {name} in front of {registry}.\n# The proxy has no AWS permissions: it passes the login of each user through.\n\
         {name} {{\n\thandle /v2/* {{\n\t\treverse_proxy {upstream} {{\n\t\t\theader_up Host {registry}\n\t\t\t\
         header_down Location \"^{pattern}\" \"https://{name}/\"\n\t\t\tflush_interval -1\n\t\t}}\n\t}}\n\thandle {{\n\t\t\
         respond 404\n\t}}\n}}\n"
    );
    GeneratedFile {
        id: GeneratedFileId::Caddy,
        answer: AnswerId::ReverseProxy,
        title: "Caddy".to_owned(),
        file_name: "Caddyfile".to_owned(),
        place: "/etc/caddy/Caddyfile".to_owned(),
        text,
        notes: vec![
            "Caddy gets the certificate itself if the name leads to it from the internet."
                .to_owned(),
            "Check it with caddy validate, then reload Caddy.".to_owned(),
        ],
        warning: None,
    }
}
