export type SignInWay = "browser" | "code";
