//! The texts after the options in `--help`: exit codes and examples of each command, and in the help of the program what
//! all commands share.

/// The help of the program: logins of registries, network, and exit codes in general.
pub const PROGRAM: &str = include_str!("help.txt");

pub const COPY: &str = r#"Exit codes:
  0    Every image was copied, or already exists.
  1    An image failed. The others were finished.
  2    The arguments, or a line of the list, are invalid.
  3    Nothing was started.
  130  Interrupted. To continue, run the same command again.

Examples:
  transload-cli copy docker.io/library/alpine:3.22 \
      111122223333.dkr.ecr.eu-west-1.amazonaws.com/alpine:3.22 \
      --create-repositories
  transload-cli copy --all-tags quay.io/team/app registry.example/team/app
  transload-cli copy --list pairs.txt --json |
      jq -c 'select(.kind.type == "finished") | .kind.report'

For logins of registries, proxies and certificates, see `transload-cli --help`."#;

pub const DIGEST: &str = "\
Exit codes:
  0    The digest was printed.
  2    The arguments are invalid.
  3    The registry has no such image, or refused.

Examples:
  transload-cli digest docker.io/library/alpine:3.22
  transload-cli digest 111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.0 \\
      --aws-profile prod

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const INSPECT: &str = "\
Exit codes:
  0    The image was read.
  2    The arguments are invalid.
  3    The image couldn't be read.

Examples:
  transload-cli inspect docker.io/library/alpine:3.22 --platform linux/arm64
  transload-cli inspect quay.io/team/app:1.0 --json

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const LAYERS: &str = "\
Exit codes:
  0    The image was read.
  2    The arguments are invalid.
  3    The image couldn't be read.

Examples:
  transload-cli layers docker.io/library/alpine:3.22
  transload-cli layers quay.io/team/app:1.0 --platform linux/arm64 --json

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const FILES: &str = "\
Exit codes:
  0    The layer was read.
  2    The arguments are invalid.
  3    The layer couldn't be read.
  130  Interrupted.

Examples:
  transload-cli files docker.io/library/alpine:3.22 --layer 1
  transload-cli files quay.io/team/app:1.0 --layer 3 --json

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const DIFF: &str = "\
Exit codes:
  0    The images are the same.
  2    The arguments are invalid.
  3    An image couldn't be read.
  5    The images differ.

Examples:
  transload-cli diff docker.io/library/alpine:3.21 \\
      docker.io/library/alpine:3.22
  transload-cli diff quay.io/team/app:1.0 registry.example/team/app:1.0 --json

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const IDENTITY: &str = "\
Exit codes:
  0    You are signed in.
  2    The arguments are invalid.
  3    Not signed in, or the region is missing.

Examples:
  transload-cli identity --aws-profile prod
  transload-cli identity --aws-profile prod --region eu-west-1 --json";

pub const SIGN_IN: &str = "\
Exit codes:
  0    You are signed in.
  2    The arguments are invalid.
  3    The sign-in failed, was denied or expired.
  130  Interrupted.

Examples:
  transload-cli sign-in --aws-profile prod
  transload-cli sign-in --aws-profile prod --ca-file corp.pem";

pub const PLAN: &str = "\
Exit codes:
  0    The plan was written and can be started.
  1    The plan was written without repositories that couldn't be read.
  2    The arguments are invalid.
  3    The plan can't be started, or there is nothing to do.

Examples:
  transload-cli plan --from docker-hub:team --newest 5 --prefix hub/ \\
      --out plan.json
  transload-cli plan --from registry:quay.io team/app team/api:1.0 \\
      --aws-profile prod --out plan.json
  transload-cli plan --from practice --practice --out plan.json

For logins of registries, proxies and certificates, see `transload-cli --help`.";

pub const RUN: &str = "\
Exit codes:
  0    Every image is verified in ECR, or was kept because of
       --on-conflict keep. A part with no images also exits with 0.
  1    An image failed or couldn't be verified (the others were finished),
       or a lifecycle policy wasn't set.
  2    The arguments are invalid.
  3    Nothing was started.
  4    Stopped because someone has to sign in to AWS. Continue with `resume`.
  130  Interrupted. Continue with `resume`.

Examples:
  transload-cli run plan.json
  transload-cli run plan.json --machine-role --shard 2/8 --json";

pub const RESUME: &str = "\
Exit codes:
  0    Every image is verified in ECR, or was kept.
  1    An image failed or couldn't be verified, or a lifecycle policy
       wasn't set.
  2    The arguments are invalid.
  3    Nothing was started.
  4    Stopped because someone has to sign in to AWS. Sign in, then resume
       again.
  130  Interrupted. Resume again.

Examples:
  transload-cli resume latest
  transload-cli resume latest --json";

pub const HISTORY: &str = "\
Exit codes:
  0    The migrations were listed.
  2    The arguments are invalid.
  3    The history couldn't be read.

Examples:
  transload-cli history
  transload-cli history --json | jq -r .migration";

pub const REPORT: &str = "\
Exit codes:
  0    The report was written. With --merge: every image of every part is
       verified or kept.
  1    With --merge: a part is missing, or an image of a part failed or
       isn't finished.
  2    The arguments are invalid.
  3    There is no such migration, or a file couldn't be read or written.

Examples:
  transload-cli report latest --format html --out report.html
  transload-cli report --merge part-*.json --format csv";

pub const VERIFY: &str = "\
Exit codes:
  0    Every digest in ECR equals the source, or the image was kept.
  1    A digest differs, or couldn't be compared.
  2    The arguments are invalid.
  3    Nothing was verified.
  130  The migration was interrupted earlier. Continue with `resume`.

Examples:
  transload-cli verify latest
  transload-cli verify latest --json";

pub const UNDO: &str = "\
Exit codes:
  0    Undone, or there was nothing to undo. With --dry-run: shown.
  1    ECR refused to delete something.
  2    The arguments are invalid.
  3    Nothing was deleted.
  130  Interrupted. What was deleted stays deleted.

Examples:
  transload-cli undo latest --dry-run
  transload-cli undo latest --yes --json";

pub const CLEANUP: &str = "\
Exit codes:
  0    Everything that was found was deleted, or nothing was found.
  1    An image that was found was kept.
  2    The arguments are invalid.
  3    Nothing was deleted.
  5    With --dry-run: images were found.
  130  Interrupted. What was deleted stays deleted.

Examples:
  transload-cli cleanup team/app --class orphans --dry-run
  transload-cli cleanup team/app --class unused --unused-days 90 --yes";

pub const DELETIONS: &str = "\
Exit codes:
  0    The deletions were listed.
  2    The arguments are invalid.
  3    The records couldn't be read.

Examples:
  transload-cli deletions
  transload-cli deletions --json | jq -r .deletion
  transload-cli deletions --changes";

pub const RESTORE: &str = "\
Exit codes:
  0    Everything was restored. With --dry-run: shown.
  1    Something couldn't be restored.
  2    The arguments are invalid.
  3    Nothing was restored.
  130  Interrupted. What was restored stays.

Examples:
  transload-cli restore latest --dry-run
  transload-cli restore 1760000000000-team-app --yes";

pub const TAG: &str = "\
Exit codes:
  0    The image has the tag. With --dry-run: it can get it.
  2    The arguments are invalid.
  3    The tag wasn't added: it is immutable, it changed meanwhile, or moving
       it wasn't confirmed.

Examples:
  transload-cli tag team/app 1.4.2 stable --dry-run
  transload-cli tag team/app 1.4.2 prod --yes --aws-profile prod";

pub const PREVIEW: &str = "\
Exit codes:
  0    The policy deletes and archives nothing.
  2    The arguments are invalid.
  3    ECR refused the policy, or the preview failed.
  5    The policy deletes or archives images.
  130  Interrupted.

Examples:
  transload-cli lifecycle preview team/app --file policy.json
  transload-cli lifecycle preview team/app --file policy.json --aws-profile prod \\
      --json";

pub const PRACTICE: &str = "\
Exit codes:
  0    Practice mode was stopped with Ctrl-C.
  2    The arguments are invalid.
  3    Practice mode couldn't start, or is in use.
  130  Interrupted before it started.

Examples:
  transload-cli practice --examples
  transload-cli practice --json";

pub const NAME_CHECK: &str = "\
Exit codes:
  0    Nothing is wrong.
  1    A check failed.
  2    The arguments are invalid.
  3    The check couldn't start.

Examples:
  transload-cli name check registry.example.com
  transload-cli name check registry.example.com --image team/app:1.0 \\
      --allow-token";

pub const NAME_TEST: &str = "\
Exit codes:
  0    Every client on this computer pulled the image.
  1    A client failed.
  2    The arguments are invalid.
  3    The test couldn't start.

Examples:
  transload-cli name test registry.example.com
  transload-cli name test registry.example.com --repository team/test --json";

pub const NAME_ANSWERS: &str = "\
Exit codes:
  0    The answers were printed.
  2    The arguments are invalid.
  3    The registry isn't known, or the name is invalid.

Examples:
  transload-cli name answers registry.example.com
  transload-cli name answers registry.example.com --json";

pub const NAME_FILES: &str = "\
Exit codes:
  0    The files were written or printed.
  2    The arguments are invalid.
  3    A file already exists, or couldn't be written.

Examples:
  transload-cli name files registry.example.com --out proxy/
  transload-cli name files registry.example.com --print nginx";

pub const NAME_INSTALL: &str = "\
Exit codes:
  0    The file was installed, or already was.
  2    The arguments are invalid.
  3    Nothing was installed.

Examples:
  transload-cli name install registry.example.com --client podman
  transload-cli name install registry.example.com --client containerd --yes";

pub const NAME_UNDO: &str = "\
Exit codes:
  0    The file is as it was before.
  2    The arguments are invalid.
  3    Nothing was restored.

Examples:
  transload-cli name undo registry.example.com --client podman
  transload-cli name undo registry.example.com --client containerd";

pub const PULL_GUIDE: &str = "\
Exit codes:
  0    The guide was printed. With --check: nothing is missing.
  1    With --check: something is missing.
  2    The arguments are invalid.
  3    The guide couldn't be made.

Examples:
  transload-cli pull-guide team/app:1.0 --client github-actions
  transload-cli pull-guide team/app:1.0 --check";
