export type SignInOutcome = "signed_in" | "cancelled";
