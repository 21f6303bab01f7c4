import type { Backend } from "../backend";
import type { ApiError, SignInOutcome, SignInPrompt, SsoSession } from "../generated";

/** Fake IAM Identity Center. Sign-ins are pending until the test answers them. */
export class FakeSignIn {
  readonly sessions: SsoSession[] = [
    {
      target: { kind: "session", session: "corp" },
      title: "corp",
      start_url: "https://corp.awsapps.com/start",
      region: "us-east-1",
      profiles: ["prod"],
      ends_at_ms: null,
      renewable: false,
    },
  ];
  /** Names of added profiles. */
  readonly added: string[] = [];
  private count = 0;
  private readonly waiting = new Map<
    string,
    { done: (outcome: SignInOutcome) => void; failed: (error: ApiError) => void }
  >();

  /** Answers all pending sign-ins. */
  answer(outcome: SignInOutcome | ApiError): void {
    for (const [id, { done, failed }] of this.waiting) {
      this.waiting.delete(id);
      if (typeof outcome === "string") {
        done(outcome);
      } else {
        failed(outcome);
      }
    }
    if (outcome === "signed_in") {
      for (const session of this.sessions) {
        session.ends_at_ms = Date.now() + 28_800_000;
      }
    }
  }

  /** Number of pending sign-ins. */
  get open(): number {
    return this.waiting.size;
  }

  readonly methods = {
    signInStart: async (_target, method) => {
      this.count += 1;
      const prompt: SignInPrompt = {
        sign_in: `sign-in-${this.count}`,
        session: "corp",
        method: method ?? "browser",
        url: "https://oidc.us-east-1.amazonaws.com/authorize?response_type=code&client_id=x",
        code_url: null,
        code: null,
        expires_at_ms: Date.now() + 600_000,
      };
      return prompt.method === "browser"
        ? prompt
        : {
            ...prompt,
            url: "https://corp.awsapps.com/start/#/device?user_code=KXPQ-WLTM",
            code_url: "https://corp.awsapps.com/start/#/device",
            code: "KXPQ-WLTM",
          };
    },
    signInWait: (id) =>
      new Promise((done, failed) => {
        this.waiting.set(id, { done, failed });
      }),
    signInCancel: async (id) => {
      this.waiting.get(id)?.done("cancelled");
      this.waiting.delete(id);
    },
    signInPageOpen: async () => {},
    ssoSessionsList: async () => this.sessions.map((session) => ({ ...session })),
    ssoSignOut: async () => {
      for (const session of this.sessions) {
        session.ends_at_ms = null;
      }
    },
    ssoAccountsList: async () => [
      { account_id: "111122223333", name: "Team Dev", email: "dev@corp.example" },
      { account_id: "444455556666", name: "Team Prod", email: "prod@corp.example" },
    ],
    ssoRolesList: async () => ["ImagePusher", "ReadOnly"],
    awsProfilePreview: async (profile) => ({
      path: "/home/me/.aws/config",
      text: `[profile ${profile.name}]\nsso_session = corp\nsso_account_id = ${profile.account_id}\nsso_role_name = ${profile.role}\nregion = ${profile.region}\n`,
    }),
    awsProfileAdd: async (profile) => {
      this.added.push(profile.name);
    },
  } satisfies Partial<Backend>;
}
