export type SsoAccount = { account_id: string, name: string | null, email: string | null, };
