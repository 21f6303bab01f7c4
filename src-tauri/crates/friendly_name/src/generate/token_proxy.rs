//! The read-only variant of answer A, where the proxy logs in by itself. For private networks only: everybody who
//! reaches it can pull.

use crate::generate::file::{AnswerId, GeneratedFile, GeneratedFileId, NameTarget};
use crate::generate::proxies::{nginx_location, nginx_server};
use crate::pull_policy::pull_policy;

const WARNING: &str = "Everybody who can reach this name can pull. Use it inside a private network only, never on the internet.";

fn file(
    id: GeneratedFileId,
    title: &str,
    place: &str,
    text: String,
    notes: &[&str],
) -> GeneratedFile {
    GeneratedFile {
        id,
        answer: AnswerId::ReverseProxy,
        title: title.to_owned(),
        file_name: place.rsplit('/').next().unwrap_or(place).to_owned(),
        place: place.to_owned(),
        text,
        notes: notes.iter().map(|note| (*note).to_owned()).collect(),
        warning: Some(WARNING.to_owned()),
    }
}

pub(super) fn nginx(target: &NameTarget) -> GeneratedFile {
    // The included file replaces the header of the client, so that no other login reaches ECR.
    let login = "    limit_except GET { deny all; }           # GET includes HEAD: nothing can be pushed\n    \
                 include /etc/nginx/ecr-authorization.conf;\n";
    let text = format!(
        "# {} in front of {}, read only.\n# The proxy logs in by itself: everybody who can reach this name can pull.\n{}{}  location / {{ return 404; }}\n}}\n",
        target.name,
        target.registry,
        nginx_server(target),
        nginx_location(target, "https://$http_host/", login),
    );
    file(
        GeneratedFileId::TokenProxyNginx,
        "Read-only proxy: nginx",
        "/etc/nginx/conf.d/registry-readonly.conf",
        text,
        &["Allow only your private network to connect, in the security group or firewall."],
    )
}

pub(super) fn script(target: &NameTarget) -> GeneratedFile {
    let region = target.region_option();
    let text = format!(
        "#!/bin/sh\n# Renews the authorization token that nginx sends to ECR. A token is valid for 12 hours.\nset -eu\numask 077\n\
         file=/etc/nginx/ecr-authorization.conf\n\
         token=$(aws ecr get-authorization-token{region} \\\n  \
         --query 'authorizationData[0].authorizationToken' --output text)\n\
         test -n \"$token\"\n\
         printf 'proxy_set_header Authorization \"Basic %s\";\\n' \"$token\" > \"$file.new\"\n\
         mv \"$file.new\" \"$file\"\nnginx -t -q\nnginx -s reload\n"
    );
    file(
        GeneratedFileId::TokenProxyScript,
        "Read-only proxy: token renewal",
        "/usr/local/sbin/ecr-token",
        text,
        &["Make it executable for root only: chmod 700 /usr/local/sbin/ecr-token"],
    )
}

pub(super) fn service() -> GeneratedFile {
    let text = "[Unit]\nDescription=Renew the ECR token of the read-only registry proxy\nWants=network-online.target\n\
                After=network-online.target\n\n[Service]\nType=oneshot\nExecStart=/bin/sh /usr/local/sbin/ecr-token\n\
                UMask=0077\nPrivateTmp=yes\nProtectHome=read-only\nNoNewPrivileges=yes\n";
    file(
        GeneratedFileId::TokenProxyService,
        "Read-only proxy: systemd service",
        "/etc/systemd/system/ecr-token.service",
        text.to_owned(),
        &["Run it once before you start nginx: systemctl start ecr-token.service"],
    )
}

pub(super) fn timer() -> GeneratedFile {
    let text = "[Unit]\nDescription=Renew the ECR token every 6 hours\n\n[Timer]\nOnBootSec=10s\nOnUnitActiveSec=6h\n\
                RandomizedDelaySec=5min\n\n[Install]\nWantedBy=timers.target\n";
    file(
        GeneratedFileId::TokenProxyTimer,
        "Read-only proxy: systemd timer",
        "/etc/systemd/system/ecr-token.timer",
        text.to_owned(),
        &["Enable it: systemctl enable --now ecr-token.timer"],
    )
}

pub(super) fn policy(target: &NameTarget) -> GeneratedFile {
    let text =
        serde_json::to_string_pretty(&pull_policy(&target.registry, "*")).unwrap_or_default();
    file(
        GeneratedFileId::TokenProxyPolicy,
        "Read-only proxy: IAM policy of its role",
        "ecr-token-policy.json",
        text + "\n",
        &["Replace the * after repository/ with the prefix of the repositories that may be read."],
    )
}
