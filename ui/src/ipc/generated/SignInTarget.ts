export type SignInTarget = { "kind": "profile", profile: string, } | { "kind": "session", session: string, };
