export type NewAwsProfileText = { path: string, text: string, };
